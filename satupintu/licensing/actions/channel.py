# SPDX-License-Identifier: Apache-2.0
"""The channel of an office: one person proposes it by a legal instrument, another confirms. On the office's record.

Source: design §4 ("Who issues is configuration"); docs/decisions/0034.
"""

from __future__ import annotations

import uuid
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time

from satupintu.accounts.queries import same_human
from satupintu.core.access import Actor, Permission
from satupintu.core.refusal import Refusal
from satupintu.door.write import Answer, Asked, Write, action, write
from satupintu.licensing import queries
from satupintu.licensing.models import ChannelRuling
from satupintu.offices.models import Office
from satupintu.offices.queries import local_day, zone_of


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which channel, from which day on, and by what. title, number, dated: of the legal instrument."""

    kind: str
    productive: bool
    title: str
    number: str
    dated: date
    day: date


@action
def propose(actor: Actor, office: Office, wanted: Wanted, *, asked: Asked) -> Answer:
    """Propose a channel; answers `ruling`, its key. It changes nothing until another person confirms.

    Raises Refusal `channel.*`, `access.*`.
    """
    with write(actor, Permission.CHANNEL_PROPOSE, Office.objects.all(), office.pk, asked=asked) as door:
        _keep_rules(door, wanted)
        if ChannelRuling.objects.filter(office=door.row, state=ChannelRuling.OPEN).exists():
            raise Refusal("channel.asked-already")
        row = ChannelRuling.objects.create(
            office=door.row, proposed_by=actor.person, proposed_at=door.at, **asdict(_trimmed(wanted))
        )
        door.event("channel.proposed", **_told(row))
        door.answer = {"ruling": str(row.key)}
    return door.answer


@action
def answer(actor: Actor, key: uuid.UUID, *, accept: bool, asked: Asked) -> Answer:
    """Confirm or refuse what another person has proposed. It holds from its day on, never for the time before.

    Raises Refusal `channel.same-person`, `channel.answered`, and those of `propose` that hold by now.
    """
    office_id = queries.channel_ruling(key).office_id
    with write(actor, Permission.CHANNEL_CONFIRM, Office.objects.all(), office_id, asked=asked) as door:
        row = _open(key)
        if same_human(row.proposed_by, actor.person):
            raise Refusal("channel.same-person", status=403)
        if accept:
            _still_right(door, row)
            row.since = max(door.at, _midnight(row.day, door.row))
        _answered(door, row, ChannelRuling.CONFIRMED if accept else ChannelRuling.REFUSED)
    return door.answer


@action
def withdraw(actor: Actor, key: uuid.UUID, *, asked: Asked) -> Answer:
    """Who proposed takes it back. Raises Refusal `channel.not-yours`, `channel.answered`, `access.*`."""
    office_id = queries.channel_ruling(key).office_id
    with write(actor, Permission.CHANNEL_PROPOSE, Office.objects.all(), office_id, asked=asked) as door:
        row = _open(key)
        if row.proposed_by != actor.person:
            raise Refusal("channel.not-yours", status=403)
        _answered(door, row, ChannelRuling.WITHDRAWN)
    return door.answer


def _keep_rules(door: Write[Office], wanted: Wanted) -> None:
    today = local_day(door.row, door.at)
    if not (wanted.title.strip() and wanted.number.strip()):
        raise Refusal("channel.no-instrument", status=422)
    if wanted.dated > today:
        raise Refusal("channel.instrument-ahead", status=422)
    if wanted.day < today:
        raise Refusal("channel.day-past", status=422)
    if wanted.kind not in (ChannelRuling.OSS, ChannelRuling.LOCAL) or (
        wanted.kind == ChannelRuling.OSS and not wanted.productive
    ):
        raise Refusal("channel.kind", status=422)
    _in_turn(door, wanted.kind, productive=wanted.productive)


def _in_turn(door: Write[Office], kind: str, *, productive: bool) -> None:
    """Another channel than the present one; the office itself trains before it issues in earnest."""
    current = queries.channel_of(door.row, door.at)
    if (current.kind, current.productive) == (kind, productive) and current.basis:
        raise Refusal("channel.same", status=422)
    if kind == ChannelRuling.LOCAL and productive and current.kind != ChannelRuling.LOCAL:
        raise Refusal("channel.train-first", status=422)


def _still_right(door: Write[Office], row: ChannelRuling) -> None:
    """What was right when it was proposed must be right now; a day that has passed meanwhile means from now on."""
    _in_turn(door, row.kind, productive=row.productive)


def _answered(door: Write[Office], row: ChannelRuling, state: str) -> None:
    row.state, row.answered_by, row.answered_at = state, door.actor.person, door.at
    row.save()
    since = {"since": row.since.isoformat()} if row.since else {}
    door.event(f"channel.{state}", **_told(row), proposed_by=row.proposed_by, **since)
    door.answer = {"state": state}


def _told(row: ChannelRuling) -> dict[str, object]:
    """What the record says of it: an instrument is a public act, not personal data."""
    return {
        "ruling": str(row.key),
        "channel": row.kind,
        "productive": row.productive,
        "instrument": row.instrument,
        "day": row.day.isoformat(),
    }


def _trimmed(wanted: Wanted) -> Wanted:
    return Wanted(
        wanted.kind, wanted.productive, wanted.title.strip(), wanted.number.strip(), wanted.dated, wanted.day
    )


def _open(key: uuid.UUID) -> ChannelRuling:
    row = ChannelRuling.objects.select_for_update(of=("self",)).get(key=key)
    if row.state != ChannelRuling.OPEN:
        raise Refusal("channel.answered")
    return row


def _midnight(day: date, office: Office) -> datetime:
    return datetime.combine(day, time(), zone_of(office)).astimezone(UTC)
