# SPDX-License-Identifier: Apache-2.0
"""Reading the catalogue: what is in force, and who has authority."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache

from django.db.models import Q, QuerySet

from satupintu.catalog.folders import from_json
from satupintu.catalog.models import Kbli, ServiceVersion, VersionRemark
from satupintu.core.package import Package, Unsound, read_package
from satupintu.core.refusal import Refusal
from satupintu.core.sop import Sop

OWN_AUTHORITY = "kabupaten"
KBLI_VERSION = "2020"
NEWEST_FIRST = ("-effective", "-approved_at", "-pk")
"""Of two versions for the same day the one approved last holds: so a mistake can be mended before it begins."""


def package_of(version: ServiceVersion) -> Package:
    """The service as it was published under this version; read once per process and digest."""
    found = _packages.get(version.digest)
    if found is None:
        found = _packages[version.digest] = read_package(
            from_json(version.files), known_sops=None, published=True
        )
    return found


_packages: dict[str, Package] = {}


@lru_cache(maxsize=512)
def package_by_id(version_id: int) -> Package:
    """The package of a version by its row id (a published version never changes): no SQL after the first time."""
    return package_of(ServiceVersion.objects.get(pk=version_id))


def in_force(office_id: int, slug: str, day: date) -> ServiceVersion:
    """The version of this service that is in force on that day. Raises Refusal `catalog.no-service` (404)."""
    found = _approved(office_id, day).filter(slug=slug).order_by(*NEWEST_FIRST).first()
    if found is None:
        raise Refusal("catalog.no-service", status=404, slug=slug)
    return found


def sop_names(office_id: int) -> dict[str, str]:
    """What the office's services and SOPs are called, by folder name: of each the version published last."""
    rows = ServiceVersion.objects.filter(office_id=office_id, status=ServiceVersion.APPROVED)
    return dict(rows.order_by("effective", "approved_at", "pk").values_list("slug", "name"))


def services(office_id: int, day: date, *, words: str = "") -> list[ServiceVersion]:
    """The services in force, by name; words: only those that a plain search finds."""
    newest: dict[str, ServiceVersion] = {}
    for version in _approved(office_id, day).filter(kind="layanan").order_by(*NEWEST_FIRST):
        newest.setdefault(version.slug, version)
    found = sorted(newest.values(), key=lambda v: v.name)
    wanted = words.casefold().split()
    return [v for v in found if not wanted or any(_speaks_of(package_of(v), word) for word in wanted)]


# Versions on their way to be published ---------------------------------------------------------------------------


def version(key: uuid.UUID) -> ServiceVersion:
    """One version with its office, without the bytes of its files. Raises Refusal `access.not-yours` (404)."""
    found = _light().filter(key=key).first()
    if found is None:
        raise Refusal("access.not-yours", status=404)
    return found


def versions(office_ids: Iterable[int], slug: str = "") -> list[ServiceVersion]:
    """Every version of these offices that was not thrown away, by service, the newest first: one SQL query."""
    rows = _light().filter(office_id__in=list(office_ids)).exclude(status=ServiceVersion.DISCARDED)
    if slug:
        rows = rows.filter(slug=slug)
    return list(rows.order_by("office__name", "kind", "slug", "-at", "-pk"))


def before(row: ServiceVersion, among: Sequence[ServiceVersion]) -> ServiceVersion | None:
    """The approved version that this one follows, or would follow. among: all versions of the service."""
    order = _in_order(among)
    if row.status != ServiceVersion.APPROVED:
        return order[-1] if order else None
    return next((one for one in reversed(order) if _place(one) < _place(row)), None)


def after(row: ServiceVersion, among: Sequence[ServiceVersion]) -> ServiceVersion | None:
    """The approved version that followed this approved one; None while it is the last."""
    return next((one for one in _in_order(among) if _place(one) > _place(row)), None)


def _in_order(versions: Iterable[ServiceVersion]) -> list[ServiceVersion]:
    return sorted((v for v in versions if v.status == ServiceVersion.APPROVED), key=_place)


def _place(row: ServiceVersion) -> tuple[date, datetime, int]:
    """The same order as NEWEST_FIRST, the other way round."""
    assert row.effective is not None
    assert row.approved_at is not None
    return row.effective, row.approved_at, row.pk


def content(row: ServiceVersion) -> dict[str, bytes]:
    """The files of a version, byte by byte."""
    return from_json(row.files)


def package_or_none(row: ServiceVersion) -> Package | None:
    """The package of any version; None for a draft that cannot be understood."""
    try:
        return package_of(row)
    except Unsound:
        return None


def known_sops(office_slug: str, links: Iterable[str]) -> dict[str, Sop]:
    """The approved procedures among these links ("skm", "kampar/skm"), by the name that is used for them."""
    found = {}
    for link in links:
        there, _, slug = link.rpartition("/")
        rows = ServiceVersion.objects.filter(office__slug=there or office_slug, slug=slug, kind="sop")
        newest = rows.filter(status=ServiceVersion.APPROVED).order_by(*NEWEST_FIRST).first()
        if newest is not None:
            found[link] = package_of(newest).sop
    return found


def remarks(row: ServiceVersion) -> dict[int, str]:
    """Number of the event -> the words that belong to it."""
    return dict(VersionRemark.objects.filter(of=row).values_list("number", "text"))


def _light() -> QuerySet[ServiceVersion]:
    return ServiceVersion.objects.select_related("office").defer("files")


def _approved(office_id: int, day: date) -> QuerySet[ServiceVersion]:
    # The files are a hundred kilobytes that nobody needs: the package is in memory by its digest.
    rows = ServiceVersion.objects.defer("files")
    return rows.filter(office_id=office_id, status=ServiceVersion.APPROVED, effective__lte=day)


def _speaks_of(package: Package, word: str) -> bool:
    service = package.service
    if service is None:
        return False
    texts = [service.name, service.summary, *service.search_words]
    return any(word in text.casefold() for text in texts)


def kbli(version: str, code: str) -> Kbli | None:
    return Kbli.objects.filter(version=version, code=code).first()


def kbli_like(version: str, text: str, *, limit: int = 8) -> list[Kbli]:
    """Codes that begin with these digits, or whose title or plain words hold every word of the text."""
    rows = Kbli.objects.filter(version=version)
    digits = "".join(c for c in text if c.isdigit())
    if digits:
        rows = rows.filter(code__startswith=digits)
    else:
        for word in text.split():
            rows = rows.filter(Q(title__icontains=word) | Q(words__icontains=word))
    return list(rows.order_by("code")[:limit])


def require_authority(version: str, code: str) -> Kbli:
    """The code, if a regency or city office has authority over it (S6; warning of SOP 000.8.3.3/001).

    Raises Refusal `catalog.kbli-unknown` or `catalog.kbli-elsewhere` (with whom to go to).
    """
    found = kbli(version, code)
    if found is None:
        raise Refusal("catalog.kbli-unknown", status=422, kbli=code, version=version)
    if found.authority != OWN_AUTHORITY:
        raise Refusal(
            "catalog.kbli-elsewhere", status=422, kbli=code, title=found.title, refer_to=found.refer_to
        )
    return found
