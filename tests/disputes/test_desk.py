"""The mediators' desk: take the next case, decide it in four clicks, have large refunds checked, and nothing by the back door."""

from __future__ import annotations

import html
import io
import re
from typing import Any

import pytest
from django.test import Client

from disputes import services as disputes
from disputes.models import Approval, Decision, Dispute
from marketplace.accounts.models import User
from marketplace.core.policy import ProtectionPolicy
from marketplace.evidence import services as evidence
from marketplace.evidence.content import Limits
from marketplace.notifications.models import Notice
from tests import crowd, world
from tests.disputes.desk_cases import again, many, queries_of, waiting
from tests.evidence import pictures
from tests.world import DAY

pytestmark = pytest.mark.django_db
DESK = "/admin/desk/"


def as_mediator(client: Client, user: User | None = None) -> User:
    user = user or world.staff("", "mediator")
    client.force_login(user)
    return user


def taken(clock: Any, client: Client, **wishes: Any) -> tuple[Dispute, User]:
    """A case in the hands of the mediator at this browser."""
    dispute = waiting(clock, **wishes)
    user = as_mediator(client)
    disputes.assign(dispute.pk, by=world.acting(user))
    return again(dispute), user


def filled(page: Any, **typed: Any) -> dict[str, Any]:
    """The composer as the page fills it, with what the mediator types."""
    form = page.context["form"]
    sent = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    return sent | {"version": page.context["case"].version} | typed


def hidden(page: Any) -> dict[str, str]:
    """The hidden fields of the preview's form, as a browser sends them on."""
    text = page.content.decode().partition('<form method="post" action="/admin/desk/')[2]
    pairs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', text)
    return {name: html.unescape(value) for name, value in pairs if name != "csrfmiddlewaretoken"}


def address(dispute: Dispute, more: str = "") -> str:
    return f"{DESK}{dispute.public_id}/{more}"


@pytest.mark.rule("M-02")
def test_the_next_case_is_the_one_due_first(client: Client, clock) -> None:
    first = waiting(clock)
    clock.shift(DAY)
    waiting(clock)
    user = as_mediator(client)
    page = client.get(DESK)
    assert "Take the next case (2)" in page.content.decode()
    response = client.post(f"{DESK}next/")
    assert response["Location"] == address(first)
    assert again(first).mediator == user
    client.post(f"{DESK}next/")
    response = client.post(f"{DESK}next/", follow=True)
    assert "No case waits for you." in response.content.decode()
    assert Dispute.objects.filter(mediator=user).count() == 2


@pytest.mark.rule("M-06", "M-07", "Z-01")
@pytest.mark.parametrize(
    ("outcome", "typed", "refunded", "state"),
    [
        ("refunded", {}, 3173, "resolved"),
        ("partly_refunded", {"amount": "15.87"}, 1587, "resolved"),
        ("no_refund", {}, 0, "resolved"),
        (
            "returned_and_refunded",
            {"amount": "31.73", "return_shipping_paid_by": "buyer"},
            0,
            "awaiting_return",
        ),
    ],
)
def test_four_clicks_decide_a_case(
    client: Client, clock, outcome: str, typed: dict[str, str], refunded: int, state: str
) -> None:
    """Take, result, preview, send: and what was shown is what moved, to the cent (threats.md M10)."""
    dispute = waiting(clock, prices=(1173, 2000))
    as_mediator(client)
    case = client.post(f"{DESK}next/", follow=True)  # 1: take the next case
    sent = filled(case, outcome=outcome, **typed)  # 2: the result
    preview = client.post(address(dispute, "decide/"), sent | {"step": "preview"})  # 3: preview
    statement = preview.context["statement"]
    assert again(dispute).state == "mediation" and not Decision.objects.exists()
    response = client.post(address(dispute, "decide/"), hidden(preview) | {"step": "send"})  # 4: send
    assert response["Location"] == DESK
    dispute, decision = again(dispute), Decision.objects.get()
    assert (dispute.state, decision.outcome) == (state, outcome)
    assert (statement.buyer.minor, statement.seller.minor) == (decision.amount, 3173 - decision.amount)
    assert dispute.order.escrow.refunded == refunded
    assert decision.facts.startswith("The buyer says: Poorly made")
    assert decision.reason_code == "quality.poor_workmanship"


