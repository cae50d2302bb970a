"""B-04: pages and API of standing; the board."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from disputes.standing import board, reading
from disputes.standing import services as standing
from disputes.standing.models import BuyerFigures, Flag, Ground, StoreFigures
from disputes.standing.suggestion import suggest
from marketplace.accounts.models import User
from marketplace.appeals import services as appeals
from marketplace.core.access import MODERATOR, Actor
from marketplace.orders.models import Listing
from marketplace.sanctions.models import Sanction
from tests import api, crowd, world
from tests.disputes.desk_cases import queries_of
from tests.pages import words
from tests.sanctions.imposing import imposed
from tests.standing import people
from tests.world import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.rule("B-04")]


def browser(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def standing_in_api(reader, path="standing/"):
    return api.client_of(reader).get(f"/api/v1/{path}")


# -- one's own -----------------------------------------------------------------------------------------------------


def test_good_standing_says_so(clock):
    buyer = people.who_disputes(clock, orders=2, times=0)
    page = browser(buyer).get("/standing/")
    assert "Good standing" in page.content.decode()
    body = standing_in_api(buyer).json()
    assert (body["user"], body["state"], body["flags"], body["sanctions"]) == (
        buyer.public_id,
        "good",
        [],
        [],
    )
    assert [row["days"] for row in body["figures"]] == [30, 90, 180, 365]
    assert body["figures"][0]["orders"] == 2, "counted from the person's own rows while none are kept"
    assert not BuyerFigures.objects.exists(), "reading writes nothing"


def test_the_person_sees_flag_numbers_and_peers_middle_never_the_line(clock):
    flag = people.flagged(clock)
    standing.recount(timezone.now())
    page = browser(flag.user).get("/standing/").content.decode()
    assert "You have 1 flag." in page
    assert "3 disputes in 30 days." in page
    body = standing_in_api(flag.user).json()
    row = next(each for each in body["figures"] if each["days"] == 180)
    assert (row["orders"], row["disputes"], row["rate"], row["small_numbers"]) == (5, 3, 0.6, True)
    assert row["peers"] == {"median": 0.6, "p95": None, "population": None}
    assert (row["low"], row["high"]) == (None, None)
    assert body["state"] == "flagged"
    staff = standing_in_api(people.moderator(), f"standing/{flag.user.public_id}/").json()
    seen = next(each for each in staff["figures"] if each["days"] == 180)
    assert seen["peers"] == {"median": 0.6, "p95": 0.6, "population": 1}
    assert 0 < seen["low"] < 0.6 < seen["high"] < 1
    assert seen["sums"] == [
        {
            name: {"amount": amount, "currency": "USD"}
            for name, amount in (("paid", "58.65"), ("asked", "35.19"), ("back", "0.00"))
        }
    ]


@pytest.mark.rule("F-07")
@pytest.mark.parametrize(("seconds", "late"), [(-1, False), (0, True)])
def test_a_date_that_has_gone_by_is_told_as_such(clock, seconds, late):
    flag = people.flagged(clock)
    clock.move_to(flag.due_at + timedelta(seconds=seconds))
    assert ("We are late." in words(browser(flag.user).get("/standing/"))) is late


def proposed(clock) -> Flag:
    """A flag whose person one moderator wants to suspend for ten days."""
    flag, until = people.flagged(clock), timezone.now() + 10 * DAY
    by = world.acting(people.moderator())
    return standing.review(flag.pk, outcome="suspend", facts="It is a lie.", until=until, by=by)


def test_what_only_waits_for_a_second_person_is_not_told(clock):
    flag = proposed(clock)
    told = ("status", "outcome", "reasons", "until")
    assert "It is a lie." not in browser(flag.user).get("/standing/").content.decode()
    for body in (
        standing_in_api(flag.user).json()["flags"][0],
        standing_in_api(flag.user, f"flags/{flag.public_id}/").json(),
    ):
        assert [body[name] for name in told] == ["raised", "", "", None]
    seen = standing_in_api(people.moderator(), f"flags/{flag.public_id}/").json()
    assert (seen["status"], seen["outcome"], seen["reasons"]) == (
        "awaiting_approval",
        "suspend",
        "It is a lie.",
    )
    assert seen["until"]


def test_staff_read_of_themselves_what_everybody_does(clock):
    """threats.md A4: a moderator with a flag learns neither what is proposed nor the marketplace's line."""
    flag = proposed(clock)
    world.promote(flag.user, MODERATOR)
    body = standing_in_api(flag.user, f"flags/{flag.public_id}/").json()
    assert (body["status"], body["reasons"]) == ("raised", "")
    assert standing_in_api(flag.user, "flags/").json()["results"] == []
    assert standing_in_api(flag.user).json()["figures"][0]["peers"]["p95"] is None
    client = browser(flag.user)
    assert flag.user.public_id not in client.get("/admin/abuse/?show=all").content.decode()
    card = client.get(f"/admin/abuse/{flag.user.public_id}/")
    assert (card.status_code, card.url) == (302, "/standing/")
    records = "/admin/standing/flag/"
    assert flag.public_id not in client.get(records).content.decode()
    assert client.get(f"{records}{flag.public_id}/change/").status_code == 302
    another = browser(people.moderator())
    assert flag.public_id in another.get(records).content.decode()
    proposed_to = another.get(f"/admin/abuse/{flag.user.public_id}/").content.decode()
    assert "Proposed, and not told yet:" in proposed_to


