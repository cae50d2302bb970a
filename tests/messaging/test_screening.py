"""What the screening finds, what it leaves alone, and how long it takes (N-07)."""

from __future__ import annotations

import re
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError

from marketplace.messaging import services, terms
from marketplace.messaging.models import ScreeningTerm
from marketplace.messaging.screening import Screen
from tests import world

pytestmark = [pytest.mark.rule("N-07")]
DATA = Path(__file__).parent / "data"
LANGUAGES = ("en", "ru", "zh", "pt")


@pytest.fixture(scope="module")
def screen() -> Screen:
    """The terms that come with the product."""
    return Screen.of((category, term) for _language, category, term in terms.shipped())


def labelled(name: str) -> list[tuple[str, set[str], str]]:
    """(language, what it should be found for, sentence)"""
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return [(lang, set() if label == "-" else set(label.split(",")), text) for lang, label, text in rows]


def measured(screen: Screen, name: str) -> tuple[float, float, list[str]]:
    """(recall, share of harmless sentences that were flagged, what went wrong)"""
    hits = wanted_in_all = harmless = wrongly = 0
    faults = []
    for language, wanted, text in labelled(name):
        found = {each.category for each in screen.findings(text)}
        hits, wanted_in_all = hits + len(found & wanted), wanted_in_all + len(wanted)
        harmless, wrongly = harmless + (not wanted), wrongly + (not wanted and bool(found))
        if found != wanted:
            faults.append(f"{language}: {text} → {sorted(found)}, not {sorted(wanted)}")
    return hits / wanted_in_all, wrongly / harmless, faults


def test_the_terms_were_made_on_these_sentences(screen: Screen) -> None:
    recall, wrongly, faults = measured(screen, "sentences.tsv")
    print(f"\nsentences.tsv: recall {recall:.3f}, harmless flagged {wrongly:.3f}")
    assert len(labelled("sentences.tsv")) > 200
    assert recall >= 0.97, faults
    assert wrongly <= 0.02, faults


def test_and_are_measured_on_these(screen: Screen) -> None:
    recall, wrongly, faults = measured(screen, "unseen.tsv")
    print(f"\nunseen.tsv: recall {recall:.3f}, harmless flagged {wrongly:.3f}", *faults, sep="\n")
    assert recall >= 0.75, faults
    assert wrongly <= 0.10, faults


DISGUISES = {
    "capitals and width": ("ＰＡＹＰＡＬ me", "outside_payment"),
    "invisible characters": ("c\u200ban\u00adc\u2060el the dis\u200dpute", "early_confirm"),
    "accents": ("cáncel thé dìspute", "early_confirm"),
    "look-alike letters": ("сапсеl the dispute", "early_confirm"),
    "all of them look alike": ("your раураl please", "outside_payment"),
    "digits for letters": ("c4nc3l the d1spute", "early_confirm"),
    "signs for letters": ("you a$$hole", "insult"),
    "letters set apart": ("c a n c e l the dispute", "early_confirm"),
    "dots between letters": ("i.d.i.o.t", "insult"),
    "stretched": ("you idiooooot", "insult"),
    "digits of another script": ("call +٧٩١٢٣٤٥٦٧٨٩", "contact_details"),
    "digits written out": ("我的电话一三九一二三四五六七八", "contact_details"),
    "letters for digits": ("phone 8 9I2 345 67 89", "contact_details"),
    "Latin in Russian": ("зaкpoйтe cпop", "early_confirm"),
    "spaces in Chinese": ("确 认 收 货", "early_confirm"),
    "traditional Chinese": ("請取消糾紛", "early_confirm"),
    "mail in words": ("jane (at) example (dot) com", "contact_details"),
}


@pytest.mark.parametrize(("text", "category"), DISGUISES.values(), ids=DISGUISES)
def test_a_disguise_does_not_help(screen: Screen, text: str, category: str) -> None:
    assert category in {each.category for each in screen.findings(text)}


HARMLESS = (
    "Scunthorpe, Essex, Penistone, Clitheroe",
    "the assassin's classic bass, a cockatoo and shiitake",
    "the tracking number is RR123456785CN, or LP00123456789012, or 00340434161094021501",
    "order 13912345678, invoice 89123456789, model 910-004791, item A-1001-22334455",
    "paid 1,299.00 on 2026-10-04 18:30, size 42/44, 5V 2.4A",
    "https://global.cainiao.com/detail.htm?mailNoList=LP00123456789 and 17track.net",
    "файл photo.jpg, инструкция manual.pdf, версия 1.2.3",
    "操作说明, 妈妈的礼物, 草帽",
    "o computador de bordo, a cuia, o cupim",
    "",
    "…",
    "😀😀😀",
)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_looks_like_it_is_left_alone(screen: Screen, text: str) -> None:
    assert screen.findings(text) == []


