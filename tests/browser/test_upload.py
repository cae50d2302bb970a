"""A large file in a real browser: sent in parts while the page is open, and gone on with after a break."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from disputes.models import Dispute
from marketplace.evidence import uploads
from marketplace.evidence.models import Evidence, Upload
from tests import world
from tests.evidence.films import film, needs_ffmpeg

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), needs_ffmpeg]
MB = 1024 * 1024


@pytest.fixture
def dispute() -> Dispute:
    with time_machine.travel(timezone.now() - timedelta(days=12)):
        order = world.shipped(buyer=world.person("ana"))
    return world.a_dispute(order)


@pytest.mark.rule("E-04")
def test_a_video_goes_on_after_the_browser_was_closed(visitor: Any, dispute: Dispute, tmp_path: Any) -> None:
    path = tmp_path / "unboxing.mp4"
    path.write_bytes(film().ljust(9 * MB))
    ana = visitor()
    ana.sign_in("ana")
    ana.go(f"/disputes/{dispute.public_id}/files/")
    sent: list[str] = []

    def break_after_two(route: Any) -> None:
        if route.request.method != "PATCH":
            route.continue_()
            return
        sent.append(route.request.headers["upload-offset"])
        if len(sent) > 2:
            route.abort()
        else:
            route.continue_()

    ana.page.route("**/api/v1/evidence/uploads/**", break_after_two)
    ana.add_file(str(path))
    ana.page.locator(".sending").get_by_text("the connection broke").wait_for()
    ana.context.close()
    upload = Upload.objects.get()
    assert uploads.offset_of(upload) == 4 * MB

    again = visitor()
    again.sign_in("ana")
    again.go(f"/disputes/{dispute.public_id}/files/")
    offsets: list[str] = []
    again.page.on(
        "request",
        lambda asked: offsets.append(asked.headers["upload-offset"]) if asked.method == "PATCH" else None,
    )
    again.add_file(str(path))
    again.page.locator(".sending").get_by_text("unboxing.mp4 is here").wait_for()
    assert offsets[0] == str(4 * MB), "it goes on where it stopped"
    assert again.fits()
    again.click("Add these files")
    assert again.sees("unboxing.mp4")
    assert dispute.exhibits.get().evidence == Evidence.objects.get()
    assert not again.errors, again.errors


@pytest.mark.rule("E-03", "E-04")
def test_what_is_ticked_after_the_video_was_sent_still_counts(
    visitor: Any, dispute: Dispute, tmp_path: Any
) -> None:
    path = tmp_path / "statement.mp4"
    path.write_bytes(film().ljust(5 * MB))
    ana = visitor()
    ana.sign_in("ana")
    ana.go(f"/disputes/{dispute.public_id}/files/")
    ana.add_file(str(path))
    ana.page.locator(".sending").get_by_text("statement.mp4 is here").wait_for()
    ana.page.get_by_label("Only the mediator sees these").check()
    ana.click("Add these files")
    assert Evidence.objects.get().private
    assert ana.sees("Only the mediator sees this")
