# SPDX-License-Identifier: Apache-2.0
"""The way of one file through its SOP, worked out from the engine's state for the drawing of `ui.lane`."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from satupintu.core.clock import Tick
from satupintu.core.sop import Step
from satupintu.desk.queries import Desk
from satupintu.ui import formats
from satupintu.ui.lane import Lane, LaneActor, LanePause, LaneStep, step_label
from satupintu.ui.parts import DoorState

Pause = tuple[datetime, datetime, str]  # since, until, wait


def lane(file: Desk) -> Lane:
    """The drawing: columns of the SOP's sheet as rows, norm and time used of each step, where the clock stood."""
    sop, paused = file.sop, _pauses(file)
    columns = dict.fromkeys(sop.actors[step.actor].column for step in sop.steps.values())
    return Lane(
        actors=tuple(LaneActor(column, sop.actors[column].label) for column in columns),
        steps=tuple(_step(file, step, paused) for step in sop.steps.values()),
        pauses=tuple(p for step in sop.steps.values() for p in _drawn(file, step, paused)),
        source=_("SOP %(number)s, dikunci saat dikirim") % {"number": sop.identity.number},
    )


def used_minutes(file: Desk, step: Step) -> int | None:
    """Opening minutes this step has taken the office, without pauses; None where it is not the office's time."""
    return _used(file, step, _pauses(file))


def norm_minutes(file: Desk, step: Step) -> int:
    """The norm of a step in opening minutes of this office."""
    return step.norm.minutes(file.calendar.day_minutes)


def _step(file: Desk, step: Step, paused: list[Pause]) -> LaneStep:
    used, norm = _used(file, step, paused), norm_minutes(file, step)
    state: DoorState = "done" if any(visit.step == step.id for visit in file.state.visits) else "todo"
    if file.state.step == step.id:
        state = "late" if used is not None and used > norm else "now"
    return LaneStep(
        number=step.number,
        actor=file.sop.actors[step.actor].column,
        label=step_label(step.id),
        state=state,
        norm_minutes=norm,
        used_minutes=used,
    )


def _stays(file: Desk, step: Step) -> list[tuple[datetime, datetime]]:
    stays = [(visit.entered_at, visit.left_at) for visit in file.state.visits if visit.step == step.id]
    return [*stays, (file.state.entered_at, file.at)] if file.state.step == step.id else stays


def _used(file: Desk, step: Step, paused: list[Pause]) -> int | None:
    stays = _stays(file, step)
    if not stays or not file.sop.actors[step.actor].is_office:
        return None
    open_time = file.calendar.open_time
    total = sum((open_time(since, until) for since, until in stays), timedelta())
    for begun, over, _wait in paused:
        total -= sum((open_time(max(begun, since), min(over, until)) for since, until in stays), timedelta())
    return total // timedelta(minutes=1)


def _pauses(file: Desk) -> list[Pause]:
    """Each time the clock stood, until it went on or until now."""
    found: list[Pause] = []
    since, wait = None, ""
    for entry in file.state.ledger:
        if since is not None:
            found.append((since, entry.at, wait))
        since = entry.at if entry.tick is Tick.PAUSE else None
        wait = entry.reason.partition(":")[2].partition(":")[0]
    return found if since is None else [*found, (since, file.at, wait)]


def _drawn(file: Desk, step: Step, paused: list[Pause]) -> list[LanePause]:
    """The pauses of one step, one box for each wait."""
    stays, by_wait = _stays(file, step), dict[str, list[Pause]]()
    for pause in paused:
        if pause[2] in file.sop.waits and any(since <= pause[0] <= until for since, until in stays):
            by_wait.setdefault(pause[2], []).append(pause)
    made = []
    for wait, times in by_wait.items():
        day = file.calendar.local_day
        days = sum(file.calendar.count(day(since), day(until)) for since, until, _wait in times)
        label = step_label(wait)
        if days:
            label = _("%(what)s %(n)s hari") % {"what": label, "n": formats.number(days)}
        made.append(LanePause(step.number, file.sop.actors[file.sop.waits[wait].debtor].column, label))
    return made
