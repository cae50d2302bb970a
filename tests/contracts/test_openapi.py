"""The OpenAPI document is valid, whole and true, and its page works under our own content policy."""

from __future__ import annotations

import io
import re

import pytest
from django.core.management import call_command
from django.urls import URLPattern, get_resolver

from tests.api import client_of
from tests.world import person

METHODS = {"get", "post", "put", "delete"}
#: what api.md section 3 names, as far as it is built
PATHS = {
    "/auth/token/": "delete post",
    "/disputes/": "get post",
    "/disputes/{id}/": "get",
    **{
        f"/disputes/{{id}}/{verb}/": "post"
        for verb in [
            "accept-claim",
            "refuse-claim",
            "cancel",
            "send-message",
            "provide-evidence",
            "ship-return",
            "acknowledge-return",
            "contest-return",
            "return-events",
            "assign",
            "release",
            "adjudicate",
            "approve",
            "reject-approval",
            "staff-cancel",
        ]
    },
    "/disputes/next/": "post",
    "/disputes/drafts/{order}/": "get put",
    "/orders/{id}/dispute-options/": "get",
    "/notifications/": "get",
    "/notifications/{id}/read/": "post",
    "/policies/": "get",
}


@pytest.fixture(scope="module")
def document():
    from drf_spectacular.generators import SchemaGenerator

    return SchemaGenerator().get_schema(request=None, public=True)


def operations(document):
    for path, item in document["paths"].items():
        for method in METHODS & item.keys():
            yield path, method, item[method]


def test_it_is_valid_and_without_a_warning():
    written = io.StringIO()
    call_command("spectacular", "--fail-on-warn", "--validate", stdout=written)
    assert written.getvalue().startswith("openapi: 3.1")


@pytest.mark.parametrize(("path", "methods"), PATHS.items())
def test_every_address_of_the_contract_is_there(document, path, methods):
    assert set(methods.split()) <= document["paths"][f"/api/v1{path}"].keys()


def test_every_refusal_is_a_problem_and_every_operation_tells_its_own(document):
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path, method, operation in operations(document):
        answers = {int(status): answer for status, answer in operation["responses"].items()}
        named = f"{method} {path}"
        assert 401 in answers or {} in operation.get("security", []), named  # or everybody may
        assert any(status < 300 for status in answers), named
        for status, answer in answers.items():
            if status >= 400 and status != 416:
                assert answer["content"] == problem, (named, status)
        if "{" in path:
            assert 404 in answers, named
        if method == "post":
            assert 422 in answers, named
        if re.search(r"/(disputes|orders)/\{id\}/[a-z-]+/$", path) and method == "post":
            assert {409, 412} <= answers.keys() or "messages" in path, named


def test_every_post_of_a_signed_in_person_takes_an_idempotency_key(document):
    for path, method, operation in operations(document):
        takes = {parameter["name"] for parameter in operation.get("parameters", ())}
        assert ("Idempotency-Key" in takes) == (method == "post" and "/auth/" not in path), (method, path)


def test_operations_have_words_and_names_of_their_own(document):
    names = [operation["operationId"] for _path, _method, operation in operations(document)]
    assert len(names) == len(set(names))
    assert all(operation.get("description") for _path, _method, operation in operations(document))


def test_no_address_of_the_api_is_missing(document):
    """Every route under /api/v1/ stands in the document."""

    def routes(patterns, prefix=""):
        for pattern in patterns:
            here = prefix + str(pattern.pattern)
            if isinstance(pattern, URLPattern):
                yield here
            else:
                yield from routes(pattern.url_patterns, here)

    def plain(route):
        return (
            re.sub(r"<[^>]+>|\(\?P<\w+>[^/]+\)|\{\w+\}", "*", route)
            .replace("^", "")
            .replace("$", "")
            .strip("/")
        )

    known = {plain(path) for path in document["paths"]}
    ours = {plain(route) for route in routes(get_resolver().url_patterns) if route.startswith("api/v1/")}
    assert ours <= known


@pytest.mark.django_db
def test_the_document_and_its_page_are_served_without_inline_script_or_style(client):
    assert client.get("/api/schema/").status_code == 200
    page = client.get("/api/docs/")
    text = page.content.decode()
    assert page.status_code == 200
    assert "unsafe-inline" not in page["Content-Security-Policy"]
    assert "<style" not in text
    assert not re.search(r"<script(?![^>]*src=)", text)
    assert not re.search(r'(src|href)="https?://(?!testserver)', text)
    script = re.search(r'src="([^"]*script=[^"]*)"', text)[1].replace("&amp;", "&")
    found = client.get(script)
    assert found["Content-Type"].startswith("application/javascript")
    assert b"SwaggerUIBundle" in found.content


@pytest.mark.django_db
def test_an_answer_has_the_form_that_the_document_gives_it(document, clock):
    import jsonschema

    from tests import world
    from tests.api import claim
    from tests.world import DAY

    order = world.shipped()
    clock.shift(11 * DAY)
    client = client_of(order.buyer)
    body = client.post("/api/v1/disputes/", claim(order)).json()
    checks = [
        ("Dispute", body),
        ("PaginatedDisputeRowList", client.get("/api/v1/disputes/").json()),
        ("Options", client.get(f"/api/v1/orders/{order.public_id}/dispute-options/").json()),
        ("Problem", client.post("/api/v1/disputes/", {}).json()),
        ("Problem", client.post("/api/v1/disputes/", claim(order)).json()),
        ("PaginatedPolicyList", client_of(person()).get("/api/v1/policies/").json()),
    ]
    for name, value in checks:
        schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        jsonschema.Draft202012Validator(schema).validate(value)
        properties = document["components"]["schemas"][name]["properties"]
        assert value.keys() <= properties.keys() | {"dispute"}, name
