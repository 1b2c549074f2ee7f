# SPDX-License-Identifier: Apache-2.0
"""Published services and SOPs, and who has authority over which KBLI."""

from __future__ import annotations

from datetime import date

from django.db import models

from satupintu.door.root import Root
from satupintu.offices.models import Office


class ServiceVersion(Root):
    """One content of a service folder, on its way to be published.

    draft (problems may be left) -> proposed -> approved, in force from its date on; back to draft when it is sent
    back or withdrawn; discarded when nobody wants the draft any more. Approved, it never changes: its digest is its
    id (design §1), and the data base refuses to change or delete it (`door.triggers`).

    made_by: who handed the content in. proposed_by: who answers for it. Both are keys of persons.
    problems: what was wrong when the content was handed in, as [file, place, words].
    """

    DRAFT, PROPOSED, APPROVED, DISCARDED = "draft", "proposed", "approved", "discarded"

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="services")
    slug = models.SlugField()
    kind = models.CharField(max_length=10)
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    files = models.JSONField()
    problems = models.JSONField(default=list)
    status = models.CharField(max_length=10, default=PROPOSED)
    effective = models.DateField(null=True)
    made_by = models.CharField(max_length=40, blank=True, default="")
    proposed_by = models.CharField(max_length=40, blank=True, default="")
    approved_by = models.CharField(max_length=40, blank=True, default="")
    approved_at = models.DateTimeField(null=True)
    at = models.DateTimeField()

    owner_key = ""
    filed_for_key = None
    recalled = False
    """Whether it was taken back before its day; `queries` reads it with the row."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["office", "slug", "digest"],
                condition=models.Q(status__in=("proposed", "approved")),
                name="version_once",
            ),
            models.CheckConstraint(
                condition=models.Q(effective__isnull=False) | models.Q(status__in=("draft", "discarded")),
                name="version_has_a_day",
            ),
        ]
        indexes = [models.Index(fields=["office", "slug", "status", "effective"])]

    def __str__(self) -> str:
        return f"{self.slug}@{self.digest[:12]}"

    @property
    def stands(self) -> bool:
        """Whether it was approved and not taken back."""
        return self.status == self.APPROVED and not self.recalled


class VersionRemark(models.Model):
    """Words that belong to an event of a version: why it is proposed, why it is sent back. See `cases.Remark`."""

    of = models.ForeignKey(ServiceVersion, on_delete=models.CASCADE, related_name="remarks")
    number = models.PositiveIntegerField()
    text = models.TextField()
    salt = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["of", "number"], name="version_remark_once")]


class Ruling(Root):
    """What two persons decide about a published service: one asks with a reason, another approves.

    recall: the approved version `about` never comes into force; or, with `undoes`, a closing does not. Before its day.
    closing: from `day` on nobody can begin or send an application. reason and refer_to are read by the public;
    successor: folder name of the service to go to instead, or "".
    release: running cases of `about` print and speak with these corrected `files`; digest: of the whole folder then.

    asked -> approved, declined (with an answer), or dropped by whoever asked. Approved, it never changes either
    (`door.triggers`). salt: of the commitments to reason and answer in its events.
    """

    RECALL, CLOSING, RELEASE = "recall", "closing", "release"
    ASKED, APPROVED, DECLINED, DROPPED = "asked", "approved", "declined", "dropped"

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="rulings")
    kind = models.CharField(max_length=10)
    slug = models.SlugField()
    about = models.ForeignKey(ServiceVersion, on_delete=models.PROTECT, related_name="rulings")
    undoes = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="undone_by")
    day = models.DateField(null=True)
    successor = models.SlugField(blank=True, default="")
    refer_to = models.TextField(blank=True, default="")
    files = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, blank=True, default="")
    status = models.CharField(max_length=10, default=ASKED)
    reason = models.TextField()
    answer = models.TextField(blank=True, default="")
    salt = models.BinaryField()
    asked_by = models.CharField(max_length=40)
    at = models.DateTimeField()
    answered_by = models.CharField(max_length=40, blank=True, default="")
    answered_at = models.DateTimeField(null=True)

    owner_key = ""
    filed_for_key = None

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["office", "slug", "kind"], condition=models.Q(status="asked"), name="ruling_asked_once"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="closing", day__isnull=False) | models.Q(day__isnull=True) & ~models.Q(kind="closing"),
                name="ruling_closing_has_a_day",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="release") | ~models.Q(digest=""), name="ruling_release_has_a_digest"
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["office", "slug", "kind", "status"])]

    def __str__(self) -> str:
        return f"{self.kind} of {self.slug}"

    def begun(self, day: date) -> bool:
        """Of a closing that stands: whether the service is closed on that day."""
        return self.day is not None and self.day <= day


class Revision(Root):
    """One act by which the tables of KBLI, conversions, risk or authority became what they are.

    kind: what the product came with, a list that was taken over, or one row corrected by an administrator. table: as
    the command line calls it. of_version: the KBLI version it is about. content: digest of the list, or of the new
    row. counts: how many rows are new, changed, ended, kept. by: key of the person, "sistem" for the command line.
    """

    STARTER, IMPORT, CORRECTION = "starter", "import", "correction"

    kind = models.CharField(max_length=10)
    table = models.CharField(max_length=10)
    of_version = models.CharField(max_length=4)
    day = models.DateField()
    basis = models.CharField(max_length=300, blank=True, default="")
    content = models.CharField(max_length=64)
    counts = models.JSONField(default=dict)
    by = models.CharField(max_length=40)
    at = models.DateTimeField()

    office_id = None  # the tables are the whole installation's
    owner_key = ""
    filed_for_key = None

    def __str__(self) -> str:
        return f"{self.kind} of {self.table} {self.of_version}, {self.day}"


class Kbli(models.Model):
    """A KBLI code of one version. KBLI codes always carry their version (design §4).

    words, authority, refer_to, basis: of the older sertifikat-standar form; authority is "" where that form has no
    word on it. valid_to: the last day before a newer list left the code out; None while it stands.
    """

    version = models.CharField(max_length=4)
    code = models.CharField(max_length=5)
    title = models.CharField(max_length=250)
    words = models.CharField(max_length=300, blank=True, default="")
    authority = models.CharField(max_length=20, blank=True, default="")
    refer_to = models.CharField(max_length=200, blank=True, default="")
    basis = models.CharField(max_length=200, blank=True, default="")
    assumed = models.BooleanField(default=True)
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "code"], name="kbli_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    def holds(self, day: date) -> bool:
        """Whether the code can still be chosen on that day."""
        return self.valid_to is None or day <= self.valid_to


class Dated(models.Model):
    """A row that holds from a day to a day, both included; it is never deleted and never changed, only ended.

    valid_to: None while no end is known; before valid_from where it was replaced on its own first day.
    """

    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    begun = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="+")
    ended = models.ForeignKey(Revision, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True


class KbliMove(Dated):
    """What became of a code in the next version: one row for each of its parts.

    to: None where the activity has no code any more. change: the list's own word for it. confirmed: whether the
    source is sure; what is not is shown as such.
    """

    of = models.ForeignKey(Kbli, on_delete=models.PROTECT, related_name="moves")
    to = models.ForeignKey(Kbli, null=True, on_delete=models.PROTECT, related_name="came_from")
    to_version = models.CharField(max_length=4)
    change = models.CharField(max_length=60, blank=True, default="")
    confirmed = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"{self.of_id} -> {self.to_id}"


class RiskRule(Dated):
    """The risk of a code by scope, scale and parameter; see `core.risk.RiskRow` for what each column says.

    corrected: set by an administrator with its legal basis; no list that is imported later replaces it.
    """

    kbli = models.ForeignKey(Kbli, on_delete=models.PROTECT, related_name="risks")
    scope = models.CharField(max_length=250)
    scale = models.CharField(max_length=8)
    parameter = models.CharField(max_length=250)
    risk = models.CharField(max_length=2)
    authority = models.CharField(max_length=120, blank=True, default="")
    days = models.PositiveSmallIntegerField(null=True)
    requirements = models.JSONField(default=list)
    obligations = models.JSONField(default=list)
    basis = models.CharField(max_length=300, blank=True, default="")
    assumed = models.BooleanField(default=True)
    corrected = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.kbli_id} {self.scale}: {self.risk}"


class AuthorityRule(Dated):
    """Who issues for a code, by a condition in the words of the list (for example where the site lies)."""

    kbli = models.ForeignKey(Kbli, on_delete=models.PROTECT, related_name="authorities")
    authority = models.CharField(max_length=120)
    parameter = models.CharField(max_length=250)

    def __str__(self) -> str:
        return f"{self.kbli_id}: {self.authority}"


class Region(models.Model):
    """A province, regency or city, district or village, by its Kemendagri code (61.02.01.2001).

    A region that the newest list leaves out stays, for addresses that name it, but is offered no more.
    """

    code = models.CharField(max_length=13, primary_key=True)
    name = models.CharField(max_length=120)
    level = models.PositiveSmallIntegerField()
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="parts")

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class RegionWord(models.Model):
    """A beginning by which a region of the newest list is found; made anew with the list.

    word: as `core.regions.beginnings` gives it, in UTF-8. Bytes, because a beginning is a range, and only bytes are
    ordered alike by every data base. code: of the region; no reference, which would be proved 160,000 times.
    """

    pk = models.CompositePrimaryKey("word", "code")
    word = models.BinaryField()
    code = models.CharField(max_length=13)