def test_the_opposite_is_left_alone(screen: Screen) -> None:
    for text in (
        "I will not cancel the dispute",
        "не закрою спор",
        "我不会取消纠纷",
        "não vou cancelar a disputa",
    ):
        assert screen.findings(text) == [], text
    assert screen.findings("Do not worry, cancel the dispute"), "the comma ends what is denied"


LONG = {
    "prose": " ".join(text for _lang, wanted, text in labelled("sentences.tsv") if not wanted)[:2000],
    "Russian": " ".join(text for lang, _wanted, text in labelled("sentences.tsv") if lang == "ru")[:2000],
    "Chinese": "".join(text for lang, _wanted, text in labelled("sentences.tsv") if lang == "zh")[:2000],
}
ADVERSE = (
    "1" * 2000,
    "1 " * 1000,
    "a.b" * 660,
    "@" * 2000,
    "a@" * 1000,
    "a-" * 1000,
    "(1)" * 660,
    "ﷺ" * 2000,
    "cancel pay refund " * 110,
)


def words_of(text: str) -> list[str]:
    """The least that any screening does: one normal form, its words."""
    return re.findall(r"\w+", unicodedata.normalize("NFKD", text).casefold())


def seconds(work: Callable[[], object]) -> float:
    """The processor's time for some work, the best of nine."""
    best = float("inf")
    for _again in range(9):
        before = time.process_time()
        work()
        best = min(best, time.process_time() - before)
    return best


@pytest.mark.parametrize("kind", LONG)
def test_a_long_message_costs_a_small_multiple_of_reading_its_words(screen: Screen, kind: str) -> None:
    """Measured side by side in one run; on the machine it was made on this is under 3 ms for 2,000 characters."""
    text = LONG[kind]
    taken, peer = seconds(lambda: screen.findings(text)), seconds(lambda: words_of(text))
    print(f"\n{kind}, {len(text)} characters: {taken * 1000:.2f} ms, {taken / peer:.0f} × reading its words")
    assert taken < 60 * peer


@pytest.mark.parametrize("text", ADVERSE, ids=lambda text: text[:4])
def test_no_text_makes_it_slow(screen: Screen, text: str) -> None:
    """The worst is a small multiple of plain prose of the same length: nothing grows faster than the text."""
    assert seconds(lambda: screen.findings(text)) < 12 * seconds(lambda: screen.findings(LONG["prose"]))


# -- the terms are staff's to edit ---------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_terms_of_all_languages_are_in_the_table() -> None:
    counts = {lang: ScreeningTerm.objects.filter(language=lang).count() for lang in LANGUAGES}
    assert min(counts.values()) > 50, counts
    for row in ScreeningTerm.objects.all():
        row.full_clean(validate_unique=False, validate_constraints=False)


@pytest.mark.django_db
def test_an_edited_term_holds_from_the_next_message_on() -> None:
    assert services.findings("What a florbish seller") == []
    row = ScreeningTerm.objects.create(language="en", category="insult", term="florbish")
    assert [each.category for each in services.findings("What a florbish seller")] == ["insult"]
    row.is_on = False
    row.save()
    assert services.findings("What a florbish seller") == []
    row.term, row.is_on = "glorbish", True
    row.save()
    assert services.findings("What a glorbish seller")


@pytest.mark.django_db
def test_looking_costs_one_small_query(django_assert_num_queries) -> None:
    services.findings("warm up")
    with django_assert_num_queries(1):
        services.findings("Please cancel the dispute")


@pytest.mark.django_db
def test_what_staff_turned_off_stays_off() -> None:
    row = ScreeningTerm.objects.filter(category="insult").first()
    assert row is not None
    row.is_on = False
    row.save()
    before = ScreeningTerm.objects.count()
    terms.ensure_terms()
    row.refresh_from_db()
    assert not row.is_on and ScreeningTerm.objects.count() == before


@pytest.mark.parametrize("term", ["", "…", "… refund", "refund …", "a", "|", "*", "the … … …"])
def test_a_term_that_says_nothing_is_refused(term: str) -> None:
    with pytest.raises(ValidationError):
        ScreeningTerm(language="en", category="insult", term=term).full_clean(
            validate_unique=False, validate_constraints=False
        )


@pytest.mark.django_db
def test_staff_edit_the_terms_in_the_admin_and_others_do_not(client) -> None:
    data = {"language": "en", "category": "insult", "term": "florbish", "is_on": "on"}
    for groups, status in ((("mediator",), 403), (("moderator",), 302)):
        client.force_login(world.staff("", *groups))
        assert client.post("/admin/messaging/screeningterm/add/", data).status_code == status
    row = ScreeningTerm.objects.get(term="florbish")
    page = f"/admin/messaging/screeningterm/{row.pk}/change/"
    assert client.post(page, data | {"term": "… x"}).status_code == 200, "said beside the field"
    assert client.post(page, data | {"term": "glorbish"}).status_code == 302
    assert services.findings("glorbish") and not services.findings("florbish")
    assert client.post(f"/admin/messaging/screeningterm/{row.pk}/delete/", {"post": "yes"}).status_code == 403
