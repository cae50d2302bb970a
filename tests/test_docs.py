"""What is written beside the code is true: the generated pages are those that the code makes now."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command, get_commands

from marketplace.core.management.commands.build_docs import cases, moves, states_page

DOCS = Path(settings.BASE_DIR) / "docs"
GUIDES = ("integrators.md", "mediators.md", "operators.md", "users.md")


def test_the_states_are_those_of_the_code() -> None:
    assert (DOCS / "states.md").read_text(encoding="utf-8") == states_page(), "run: make docs"


def test_every_state_and_every_verb_stands_there() -> None:
    page = states_page()
    for model in cases():
        for verb in model.RULES:
            assert f"| `{verb}` |" in page, verb
        for phase in model.DEADLINES:
            assert f"| {phase} |" in page, phase
        for source, verb, target in moves(model):
            assert re.search(rf"^    {source} --> {target}: .*\b{verb}\b", page, re.MULTILINE), (
                source,
                verb,
                target,
            )


@pytest.mark.django_db
def test_all_of_them_can_be_made(tmp_path: Path, settings) -> None:
    settings.VAR_DIR = tmp_path / "var"
    call_command("build_docs", to=tmp_path, stdout=(tmp_path / "said").open("w"))
    assert {file.name for file in tmp_path.glob("*.md")} == {"states.md", "rules.md", "api.md"}
    assert "POST /api/v1/disputes/{id}/accept-claim/" in (tmp_path / "api.md").read_text(encoding="utf-8")
    assert (tmp_path / "var" / "openapi.yaml").read_text(encoding="utf-8").startswith("openapi: 3.1")


def test_every_setting_of_the_environment_is_told() -> None:
    """docs/operators.md lists each variable that the code reads; none that it does not."""
    rows = [
        line
        for line in (DOCS / "operators.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("| `")
    ]
    told = {name for row in rows for name in re.findall(r"`([A-Z][A-Z0-9_]+)`", row.split("|")[1])}
    read = set()
    for name in (
        "marketplace/settings.py",
        "marketplace/api_settings.py",
        "marketplace/queue_settings.py",
        "marketplace/database.py",
        "marketplace/postgres.py",
        "marketplace/core/management/commands/serve.py",
    ):
        source = (Path(settings.BASE_DIR) / name).read_text(encoding="utf-8")
        read |= set(re.findall(r'(?:env\.\w+|environ\.get)\(\s*"([A-Z0-9_]+)"', source))
    assert told == read


def test_every_command_is_told() -> None:
    page = (DOCS / "operators.md").read_text(encoding="utf-8")
    ours = {
        name
        for name, app in get_commands().items()
        if str(app).startswith(("marketplace", "disputes", "reports"))
    }
    assert ours - {name for name in ours if f"`{name}" in page} == set()


@pytest.mark.parametrize("name", [*GUIDES, "states.md", "api.md"])
def test_no_link_of_a_guide_leads_nowhere(name: str) -> None:
    page = (DOCS / name).read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", page):
        assert (DOCS / target).resolve().exists(), target