@pytest.mark.rule("B-05")
def test_staff_do_not_read_their_own_shop_on_the_board(clock):
    store = people.flagged(clock).user.disputes.first().store
    standing.recount(timezone.now())
    owner = store.members.get()
    world.promote(owner, MODERATOR)
    assert store.name not in browser(owner).get("/admin/abuse/sellers/").content.decode()
    assert store.name in browser(people.moderator()).get("/admin/abuse/sellers/").content.decode()


@pytest.mark.parametrize(
    ("kind", "state"),
    [("warning", "good"), ("no_disputes", "limited"), ("no_orders", "limited"), ("block", "closed")],
)
def test_limits_are_shown_with_their_reason_and_end(clock, kind, state):
    buyer = world.person()
    imposed(buyer, kind, why="Three lies.")
    assert standing_in_api(buyer).json()["state"] == state
    assert "Three lies." in browser(buyer).get("/standing/").content.decode()


@pytest.mark.rule("B-04", "B-05", "C-07")
def test_a_seller_reads_strikes_and_all_that_holds_with_its_end_and_how_to_contest_it(clock):
    seller = world.person()
    shop = world.shop(seller, name="Lamps")
    listing = Listing.objects.create(store=shop, reference="p-1", title="Desk lamp")
    first, second = (imposed(shop, "strike", f"rde_{n}", points=n) for n in (1, 2))
    removed = imposed(listing, "removed", why="It is a copy.")
    over = imposed(shop, "suspended", ends_at=timezone.now() + DAY)
    appeals.submit("sanction", second.public_id, text="It was not so.", by=world.acting(seller))
    clock.shift(DAY)
    page = words(browser(seller).get("/standing/"))
    for text in (
        "Something holds for your shops.",
        "Points of Lamps 3",
        "Counts until Monday 1 March 2027",
        "Listing removed: Desk lamp",
        "A decision on a report",
        "It is a copy.",
        "You can do so until",
        "You asked us to look again.",
    ):
        assert text in page, page
    assert "Shop suspended" not in page
    body = standing_in_api(seller).json()
    assert (body["state"], [each["id"] for each in body["sanctions"]]) == (
        "good",
        [removed.public_id, second.public_id, first.public_id],
    )
    assert [each["appeal"] is not None for each in body["sanctions"]] == [False, True, False]
    assert body["sanctions"][0]["target"] == {
        "kind": "listing",
        "id": listing.public_id,
        "name": "Desk lamp",
    }
    assert over.public_id not in str(body)
    assert standing_in_api(world.person()).json()["sanctions"] == []


def test_a_seller_sees_the_shops_record(clock):
    dispute = people.flagged(clock).user.disputes.first()
    standing.recount(timezone.now())
    seller = dispute.store.members.get()
    page = browser(seller).get("/standing/").content.decode()
    assert dispute.store.name in page
    assert {row["store"] for row in standing_in_api(seller).json()["stores"]} == {dispute.store.public_id}


def test_the_statement_is_given_on_the_page_and_read_at_the_review(clock):
    flag = people.flagged(clock)
    client, address = browser(flag.user), f"/standing/{flag.public_id}/say/"
    too_long = client.post(address, {"text": "x" * 1001})
    assert too_long.status_code == 200
    assert "x" * 1001 in too_long.content.decode(), "nothing typed is lost"
    assert client.post(address, {"text": "All three were broken."}).status_code == 302
    review = browser(people.moderator()).get(f"/admin/abuse/flags/{flag.public_id}/").content.decode()
    assert "All three were broken." in review
    contested = browser(people.moderator()).get("/admin/abuse/appeals/").content.decode()
    assert flag.user.public_id in contested


