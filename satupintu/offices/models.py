# SPDX-License-Identifier: Apache-2.0
"""An office, its days off, its settings by date, and the books its numbers come from."""

from __future__ import annotations

from django.db import models

from satupintu.door.root import Root


class Office(Root):
    """A one-stop service office (DPMPTSP) of a regency, city or province."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    full_name = models.CharField(max_length=200)
    short_name = models.CharField(max_length=60)
    government = models.CharField(max_length=120)
    region_code = models.CharField(max_length=4)
    time_zone = models.CharField(max_length=40)
    seat = models.CharField(max_length=60)
    address = models.CharField(max_length=200)
    phone = models.CharField(max_length=60)
    email = models.EmailField()
    website = models.CharField(max_length=120)
    head_title = models.CharField(max_length=200)
    invented = models.BooleanField(default=False)
    # Raised with every change of a day off or a setting: processes keep both in memory under this number.
    calendar_version = models.PositiveIntegerField(default=1)

    owner_key = ""
    filed_for_key = None

    def __str__(self) -> str:
        return self.name

    @property
    def office_id(self) -> int:
        return self.pk


class DayOff(models.Model):
    """A day on which the office is shut, or (works=True) is open although the national list says otherwise."""

    office = models.ForeignKey(Office, on_delete=models.CASCADE, related_name="days_off")
    day = models.DateField()
    name = models.CharField(max_length=120)
    estimated = models.BooleanField(default=False)
    works = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["office", "day"], name="day_off_once")]


class Setting(models.Model):
    """A rule of this office with its dates and its legal basis; a row without a basis is refused."""

    office = models.ForeignKey(Office, on_delete=models.CASCADE, related_name="settings")
    name = models.CharField(max_length=60)
    value = models.JSONField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    basis = models.CharField(max_length=200)
    assumed = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["office", "name", "valid_from"], name="setting_once"),
            models.CheckConstraint(condition=~models.Q(basis=""), name="setting_has_basis"),
        ]


class NumberBook(models.Model):
    """A book of numbers (receipts, permits …) of one office and year: without gaps, without doubles."""

    office = models.ForeignKey(Office, on_delete=models.CASCADE)
    name = models.CharField(max_length=80)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["office", "name", "year"], name="book_once")]
