# SPDX-License-Identifier: Apache-2.0
"""What the door can lock."""

from __future__ import annotations

import uuid

from django.db import models

from satupintu.core.seal import GENESIS


class Root(models.Model):
    """A row the door can lock: it carries the head of its own chain of events.

    told_at: the time of its last event. A chain per root, never a global one: a global chain would make the whole
    office wait at one lock (design §9).
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=0)
    chain_head = models.CharField(max_length=64, default=GENESIS)
    told_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True

    @property
    def subject(self) -> str:
        """What its events call it."""
        return f"{self._meta.model_name}:{self.key}"
