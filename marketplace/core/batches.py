"""Several cases in one transaction: what they write alike is written together, in few statements.

A verb is written once, for one case. What every step writes goes through `together(writer, row)`: outside a batch the writer
gets this one row, at once; inside, the rows of all cases, at the end. The clock opens batches (clock.py). Whatever goes wrong
in one takes all of it back, and its cases are met one by one; so a writer may refuse, and nothing is half done.

In a batch a row that was put aside is not in the database yet: a verb that reads back what it wrote must not be in one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model

T = TypeVar("T")


class Alone(Exception):
    """What this case does reads back what it wrote, so it cannot be done among others."""


#: (model, primary key)
Row = tuple[type[Any], int]
Writer = Callable[[list[Any]], object]


@dataclass
class Batch:
    """The cases that are locked for it, by (model, primary key), and what waits to be written, by writer."""

    held: Mapping[Row, Any]
    waiting: dict[Writer, list[Any]] = field(default_factory=dict)

    def write(self) -> None:
        """Write all that waits, in the order in which the writers were first called; they may put more aside."""
        while self.waiting:
            writer = next(iter(self.waiting))
            writer(self.waiting.pop(writer))


_open: ContextVar[Batch | None] = ContextVar("batch", default=None)


@contextmanager
def batch(held: Mapping[Row, Any]) -> Iterator[None]:
    """The steps inside find their cases among `held`, and write together. The caller has opened the transaction."""
    opened = Batch(held)
    token = _open.set(opened)
    try:
        yield
        opened.write()
    finally:
        _open.reset(token)


def is_open() -> bool:
    return _open.get() is not None


def held(model: type[Any], pk: int) -> Any | None:
    """The case, locked and read, if this batch has it."""
    opened = _open.get()
    return opened.held.get((model, pk)) if opened else None


def together(writer: Callable[[list[T]], object], *rows: T) -> None:
    """Have the rows written: now, or with those of the batch's other cases."""
    opened = _open.get()
    if opened is not None:
        opened.waiting.setdefault(writer, []).extend(rows)
    elif rows:
        writer(list(rows))


def once(writer: Writer, row: object) -> None:
    """Before the row waits for the writer a second time, write all that waits: what is told of each step is as of that step."""
    opened = _open.get()
    if opened and any(row is each for each in opened.waiting.get(writer, ())):
        opened.write()


# -- writers of any room's rows --------------------------------------------------------------------------------------


def save(rows: Sequence[Model]) -> None:
    """Every column of each row; rows of several models may stand among each other."""
    for model, same in by_model(rows):
        if len(same) == 1 or any(row.pk is None for row in same):
            for row in same:
                row.save()
        else:
            update(same, [field.name for field in model._meta.concrete_fields if not field.primary_key])


def by_model(rows: Sequence[T]) -> Iterator[tuple[type[T], list[T]]]:
    """The rows of each model, in the order in which they came."""
    models = {id(type(row)): number for number, row in reversed(list(enumerate(rows)))}
    ordered = sorted(rows, key=lambda row: models[id(type(row))])
    for model, same in groupby(ordered, key=type):
        yield model, list(same)


def update(rows: Sequence[Model], names: Sequence[str]) -> None:
    """These columns of all rows, which are of one model, in one statement."""
    model = type(rows[0])
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    values = [
        [row.pk for row in rows],
        *([each.get_db_prep_save(each.pre_save(row, False), connection) for row in rows] for each in fields),
    ]
    quote = connection.ops.quote_name
    types = ["bigint", *(each.db_type(connection) for each in fields)]
    columns = [quote(each.column) for each in fields]
    sql = (
        f"UPDATE {quote(model._meta.db_table)} AS old SET {', '.join(f'{name} = new.{name}' for name in columns)} "  # noqa: S608
        f"FROM UNNEST({', '.join(f'%s::{kind}[]' for kind in types)}) AS new({', '.join(['id', *columns])}) "
        "WHERE old.id = new.id"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def add(
    model: type[Model], column: str, amounts: Mapping[int, int], *, room: str = "TRUE", most: str = "NULL"
) -> bool:
    """Add each amount to the column of its row, if all rows have `room`; nothing is said of which has not.

    `room`: a condition in SQL on `old` (the row) and `new.amount`. A caller to whom False is answered must raise.
    `most`: an expression in SQL on `old`, which the column does not pass.
    """
    quote = connection.ops.quote_name
    total = f"LEAST(old.{quote(column)} + new.amount, {most})"  # NULL does not count
    sql = (
        f"UPDATE {quote(model._meta.db_table)} AS old SET {quote(column)} = {total} "  # noqa: S608
        f"FROM UNNEST(%s::bigint[], %s::bigint[]) AS new(id, amount) WHERE old.id = new.id AND {room}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(amounts), list(amounts.values())])
        return cursor.rowcount == len(amounts)
