# SPDX-License-Identifier: Apache-2.0
"""Who issues: OSS, or this office for training only. Configuration of the office (design §4)."""

from __future__ import annotations

from datetime import date

from satupintu.offices.models import Office
from satupintu.offices.queries import setting

LOCAL, OSS = "local", "oss"


def channel_of(office: Office, day: date) -> str:
    """The channel of this office on that day. Raises ValueError for a setting that is neither."""
    found = str(setting(office, "channel", day))
    if found not in (LOCAL, OSS):
        raise ValueError(f"unknown channel {found!r}")
    return found