@pytest.mark.rule("M-07")
def test_the_preview_is_what_both_sides_read(client: Client, clock) -> None:
    dispute, _user = taken(clock, client, prices=(3173,))
    sent = filled(
        client.get(address(dispute)), outcome="partly_refunded", amount="10", facts="The seam is <torn>."
    )
    page = client.post(address(dispute, "decide/"), sent).content.decode()
    for words in (
        "The buyer gets US$10.00 back. The seller gets US$21.73.",
        "The seam is &lt;torn&gt;.",
        "Poorly made, for example bad stitching",
        "3 to 20 working days",
        "Only a new decision can take its place",
    ):
        assert words in page


def test_change_it_goes_back_with_everything_typed(client: Client, clock) -> None:
    dispute, _user = taken(clock, client)
    sent = filled(
        client.get(address(dispute)),
        outcome="partly_refunded",
        amount="3.21",
        facts="My own words.",
        note_to_parties="Bye.",
    )
    preview = client.post(address(dispute, "decide/"), sent)
    page = client.post(address(dispute, "decide/"), hidden(preview) | {"step": "change"})
    again_filled = filled(page)
    assert {name: again_filled[name] for name in ("outcome", "amount", "facts", "note_to_parties")} == {
        "outcome": "partly_refunded", "amount": "3.21", "facts": "My own words.", "note_to_parties": "Bye.",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"outcome": ""}, "outcome"),
        ({"outcome": "partly_refunded", "amount": "99999"}, "amount"),
        ({"outcome": "partly_refunded", "amount": "0"}, "amount"),
        ({"outcome": "partly_refunded", "amount": "-1"}, "amount"),
        ({"outcome": "partly_refunded", "amount": "1.234"}, "amount"),
        ({"outcome": "partly_refunded", "amount": "NaN"}, "amount"),
        ({"outcome": "partly_refunded", "amount": ""}, "amount"),
        ({"outcome": "refunded", "reason_code": "made.up"}, "reason_code"),
        ({"outcome": "refunded", "facts": "  "}, "facts"),
        ({"outcome": "refunded", "facts": "x" * 5001}, "facts"),
    ],
)
@pytest.mark.parametrize("step", ["preview", "send"])
def test_a_refusal_stands_at_its_field_and_nothing_typed_is_lost(
    client: Client, clock, typed: dict[str, str], field: str, step: str
) -> None:
    dispute, _user = taken(clock, client)
    sent = filled(client.get(address(dispute)), note_to_parties="A note I wrote.") | typed
    page = client.post(address(dispute, "decide/"), sent | {"step": step})
    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert "A note I wrote." in page.content.decode()
    assert not Decision.objects.exists()


@pytest.mark.rule("E-06")
def test_each_file_is_considered_or_left_out_with_a_reason(client: Client, clock) -> None:
    dispute, _user = taken(clock, client)
    name = _add_photo(dispute)
    page = client.get(address(dispute))
    assert page.context["file"].exhibits[0][1].url in html.unescape(page.content.decode())
    sent = filled(page, outcome="refunded")
    del sent[f"seen_{name}"]
    refused = client.post(address(dispute, "decide/"), sent | {"step": "send"})
    assert f"why_{name}" in refused.context["form"].errors
    sent[f"why_{name}"] = "It shows another item."
    client.post(address(dispute, "decide/"), sent | {"step": "send"})
    assert Decision.objects.get().evidence_cited == [
        {"evidence": name, "considered": False, "why": "It shows another item."}
    ]


def _add_photo(dispute: Dispute) -> str:
    by = world.buyer_of(dispute)
    limits = Limits.of(ProtectionPolicy.objects.get(name="default"))
    file = evidence.take(io.BytesIO(pictures.png()), name="seam.png", by=by, limits=limits)
    disputes.provide_evidence(dispute.pk, evidence=[file.public_id], by=by)
    return file.public_id


@pytest.mark.rule("Z-06")
def test_what_changed_while_one_was_writing_is_shown_and_kept(client: Client, clock) -> None:
    dispute, _user = taken(clock, client)
    sent = filled(client.get(address(dispute)), outcome="refunded", facts="My long text.")
    disputes.send_message(dispute.pk, text="One more thing.", by=world.buyer_of(dispute))
    page = client.post(address(dispute, "decide/"), sent | {"step": "send"})
    assert page.status_code == 409
    text = page.content.decode()
    assert "Somebody else acted on this" in text and "My long text." in text and "One more thing." in text
    assert not Decision.objects.exists()
    sent = filled(page)
    assert client.post(address(dispute, "decide/"), sent | {"step": "send"})["Location"] == DESK


