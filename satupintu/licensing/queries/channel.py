# SPDX-License-Identifier: Apache-2.0
"""By which channel an office issues, and who has ruled it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from satupintu.core.refusal import Refusal
from satupintu.licensing.models import ChannelRuling
from satupintu.offices.models import Office


@dataclass(frozen=True, slots=True)
class Channel:
    """Who issues NIB, SS and Izin. kind: "oss", or "local" for the office itself. productive: in earnest, no training.

    basis: the legal instrument in one line, "" where nobody has ruled yet.
    """

    kind: str
    productive: bool
    basis: str

    @property
    def trains(self) -> bool:
        """Whether its papers are examples only: they say CONTOH, and their numbers begin with 00."""
        return not self.productive


TRAINING = Channel(ChannelRuling.LOCAL, productive=False, basis="")
"""Of an office for which nobody has ruled: nothing it prints is meant in earnest."""


def channel_of(office: Office, at: datetime) -> Channel:
    """The channel of this office at an instant; a file keeps that of the instant it was sent. One SQL query."""
    row = ruling_at(office, at)
    return TRAINING if row is None else Channel(row.kind, row.productive, row.instrument)


def ruling_at(office: Office, at: datetime) -> ChannelRuling | None:
    """What two persons have ruled for this instant; None where nobody has."""
    rows = ChannelRuling.objects.filter(office=office, state=ChannelRuling.CONFIRMED, since__lte=at)
    return rows.order_by("-since", "-answered_at", "-pk").first()


def channel_rulings(office: Office) -> list[ChannelRuling]:
    """All that was ever proposed about the channel of this office, newest first."""
    return list(ChannelRuling.objects.filter(office=office).order_by("-pk"))


def channel_ruling(key: uuid.UUID) -> ChannelRuling:
    """Raises Refusal `access.not-yours` (404) where there is none."""
    found = ChannelRuling.objects.select_related("office").filter(key=key).first()
    if found is None:
        raise Refusal("access.not-yours", status=404)
    return found
