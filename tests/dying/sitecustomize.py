# SPDX-License-Identifier: Apache-2.0
"""Python loads this by itself in a process that `tests.faults.environment` was given to; see there."""

from __future__ import annotations

import os
from typing import Any


def _after_setup(setup: Any) -> Any:
    def done(*args: Any, **kwargs: Any) -> None:
        setup(*args, **kwargs)
        from tests import faults

        faults.install()

    return done


if "FAULT" in os.environ:
    import django

    django.setup = _after_setup(django.setup)
    if ahead := float(os.environ.get("FAULT_CLOCK") or 0):
        import datetime as dt
        import time

        import time_machine

        there = dt.datetime.fromtimestamp(time.time() + ahead, dt.UTC)
        time_machine.travel(there, tick=True).start()