@pytest.mark.rule("M-08")
def test_above_the_limit_a_second_mediator_decides_whether_it_stands(client: Client, clock) -> None:
    dispute, author = taken(clock, client, prices=(50_001,))
    sent = filled(client.get(address(dispute)), outcome="refunded")
    preview = client.post(address(dispute, "decide/"), sent)
    assert "A second mediator must approve this" in preview.content.decode()
    notices = Notice.objects.count()
    client.post(address(dispute, "decide/"), hidden(preview) | {"step": "send"})
    dispute = again(dispute)
    assert (dispute.state, dispute.order.escrow.refunded, Notice.objects.count()) == (
        "awaiting_approval",
        0,
        notices,
    )

    own = client.get(address(dispute, "second/")).content.decode()
    assert "You cannot check this decision" in own and "Approve:" not in own
    for verb in ("approve", "reject_approval"):
        assert client.post(address(dispute, f"do/{verb}/"), {"note": "Fine."}).status_code == 403
    assert again(dispute).state == "awaiting_approval" and not Approval.objects.exists()

    second = as_mediator(client)
    page = client.get(address(dispute, "second/")).content.decode()
    folded = page.index("<summary>I have read it")
    assert page.index("Seller says") < folded < page.index("Approve: US$500.01 to the buyer")
    client.post(address(dispute, "do/approve/"), {"version": dispute.version})
    dispute = again(dispute)
    assert (dispute.state, dispute.order.escrow.refunded) == ("resolved", 50_001)
    assert (Approval.objects.get().mediator, Decision.objects.get().mediator) == (second, author)


@pytest.mark.rule("M-08")
def test_the_limit_itself_needs_no_second(client: Client, clock) -> None:
    dispute, _user = taken(clock, client, prices=(50_000,))
    sent = filled(client.get(address(dispute)), outcome="refunded")
    client.post(address(dispute, "decide/"), sent | {"step": "send"})
    assert again(dispute).state == "resolved"


@pytest.mark.rule("M-08")
def test_sent_back_it_returns_to_its_mediator_with_the_note(client: Client, clock) -> None:
    dispute, author = taken(clock, client, prices=(60_000,))
    sent = filled(client.get(address(dispute)), outcome="refunded")
    client.post(address(dispute, "decide/"), sent | {"step": "send"})
    as_mediator(client)
    refused = client.post(address(dispute, "do/reject_approval/"), {"note": " "})
    assert "Say what should be looked at again." in refused.content.decode()
    client.post(address(dispute, "do/reject_approval/"), {"note": "The photo is of another item."})
    dispute = again(dispute)
    assert (dispute.state, dispute.order.escrow.refunded, dispute.mediator) == ("mediation", 0, author)
    as_mediator(client, author)
    assert "The photo is of another item." in client.get(address(dispute)).content.decode()


@pytest.mark.rule("M-02")
@pytest.mark.parametrize("side", ["buyer", "seller"])
def test_a_mediator_who_is_a_party_stays_out(client: Client, clock, side: str) -> None:
    both = world.staff("", "mediator")
    wishes = {"buyer": both} if side == "buyer" else {"store": world.shop(both)}
    dispute = waiting(clock, **wishes)
    as_mediator(client, both)
    assert dispute.public_id not in client.get(f"{DESK}?tab=all").content.decode()
    assert "Take the next case (0)" in client.get(DESK).content.decode()
    client.post(f"{DESK}next/")
    for method, more in (
        ("get", ""), ("get", "second/"), ("post", "decide/"), ("post", "do/assign/"), ("post", "do/staff_cancel/"),
    ):  # fmt: skip
        assert getattr(client, method)(address(dispute, more), {"reason": "Mine."}).status_code == 403, more
    assert (again(dispute).mediator, again(dispute).state) == (None, "mediation")


@pytest.mark.rule("M-02", "Z-01")
def test_only_whoever_holds_the_case_decides_it(client: Client, clock) -> None:
    dispute, _holder = taken(clock, client)
    sent = filled(client.get(address(dispute)), outcome="refunded", step="send")
    as_mediator(client)
    page = client.get(address(dispute))
    assert page.status_code == 200 and "Preview" not in page.content.decode()
    assert client.post(address(dispute, "decide/"), sent).status_code == 403
    assert client.post(address(dispute, "do/release/")).status_code == 403
    assert (
        "Somebody"
        in client.post(address(dispute, "do/assign/"), {"version": 1}, follow=True).content.decode()
    )
    assert not Decision.objects.exists()


