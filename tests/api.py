"""The API as a client sees it, for tests: somebody with a token, and what a problem answer must look like."""

from __future__ import annotations

from typing import Any

from rest_framework.test import APIClient

from disputes.models import Dispute
from marketplace.accounts.models import ApiToken, User
from marketplace.core.problems import MEDIA_TYPE
from marketplace.orders.models import Order
from tests import world

ALL_SCOPES = ("read", "write", "orders:import")


def token_of(user: User, *scopes: str) -> str:
    """A new token of that user, with all scopes unless some are named."""
    _row, secret = ApiToken.objects.create(user=user, scopes=list(scopes or ALL_SCOPES))
    return secret


def client_of(user: User | None, *scopes: str) -> APIClient:
    """A client that signs with a token; nobody's without a user."""
    client = APIClient()
    if user is not None:
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token_of(user, *scopes)}")
    return client


def seller(case: Order | Dispute) -> User:
    member = case.store.members.first()
    assert member is not None
    return member


def path(dispute: Dispute | str, verb: str = "") -> str:
    public_id = dispute if isinstance(dispute, str) else dispute.public_id
    return f"/api/v1/disputes/{public_id}/" + (f"{verb}/" if verb else "")


def claim(order: Order, /, **wishes: Any) -> dict[str, Any]:
    """The body that opens a dispute on every line of the order."""
    body = {
        "order": order.public_id,
        "lines": [{"line": line.public_id, "quantity": line.quantity} for line in order.lines.all()],
        "received": True,
        "reason": "quality.poor_workmanship",
        "remedy": "refund",
        "amount": None,
        "description": world.DESCRIPTION,
        "evidence": [],
    }
    return {**body, **wishes}


def refused(response: Any, status: int, code: str = "") -> dict[str, Any]:
    """The body of a refusal, which has the form of RFC 9457."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == MEDIA_TYPE
    body: dict[str, Any] = response.json()
    assert {"type", "title", "status", "detail", "code"} <= body.keys()
    assert body["status"] == status
    assert body["type"] == f"urn:redress:problem:{body['code']}"
    assert body["title"]
    assert body["detail"]
    if code:
        assert body["code"] == code, body
    if status == 422:
        for error in body.get("errors", []):
            assert set(error) == {"field", "code", "message"}
    return body
