# SPDX-License-Identifier: Apache-2.0
"""A case: one run of an SOP. Its `state` is the engine's; everything else here can be worked out from it again."""

from __future__ import annotations

from datetime import date

from django.db import models

from satupintu.catalog.models import ServiceVersion
from satupintu.door.root import Root
from satupintu.offices.models import Office
from satupintu.offices.queries import office_as_of

FAR = date(9999, 12, 31)


class Case(Root):
    """Berkas kerja: the root that the door locks, with one chain of events.

    owner_key: the person it concerns. filed_for_key: the business actor it is for, if he named one. role: who is awaited at the step ("pemohon" for a party, "sistem").
    holder: the person who has taken it up. due: the promised date as of the last change (a cache of the ledger).
    listed: `due`, or a far day where none is promised; empty once the case has ended (the worklist's index).
    """

    office = models.ForeignKey(Office, on_delete=models.PROTECT)
    service = models.ForeignKey(ServiceVersion, on_delete=models.PROTECT)
    owner_key = models.CharField(max_length=40, db_index=True)
    filed_for_key = models.UUIDField(null=True, editable=False)
    receipt = models.CharField(max_length=24, unique=True)
    title = models.CharField(max_length=160)
    state = models.JSONField()
    step = models.CharField(max_length=60)
    end = models.CharField(max_length=60, blank=True, default="")
    role = models.CharField(max_length=40)
    holder = models.CharField(max_length=40, blank=True, default="")
    opened_at = models.DateTimeField()
    entered_at = models.DateTimeField()
    due = models.DateField(null=True)
    listed = models.DateField(null=True)
    status = models.CharField(max_length=60, blank=True, default="")
    status_permohonan = models.CharField(max_length=60, blank=True, default="")
    status_izin = models.CharField(max_length=60, blank=True, default="")
    kd_status = models.CharField(max_length=2, blank=True, default="")
    undo = models.JSONField(null=True)
    reopens = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="taken_up_again")

    release: str | None = ""
    """The digest of the release that corrects its version now, or None; "" while `queries` has not read it."""

    class Meta:
        indexes = [
            models.Index(
                fields=["office", "role", "listed", "id"],
                name="case_worklist",
                condition=models.Q(listed__isnull=False),
            ),
            models.Index(fields=["office", "-opened_at", "-id"], name="case_newest_first"),
        ]

    def __str__(self) -> str:
        return self.receipt

    @property
    def office_rules(self) -> int:
        """The version of the office's rules this row was read under."""
        return self.office.calendar_version

    @office_rules.setter
    def office_rules(self, version: int) -> None:
        # `queries.rows` reads the version with the row: the office itself then comes from memory, which spares the
        # transition a join of twenty columns (bench/transition.py: a tenth of its time).
        self._state.fields_cache["office"] = office_as_of(self.office_id, version)


class Turn(models.Model):
    """Somebody beside the step is awaited: one row per open wait, for worklists; the truth is in the case's state."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="turns")
    office = models.ForeignKey(Office, on_delete=models.CASCADE)
    wait = models.CharField(max_length=60)
    role = models.CharField(max_length=40)
    opened_at = models.DateTimeField()
    due = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "wait"], name="turn_once")]
        indexes = [models.Index(fields=["office", "role", "case"])]


class Word(models.Model):
    """A word of a case's title, for the search by name (docs/decisions/0010-search-by-words.md).

    year: of sending, at the office. word: as `core.search.words` gives it, in UTF-8. Bytes, because a beginning is a
    range, and only bytes are ordered alike by every data base, whatever its language.
    """

    pk = models.CompositePrimaryKey("case_id", "word")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="words", db_index=False)
    office = models.ForeignKey(Office, on_delete=models.CASCADE, db_index=False)
    year = models.PositiveSmallIntegerField()
    word = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["office", "year", "word", "case"], name="word_newest")]


class Remark(models.Model):
    """Words that belong to an event (a reason, an answer, minutes). The event holds their salted commitment only."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="remarks")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=40)
    text = models.TextField()
    salt = models.BinaryField()
    for_applicant = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["case", "number"])]
