# SPDX-License-Identifier: Apache-2.0
"""The one way a rule says no."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """A rule says no; the words a person reads for `code` live in `ui/refusals.py`.

    code: `room.reason`. status: the HTTP status a page answers with. values: what the words need.
    An ordinary exception, not a frozen dataclass: contextlib must be able to set its traceback.
    """

    def __init__(self, code: str, *, status: int = 409, **values: Any) -> None:
        super().__init__(code)
        self.code, self.status, self.values = code, status, values
