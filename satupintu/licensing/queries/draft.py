# SPDX-License-Identifier: Apache-2.0
"""Reading a permohonan perizinan berusaha: its activities, what follows from them, and what is still missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from satupintu.applications import queries as applications
from satupintu.applications.models import Application
from satupintu.businesses import queries as businesses
from satupintu.businesses.models import BusinessActivity
from satupintu.catalog import queries as catalog
from satupintu.core import activity as rules
from satupintu.core.activity import CLOSE, Item
from satupintu.core.forms import Group, Question, asked, pages
from satupintu.core.refusal import Refusal
from satupintu.core.risk import Ask, Found, RiskRow, Scale, Unknown
from satupintu.core.seal import digest
from satupintu.licensing.pinning import from_json
from satupintu.offices.models import Office
from satupintu.offices.queries import local_day

PRODUCT = "nib"
"""The product of a service that is applied for by activities."""
ACTIVITIES, PRODUCTS = "kegiatan", "produk"
KBLI, PLACE, BUSINESS, CAPITAL, RISK, ENVIRONMENT = 1, 2, 3, 4, 5, 6
"""Pages of the group `kegiatan`, as form.toml numbers them."""
ENVIRONMENT_PAPER = "persetujuan-lingkungan"
"""The requirement of service.toml under which UKL-UPL or AMDAL is uploaded."""


def is_business(application: Application) -> bool:
    """Whether it is a permohonan perizinan berusaha."""
    service = applications.package(application).service
    return service is not None and service.product == PRODUCT


def group(application: Application, name: str) -> Group:
    return applications.form(application).groups[name]


def items(application: Application) -> list[dict[str, Any]]:
    """Its activities, as they stand in the answers."""
    found: list[dict[str, Any]] = application.answers.get(ACTIVITIES, [])
    return found


def item(application: Application, ident: str) -> dict[str, Any]:
    """One of them. Raises Refusal `licensing.gone` where it was taken out."""
    return _one(items(application), ident)


def product(one: Item, ident: str) -> dict[str, Any]:
    """A product of an activity. Raises Refusal `licensing.gone`."""
    return _one(one.get(PRODUCTS, []), ident)


def _one(rows: Sequence[dict[str, Any]], ident: str) -> dict[str, Any]:
    for row in rows:
        if row["id"] == ident:
            return row
    raise Refusal("licensing.gone", status=404)


def page_of(spec: Group, number: int, answers: Item) -> list[Question]:
    """The questions of one page of a group with these answers."""
    return [question for page in pages(spec, answers) for question in page if question.page == number]


def seen(answers: Item, questions: Sequence[Question]) -> str:
    """A mark of what a page showed: it tells whether somebody changed it in the meantime."""
    return digest({one.id: answers.get(one.id) for one in questions})[:16]


@dataclass(frozen=True, slots=True)
class Activity:
    """A kegiatan usaha with what follows from its answers today.

    outcome: what the risk table says, None while the capital is not known. shown: the row that the person saw last.
    """

    item: Item
    capital: int | None
    scale: Scale | None
    outcome: Found | Ask | Unknown | None
    shown: RiskRow | None

    @property
    def row(self) -> RiskRow | None:
        """The row that holds today."""
        return self.outcome.row if isinstance(self.outcome, Found) else None

    @property
    def changed(self) -> bool:
        """Whether the table says otherwise than what was shown."""
        return self.shown is not None and self.row != self.shown

    @property
    def environment(self) -> tuple[str, ...]:
        return rules.environment_of(self.shown) if self.shown else ()


def activity(one: Item, day: date) -> Activity:
    """What follows from an item on this day."""
    scale, kbli, outcome = rules.scale_of_item(one), one.get("kbli"), None
    if scale is not None and kbli:
        outcome = catalog.risk_of(
            kbli["version"], kbli["code"], scale=scale, scope=one.get("ruang-lingkup") or "",
            parameter=one.get("parameter") or "", day=day,
        )  # fmt: skip
    kept = one.get("risiko")
    return Activity(one, rules.capital_of(one), scale, outcome, from_json(kept) if kept else None)


def activities(application: Application, at: datetime) -> list[Activity]:
    """All of them, with what follows today."""
    day = local_day(application.office, at)
    return [activity(one, day) for one in items(application)]


# What is missing ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Gap:
    """What is still to be done before it can be issued.

    kind: "pelaku", "kegiatan", "isian", "risiko", "produk", "lingkungan", "pernyataan". item: id of the activity; page:
    of its group; label: the question.
    """

    kind: str
    item: str = ""
    page: int = 0
    label: str = ""


def gaps(application: Application, at: datetime) -> list[Gap]:
    """Everything that is still missing, in the order of the pages."""
    found = [] if completed(application) else [Gap("pelaku")]
    every = activities(application, at)
    if not every:
        return [*found, Gap("kegiatan")]
    for one in every:
        found += _gaps_of(application, one)
    if not found and set(ticked(application)) != set(applications.statements(application)):
        found.append(Gap("pernyataan"))
    return found


def completed(application: Application) -> bool:
    """Whether the data of the business actor that a perizinan berusaha asks for are there."""
    actor = application.filed_for
    return actor is not None and bool(actor.tax_number and actor.email)


def _gaps_of(application: Application, one: Activity) -> list[Gap]:
    if application.answers.get("jenis") == CLOSE:
        return []
    ident, spec = one.item["id"], group(application, ACTIVITIES)
    found = [
        Gap("isian", ident, question.page or KBLI, question.label)
        for question in asked(spec, one.item)
        if question.required and one.item.get(question.id) in (None, "")
    ]
    if found:
        return found
    if one.shown is None or one.row != one.shown:
        found.append(Gap("risiko", ident, RISK))
    if not one.item.get(PRODUCTS):
        found.append(Gap("produk", ident))
    if one.shown is not None and _environment_missing(application, one):
        found.append(Gap("lingkungan", ident, ENVIRONMENT))
    return found


def _environment_missing(application: Application, one: Activity) -> bool:
    chosen = one.item.get("lingkungan")
    if chosen not in one.environment:
        return True
    return chosen in rules.TO_UPLOAD and environment_paper(application).document is None


def environment_paper(application: Application) -> applications.Item:
    """The upload of UKL-UPL or AMDAL; needed as soon as an activity names one."""
    for one in applications.items(application):
        if one.requirement.id == ENVIRONMENT_PAPER:
            return one
    raise Refusal("licensing.no-paper", status=500)


# Statements --------------------------------------------------------------------------------------------------------


def ticked(application: Application) -> dict[str, str]:
    """The statements that were ticked and still read so: id -> exact text."""
    now = applications.statements(application)
    kept: Mapping[str, str] = application.statements
    return {name: text for name, text in kept.items() if name in now and now[name].text == text}


# Where and which ---------------------------------------------------------------------------------------------------


def in_region(office: Office, village: str) -> bool:
    """Whether a village lies in the region of the office."""
    code = office.region_code
    return village.startswith(f"{code[:2]}.{code[2:]}." if len(code) > 2 else f"{code}.")


def begun(account_id: int, service_id: int, actor_id: int, kind: str, activity: str) -> Application | None:
    """The draft of the same kind that nothing was put into yet: a second click goes on with it."""
    drafts = Application.objects.filter(
        account_id=account_id, service_id=service_id, filed_for_id=actor_id, case=None
    )
    for draft in drafts.order_by("pk"):
        if draft.answers.get("jenis") != kind:
            continue
        about = [one.get("activity") for one in items(draft)]
        if about == ([activity] if activity else []):
            return draft
    return None


PLACED = ("desa", "alamat", "titik", "penguasaan", "luas")


def known(application: Application, one: Item) -> dict[str, Any]:
    """What is known already of another activity of the same business: shown to be confirmed, never typed twice."""
    others = [other for other in items(application) if other["id"] != one["id"] and other.get("desa")]
    if others:
        source: Item = others[-1]
    else:
        last = newest(application)
        source = item_of(last) if last is not None else {}
    return {
        name: source[name]
        for name in (*PLACED, "nama-usaha", "pekerja-laki", "pekerja-perempuan")
        if source.get(name)
    }


def newest(application: Application) -> BusinessActivity | None:
    """The activity that this business took up last."""
    actor = application.filed_for
    found = businesses.activities(actor) if actor is not None else []
    return found[-1] if found else None


def item_of(row: BusinessActivity) -> dict[str, Any]:
    """An activity as an item of a form: its answers as they were."""
    place = dict(row.place)
    place.pop("desa", None)
    address = {part: place[part] for part in ("jalan", "rt", "rw", "kode-pos") if place.get(part)}
    return {
        **row.details,
        "activity": str(row.activity),
        "kbli": {"version": row.kbli_version, "code": row.code, "title": row.title},
        "ruang-lingkup": row.scope,
        "parameter": row.parameter,
        "nama-usaha": row.name,
        "desa": row.region,
        "alamat": address,
        "produk": list(row.products),
        "risiko": dict(row.catalogue),
    }