def test_other_peoples_standing_does_not_exist(clock):
    flag = people.flagged(clock)
    other = world.person()
    for path in (f"standing/{flag.user.public_id}/", f"flags/{flag.public_id}/", "standing/usr_none/"):
        assert standing_in_api(other, path).status_code == 404
    assert standing_in_api(other, "flags/").status_code == 403
    assert standing_in_api(flag.user, f"standing/{flag.user.public_id}/").status_code == 200


def test_staff_list_and_filter_flags(clock):
    flag = people.flagged(clock)
    reader = people.moderator()
    assert [row["id"] for row in standing_in_api(reader, "flags/").json()["results"]] == [flag.public_id]
    assert standing_in_api(reader, "flags/?status=dismissed").json()["results"] == []
    assert (
        len(standing_in_api(reader, f"flags/?user={flag.user.public_id}&status=raised").json()["results"])
        == 1
    )


def test_a_review_through_the_api(clock):
    flag = people.flagged(clock)
    client, path = api.client_of(people.moderator()), f"/api/v1/flags/{flag.public_id}/review/"
    assert client.post(path, {"outcome": "limit", "facts": ""}, format="json").status_code == 422
    assert (
        client.post(path, {"outcome": "limit", "facts": "x", "state": "y"}, format="json").status_code == 400
    )
    sent = {"outcome": "limit", "facts": "Three lies.", "until": "2026-04-01T00:00:00Z"}
    done = client.post(path, sent, format="json")
    assert (done.status_code, done.json()["status"], done.json()["until"]) == (
        200,
        "limited",
        "2026-04-01T00:00:00Z",
    )
    assert client.post(path, sent, format="json").status_code == 409
    assert Sanction.objects.get().cause == flag.public_id


# -- the board -----------------------------------------------------------------------------------------------------


def test_a_review_at_the_board_is_previewed_and_sent(clock):
    flag = people.flagged(clock)
    client, address = browser(people.moderator()), f"/admin/abuse/flags/{flag.public_id}/"
    typed = {"outcome": "limit", "facts": "Three lies.", "until": "2026-04-01T00:00"}
    preview = client.post(address, typed | {"step": "preview"})
    assert "Three lies." in preview.content.decode()
    assert Flag.objects.get(pk=flag.pk).state == "raised"
    assert not Sanction.objects.exists()
    changed = client.post(address, typed | {"step": "change"}).content.decode()
    assert "Three lies." in changed
    assert client.post(address, {"outcome": "limit", "facts": "", "step": "preview"}).status_code == 422
    done = client.post(address, typed | {"step": "send"})
    assert (done.status_code, done.url) == (302, f"/admin/abuse/{flag.user.public_id}/")
    assert Flag.objects.get(pk=flag.pk).state == "limited"
    assert client.post(address, typed | {"step": "send"}).status_code == 409


def test_two_moderators_close_an_account_at_the_board(clock):
    flag = people.flagged(clock)
    address, first = f"/admin/abuse/flags/{flag.public_id}/", browser(people.moderator())
    first.post(address, {"outcome": "suspend", "facts": "Three lies.", "step": "send"})
    assert first.post(f"{address}approve/").status_code == 403
    second = browser(people.moderator())
    assert "Second check" in second.get(address).content.decode()
    assert second.post(f"{address}send-back/", {"note": ""}).status_code == 422
    assert second.post(f"{address}approve/").status_code == 302
    assert Flag.objects.get(pk=flag.pk).state == "suspended"


def test_the_card_suggests_with_reasons_and_not_on_small_numbers(clock):
    flag = people.flagged(clock)
    page = browser(people.moderator()).get(f"/admin/abuse/{flag.user.public_id}/").content.decode()
    assert "No action is suggested" in page
    assert "Small numbers: 0 decided cases" in page


