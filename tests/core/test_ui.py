"""The components: what ties a question to its hint and its error, and that nobody's words become markup."""

from __future__ import annotations

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone, translation

from marketplace.core.display import Step, TimelineLine
from marketplace.core.errors import TooEarly
from marketplace.core.money import Money
from marketplace.core.views import Sample, csrf_failure, typed_in

EVIL = "<script>alert(1)</script>"
EVIL_SAFE = "&lt;script&gt;alert(1)&lt;/script&gt;"


def render(source: str, **context: Any) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


# -- words and time ---------------------------------------------------------------------------------------------


def test_money_as_tag_and_filter() -> None:
    price = Money(2490, "USD")
    assert render("{% money m %}", m=price) == '<bdi class="num">US$24.90</bdi>'
    assert render("{{ m|money }}", m=price) == "US$24.90"
    assert render("{{ m|money }}", m=None) == ""


def test_money_stays_whole_in_right_to_left_text() -> None:
    with translation.override("ar"):
        assert render("{{ m|money }}", m=Money(2490, "USD")).startswith("\u2068")


def test_moment_is_a_time_element_and_none_is_nothing() -> None:
    at = timezone.now() + timedelta(days=4)
    html = render("{% moment at %}", at=at)
    assert f'datetime="{at.isoformat()}"' in html
    assert "In 3 days" in html or "In 4 days" in html
    assert render("{% moment at %}", at=None) == ""


def test_countdown_runs_and_ends() -> None:
    left = render("{% countdown at %}", at=timezone.now() + timedelta(days=2, hours=4, minutes=1))
    assert ">2 days 4 hours<" in left
    assert "data-countdown" in left
    assert 'role="timer"' in left
    assert ">the time has ended<" in render("{% countdown at %}", at=timezone.now())


def test_state_tag_reads_the_case() -> None:
    case = SimpleNamespace(state_label="Waiting for you", state_tone="wait")
    assert render("{% state_tag case %}", case=case) == '<span class="tag wait">Waiting for you</span>'


# -- forms ------------------------------------------------------------------------------------------------------


def attribute(html: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', html)
    assert found, html
    return found[1]


def test_field_ties_hint_and_error_to_the_control() -> None:
    form = Sample({})
    html = render("{% field f %}", f=form["title"])
    assert attribute(html, "aria-describedby") == "id_title_hint id_title_error"
    for part in ("hint", "error"):
        assert f'id="id_title_{part}"' in html
    assert 'aria-invalid="true"' in html
    assert '<label for="id_title">' in html


def test_field_without_hint_or_error_describes_nothing() -> None:
    assert "aria-describedby" not in render("{% field f %}", f=Sample()["carrier"])


def test_field_takes_words_and_attributes_from_the_page() -> None:
    html = render(
        '{% field f label="Sum" hint="" prefix="US$" short=True data_x="1" %}', f=Sample()["amount"]
    )
    assert ">Sum</label>" in html
    assert 'data-x="1"' in html
    assert 'inputmode="decimal"' in html
    assert 'type="text"' in html, "a number control drops what it cannot read"
    assert "Up to US$24.90" not in html
    assert "aria-describedby" not in html, "nothing may point at a hint that is not there"


def test_whole_numbers_get_the_keyboard_of_digits() -> None:
    class Whole(forms.Form):
        pieces = forms.IntegerField(min_value=1)

    html = render("{% field f %}", f=Whole()["pieces"])
    assert 'inputmode="numeric"' in html
    assert "min=" not in html


def test_a_text_area_counts_letters_and_cuts_nothing_off() -> None:
    html = render("{% field f %}", f=Sample()["note"])
    assert attribute(html, "data-count") == "1000"
    assert "maxlength" not in html
    assert "id_note_count" in attribute(html, "aria-describedby")
    assert "(optional)" in html


@pytest.mark.parametrize("name", ["reason", "things"])
def test_groups_have_a_legend_and_a_label_each(name: str) -> None:
    html = render("{% field f %}", f=Sample({})[name])
    assert html.count("<legend") == 1
    ids = re.findall(r'<input[^>]*\bid="([^"]+)"', html)
    assert ids == re.findall(r'<label class="opt" for="([^"]+)"', html)
    assert f"id_{name}_error" in html


def test_hidden_fields_stay_bare() -> None:
    class Hidden(forms.Form):
        version = forms.IntegerField(widget=forms.HiddenInput, initial=3)

    assert render("{% field f %}", f=Hidden()["version"]).startswith("<input")


def test_error_summary_links_to_the_first_control_and_names_the_field() -> None:
    html = render("{% error_summary form %}", form=Sample({"title": "x"}))
    assert 'href="#id_reason_0"' in html
    assert "How much money do you ask for?: This field is required." in html
    assert 'role="alert"' in html


def test_error_summary_is_silent_without_errors() -> None:
    assert render("{% error_summary form %}", form=Sample()).strip() == ""


def test_error_summary_keeps_words_of_our_own() -> None:
    class Own(forms.Form):
        sum = forms.CharField(error_messages={"required": "Enter a sum."})

    assert ">Enter a sum.<" in render("{% error_summary form %}", form=Own({}))


def test_button_list_marks_the_answer_given() -> None:
    html = render('{% button_list "answer" c chosen="b" %}', c=[("a", "Yes"), ("b", "No", "It did not come")])
    assert html.count("<button") == 2
    assert 'class="pick chosen" name="answer" value="b"' in html


# -- nobody's words become markup -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "context"),
    [
        ("{% tag x %}", {"x": EVIL}),
        ("{% next_step x %}y{% endnext_step %}", {"x": EVIL}),
        ("{% notice x %}y{% endnotice %}", {"x": EVIL}),
        ("{% panel x %}y{% endpanel %}", {"x": EVIL}),
        ("{% empty x %}y{% endempty %}", {"x": EVIL}),
        ("{% empty 'a' %}{{ x }}{% endempty %}", {"x": EVIL}),
        ("{% summary x %}", {"x": [{"label": "a", "value": EVIL, "url": "#"}]}),
        ("{% tasks x %}", {"x": [{"label": EVIL, "status": "b"}]}),
        ("{% gallery x %}", {"x": [{"url": "#", "name": EVIL, "kind": "Photo"}]}),
        ("{% message x %}", {"x": {"by": "a", "at": timezone.now(), "text": EVIL}}),
        ("{% timeline x %}", {"x": [TimelineLine("a", timezone.now(), note=EVIL)]}),
        ("{% tracker x 'a' %}", {"x": [Step(EVIL)]}),
        ("{% button_list 'a' x %}", {"x": [("v", EVIL)]}),
        ("{% field x %}", {"x": Sample({"title": "", "note": EVIL})["note"]}),
    ],
)
def test_text_is_text(source: str, context: dict[str, Any]) -> None:
    html = render(source, **context)
    assert "<script" not in html
    assert EVIL_SAFE in html


