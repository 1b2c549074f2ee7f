# SPDX-License-Identifier: Apache-2.0
"""By which channel an office issues, and what was handed to OSS and came back."""

from __future__ import annotations

import uuid

from django.db import models

from satupintu.offices.models import Office


class ChannelRuling(models.Model):
    """Kanal: by whom NIB, SS and Izin of an office are issued from a day on; one person proposes, another confirms.

    kind: OSS, or the office itself (`local`). productive: of `local`, whether its papers are meant in earnest; else it
    trains. title, number, dated: the legal instrument. day: the day it begins; since: the instant, set when it is
    confirmed and never before that: what was sent earlier keeps its channel. proposed_by, answered_by: keys of persons.
    """

    OSS, LOCAL = "oss", "local"
    OPEN, CONFIRMED, REFUSED, WITHDRAWN = "open", "confirmed", "refused", "withdrawn"

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="channel_rulings")
    kind = models.CharField(max_length=5)
    productive = models.BooleanField()
    title = models.CharField(max_length=200)
    number = models.CharField(max_length=80)
    dated = models.DateField()
    day = models.DateField()
    since = models.DateTimeField(null=True)
    state = models.CharField(max_length=12, default=OPEN)
    proposed_by = models.CharField(max_length=40)
    proposed_at = models.DateTimeField()
    answered_by = models.CharField(max_length=40, blank=True, default="")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["office"], condition=models.Q(state="open"), name="channel_proposed_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(title="") & ~models.Q(number=""), name="channel_has_an_instrument"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="oss", productive=True) | models.Q(kind="local"), name="channel_kind"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="confirmed")
                | models.Q(since__isnull=False) & ~models.Q(answered_by=models.F("proposed_by")),
                name="channel_by_two_persons",
            ),
        ]
        indexes = [models.Index(fields=["office", "state", "-since"], name="channel_of_office")]

    def __str__(self) -> str:
        return f"channel {self.kind} of {self.office_id}"

    @property
    def instrument(self) -> str:
        """The legal instrument in one line."""
        return f"{self.title} Nomor {self.number} tanggal {self.dated:%d-%m-%Y}"
