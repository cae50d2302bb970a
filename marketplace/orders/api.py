"""Orders in the API: one explicit action a verb, and the host marketplace's way in. Rules and words live below."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.accounts.models import ApiToken
from marketplace.core.api import ApiViewSet, CaseViewSet, Nothing, action_responses
from marketplace.core.errors import Forbidden
from marketplace.messaging.models import Message

from . import access, facts, services
from .imports import take
from .models import Order
from .public import find_store, listing_facts, store_facts
from .schema import SentOrderSerializer
from .serializers import (
    AcceptProofSerializer,
    ChangeTrackingSerializer,
    ClearDoubtsSerializer,
    ExtendSerializer,
    HeldSerializer,
    HoldSerializer,
    ListingSerializer,
    OrderFilterSerializer,
    OrderListedSerializer,
    OrderMessageSerializer,
    OrderSerializer,
    ProveSerializer,
    RateSerializer,
    RefuseProofSerializer,
    ShipSerializer,
    StoreSerializer,
    TrackingEventSerializer,
    WrittenOrderMessageSerializer,
)

ANSWER = action_responses(OrderSerializer)


@extend_schema_view(retrieve=extend_schema(operation_id="orders_retrieve", responses=ANSWER))
class Orders(CaseViewSet):
    """Orders that exist for you: your own, your stores', those you sent, and for staff all."""

    model = Order
    serializer_class = OrderSerializer
    ordering = ("-placed_at",)
    scopes: ClassVar[dict[str, str]] = {"create": ApiToken.Scope.IMPORT}

    @property
    def throttle_scope(self) -> str | None:
        """Only taking orders is counted."""
        return "import" if self.action == "create" else None

    def with_all(self, rows: QuerySet[Order]) -> QuerySet[Order]:
        return facts.for_detail(rows)

    def get_serializer_class(self) -> type[serializers.BaseSerializer]:
        return OrderListedSerializer if self.action == "list" else OrderSerializer

    @extend_schema(
        operation_id="orders_list",
        parameters=[OrderFilterSerializer],
        responses=OrderListedSerializer(many=True),
    )
    def list(self, request: Request) -> Response:
        """The orders that you may see, newest first."""
        return self.page_of(facts.for_rows(self._filtered(self.wished(OrderFilterSerializer))))

    def _filtered(self, wished: dict[str, Any]) -> QuerySet[Order]:
        rows = self.get_queryset().filter(self._in_role(wished.get("role")))
        if status := wished.get("status"):
            rows = rows.filter(state=status)
        if q := wished.get("q"):
            rows = rows.filter(Q(public_id=q) | Q(reference=q))
        return rows

    def _in_role(self, role: str | None) -> Q:
        """Only those where the reader has this part; staff: those that are not their own."""
        actor = self.actor
        own = {
            "buyer": Q(buyer_id=actor.user_id),
            "seller": Q(store_id__in=actor.store_ids),
            "integrator": Q(integrator_id=actor.user_id),
        }
        if role == "staff":
            return ~own["buyer"] & ~own["seller"] if actor.is_staff else Q(pk=None)
        return own.get(role or "", Q())

    @extend_schema(
        operation_id="orders_send",
        request=SentOrderSerializer,
        responses=action_responses(OrderSerializer) | action_responses(OrderSerializer, status=201),
    )
    def create(self, request: Request) -> Response:
        """Send an order, or send it again when it has moved on (integrators). 201: it is new; 200: it was here.

        The same row again changes nothing. A row that contradicts what has happened takes nothing back.
        """
        if not isinstance(request.data, dict):
            raise ParseError(_("Send a JSON object."))
        (taken,) = take([request.data], by=self.actor)
        if taken.refusal is not None:
            raise taken.refusal
        pk = Order.objects.values_list("pk", flat=True).get(public_id=taken.order)
        answer = self.answer(pk, status=201 if taken.result == "taken" else 200)
        answer["Location"] = request.build_absolute_uri(f"{request.path}{taken.order}/")
        return answer

    # -- the parcel -----------------------------------------------------------------------------------------------

    @extend_schema(operation_id="orders_ship", request=ShipSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"])
    def ship(self, request: Request, id: str) -> Response:
        """The parcel was handed over: protection starts."""
        order = services.ship(self.pk(), **self.taken(ShipSerializer), by=self.actor)
        return self.answer(order.pk)

    @extend_schema(operation_id="orders_change_tracking", request=ChangeTrackingSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"], url_path="change-tracking")
    def change_tracking(self, request: Request, id: str) -> Response:
        """The parcel goes on under another number; the old one stays in its history."""
        order = services.change_tracking(self.pk(), **self.taken(ChangeTrackingSerializer), by=self.actor)
        return self.answer(order.pk)

    @extend_schema(operation_id="orders_tracking_events", request=TrackingEventSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"], url_path="tracking-events")
    def tracking_events(self, request: Request, id: str) -> Response:
        """What the carrier reported. The same report again changes nothing."""
        order = services.record_tracking(self.pk(), **self.taken(TrackingEventSerializer), by=self.actor)
        return self.answer(order.pk)

    # -- protection -----------------------------------------------------------------------------------------------

    @extend_schema(operation_id="orders_confirm_receipt", request=None, responses=ANSWER)
    @action(detail=True, methods=["post"], url_path="confirm-receipt")
    def confirm_receipt(self, request: Request, id: str) -> Response:
        """It came. The money stays in escrow for the window after receipt."""
        pk = self.pk()
        self.taken(Nothing)
        return self.answer(services.confirm_receipt(pk, by=self.actor).pk)

    @extend_schema(operation_id="orders_extend_protection", request=ExtendSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"], url_path="extend-protection")
    def extend_protection(self, request: Request, id: str) -> Response:
        """Give the buyer more time (seller); never less, and at most what the policy lets."""
        order = services.extend_protection(self.pk(), **self.taken(ExtendSerializer), by=self.actor)
        return self.answer(order.pk)

    @extend_schema(operation_id="orders_request_extension", request=None, responses=ANSWER)
    @action(detail=True, methods=["post"], url_path="request-extension")
    def request_extension(self, request: Request, id: str) -> Response:
        """Ask the seller for more time (buyer)."""
        pk = self.pk()
        self.taken(Nothing)
        return self.answer(services.request_extension(pk, by=self.actor).pk)

    @extend_schema(operation_id="orders_cancel", request=None, responses=ANSWER)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, id: str) -> Response:
        """Call it off before it was sent; all that was paid goes back. 409 `too_early` while the seller may still ship."""
        pk = self.pk()
        self.taken(Nothing)
        return self.answer(services.cancel(pk, by=self.actor).pk)

    # -- the end, and what the buyer thinks of it -------------------------------------------------------------------

    @extend_schema(operation_id="orders_rate", request=RateSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"])
    def rate(self, request: Request, id: str) -> Response:
        """Rate a completed order, 1 to 5, once (buyer). Everybody can read it."""
        return self.act("rate", services.rate, RateSerializer)

    # -- doubtful tracking, a suspicious seller ----------------------------------------------------------------------------------------

    @extend_schema(operation_id="orders_clear_doubts", request=ClearDoubtsSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"], url_path="clear-doubts")
    def clear_doubts(self, request: Request, id: str) -> Response:
        """Say that the doubtful tracking of a parcel is right after all, with the reason (moderators)."""
        return self.act("clear_doubts", services.clear_doubts, ClearDoubtsSerializer)

    @extend_schema(operation_id="orders_hold", request=HoldSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"])
    def hold(self, request: Request, id: str) -> Response:
        """Put a paid order that was not sent on hold until its seller has proved it (moderators)."""
        return self.act("hold", services.hold, HoldSerializer)

    @extend_schema(operation_id="orders_prove", request=ProveSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"])
    def prove(self, request: Request, id: str) -> Response:
        """Show that an order on hold is honest (seller); more may be sent until a moderator has decided."""
        return self.act("prove", services.prove, ProveSerializer)

    @extend_schema(operation_id="orders_accept_proof", request=AcceptProofSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"], url_path="accept-proof")
    def accept_proof(self, request: Request, id: str) -> Response:
        """The order goes on; the time on hold does not count against the seller (moderators)."""
        return self.act("accept_proof", services.accept_proof, AcceptProofSerializer)

    @extend_schema(operation_id="orders_refuse_proof", request=RefuseProofSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"], url_path="refuse-proof")
    def refuse_proof(self, request: Request, id: str) -> Response:
        """The order is closed, and all that no dispute owns goes back to the buyer (moderators)."""
        return self.act("refuse_proof", services.refuse_proof, RefuseProofSerializer)


class Stores(ApiViewSet):
    """Stores with their records, as everybody with an account may see them (O-13)."""

    serializer_class = StoreSerializer

    @extend_schema(operation_id="stores_retrieve", responses=action_responses(StoreSerializer, 404))
    def retrieve(self, request: Request, id: str) -> Response:
        """A store: its record and what buyers said."""
        return Response(self.get_serializer(store_facts(id)).data)

    @extend_schema(
        operation_id="stores_hold",
        request=HoldSerializer,
        responses=action_responses(HeldSerializer, 403, 404),
    )
    @action(detail=True, methods=["post"])
    def hold(self, request: Request, id: str) -> Response:
        """Put all of a store's paid orders that were not sent on hold (moderators); how many it were."""
        store = find_store(id)
        if not access.may_moderate(self.actor) or store.pk in self.actor.store_ids:
            raise Forbidden(_("This step belongs to somebody else."))
        held = services.hold_store(store.pk, **self.taken(HoldSerializer), by=self.actor)
        return Response({"held": held})


class Listings(ApiViewSet):
    """What stores sell, as everybody with an account may see it (O-10)."""

    serializer_class = ListingSerializer

    @extend_schema(operation_id="listings_retrieve", responses=action_responses(ListingSerializer, 404))
    def retrieve(self, request: Request, id: str) -> Response:
        """A listing: its price when it was last sold, its warranty, and its store's record."""
        return Response(self.get_serializer(listing_facts(id)).data)


class OrderMessages(ApiViewSet):
    """What buyer and seller wrote to each other on an order (O-09). Staff read along."""

    serializer_class = WrittenOrderMessageSerializer
    ordering = ("-sent_at",)

    def order(self) -> Order:
        """The order named in the address. Raises 404 where it does not exist for the actor."""
        name = self.kwargs[self.lookup_url_kwarg]
        order = Order.objects.visible_to(self.actor).filter(public_id=name).first()
        if order is None:
            raise Http404
        return order

    @extend_schema(operation_id="orders_messages_list", responses=WrittenOrderMessageSerializer(many=True))
    def list(self, request: Request, id: str) -> Response:
        """The messages, newest first."""
        order = self.order()
        if access.role_in(self.actor, order) not in ("buyer", "seller") and not self.actor.is_staff:
            raise Forbidden(_("These messages are between the buyer and the seller."))
        return self.page_of(Message.objects.filter(thread__order=order))

    @extend_schema(
        operation_id="orders_messages_send",
        request=OrderMessageSerializer,
        responses=action_responses(WrittenOrderMessageSerializer, 409, 429, status=201),
    )
    def create(self, request: Request, id: str) -> Response:
        """Write to the other side (buyer or seller). `warnings` says what its reader is warned of (N-07). 429: too many."""
        message = services.send_message(self.order().pk, **self.taken(OrderMessageSerializer), by=self.actor)
        return Response(self.get_serializer(message).data, status=201)