# -- lists ------------------------------------------------------------------------------------------------------


def test_tracker_says_its_state_in_words() -> None:
    html = render('{% tracker s "Refund" %}', s=[Step("A", "done", "5 May"), Step("B", "now"), Step("C")])
    assert html.count('aria-current="step"') == 1
    assert [word for word in ("Done: 5 May", "Now", "Later") if word in html] == [
        "Done: 5 May",
        "Now",
        "Later",
    ]


def test_summary_changes_by_link_or_button_and_says_what() -> None:
    html = render("{% summary r %}", r=[{"label": "Ask", "value": "1", "name": "go", "act": "ask"}])
    assert '<button class="linkish" name="go" value="ask">Change <span class="vh">Ask</span></button>' in html


def test_pager_is_absent_on_a_single_page() -> None:
    assert render("{% pager '' '' %}").strip() == ""
    assert 'rel="next"' in render("{% pager '' '?c=2' %}")


# -- pages of refusal -------------------------------------------------------------------------------------------


def test_every_error_page_comes_up_with_nothing_to_go_on() -> None:
    for name in ("400", "403", "404", "409_changed", "409_moment", "410", "413", "429", "csrf", "500", "503"):
        html = Template(f'{{% include "errors/{name}.html" %}}').render(Context())
        assert html.count("<h1") == 1, name
        assert html.count("<main") == 1, name


def test_too_early_says_from_when_and_gives_the_text_back() -> None:
    error = TooEarly("Wait.", possible_from=timezone.now() + timedelta(days=3, minutes=1))
    source = '{% include "errors/409_moment.html" %}'
    html = render(source, error=error, back_url="/orders/ord_1/", typed={"Message": EVIL})
    assert "In 3 days" in html
    assert 'href="/orders/ord_1/"' in html
    assert EVIL_SAFE in html


def test_not_yours_and_not_there_are_the_same_page() -> None:
    source = '{% include "errors/404.html" %}'
    assert render(source, error=SimpleNamespace(title="Not yours", detail="x")) == render(source)


def test_a_stale_form_gives_back_the_text_but_no_secret() -> None:
    request = RequestFactory().post("/x/", {"message": "It is broken.", "password": "a b c", "answer": "yes"})
    assert typed_in(request) == {"Message": "It is broken."}


@pytest.mark.django_db
def test_a_stale_form_is_403_with_the_text() -> None:
    request = RequestFactory().post("/x/", {"message": "It is broken."})
    response = csrf_failure(request)
    assert response.status_code == 403
    assert b"It is broken." in response.content


# -- whole pages ------------------------------------------------------------------------------------------------

PUBLIC = [
    "styleguide",
    "account_login",
    "account_signup",
    "account_reset_password",
    "account_reset_password_done",
]


@pytest.mark.django_db
@pytest.mark.parametrize("name", PUBLIC)
def test_public_pages_have_one_heading_a_skip_link_and_no_style_of_their_own(
    client: Client, name: str
) -> None:
    response = client.get(reverse(name))
    html = response.content.decode()
    assert response.status_code == 200
    assert html.count("<h1") == 1
    assert html.index('href="#main"') < html.index("<header")
    assert "style=" not in html
    assert "unsafe" not in response.headers.get("Content-Security-Policy", "")


@pytest.mark.django_db
def test_sign_up_says_the_rules_of_a_password_before(client: Client) -> None:
    html = client.get(reverse("account_signup")).content.decode()
    assert "at least" in html[html.index('id="id_password1_hint"') : html.index('name="password1"')]


@pytest.mark.django_db
def test_a_wrong_password_is_said_on_top_and_the_name_is_kept(client: Client) -> None:
    html = client.post(reverse("account_login"), {"login": "anna", "password": "x"}).content.decode()
    assert "There is a problem" in html
    assert 'value="anna"' in html
    assert "<title>Error:" in html
