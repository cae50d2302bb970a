"""Notices by mail: each once, patient with a mail server that is away, and nobody stopped by one bad address."""

from __future__ import annotations

import socket
import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from aiosmtpd.controller import Controller
from django.db import connections
from django.utils import timezone

from marketplace.notifications import mail
from marketplace.notifications.models import Notice
from tests import world

HOUR = timedelta(hours=1)
SMTP = "django.core.mail.backends.smtp.EmailBackend"


def a_notice(**wishes: Any) -> Notice:
    language = wishes.pop("language", "")
    values: dict[str, Any] = {
        "recipient": wishes.pop("recipient", None) or world.person(language=language),
        "key": f"test:{Notice.objects.count()}",
        "case_id": "ord_1",
        "url": "/orders/ord_1/",
        "subject": "Your parcel is on its way",
        "text": "It left today.\nUse <b>care</b>.",
        "created_at": timezone.now(),
        "mail_next_at": timezone.now(),
        **wishes,
    }
    return Notice.objects.create(**values)


@pytest.mark.django_db
class TestSending:
    def test_each_is_sent_once_as_text_and_html(self, mailoutbox, settings):
        settings.SITE_URL = "https://market.example"
        notice = a_notice(needs_you=True)
        assert mail.drain() == {"sent": 1}
        assert mail.drain() == {}
        (letter,) = mailoutbox
        assert letter.to == [notice.recipient.email]
        assert letter.subject == "Your parcel is on its way"
        assert "Act here: https://market.example/orders/ord_1/" in letter.body
        assert "<b>care</b>" in letter.body
        html, kind = letter.alternatives[0]
        assert kind == "text/html"
        assert "&lt;b&gt;care&lt;/b&gt;" in html
        assert 'href="https://market.example/orders/ord_1/"' in html
        assert letter.extra_headers["Message-ID"] == f"<{notice.public_id}@market.example>"

    def test_a_subject_cannot_smuggle_a_header(self, mailoutbox):
        a_notice(subject="Order 1\nBcc: everybody@example.org")
        assert mail.drain() == {"sent": 1}
        assert mailoutbox[0].subject == "Order 1 Bcc: everybody@example.org"
        assert "Bcc" not in dict(mailoutbox[0].message().items())

    def test_it_says_its_language(self, mailoutbox):
        a_notice(language="pt-br")
        mail.drain()
        assert '<html lang="pt-br">' in mailoutbox[0].alternatives[0][0]

    def test_who_has_left_gets_none(self, mailoutbox):
        notice = a_notice(recipient=world.person(is_active=False))
        a_notice(mail_next_at=timezone.now() + HOUR)
        assert mail.drain() == {"none": 1}
        assert Notice.objects.get(pk=notice.pk).mail_next_at is None
        assert mailoutbox == []

    def test_limit_and_seconds(self, mailoutbox):
        for _ in range(3):
            a_notice()
        assert mail.drain(limit=2) == {"sent": 2}
        assert mail.drain(seconds=-1) == {}
        assert len(mailoutbox) == 2


class Postbox:
    """A mail server that keeps what it gets, and refuses some addresses."""

    def __init__(self) -> None:
        self.letters: list[str] = []
        self.refuse: dict[str, str] = {}
        self.busy: list[str] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.busy:
            return self.busy.pop()
        self.letters.extend(envelope.rcpt_tos)
        return "250 OK"


@pytest.fixture
def postbox(settings):
    box = Postbox()
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = trial.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = SMTP, "127.0.0.1", port
    yield box
    controller.stop()


@pytest.mark.django_db
class TestTrouble:
    def test_a_server_that_is_away_for_six_hours_costs_nothing(self, settings, mailoutbox):
        settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = SMTP, "127.0.0.1", 1
        with time_machine.travel("2026-03-02T10:00:00+00:00", tick=False) as clock:
            for _ in range(5):
                a_notice()
            for _ in range(6):
                assert mail.drain() == {}
                clock.shift(HOUR)
            assert set(Notice.objects.values_list("mail", "mail_tries")) == {("waiting", 0)}
            settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
            assert mail.drain() == {"sent": 5}
        assert len({letter.to[0] for letter in mailoutbox}) == 5

    def test_an_address_that_does_not_exist_is_given_up_and_the_others_go_on(self, postbox):
        gone, slow, fine = a_notice(), a_notice(), a_notice()
        postbox.refuse = {gone.recipient.email: "550 no such user", slow.recipient.email: "450 try later"}
        assert mail.drain() == {"failed": 1, "waiting": 1, "sent": 1}
        assert postbox.letters == [fine.recipient.email]

    def test_a_mail_put_off_comes_again_later_and_ends_after_a_day(self, postbox):
        start = timezone.now()
        with time_machine.travel(start, tick=False) as clock:
            notice = a_notice()
            postbox.refuse = {notice.recipient.email: "450 try later"}
            assert mail.drain() == {"waiting": 1}
            assert mail.drain() == {}, "not at once again"
            tries = 1
            while Notice.objects.get().mail == "waiting":
                clock.shift(HOUR)
                tries += mail.drain().total()
            assert timezone.now() - start <= timedelta(hours=27)
        assert 10 <= tries <= 20
        assert Notice.objects.get().mail == "failed"

    def test_a_busy_server_gets_it_at_the_second_try(self, postbox):
        a_notice()
        postbox.busy.append("451 busy")
        assert mail.drain() == {"waiting": 1}
        with time_machine.travel(timezone.now() + HOUR):
            assert mail.drain() == {"sent": 1}
        assert len(postbox.letters) == 1

    def test_one_whose_sender_died_is_sent_when_the_lease_ends(self, mailoutbox):
        start = timezone.now()
        with time_machine.travel(start, tick=False) as clock:
            notice = a_notice()
            assert mail._claim(notice.pk, start)
            assert mail.drain() == {}
            clock.shift(mail.LEASE)
            assert mail.drain() == {"sent": 1}


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_runs_at_the_same_moment_send_each_once(postbox):
    for _ in range(20):
        a_notice()

    def run() -> None:
        try:
            mail.drain()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(postbox.letters) == len(set(postbox.letters)) == 20
