"""`import_orders`: a file with broken lines, twice, dry, packed, and in no more memory than a part of it needs."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
import tracemalloc
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from marketplace.accounts.models import User
from marketplace.orders.management.commands.import_orders import LONGEST_LINE
from marketplace.orders.models import Order
from marketplace.payments.models import LedgerEntry
from marketplace.payments.proof import prove
from tests import world
from tests.orders.sending import a_row, shipped_row

pytestmark = pytest.mark.django_db
OLIST = Path(__file__).resolve().parents[3] / "shared/data/olist/to_orders.py"


def run(path, *options) -> dict[str, int]:
    """What the command counted."""
    out = StringIO()
    call_command("import_orders", str(path), *options, stdout=out)
    return {name: int(number) for name, number in re.findall(r"^(\w+) (\d+)$", out.getvalue(), re.MULTILINE)}


def counted(**numbers: int) -> dict[str, int]:
    return {"taken": 0, "updated": 0, "unchanged": 0, "doubtful": 0, "refused": 0, **numbers}


def written(path: Path, *lines: object) -> Path:
    """A file of these lines: bytes as they are, anything else as JSON."""
    path.write_bytes(
        b"".join(line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n" for line in lines)
    )
    return path


BROKEN = [
    (b"{\n", "not JSON"),
    (b'{"reference": "A-1"\n', "not JSON"),
    (b"reference;currency\n", "not JSON"),
    (b"[]\n", "not a JSON object"),
    (b'"row"\n', "not a JSON object"),
    (b"17\n", "not a JSON object"),
    (b"null\n", "not a JSON object"),
    (b'{"reference": NaN}\n', "NaN is not a number"),
    (b'{"quantity": -Infinity}\n', "-Infinity is not a number"),
    (b'{"reference": "\xff\xfe"}\n', "not UTF-8"),
    ('{"reference": "é"}\n'.encode("utf-16"), "not "),
    (b'{"n": ' + b"9" * 5000 + b"}\n", "not JSON"),
    (b"[" * 100_000 + b"\n", "nested too deeply"),
    (b'{"a": "' + b"x" * LONGEST_LINE + b'"}\n', "longer than"),
    (b"{" + b" " * 3 * LONGEST_LINE + b"}\n", "longer than"),
    (b'{"reference": "A-9"} {"reference": "A-10"}\n', "not JSON"),
    (b"\x00\x00\x00\n", "not JSON"),
]


def test_broken_lines_are_refused_and_the_others_go_on(tmp_path):
    lines = [
        shipped_row(reference="first"),
        *(line for line, _why in BROKEN),
        b"\n",
        b"   \n",
        a_row(reference="last"),
    ]
    rejects = tmp_path / "rejects.ndjson"
    done = run(written(tmp_path / "orders.ndjson", *lines), "--rejects", str(rejects))
    assert done == counted(taken=2, refused=len(BROKEN) + len(re.findall(b"\n", BROKEN[10][0])) - 1)
    told = {each["line"]: each for each in map(json.loads, rejects.read_text().splitlines())}
    for number, (_line, why) in enumerate(BROKEN, 2):
        assert why in told[number]["reason"]
        assert told[number].keys() == {"line", "reference", "reason"}
    assert set(Order.objects.values_list("reference", flat=True)) == {"first", "last"}


def test_a_last_line_without_an_end_and_a_byte_order_mark(tmp_path):
    whole = json.dumps(a_row(reference="A-2")).encode()
    path = written(tmp_path / "orders.ndjson", b"\xef\xbb\xbf", a_row(reference="A-1"), whole)
    assert run(path) == counted(taken=2)


def test_refused_rows_say_which_and_why(tmp_path):
    rejects = tmp_path / "rejects.ndjson"
    path = written(
        tmp_path / "o.ndjson", a_row(lines=[]), a_row(reference="A-2", currency="XXQ", placed_at="2026-02-01")
    )
    assert run(path, "--rejects", str(rejects)) == counted(refused=2)
    first, second = map(json.loads, rejects.read_text().splitlines())
    assert (first["line"], first["reference"]) == (1, "A-1001")
    assert first["reason"] == "lines: An order has at least one line."
    assert second["line"] == 2
    assert "currency: " in second["reason"] and "placed_at: " in second["reason"]


def test_twice_changes_nothing_and_refuses_the_same(tmp_path):
    lines = [
        *(shipped_row(reference=f"A-{n}") for n in range(5)),
        a_row(reference="odd", payments=[]),
        b"?\n",
    ]
    path = written(tmp_path / "o.ndjson", *lines)
    assert run(path, "--rejects", str(tmp_path / "one")) == counted(taken=6, refused=1)
    entries = LedgerEntry.objects.count()
    assert run(path, "--rejects", str(tmp_path / "two")) == counted(unchanged=6, refused=1)
    assert (Order.objects.count(), LedgerEntry.objects.count()) == (6, entries)
    assert (tmp_path / "one").read_text() == (tmp_path / "two").read_text()
    assert list(prove()) == []


def test_doubtful_rows_are_among_the_taken(tmp_path):
    path = written(tmp_path / "o.ndjson", a_row(payments__0__amount="1.00"), a_row(reference="A-2"))
    assert run(path) == counted(taken=2, doubtful=1)
    written(path, shipped_row(payments__0__amount="1.00"), a_row(reference="A-2"))
    assert run(path) == counted(updated=1, unchanged=1, doubtful=1)


def test_packed(tmp_path):
    path = tmp_path / "o.ndjson.gz"
    path.write_bytes(gzip.compress(json.dumps(a_row()).encode()))
    assert run(path) == counted(taken=1)


@pytest.mark.parametrize(
    "packed", [b"no gzip at all", gzip.compress(b'{"a": 1}\n' * 90_000)[:-300]], ids=["none", "cut off"]
)
def test_a_broken_package_is_told(tmp_path, packed):
    path = tmp_path / "o.ndjson.gz"
    path.write_bytes(packed)
    with pytest.raises(CommandError, match="broke off"):
        run(path)


def test_a_dry_run_keeps_nothing(tmp_path):
    path = written(tmp_path / "o.ndjson", a_row(), a_row(reference="A-2", lines=[]), b"?\n")
    people = User.objects.count()
    assert run(path, "--dry-run") == counted(taken=1, refused=2)
    assert Order.objects.count() == 0
    assert User.objects.count() == people + 1  # the account of the import itself
    assert run(path) == counted(taken=1, refused=2)


def test_whose_orders_they_are(tmp_path):
    path = written(tmp_path / "o.ndjson", a_row())
    world.person("host", "integrator")
    world.person("anna")
    assert run(path, "--integrator", "host") == counted(taken=1)
    assert Order.objects.get().integrator.username == "host"
    for nobody in ("anna", "nobody"):
        with pytest.raises(CommandError):
            run(path, "--integrator", nobody)
    run(path)
    own = User.objects.get(username="import")
    assert not own.has_usable_password()
    assert Order.objects.filter(integrator=own).count() == 1


def test_somebody_who_is_called_import_gets_no_orders(tmp_path):
    world.person("import")
    with pytest.raises(CommandError, match="not in the group"):
        run(written(tmp_path / "o.ndjson", a_row()))
    assert Order.objects.count() == 0


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        run(tmp_path / "nothing.ndjson")
    with pytest.raises(CommandError, match="Cannot open"):
        run(tmp_path)


def test_memory_does_not_grow_with_the_file(tmp_path):
    """Of the second half of a long file no more is held than of the first."""
    peaks = []
    for many in (300, 1500):
        path = written(tmp_path / "o.ndjson", *(b"?" + b" " * 2000 + b"\n" for _ in range(many)))
        tracemalloc.start()
        assert run(path) == counted(refused=many)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 500_000


@pytest.mark.skipif(not OLIST.exists(), reason="the Olist orders are not on this computer (shared/data)")
def test_500_real_orders(tmp_path):
    path = tmp_path / "olist.ndjson"
    subprocess.run([sys.executable, str(OLIST), str(path), "--limit", "500"], check=True, capture_output=True)
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    whole = [row for row in rows if row["lines"]]
    first = run(path)
    assert (first["taken"], first["refused"]) == (len(whole), len(rows) - len(whole))
    assert first["doubtful"] > 0
    assert run(path) == counted(unchanged=len(whole), refused=len(rows) - len(whole))
    assert list(prove()) == []
    assert Order.objects.filter(state="delivered").count() > 300
