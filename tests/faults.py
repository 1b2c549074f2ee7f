# SPDX-License-Identifier: Apache-2.0
"""Where a process can die: the moments of an act, each named after the function it stands at.

Nothing of this is in the product, so nobody can switch it on in an office: a process started with `environment()` has
`tests/dying` on its path, whose `sitecustomize` Python loads by itself, and which wraps these functions once Django is
set up. A process dies when the file FAULT names a moment and the act comes past it; the file goes first, so it dies
once. The same file can name another victim: the data base server, by its process ids.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LEASE_SECONDS = 4


@dataclass(frozen=True, slots=True)
class Point:
    """A moment of an act. when: before or after a call. of: the function, `module:name`. stands: committed by then."""

    act: str
    name: str
    when: str
    of: str
    stands: bool

    def __str__(self) -> str:
        return f"{self.act}: {self.name}"


JOBS = {
    "signature": "satupintu.permits.jobs.sign",
    "notice": "satupintu.applications.jobs.tell",
    "letter": "satupintu.notices.jobs.deliver",
}
"""The acts that are jobs of the worker; every other act is a form that is posted to the web process."""

_COMMIT = "django.db.backends.base.base:BaseDatabaseWrapper.commit"
_DONE = "django_tasks_db.models:DBTaskResult.set_successful"
_LOCKED = ("row locked", "before", "satupintu.door.write:require")
_COMMAND = ("command entered", "after", "satupintu.door.write:_once")
_STATE = ("state decided", "after", "satupintu.cases.actions:_store")
_CLOSING = (
    ("event written", "after", "satupintu.door.chain:append"),
    ("jobs queued", "after", "satupintu.door.write:_close"),
    ("before commit", "before", _COMMIT),
)
_FILE = (
    ("before the file", "before", "satupintu.door.files:keep"),
    ("half a file", "before", "os:fsync"),
    ("file without row", "after", "satupintu.door.files:keep"),
)
_COMMITTED = ("committed", "after", _COMMIT)
_ANSWER = ("before the answer", "after", "django.core.handlers.wsgi:WSGIHandler.get_response")
_TAKEN = ("taken", "before", "satupintu.door.worker:OfficeWorker.run_task")
_WORKED = (_COMMITTED, ("before it is ticked off", "before", _DONE), ("ticked off", "after", _DONE))

MOMENTS: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "transition": (_LOCKED, _COMMAND, _STATE, *_CLOSING, _COMMITTED, _ANSWER),
    "document": (
        _LOCKED,
        ("number taken", "after", "satupintu.applications.actions.work:take_number"),
        ("before the print", "before", "satupintu.applications.papers:work_document"),
        *_FILE,
        _STATE,
        *_CLOSING,
        _COMMITTED,
        _ANSWER,
    ),
    "upload": (*_FILE, ("before commit", "before", _COMMIT), _COMMITTED, _ANSWER),
    "signing": (
        _LOCKED,
        _STATE,
        ("number taken", "after", "satupintu.permits.actions:take_number"),
        *_CLOSING,
        _COMMITTED,
        _ANSWER,
    ),
    "signature": (
        _TAKEN,
        ("before the print", "before", "satupintu.permits.papers:sheet"),
        ("before it is signed", "before", "satupintu.permits.signing:LocalSigner.sign"),
        *_FILE,
        _LOCKED,
        _STATE,
        *_CLOSING,
        *_WORKED,
    ),
    "notice": (_TAKEN, ("before commit", "before", _COMMIT), *_WORKED),
    "letter": (
        _TAKEN,
        ("before it leaves", "before", "satupintu.adapters.mail.client:send"),
        ("it has left", "after", "satupintu.adapters.mail.client:send"),
        *_WORKED[1:],
    ),
}
_STANDS = {moment[0] for moment in (*_WORKED, _ANSWER)}
POINTS = tuple(
    Point(act, *moment, stands=moment[0] in _STANDS) for act, moments in MOMENTS.items() for moment in moments
)


def point(name: str) -> Point:
    """The point written `act: name`."""
    (found,) = (one for one in POINTS if str(one) == name)
    return found


# In the process that starts the others ---------------------------------------------------------------------------


def environment(fault: Path, *, clock: float = 0) -> dict[str, str]:
    """What to add to the environment of a process that shall be able to die. clock: seconds its clock is wrong by."""
    return {
        "PYTHONPATH": f"{ROOT / 'tests' / 'dying'}{os.pathsep}{ROOT}",
        "FAULT": str(fault),
        "FAULT_CLOCK": str(clock),
    }


def arm(fault: Path, at: Point, *victims: int) -> None:
    """Let the next process that comes past this point die there, or kill these instead."""
    draft = fault.with_suffix(".new")
    draft.write_text("\n".join([str(at), *map(str, victims)]), "utf-8")
    draft.rename(fault)


# In the process that dies ----------------------------------------------------------------------------------------

_act: ContextVar[str] = ContextVar("act", default="")
"""What this thread is doing: `web` while a form that was posted is answered, or the name of a job."""


def install() -> None:
    """Wrap every function that a point names, and what tells which act is going on."""
    for at in POINTS:
        _replace(at.of, lambda real, at=at: _dying(at, real))
    _replace("django.core.handlers.wsgi:WSGIHandler.__call__", _posting)
    _replace("satupintu.door.worker:OfficeWorker.run_task", _working)
    from django.conf import settings

    settings.TASK_LEASE_SECONDS = LEASE_SECONDS


def find(of: str) -> tuple[Any, str]:
    """(where it is kept, its name there) of `module:name` or `module:Class.name`. Raises if there is no such thing."""
    module, _, path = of.partition(":")
    *within, name = path.split(".")
    holder: Any = import_module(module)
    for part in within:
        holder = getattr(holder, part)
    getattr(holder, name)
    return holder, name


def _replace(of: str, wrapped: Callable[[Any], Any]) -> None:
    holder, name = find(of)
    setattr(holder, name, wrapped(getattr(holder, name)))


def _dying(at: Point, real: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(real)
    def maybe(*args: Any, **kwargs: Any) -> Any:
        if at.when == "before":
            _past(at)
        answer = real(*args, **kwargs)
        if at.when == "after":
            _past(at)
        return answer

    return maybe


def _past(at: Point) -> None:
    if _act.get() != (at.act if at.act in JOBS else "web"):
        return
    fault = Path(os.environ["FAULT"])
    try:
        said, *victims = fault.read_text("utf-8").split("\n")
    except FileNotFoundError:
        return
    if said == str(at):
        fault.unlink()
        for victim in map(int, victims or [os.getpid()]):
            for pid in (victim, *below(victim)):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


def below(pid: int) -> list[int]:
    """The processes that this one started, and theirs."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    except OSError:
        return []
    return [deeper for child in map(int, children) for deeper in (child, *below(child))]


def _posting(real: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(real)
    def call(handler: Any, environ: dict[str, Any], start_response: Any) -> Any:
        with _doing("web" if environ["REQUEST_METHOD"] == "POST" else ""):
            return real(handler, environ, start_response)

    return call


def _working(real: Callable[..., Any]) -> Callable[..., Any]:
    acts = {path: act for act, path in JOBS.items()}

    @wraps(real)
    def run_task(worker: Any, job: Any) -> Any:
        with _doing(acts.get(job.task_path, "")):
            return real(worker, job)

    return run_task


@contextmanager
def _doing(act: str) -> Iterator[None]:
    token = _act.set(act)
    try:
        yield
    finally:
        _act.reset(token)
