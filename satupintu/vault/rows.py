# SPDX-License-Identifier: Apache-2.0
"""Every row of the data base as lines of JSON that either data base takes back, as they rest: what is encrypted stays so.

A table begins with an object {"table", "columns": [[name, kind]]}, followed by one array a row. The lines carry all
that loading them needs, so that rows of an earlier version go into tables of that version and are migrated there.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models

from satupintu.vault.box import Damaged

LEFT_OUT = frozenset({"django_session", "door_beat"})
"""Who is logged in, and which worker is alive: after a restore nobody is."""
BATCH = 1000
_KINDS = {
    "DateTimeField": "datetime",
    "DateField": "date",
    "TimeField": "time",
    "UUIDField": "uuid",
    "BinaryField": "bytes",
    "DecimalField": "decimal",
}


def tables() -> list[type[models.Model]]:
    """The models whose tables go into a backup, by table name."""
    every = [m for m in apps.get_models(include_auto_created=True) if m._meta.managed and not m._meta.proxy]
    kept = [model for model in every if model._meta.db_table not in LEFT_OUT]
    return sorted(kept, key=lambda model: model._meta.db_table)


def dump(counts: dict[str, int]) -> Iterator[bytes]:
    """The lines of all tables, compressed (gzip), piece by piece; counts is filled with the rows of each table."""
    press = zlib.compressobj(6, wbits=31)
    for model in tables():
        for piece in _table(model, counts):
            if squeezed := press.compress(piece):
                yield squeezed
    yield press.flush()


def _table(model: type[models.Model], counts: dict[str, int]) -> Iterator[bytes]:
    name, columns = model._meta.db_table, model._meta.concrete_fields
    counts[name] = 0
    kinds = [[field.column, _KINDS.get(field.get_internal_type(), "")] for field in columns]
    yield _line({"table": name, "columns": kinds})
    # The data base's own converters only: the field's would open what rests encrypted, and parse JSON for nothing.
    readers = [connection.ops.get_db_converters(field.get_col(name)) for field in columns]
    busy = [(at, several) for at, several in enumerate(readers) if several]
    quoted = ", ".join(connection.ops.quote_name(str(field.column)) for field in columns)
    key = ", ".join(connection.ops.quote_name(str(field.column)) for field in model._meta.pk_fields)
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"SELECT {quoted} FROM {connection.ops.quote_name(name)} ORDER BY {key}")  # noqa: S608
        while rows := cursor.fetchmany(BATCH):
            counts[name] += len(rows)
            yield b"".join(_line(_native(row, busy)) for row in rows)


def _native(row: Iterable[Any], busy: list[tuple[int, list[Any]]]) -> list[Any]:
    values = list(row)
    for at, readers in busy:
        for read in readers:
            values[at] = read(values[at], None, connection)
    return values


def _line(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), default=_written).encode() + b"\n"


def _written(value: Any) -> str:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode()
    raise TypeError(f"no way to write {type(value)}")


class Load:
    """Takes the compressed lines in pieces of any size and inserts the rows, inside the caller's transaction.

    counts: rows inserted by table. Call `close` at the end. Raises Damaged where the lines are not what `dump` writes.
    """

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self._press = zlib.decompressobj(wbits=31)
        self._rest = b""
        self._rows: list[list[Any]] = []
        self._insert = ""
        self._table = ""
        self._makers: list[tuple[int, Callable[[Any], Any]]] = []
        if connection.vendor == "postgresql":
            with (
                connection.cursor() as cursor
            ):  # a migration in this transaction may have made them immediate
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")

    def __call__(self, piece: bytes) -> None:
        try:
            text = self._rest + self._press.decompress(piece)
        except zlib.error as problem:
            raise Damaged("database") from problem
        *lines, self._rest = text.split(b"\n")
        for line in lines:
            self._take(json.loads(line))

    def close(self) -> None:
        self._flush()
        if self._rest or not self._press.eof:
            raise Damaged("database")

    def _take(self, content: Any) -> None:
        if isinstance(content, dict):
            self._flush()
            self._begin(content["table"], content["columns"])
            return
        for at, make in self._makers:
            if content[at] is not None:
                content[at] = make(content[at])
        self._rows.append(content)
        if len(self._rows) >= BATCH:
            self._flush()

    def _begin(self, table: str, columns: list[list[str]]) -> None:
        quote = connection.ops.quote_name
        names, marks = ", ".join(quote(name) for name, _ in columns), ", ".join(["%s"] * len(columns))
        self._table, self.counts[table] = table, 0
        self._insert = f"INSERT INTO {quote(table)} ({names}) VALUES ({marks})"  # noqa: S608 - proved by its lock
        makers = _makers()
        self._makers = [(at, makers[kind]) for at, (_, kind) in enumerate(columns) if kind in makers]
        with connection.cursor() as cursor:
            # A migration may have written rows of its own; those of the backup stand in their place.
            cursor.execute(f"DELETE FROM {quote(table)}")  # noqa: S608

    def _flush(self) -> None:
        if self._rows:
            with connection.cursor() as cursor:
                cursor.executemany(self._insert, self._rows)
            self.counts[self._table] += len(self._rows)
            self._rows = []


def _makers() -> dict[str, Callable[[Any], Any]]:
    """From what stands in a line to what this data base takes, by kind; PostgreSQL reads ISO texts itself."""
    if connection.vendor == "postgresql":
        return {"bytes": base64.b64decode}
    return {
        "bytes": base64.b64decode,
        "datetime": lambda text: connection.ops.adapt_datetimefield_value(datetime.fromisoformat(text)),
        "uuid": lambda text: UUID(text).hex,
    }


def proved() -> None:
    """Let the data base prove every reference now; PostgreSQL would not change a table before it has."""
    connection.check_constraints()


def counters_set() -> None:
    """Set the counters of ids behind the last rows."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), tables()):
            cursor.execute(statement)


def counted(names: Iterable[str]) -> dict[str, int]:
    """Rows of these tables as they stand."""
    with connection.cursor() as cursor:
        found = {}
        for name in names:
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(name)}")  # noqa: S608
            found[name] = cursor.fetchone()[0]
    return found
