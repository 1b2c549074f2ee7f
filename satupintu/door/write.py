# SPDX-License-Identifier: Apache-2.0
"""The write door: the only way anything changes.

    lock the root row -> authorise -> the action's rules -> state -> event -> jobs        (one commit)

Source: design §2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Generic, ParamSpec, TypeVar, cast
from uuid import UUID

from django.db import IntegrityError, connection, models, transaction
from django.utils.module_loading import import_string

from satupintu.core.access import Actor, Capacity, Permission, Role, require
from satupintu.core.refusal import Refusal
from satupintu.core.seal import digest
from satupintu.door import chain, recovery
from satupintu.door.models import Command
from satupintu.door.root import Root

Row = TypeVar("Row", bound=Root)
Args = ParamSpec("Args")
Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """The command a person gave: its id (made with the form), and a digest of what it asked for.

    expected: the version of the root that the person saw, where the act depends on it.
    """

    id: UUID
    payload: str
    expected: int | None = None

    @classmethod
    def of(cls, command_id: UUID, *, expected: int | None = None, **payload: Any) -> Asked:
        return cls(command_id, digest(payload), expected)


class Done(Exception):
    """This command was already carried out; `answer` is what it answered then."""

    def __init__(self, answer: Answer) -> None:
        super().__init__("done")
        self.answer = answer


def action(act: Callable[Args, Answer]) -> Callable[Args, Answer]:
    """An action answers the same, once or twice: a repeated command gives the first answer, and changes nothing."""

    @wraps(act)
    def once(*args: Args.args, **kwargs: Args.kwargs) -> Answer:
        try:
            return act(*args, **kwargs)
        except Done as done:
            return done.answer

    return once


@dataclass
class Write(Generic[Row]):
    """The open door: the locked row, and what will be told of it at the commit.

    ahead: how far the row's own time runs before the machine's clock, after that was set back; else nothing.
    """

    actor: Actor
    row: Row
    capacity: Capacity
    answer: Answer = field(default_factory=dict)
    ahead: timedelta = timedelta(0)
    told: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    jobs: list[tuple[str, datetime | None, dict[str, Any]]] = field(default_factory=list)

    @property
    def at(self) -> datetime:
        return self.actor.at

    def event(self, kind: str, **data: Any) -> None:
        """Put an act on record: ids, codes and commitments only, never personal data."""
        self.told.append((kind, data))

    def job(self, name: str, *, run_after: datetime | None = None, **ids: Any) -> None:
        """Queue `room.job` in the same commit; its arguments are ids, never texts or secrets."""
        self.jobs.append((name, run_after, ids))


def task_of(name: str) -> Any:
    """The task behind `room.name`: satupintu/<room>/jobs.py. A lower room asks a higher one by this name only."""
    room, job = name.split(".")
    return import_string(f"satupintu.{room}.jobs.{job}")


@contextmanager
def write(
    actor: Actor,
    permission: Permission,
    rows: models.QuerySet[Row],
    pk: int,
    *,
    asked: Asked | None = None,
    role: Role | None = None,
) -> Iterator[Write[Row]]:
    """Open the door on one root row; everything said through it is committed together or not at all.

    asked: the command of a person (None only for the system). Raises Done, Refusal `access.*`, `door.changed`,
    `door.other-payload`, `door.not-found`, `door.restored`.
    """
    recovery.door_is_open(rows.model)
    with transaction.atomic(durable=True):
        try:
            row = rows.select_for_update(of=("self",)).get(pk=pk) if _locks_rows() else rows.get(pk=pk)
        except rows.model.DoesNotExist:
            raise Refusal("access.not-yours", status=404) from None
        # Root rows are Guarded by duck typing: each has office_id and owner_key.
        capacity = require(actor, permission, cast(Any, row), role=role)
        if asked is not None:
            _once(actor, asked)
            if asked.expected is not None and asked.expected != row.version:
                raise Refusal("door.changed", key=str(row.key))
        mine = _in_order(actor, row)
        door = Write(mine, row, capacity, ahead=mine.at - actor.at)
        yield door
        _close(door, permission, asked)
        row.save(force_update=True)


@contextmanager
def create(actor: Actor, capacity: Capacity, row: Row, *, asked: Asked | None = None) -> Iterator[Write[Row]]:
    """Open the door on a new root: the row is inserted with its first event. The action has authorised it."""
    recovery.door_is_open(type(row))
    try:
        with transaction.atomic(durable=True):
            if asked is not None:
                _once(actor, asked)
            door = Write(actor, row, capacity)
            row.save(force_insert=True)
            yield door
            _close(door, "create", asked)
            row.save(force_update=True)
    except IntegrityError:
        # Two identical requests at once: the second waited at the unique command and now finds the first answer.
        if asked is not None:
            with transaction.atomic():
                _once(actor, asked, insert=False)
        raise


def _locks_rows() -> bool:
    # SQLite needs no row lock: BEGIN IMMEDIATE has taken the one write lock already.
    return bool(connection.features.has_select_for_update)


def _in_order(actor: Actor, row: Root) -> Actor:
    """The same actor, never before the last event of this root: a clock that was set back does not turn time back.

    Until the clock has caught up, what is done to this root happens at the time of that event; the order is the number's.
    """
    return replace(actor, at=max(actor.at, row.told_at or actor.at))


def _close(door: Write[Any], why: str, asked: Asked | None) -> None:
    if not door.told:
        raise RuntimeError(f"{why}: a write without an event")
    chain.append(door.actor, door.capacity, door.row, door.told)
    for name, run_after, ids in door.jobs:
        task = task_of(name)
        (task.using(run_after=run_after) if run_after else task).enqueue(**ids)
    if asked is not None and door.answer:
        _commands(door.actor, asked).update(answer=door.answer)


_INSERT = (
    "INSERT INTO door_command (account_id, command_id, payload, answer, at) VALUES (%s, %s, %s, %s, %s) "
    "ON CONFLICT (account_id, command_id) DO NOTHING"
)


def _commands(actor: Actor, asked: Asked) -> models.QuerySet[Command]:
    return Command.objects.filter(account_id=actor.account_id or 0, command_id=asked.id)


def _once(actor: Actor, asked: Asked, *, insert: bool = True) -> None:
    """Enter the command; raises Done with the first answer if it stands there already."""
    if insert:
        command_id = asked.id if connection.vendor == "postgresql" else asked.id.hex
        with connection.cursor() as cursor:
            cursor.execute(
                _INSERT,
                [
                    actor.account_id or 0,
                    command_id,
                    asked.payload,
                    "{}",
                    connection.ops.adapt_datetimefield_value(actor.at),
                ],
            )
            if cursor.rowcount:
                return
    earlier = _commands(actor, asked).first()
    if earlier is None:
        return
    if earlier.payload != asked.payload:
        raise Refusal("door.other-payload")
    raise Done(earlier.answer)
