# SPDX-License-Identifier: Apache-2.0
"""An application's answers and documents as rows to check, and where its draft goes on."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy

from django.urls import reverse
from django.utils.translation import gettext as _

from satupintu.applications import queries as applications
from satupintu.applications.models import Application
from satupintu.applications.queries import Item
from satupintu.catalog.models import ServiceVersion
from satupintu.catalog.queries import package_by_id
from satupintu.core.forms import still_fitting
from satupintu.ui.formats import file_size
from satupintu.ui.parts import Summary, SummaryRow

FROM_REVIEW = "?dari=periksa"


def answers(application: Application, *, links: bool = True) -> Summary:
    """Every question that is asked, with its answer; links: each row leads to its page of the form."""
    rows = [SummaryRow(_("Diajukan untuk"), application.entity)] if application.entity else []
    for row in applications.answer_rows(application):
        href = reverse("portal:page", args=[application.key, row.page]) + FROM_REVIEW if links else ""
        rows.append(SummaryRow(row.label, row.value, href, gap=row.missing, id=f"isi-{row.question}"))
    return Summary("isian", _("Isian Anda"), tuple(rows))


def documents(application: Application, *, links: bool = True) -> Summary:
    """Every document of the service, with the file that is there."""
    rows = []
    for item in applications.items(application):
        label = item.requirement.label
        if not item.requirement.required:
            label += f" {_('(boleh dikosongkan)')}"
        href = reverse("portal:document", args=[application.key, item.requirement.id]) + FROM_REVIEW
        value = file_words(item) or (_("Belum diunggah") if item.missing else "")
        name = f"dok-{item.requirement.id}"
        rows.append(SummaryRow(label, value, href if links else "", gap=item.missing, id=name))
    return Summary("dokumen", _("Dokumen"), tuple(rows))


def dropped(application: Application, newer: ServiceVersion) -> Summary | None:
    """The answers of a draft that have no place in a newer version of its service; None where all of them have."""
    form = package_by_id(newer.pk).form
    assert form is not None  # a service that can be applied for has one
    after = copy(application)
    after.answers = still_fitting(applications.form(application), form, application.answers)
    stay = {row.question for row in applications.answer_rows(after) if row.value}
    rows = tuple(
        SummaryRow(row.label, row.value, id=f"isi-{row.question}")
        for row in applications.answer_rows(application)
        if row.value and row.question not in stay
    )
    return Summary("lepas", _("Isian yang tidak dipakai lagi"), rows) if rows else None


def file_words(item: Item) -> str:
    """Name and size of the file that is there; "" for none."""
    if item.document is None:
        return ""
    return f"{item.document.file.name}, {file_size(item.document.file.size)}"


def next_missing(items: Sequence[Item], after: str) -> str:
    """The id of the next required document that is not there, seen from this one; "" when none is missing."""
    names = [item.requirement.id for item in items]
    at = names.index(after) + 1 if after in names else 0
    ordered = [*items[at:], *items[:at]]
    return next((item.requirement.id for item in ordered if item.missing), "")


def resume(application: Application) -> str:
    """Where a draft goes on: its first unanswered page, else its documents. No SQL."""
    if applications.form(application).groups:  # it finds its place by itself
        return reverse("portal:business", args=[application.key])
    for row in applications.answer_rows(application):
        if row.missing:
            return reverse("portal:page", args=[application.key, row.page])
    return reverse("portal:documents", args=[application.key])
