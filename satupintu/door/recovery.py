# SPDX-License-Identifier: Apache-2.0
"""After a restore the door stays shut until two persons have confirmed it: what was lost must not be lost silently.

Source: design §1.3; docs/decisions/0009.
"""

from __future__ import annotations

from datetime import datetime

from django.db import models

from satupintu.core.access import Capacity, Role, system
from satupintu.core.refusal import Refusal
from satupintu.door import chain
from satupintu.door.models import Recovery

_free: list[bool] = [False]
"""Has this process seen the door open? It can only be shut by a restore, and that goes into an empty place."""


def begin(*, backup: str, taken_at: datetime, at: datetime, head: str, flaws: int) -> Recovery:
    """Put the restore on record as the first event after it, in the caller's transaction; from its commit the door is shut.

    head: digest of all chain heads in the backup. flaws: how many the record had already when it was taken.
    """
    row = Recovery(backup=backup, taken_at=taken_at, restored_at=at, head=head)
    row.save(force_insert=True)
    told = {"backup": backup, "taken_at": taken_at.isoformat(), "head": head, "flaws": flaws}
    chain.append(system(at), Capacity(Role.SYSTEM), row, [("installation.restored", told)])
    row.save(force_update=True)
    _free[0] = False
    return row


def standing() -> Recovery | None:
    """The restore that two persons have not confirmed yet. Asked of the data base until there is none, then no more."""
    if _free[0]:
        return None
    last = Recovery.objects.order_by("-pk").first()  # confirming it covers those before
    _free[0] = last is None or last.confirmed_at is not None
    return None if _free[0] else last


def door_is_open(model: type[models.Model]) -> None:
    """Raises Refusal `door.restored` while a restore waits to be confirmed, except for what confirms it."""
    if not _free[0] and model is not Recovery and standing() is not None:
        raise Refusal("door.restored", status=503)


def rows() -> models.QuerySet[Recovery]:
    """Restores, for the door."""
    return Recovery.objects.all()


__all__ = ["Recovery", "begin", "door_is_open", "rows", "standing"]
