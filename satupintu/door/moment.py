# SPDX-License-Identifier: Apache-2.0
"""The one place where the server's time is read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_set: ContextVar[datetime | None] = ContextVar("moment", default=None)


def now() -> datetime:
    """The time of this act, aware UTC, whole milliseconds (both data bases keep them)."""
    at = _set.get() or datetime.now(UTC)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


@contextmanager
def at_moment(at: datetime) -> Iterator[None]:
    """Let the demo and the tests say what time it is; no page, job or command line reaches this."""
    token = _set.set(at.astimezone(UTC))
    try:
        yield
    finally:
        _set.reset(token)