def test_a_case_given_back_waits_again(client: Client, clock) -> None:
    dispute, _user = taken(clock, client)
    client.post(address(dispute, "do/release/"), {"version": dispute.version})
    assert again(dispute).mediator is None


@pytest.mark.rule("N-06")
def test_staff_close_a_case_with_a_reason(client: Client, clock) -> None:
    dispute, _user = taken(clock, client)
    refused = client.post(address(dispute, "do/staff_cancel/"), {"reason": ""})
    assert refused.status_code == 409 and again(dispute).state == "mediation"
    client.post(address(dispute, "do/staff_cancel/"), {"reason": "Both sides asked for it."})
    dispute = again(dispute)
    assert (dispute.state, dispute.order.held_back) == ("cancelled", 0)


def test_what_is_not_there_is_not_found(client: Client, clock) -> None:
    dispute, _user = taken(clock, client)
    assert client.get(f"{DESK}dsp_nothing/").status_code == 404
    assert client.post(f"{DESK}dsp_nothing/decide/").status_code == 404
    assert client.post(address(dispute, "do/accept_claim/")).status_code == 404
    assert client.post(address(dispute, "do/escalate/")).status_code == 404


@pytest.mark.parametrize("address_", [f"{DESK}next/", f"{DESK}dsp_x/do/assign/"])
def test_looking_changes_nothing(client: Client, address_: str) -> None:
    as_mediator(client)
    assert client.get(address_).status_code == 405


def test_acts_want_a_token(clock) -> None:
    strict = Client(enforce_csrf_checks=True)
    dispute, _user = taken(clock, strict)
    for more in ("decide/", "do/release/", "do/staff_cancel/"):
        assert strict.post(address(dispute, more), {"reason": "No token."}).status_code == 403
    assert again(dispute).mediator is not None


def test_the_lists_show_what_they_say(client: Client, clock) -> None:
    free, own, big = many(clock, 3, prices=(60_000,))
    user = as_mediator(client)
    other = world.acting(world.staff("", "mediator"))
    disputes.assign(own.pk, by=world.acting(user))
    disputes.assign(big.pk, by=other)
    disputes.adjudicate(
        big.pk, outcome="refunded", reason_code=big.claim.reason, facts="A torn seam.", by=other
    )
    listed = {}
    for tab in ("unclaimed", "mine", "second", "all"):
        page = client.get(f"{DESK}?tab={tab}")
        listed[tab] = {case.public_id for case, _due, _sum in page.context["rows"]}
        assert {name: count for name, _label, count, _here in page.context["tabs"]} == {
            "unclaimed": 1, "mine": 1, "second": 1, "waiting": 0, "all": 3,
        }  # fmt: skip
    ids = (free.public_id, own.public_id, big.public_id)
    assert listed == {"unclaimed": {ids[0]}, "mine": {ids[1]}, "second": {ids[2]}, "all": set(ids)}


@pytest.mark.rule("M-09")
def test_what_is_overdue_stands_on_top_and_says_so(client: Client, clock) -> None:
    late = waiting(clock)
    clock.shift(15 * DAY)
    waiting(clock)
    as_mediator(client)
    rows = client.get(DESK).context["rows"]
    assert [(case.public_id == late.public_id, due.word) for case, due, _sum in rows] == [
        (True, "Overdue"),
        (False, "In 15 days"),
    ]


@pytest.mark.rule("M-04")
def test_pages_take_as_many_queries_for_ten_cases_as_for_two_hundred(client: Client, clock) -> None:
    user, counts = world.staff("", "mediator"), []
    held, other = many(clock, 2, store=world.shop())
    disputes.assign(held.pk, by=world.acting(user))
    disputes.send_message(held.pk, text="Hello.", by=world.buyer_of(held))
    for number in (crowd.FEW, crowd.MANY):
        for case in (held, other):
            crowd.disputes(case, number - Dispute.objects.filter(mediator=case.mediator_id).count())
        crowd.talk(held, number)
        as_mediator(client, user)
        pages = (DESK, f"{DESK}?tab=all", address(held))
        counts.append([queries_of(client, page) for page in pages])
    assert counts[0] == counts[1]
    assert max(counts[1]) <= 40, counts
