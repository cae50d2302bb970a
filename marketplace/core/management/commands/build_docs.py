"""Make the documents that are read from the code: states, rules and their tests, the endpoints, the API schema."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator, Sequence
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from marketplace.core.access import Rule
from marketplace.core.cases import Case, Deadline
from marketplace.core.policy import ProtectionPolicy

MADE = "<!-- Made by `make docs` from the code: do not edit. -->\n"
DOCS = Path(settings.BASE_DIR) / "docs"
#: rules whose names need more than their underscores taken away
WHO = {
    "system_only": "the clock",
    "sender": "the integrator who sent the order",
    "party": "buyer or seller",
    "assigned_mediator": "the mediator who holds the case",
    "other_mediator": "a second mediator",
    "mediator": "a mediator who is not a party",
    "buyer": "the buyer",
    "seller": "the seller",
}
#: moments of a case in words
MOMENTS = {
    "paid_at": "payment",
    "protection_ends_at": "the end of protection",
    "opened_at": "opening",
    "entered_at": "coming here",
    "escalated_at": "the mediator took over",
    "proved_at": "the seller's proof",
    "hold_time": "the time on hold",
    "paused_for": "the time it rested on a condition",
    "cancel_by": "the time to say whether it came has ended",
    "requests_due_at": "the time to answer the mediator has ended",
    "return_shipment.address_by": "the time to give an address has ended",
    "replacement.send_by": "the time to send it has ended",
    "replacement.lost_at": "it has been on its way for too long",
    "replacement.acknowledge_by": "the time to say that it came has ended",
    "return_shipment.send_by": "the time to send it back has ended",
    "return_shipment.lost_at": "it has been on its way for too long",
    "return_shipment.check_by": "the time to check the return has ended",
}


class Command(BaseCommand):
    help = "Writes docs/states.md, docs/rules.md and docs/api.md from the code, and the OpenAPI schema to var/openapi.yaml."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=Path, default=DOCS, help="the folder to write to (default: docs)")

    def handle(self, *args: Any, to: Path, **options: Any) -> None:
        to.mkdir(parents=True, exist_ok=True)
        document = schema()
        made = {"states.md": states_page(), "rules.md": rules_page(), "api.md": api_page(document)}
        for name, text in made.items():
            (to / name).write_text(text, encoding="utf-8")
            self.stdout.write(f"{to / name}")
        self.stdout.write(f"{write_schema(document)}")


# -- states --------------------------------------------------------------------------------------------------------


def cases() -> list[type[Case]]:
    """Every kind of case, orders before what is about them."""
    found = [model for model in apps.get_models() if issubclass(model, Case)]
    return sorted(found, key=lambda model: (len(model.LOCK_FIRST), model.__name__))


def state_of(model: type[Case]) -> Any:
    """The field that holds the state; each kind of case has its own."""
    options: Any = model._meta
    return options.get_field("state")


def states_page() -> str:
    """A diagram and a table for each kind of case."""
    intro = (
        "# States, verbs and deadlines\n\n"
        "Who may move a case from which state, until when, and what happens if nobody does. Lengths of time are those of\n"
        f"the policy “default”; every number can be changed there. Times are UTC, a day is 24 hours.\n\n{MADE}"
    )
    return "\n".join([intro, *(_case(model) for model in cases())])


def _case(model: type[Case]) -> str:
    return "\n".join(
        [f"## {model.__name__}\n", *_diagram(model), "", *_deadlines(model), "", *_verbs(model), ""]
    )


def moves(model: type[Case]) -> Iterator[tuple[str, str, str]]:
    """(from, verb, to) of every transition that leads to another state.

    A transition that decides where to go names the states that it may also stay in; they are no way from one to another.
    """
    field = state_of(model)
    every = list(field.get_all_transitions(model))
    for each in every:
        chosen = getattr(each.target, "allowed_states", None)
        stays = {other.source for other in every if chosen and other.name == each.name}
        for target in chosen or [each.target]:
            if target is not None and each.source not in ("*", target) and target not in stays:
                yield str(each.source), each.name, str(target)


def _diagram(model: type[Case]) -> list[str]:
    field = state_of(model)
    arrows: dict[tuple[str, str], list[str]] = {}
    for source, verb, target in moves(model):
        arrows.setdefault((source, target), []).append(verb)
    lines = [
        f"    {source} --> {target}: {', '.join(sorted(set(verbs)))}"
        for (source, target), verbs in sorted(arrows.items())
    ]
    ends = sorted({target for _source, target in arrows} - {source for source, _target in arrows})
    return [
        "```mermaid", "stateDiagram-v2", f"    [*] --> {field.default}", *lines, *(f"    {end} --> [*]" for end in ends), "```",
    ]  # fmt: skip


def _deadlines(model: type[Case]) -> list[str]:
    rows = [
        (
            phase,
            row.waiting_for,
            _due(model, row),
            f"`{row.then}`" if row.then else "nothing by itself",
            row.why,
        )
        for phase, row in model.DEADLINES.items()
    ]
    return _table(("state", "waits for", "until", "then", "why"), rows)


def _verbs(model: type[Case]) -> list[str]:
    told = import_module(f"{model._meta.app_config.name}.notifications")
    rows = []
    for verb, rule in model.RULES.items():
        means = (inspect.getdoc(getattr(model, verb)) or "").splitlines()[0]
        people = " and ".join(sorted({message.to for message in told.MESSAGES.get(verb, ())})) or "nobody"
        rows.append((f"`{verb}`", who(rule), ", ".join(_sources(model, verb)), means, people))
    return _table(("verb", "who", "from", "what it means", "who is told"), rows)


def _sources(model: type[Case], verb: str) -> list[str]:
    field = state_of(model)
    found = {str(each.source) for each in field.get_all_transitions(model) if each.name == verb}
    order = [value for value, _label in field.choices]
    return ["any"] if "*" in found else sorted(found, key=order.index)


def who(rule: Rule) -> str:
    """A rule in words; of `either(…)` each part."""
    parts: Sequence[Rule] = inspect.getclosurevars(rule).nonlocals.get("rules", (rule,))
    names = [getattr(part, "__name__", "") for part in parts]
    return " or ".join(WHO.get(name, name.replace("_", " ")) for name in names)


def _due(model: type[Case], row: Deadline) -> str:
    """When it is due, read from the function that says so, with the policy's own lengths in it."""
    if row.due.__name__ != "<lambda>":
        return (inspect.getdoc(row.due) or "").replace("\n", " ").partition(". ")[0].rstrip(".")
    source = textwrap.dedent(inspect.getsource(row.due)).strip()
    tree = ast.parse(_whole(source))
    found = next(node for node in ast.walk(tree) if isinstance(node, ast.Lambda))
    if isinstance(found.body, ast.Constant) and found.body.value is None:
        return "no date"
    return _in_words(model, found.body)


