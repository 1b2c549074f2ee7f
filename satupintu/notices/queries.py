# SPDX-License-Identifier: Apache-2.0
"""Reading messages."""

from __future__ import annotations

from collections.abc import Sequence

from satupintu.notices.models import Delivery, Notice


def inbox(account_id: int, *, limit: int = 30) -> Sequence[Notice]:
    """The newest messages of an account, with how they travelled: two SQL queries."""
    return list(
        Notice.objects.filter(account_id=account_id)
        .prefetch_related("deliveries")
        .order_by("-at", "-pk")[:limit]
    )


def unread(account_id: int) -> int:
    return Notice.objects.filter(account_id=account_id, read_at__isnull=True).count()


def waiting(delivery_id: int) -> Delivery | None:
    """The delivery, if it has not arrived yet."""
    rows = Delivery.objects.select_related("notice__account")
    return rows.filter(pk=delivery_id).exclude(state=Delivery.SENT).first()


def told_about(subject: str) -> list[tuple[str, str, str]]:
    """(source, channel, state) of everything told about this file, for its page."""
    rows = Delivery.objects.filter(notice__about=subject).order_by("pk")
    return list(rows.values_list("notice__source", "channel", "state"))