@pytest.mark.rule("B-06")
@pytest.mark.parametrize(
    ("decided", "against", "fraud", "low", "outcome"),
    [
        (4, 4, 4, 0.9, ""),
        (5, 2, 0, 0.9, "dismiss"),
        (5, 3, 0, 0.1, "warn"),
        (5, 3, 0, 0.3, "limit"),
        (5, 1, 1, 0.1, "limit"),
    ],
)
def test_a_suggestion_needs_five_decided_cases(decided, against, fraud, low, outcome):
    found = suggest(BuyerFigures(decided=decided, against=against, fraud=fraud, low=low), line=0.2)
    assert found.outcome == outcome
    assert found.reasons


def test_the_board_goes_by_the_lower_end_and_pages_by_key(clock, monkeypatch):
    habits = [(2, 2), (6, 3), (3, 1), (8, 8), (4, 2)]
    found = {people.who_disputes(clock, orders=n, times=k).pk for n, k in habits}
    standing.recount(timezone.now())
    whole = board.board(Actor.system(), "all", 180)
    lows = [row.figures.low for row in whole.rows]
    assert {row.figures.user_id for row in whole.rows} == found
    assert lows == sorted(lows, reverse=True)
    assert whole.following == ""
    monkeypatch.setattr(board, "PAGE", 2)
    read, after = [], ""
    for _ in range(3):
        part = board.board(Actor.system(), "all", 180, after)
        read += [row.figures.pk for row in part.rows]
        after = part.following.partition("after=")[2]
    assert read == [row.figures.pk for row in whole.rows]
    assert board.board(Actor.system(), "all", 180, "x_y").rows[0].figures.pk == read[0]


def test_the_board_names_who_has_an_open_flag(clock):
    flag = people.flagged(clock)
    people.who_disputes(clock, times=1)
    assert [row.figures.user_id for row in board.board(Actor.system(), "flagged", 180).rows] == [flag.user_id]
    standing.review(flag.pk, outcome="dismiss", facts="Fine.", by=world.acting(people.moderator()))
    assert board.board(Actor.system(), "flagged", 180).rows == []


@pytest.mark.rule("B-05")
def test_sellers_have_a_board_too(clock):
    dispute = people.flagged(clock).user.disputes.first()
    standing.recount(timezone.now())
    page = browser(people.moderator()).get("/admin/abuse/sellers/").content.decode()
    assert dispute.store.name in page


def test_mediators_see_the_flag_on_the_buyers_case(clock):
    """B-03"""
    flag = people.flagged(clock)
    assert reading.flags_for_mediators(flag.user_id) == [
        ("Many disputes in a short time", "3 disputes in 30 days.", "To be looked at")
    ]
    dispute = flag.user.disputes.first()
    page = browser(world.staff("", "mediator")).get(f"/admin/desk/{dispute.public_id}/").content.decode()
    assert "Many disputes in a short time" in page


# -- queries -------------------------------------------------------------------------------------------------------


def many(flag, n) -> None:
    """So many people like this one, with figures and a flag."""
    made = crowd.copies(flag.user, n, username=crowd._name, email="")
    for model in (BuyerFigures, Flag):
        rows = model.objects.filter(user=flag.user)
        crowd._saved(crowd.like(row, user=user) for row in rows for user in made)
    stores = crowd.copies(flag.user.disputes.first().store, n)
    crowd._saved(
        crowd.like(row, store=store)
        for row in StoreFigures.objects.filter(store=flag.user.disputes.first().store)
        for store in stores
    )


def test_board_and_standing_cost_the_same_with_10_and_200_people(clock):
    flag = people.flagged(clock)
    standing.recount(timezone.now())
    client = browser(people.moderator())
    pages = (
        "/admin/abuse/",
        "/admin/abuse/?show=all",
        "/admin/abuse/sellers/",
        f"/admin/abuse/{flag.user.public_id}/",
    )
    counted = []
    for n in (crowd.FEW, crowd.MANY - crowd.FEW):
        many(flag, n)
        with CaptureQueriesContext(connection) as queries:
            board.board(Actor.system(), "flagged", 180)
        assert len(queries) <= 4
        with CaptureQueriesContext(connection) as queries:
            board.sellers_board(Actor.system(), 180)
        assert len(queries) <= 4
        owner = flag.user.disputes.first().store
        with CaptureQueriesContext(connection) as queries:
            reading.standing_of(flag.user_id, [owner.pk], at=timezone.now())
        assert len(queries) <= 4
        counted.append([queries_of(client, page) for page in pages])
    assert counted[0] == counted[1]
    assert User.objects.filter(standing_flags__ground=Ground.MANY).count() == 1 + crowd.MANY