def _whole(source: str) -> str:
    """A lambda's lines as they stand in a dictionary, made into something that can be read as Python."""
    start = source.index("lambda")
    for end in range(len(source), start, -1):
        try:
            ast.parse(text := f"({source[start:end]})")
        except SyntaxError:
            continue
        return text
    return "lambda case: None"


def _in_words(model: type[Case], expression: ast.expr) -> str:
    if isinstance(expression, ast.Call) and ast.unparse(expression.func) == "timedelta":
        name = ast.unparse(expression.keywords[0].value).rpartition(".")[2]
        return _length(timedelta(days=getattr(ProtectionPolicy(), name)))
    if isinstance(expression, ast.BinOp):
        return f"{_in_words(model, expression.left)} + {_in_words(model, expression.right)}"
    path = ast.unparse(expression).split(".")[1:]
    if path[0] == "policy":
        return _length(getattr(ProtectionPolicy(), path[1]))
    named = inspect.getattr_static(model, path[0], None)
    if isinstance(named, property) and len(path) == 1 and named.fget is not None:
        tree = ast.parse(textwrap.dedent(inspect.getsource(named.fget)))
        sums = [
            node for node in ast.walk(tree) if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add)
        ]
        if sums:
            return _in_words(model, sums[0])
    name = ".".join(path)
    return MOMENTS.get(name, name.replace("_", " ").replace(".", " "))


def _length(span: timedelta) -> str:
    return f"{span.days} days" if not span.seconds else f"{int(span.total_seconds() // 3600)} hours"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return [f"| {' | '.join(str(cell).replace('|', '/') for cell in line)} |" for line in lines]


# -- rules ---------------------------------------------------------------------------------------------------------


def rules_page() -> str:
    """Rule → tests, by section. Read from the tests' source, so it needs the checkout."""
    book = import_module("tests.rulebook")
    proofs: dict[str, list[str]] = book.proofs()
    proved = [rule for rule in book.RULES if rule in proofs]
    lines = [
        f"# Rules and their tests\n\n{MADE}\n{len(proved)} of {len(book.RULES)} rules are proved by a test."
    ]
    for letter, title in book.SECTIONS.items():
        rows = [
            (rule, book.RULES[rule], "<br>".join(f"`{test}`" for test in proofs.get(rule, ())) or "none yet")
            for rule in book.in_order({rule for rule in book.RULES if rule.startswith(letter)})
        ]
        lines += ["", f"## {title}", "", *_table(("rule", "what it says", "tests"), rows)]
    return "\n".join(lines) + "\n"


# -- the API -------------------------------------------------------------------------------------------------------


def schema() -> dict[str, Any]:
    """The OpenAPI document, as `/api/schema/` serves it. Asked for by name: only doors know REST framework."""
    generators = import_module("drf_spectacular.generators")
    document: dict[str, Any] = generators.SchemaGenerator().get_schema(request=None, public=True)
    return document


def write_schema(document: dict[str, Any]) -> Path:
    """Beside the database, not in the repository: it is large, and the server itself serves it."""
    renderers = import_module("drf_spectacular.renderers")
    file = Path(settings.VAR_DIR) / "openapi.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(renderers.OpenApiYamlRenderer().render(document, renderer_context={}))
    return file


def api_page(document: dict[str, Any]) -> str:
    """Every endpoint on one line."""
    rows = []
    for path, operations in sorted(document["paths"].items()):
        for method, operation in operations.items():
            means = str(operation.get("description", "")).strip().splitlines()
            refusals = ", ".join(status for status in sorted(operation["responses"]) if status >= "400")
            rows.append((f"`{method.upper()} {path}`", means[0] if means else "", refusals))
    intro = (
        f"# Endpoints\n\n{MADE}\n"
        "The whole truth, every field and every status, is the OpenAPI document at `/api/schema/`, with pages to try it at\n"
        "`/api/docs/`. How to sign in, and what errors look like, is told in [integrators.md](integrators.md).\n"
    )
    return "\n".join([intro, *_table(("endpoint", "what it does", "refusals"), rows), ""])
