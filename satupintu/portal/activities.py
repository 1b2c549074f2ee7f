# SPDX-License-Identifier: Apache-2.0
"""Kegiatan usaha in words: scale with its reason, risk and product, rows to check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from satupintu.applications.models import Application
from satupintu.catalog.queries import village
from satupintu.core.forms import Question, asked, show
from satupintu.core.risk import CEILINGS, Risk, RiskRow, Scale, Unknown
from satupintu.licensing import queries as licensing
from satupintu.licensing.queries import Activity
from satupintu.ui import formats
from satupintu.ui.parts import Summary, SummaryRow

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise as Text
else:
    Text = str

RISKS: Mapping[Risk, Text] = {
    Risk.LOW: gettext_lazy("Rendah"),
    Risk.MEDIUM_LOW: gettext_lazy("Menengah Rendah"),
    Risk.MEDIUM_HIGH: gettext_lazy("Menengah Tinggi"),
    Risk.HIGH: gettext_lazy("Tinggi"),
}
SCALES: Mapping[Scale, Text] = {
    Scale.MICRO: gettext_lazy("Mikro"),
    Scale.SMALL: gettext_lazy("Kecil"),
    Scale.MEDIUM: gettext_lazy("Menengah"),
    Scale.LARGE: gettext_lazy("Besar"),
}
YIELDS: Mapping[Risk, Text] = {
    Risk.LOW: gettext_lazy("Cukup NIB. Usaha boleh langsung berjalan."),
    Risk.MEDIUM_LOW: gettext_lazy(
        "NIB dan Sertifikat Standar dari pernyataan Anda. Usaha boleh langsung berjalan."
    ),
    Risk.MEDIUM_HIGH: gettext_lazy(
        "NIB dan Sertifikat Standar belum terverifikasi. Usaha baru boleh beroperasi setelah terverifikasi."
    ),
    Risk.HIGH: gettext_lazy(
        "NIB dan Izin belum terverifikasi. Usaha baru boleh beroperasi setelah terverifikasi."
    ),
}
"""What each level yields, and whether one may begin (B14; PP 28/2025 art. 130-133)."""

PAPERS: Mapping[Risk, tuple[Text, ...]] = {
    Risk.LOW: (gettext_lazy("NIB"),),
    Risk.MEDIUM_LOW: (gettext_lazy("NIB"), gettext_lazy("Sertifikat Standar")),
    Risk.MEDIUM_HIGH: (gettext_lazy("NIB"), gettext_lazy("Sertifikat Standar (belum terverifikasi)")),
    Risk.HIGH: (gettext_lazy("NIB"), gettext_lazy("Izin (belum terverifikasi)")),
}
UNKNOWN: Mapping[str, Text] = {
    "no-row": gettext_lazy("Tabel risiko belum memuat kegiatan ini."),
    "no-scale": gettext_lazy("Tabel risiko belum memuat kegiatan ini untuk skala usaha Anda."),
    "two-levels": gettext_lazy("Tabel risiko memuat dua tingkat untuk kegiatan ini."),
}
MANY = 10**9


def kbli_words(item: Mapping[str, Any]) -> str:
    kbli = item.get("kbli")
    return f"{kbli['title']} (KBLI {kbli['version']} {kbli['code']})" if kbli else ""


def name_of(item: Mapping[str, Any]) -> str:
    """What pages call an activity."""
    return str(item.get("nama-usaha") or (item.get("kbli") or {}).get("title") or _("Kegiatan usaha"))


def scale_reason(one: Activity) -> str:
    """Why an activity has its scale; "" while its capital is not known."""
    if one.scale is None or one.capital is None:
        return ""
    words = {"capital": formats.rupiah(one.capital), "scale": str(SCALES[one.scale]).lower()}
    if one.scale is Scale.LARGE:
        words["limit"] = f"Rp {CEILINGS[Scale.MEDIUM] // MANY} miliar"
        said = _(
            "Modal tanpa tanah dan bangunan %(capital)s: usaha %(scale)s, lebih dari %(limit)s (PP 7/2021)."
        )
    else:
        words["limit"] = f"Rp {CEILINGS[one.scale] // MANY} miliar"
        said = _(
            "Modal tanpa tanah dan bangunan %(capital)s: usaha %(scale)s, sampai dengan %(limit)s (PP 7/2021)."
        )
    return said % words


def risk_words(one: Activity) -> str:
    row = one.row or one.shown
    return str(RISKS[row.risk]) if row else ""


def unknown_words(outcome: Unknown) -> str:
    return str(UNKNOWN[outcome.reason])


def difference(was: RiskRow, now: RiskRow | None) -> list[tuple[str, str, str]]:
    """(what, as it was shown, as it is now) of each part of the row that differs."""
    rows = [
        (_("Tingkat risiko"), str(RISKS[was.risk]), str(RISKS[now.risk]) if now else ""),
        (_("Yang terbit"), _list(PAPERS[was.risk]), _list(PAPERS[now.risk]) if now else ""),
        (_("Persyaratan"), "; ".join(was.requirements), "; ".join(now.requirements) if now else ""),
        (_("Kewajiban"), "; ".join(was.obligations), "; ".join(now.obligations) if now else ""),
        (_("Lama verifikasi (hari kerja)"), _days(was), _days(now)),
        (_("Kewenangan"), was.authority, now.authority if now else ""),
        (_("Dasar hukum"), was.basis, now.basis if now else ""),
    ]
    return [(what, before or "–", after or "–") for what, before, after in rows if before != after]


def _days(row: RiskRow | None) -> str:
    return "" if row is None or row.days is None else str(row.days)


def _list(words: tuple[Text, ...]) -> str:
    return ", ".join(map(str, words))


# Rows to check -----------------------------------------------------------------------------------------------------


def value_words(question: Question, value: Any) -> str:
    """An answer of an activity as people read it."""
    if value in (None, ""):
        return ""
    if question.kind == "kbli":
        return f"{value['title']} (KBLI {value['version']} {value['code']})"
    if question.kind == "region":
        lies = village(str(value))
        return str(lies) if lies else str(value)
    return show(question, value)


def facts(application: Application, one: Activity, *, links: bool = True) -> Summary:
    """Data usaha: every answer of an activity, and what follows from it. links: to where each is changed."""
    key, ident = application.key, one.item["id"]
    spec = licensing.group(application, licensing.ACTIVITIES)
    rows = []
    for question in asked(spec, one.item):
        value = value_words(question, one.item.get(question.id))
        if question.page in (licensing.RISK, licensing.ENVIRONMENT) and not value:
            continue
        gap = question.required and not value
        href = page_href(key, ident, question.page or licensing.KBLI) + "?dari=periksa" if links else ""
        rows.append(SummaryRow(question.label, value, href, gap=gap, id=f"isi-{question.id}"))
    href = page_href(key, ident, licensing.RISK) + "?dari=periksa" if links else ""
    scale = str(SCALES[one.scale]) if one.scale else ""
    rows.append(SummaryRow(_("Skala usaha"), scale, href, gap=not scale, id="isi-skala"))
    stale = one.shown is None or one.changed
    risk = _("Belum Anda periksa") if stale else risk_words(one)
    rows.append(SummaryRow(_("Tingkat risiko"), risk, href, gap=stale, id="isi-risiko"))
    return Summary("data-usaha", _("Data usaha"), tuple(rows))


def page_href(key: object, ident: str, number: int) -> str:
    """Where a page of an activity stands."""
    if number == licensing.KBLI:
        return reverse("portal:activity_kbli", args=[key, ident])
    if number == licensing.ENVIRONMENT:
        return reverse("portal:activity_environment", args=[key, ident])
    return reverse("portal:activity_page", args=[key, ident, number])


def gap_href(key: object, gap: licensing.Gap) -> str:
    """Where what is missing is filled in."""
    if gap.kind == "pelaku":
        return reverse("portal:business_actor", args=[key])
    if gap.kind == "kegiatan":
        return reverse("portal:activity_new", args=[key])
    if gap.kind == "produk":
        return reverse("portal:product_new", args=[key, gap.item])
    if gap.kind == "pernyataan":
        return reverse("portal:business_statements", args=[key])
    return page_href(key, gap.item, gap.page)


GAPS: Mapping[str, Text] = {
    "pelaku": gettext_lazy("Data pelaku usaha"),
    "kegiatan": gettext_lazy("Bidang usaha"),
    "risiko": gettext_lazy("Skala dan tingkat risiko"),
    "produk": gettext_lazy("Produk/jasa"),
    "lingkungan": gettext_lazy("Dokumen persetujuan lingkungan"),
    "pernyataan": gettext_lazy("Pernyataan mandiri"),
}


def gap_words(gap: licensing.Gap) -> str:
    return str(gap.label or GAPS[gap.kind])


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """One row of "Daftar kegiatan usaha" (seed 001, D 12)."""

    kbli: str
    place: str
    data: str
    scale: Text
    risk: str
    status: str
    kind: str
    href: str
    name: str


def row_of(application: Application, one: Activity, missing: list[licensing.Gap]) -> ActivityRow:
    """missing: all that is missing in the application."""
    item, ident = one.item, one.item["id"]
    lies = village(item["desa"]) if item.get("desa") else None
    own = [gap for gap in missing if gap.item == ident]
    return ActivityRow(
        kbli=kbli_words(item),
        place=str(lies) if lies else "–",
        data=name_of(item),
        scale=SCALES[one.scale] if one.scale else "–",
        risk=risk_words(one) or "–",
        status=_("Belum lengkap") if own else _("Siap diproses"),
        kind="yours" if own else "ok",
        href=gap_href(application.key, own[0]) if own else reverse("portal:activity_check", args=[application.key, ident]),
        name=name_of(item),
    )  # fmt: skip
