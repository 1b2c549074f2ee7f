# SPDX-License-Identifier: Apache-2.0
"""First come, first served before a data base file, among the threads of a process and among processes.

The line is a courtesy: SQLite's own lock is what keeps two writers apart. So nothing that goes wrong here can do harm
to the data; at worst somebody is served out of turn.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

POLL_SECONDS = 0.001
_COUNTER, _BYTES = 0, 8


class Line:
    """The writers of one process who want the same file; the first of them stands among the firsts of the others."""

    def __init__(self, beside: Path) -> None:
        self._beside = beside
        self._guard = threading.Lock()
        self._places: deque[threading.Event] = deque()

    @classmethod
    def before(cls, file: Path) -> Line:
        """The one line of this process before a data base file, by whatever links it is named."""
        path = file.resolve()
        # A forked process begins with a line of its own: the threads that stood in the old one are not in it.
        return _LINES.setdefault((os.getpid(), path), cls(path.with_name(f"{path.name}-line")))

    def __len__(self) -> int:
        """How many threads of this process stand in it, with the one whose turn it is."""
        return len(self._places)

    @contextmanager
    def turn(self, until: float) -> Iterator[None]:
        """Wait for one's turn; who leaves the block calls the next.

        until: of time.monotonic(), in seconds. Raises TimeoutError when it has gone by.
        """
        with self._among_threads(until), _among_processes(self._beside, until):
            yield

    @contextmanager
    def _among_threads(self, until: float) -> Iterator[None]:
        called = threading.Event()
        with self._guard:
            self._places.append(called)
            self._places[0].set()
        try:
            if not called.wait(until - time.monotonic()):
                raise TimeoutError
            yield
        finally:
            with self._guard:
                self._places.remove(called)
                if self._places:
                    self._places[0].set()


_LINES: dict[tuple[int, Path], Line] = {}


@contextmanager
def _among_processes(path: Path, until: float) -> Iterator[None]:
    """Draw the next number and wait until the one before it has gone.

    The file begins with the last number drawn; who holds a number has locked the byte of that number behind it (fcntl,
    advisory). The system gives a lock back when the process ends, however that happens. At most one thread of a
    process is in here, so closing the file, which gives back all that the process has locked in it, takes nothing from
    another.
    """
    numbers = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _lock(numbers, _COUNTER, until)
        mine = int.from_bytes(os.pread(numbers, _BYTES, _COUNTER), "big") + 1
        os.pwrite(numbers, mine.to_bytes(_BYTES, "big"), _COUNTER)
        _lock(numbers, _BYTES + mine, until)
        fcntl.lockf(numbers, fcntl.LOCK_UN, 1, _COUNTER)
        _lock(numbers, _BYTES + mine - 1, until)
        yield
    finally:
        os.close(numbers)


def _lock(numbers: int, byte: int, until: float) -> None:
    while True:
        try:
            fcntl.lockf(numbers, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, byte)
            return
        except BlockingIOError:
            if time.monotonic() >= until:
                raise TimeoutError from None
            time.sleep(POLL_SECONDS)
