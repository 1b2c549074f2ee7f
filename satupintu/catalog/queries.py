# SPDX-License-Identifier: Apache-2.0
"""Reading the catalogue: what is in force, and who has authority."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from satupintu.catalog.folders import PACKAGE, from_json
from satupintu.catalog.kbli import CURRENT_KBLI as CURRENT_KBLI
from satupintu.catalog.kbli import authority_of as authority_of
from satupintu.catalog.kbli import came_from as came_from
from satupintu.catalog.kbli import cell_of as cell_of
from satupintu.catalog.kbli import conversions as conversions
from satupintu.catalog.kbli import kbli as kbli
from satupintu.catalog.kbli import risk_history as risk_history
from satupintu.catalog.kbli import risk_of as risk_of
from satupintu.catalog.kbli import risk_rows as risk_rows
from satupintu.catalog.kbli import successors as successors
from satupintu.catalog.kbli_words import Suggestion as Suggestion
from satupintu.catalog.kbli_words import kbli_search as kbli_search
from satupintu.catalog.models import Kbli, Region, RegionWord, Ruling, ServiceVersion, VersionRemark
from satupintu.core import regions
from satupintu.core.package import Package, Unsound, read_package
from satupintu.core.refusal import Refusal
from satupintu.core.sop import Sop

OWN_AUTHORITY = "kabupaten"
KBLI_VERSION = "2020"
KBLI_LIST = PACKAGE / "catalog" / "data" / "kbli-awal.csv"
REGION_LISTS = PACKAGE / "catalog" / "data" / "wilayah"
"""The three regencies of the demonstration; a real office imports the whole list (docs/decisions/0029)."""
NEWEST_FIRST = ("-effective", "-approved_at", "-pk")
"""Of two versions for the same day the one approved last holds: so a mistake can be mended before it begins."""

_RULED = Ruling.objects.filter(status=Ruling.APPROVED)
RECALLED = Exists(_RULED.filter(kind=Ruling.RECALL, undoes=None, about=OuterRef("pk")))
"""Of a version: approved, and taken back before its day. It never comes into force."""
RELEASES = _RULED.filter(kind=Ruling.RELEASE).order_by("-answered_at", "-pk")


def known_recalled() -> QuerySet[ServiceVersion]:
    """All versions, each with whether it was taken back."""
    return ServiceVersion.objects.annotate(recalled=RECALLED)  # type: ignore[no-redef]


def standing() -> QuerySet[ServiceVersion]:
    """The versions that were approved and not taken back."""
    return ServiceVersion.objects.filter(~RECALLED, status=ServiceVersion.APPROVED)


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
    rows = standing().filter(office_id=office_id).order_by("effective", "approved_at", "pk")
    return dict(rows.values_list("slug", "name"))


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
    if not row.stands:
        return order[-1] if order else None
    return next((one for one in reversed(order) if _place(one) < _place(row)), None)


def after(row: ServiceVersion, among: Sequence[ServiceVersion]) -> ServiceVersion | None:
    """The approved version that followed this approved one; None while it is the last."""
    return next((one for one in _in_order(among) if _place(one) > _place(row)), None)


def _in_order(versions: Iterable[ServiceVersion]) -> list[ServiceVersion]:
    return sorted((v for v in versions if v.stands), key=_place)


def _place(row: ServiceVersion) -> tuple[date, datetime, int]:
    """The same order as NEWEST_FIRST, the other way round."""
    assert row.effective is not None
    assert row.approved_at is not None
    return row.effective, row.approved_at, row.pk


def basis(row: ServiceVersion, former: ServiceVersion | None) -> str:
    """What a proposal is read against: the version it follows, and the closing that its approval would end."""
    read = [former.digest] if former else []
    if row.effective is not None:
        closed = closings(row.office_id, row.effective).get(row.slug)
        read += [str(closed.key)] if closed is not None and closed.begun(row.effective) else []
    return " ".join(read)


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
        rows = standing().filter(office__slug=there or office_slug, slug=slug, kind="sop")
        newest = rows.order_by(*NEWEST_FIRST).first()
        if newest is not None:
            found[link] = package_of(newest).sop
    return found


def remarks(row: ServiceVersion) -> dict[int, str]:
    """Number of the event -> the words that belong to it."""
    return dict(VersionRemark.objects.filter(of=row).values_list("number", "text"))


def _light() -> QuerySet[ServiceVersion]:
    return known_recalled().select_related("office").defer("files")


def _approved(office_id: int, day: date) -> QuerySet[ServiceVersion]:
    # The files are a hundred kilobytes that nobody needs: the package is in memory by its digest.
    return standing().defer("files").filter(office_id=office_id, effective__lte=day)


# What two persons ruled ------------------------------------------------------------------------------------------


def closings(office_id: int, day: date) -> dict[str, Ruling]:
    """The closings of the office's services that stand on a day, begun or still to come, by folder name.

    A closing ends with a version that was approved after it and begins on its day or later. One SQL query.
    """
    undone = _RULED.filter(undoes=OuterRef("pk"))
    reopened = standing().filter(
        office_id=OuterRef("office_id"), slug=OuterRef("slug"), approved_at__gt=OuterRef("answered_at"),
        effective__gte=OuterRef("day"), effective__lte=day,
    )  # fmt: skip
    rows = _RULED.filter(~Exists(undone), ~Exists(reopened), office_id=office_id, kind=Ruling.CLOSING)
    return {row.slug: row for row in _named(rows).order_by("day", "pk")}


def require_open(office_id: int, slug: str, day: date) -> None:
    """Raises Refusal `catalog.closed` where nobody can apply for this service any more."""
    found = closings(office_id, day).get(slug)
    if found is not None and found.begun(day):
        raise Refusal("catalog.closed", name=found.about.name, day=found.day, reason=found.reason)


def rulings(office_ids: Iterable[int], slug: str = "", *, status: str = "") -> list[Ruling]:
    """What was asked and ruled about the services of these offices, the newest first: one SQL query."""
    rows = _named(Ruling.objects.filter(office_id__in=list(office_ids)))
    if slug:
        rows = rows.filter(slug=slug)
    if status:
        rows = rows.filter(status=status)
    return list(rows.order_by("-at", "-pk"))


def ruling(key: uuid.UUID) -> Ruling:
    """One of them. Raises Refusal `access.not-yours` (404)."""
    found = _named(Ruling.objects.all()).filter(key=key).first()
    if found is None:
        raise Refusal("access.not-yours", status=404)
    return found


def closing_of(ruling_id: int) -> Ruling:
    """A closing, or the closing that this ruling takes back."""
    found = _named(Ruling.objects.all()).get(pk=ruling_id)
    return found if found.undoes_id is None else _named(Ruling.objects.all()).get(pk=found.undoes_id)


def _named(rows: QuerySet[Ruling]) -> QuerySet[Ruling]:
    joined = rows.select_related("office", "about", "undoes")
    return joined.defer("files", "about__files", "about__problems", "undoes__files")


def newest_release(of: OuterRef) -> Subquery:
    """The digest of the release that corrects a version now; NULL for none."""
    return Subquery(RELEASES.filter(about=of).values("digest")[:1])


def release_of(version_id: int) -> str:
    """The same for one version; "" for none."""
    return RELEASES.filter(about=version_id).values_list("digest", flat=True).first() or ""


def corrected(version_id: int, release: str) -> Package:
    """A version as it prints and speaks with this release; "" is as it was published."""
    if not release:
        return package_by_id(version_id)
    if release not in _packages:
        return package_of_release(
            RELEASES.select_related("about").filter(about=version_id, digest=release)[0]
        )
    return _packages[release]


def package_of_release(row: Ruling) -> Package:
    """The version that a release corrects, with its files in place; read once per process and digest."""
    found = _packages.get(row.digest)
    if found is None:
        found = _packages[row.digest] = read_package(released_content(row), known_sops=None)
    return found


def released_content(row: Ruling) -> dict[str, bytes]:
    """The folder of a version with the files of a release in it."""
    return from_json({**row.about.files, **row.files})


def _speaks_of(package: Package, word: str) -> bool:
    service = package.service
    if service is None:
        return False
    texts = [service.name, service.summary, *service.search_words]
    return any(word in text.casefold() for text in texts)


def kbli_like(version: str, text: str, *, limit: int = 8) -> list[Kbli]:
    """Codes that begin with these digits, or whose title or plain words hold every word of the text."""
    rows = Kbli.objects.filter(version=version, valid_to=None).exclude(authority="")
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
    if found is None or not found.authority or found.valid_to is not None:
        raise Refusal("catalog.kbli-unknown", status=422, kbli=code, version=version)
    if found.authority != OWN_AUTHORITY:
        raise Refusal(
            "catalog.kbli-elsewhere", status=422, kbli=code, title=found.title, refer_to=found.refer_to
        )
    return found


# Regions -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Village:
    """A village or kelurahan, and where it lies. regency: with its kind, "Kabupaten Mempawah"."""

    code: str
    name: str
    district: str
    regency: str
    province: str

    @property
    def around(self) -> str:
        """Where it lies, as people write it."""
        return f"Kecamatan {self.district}, {self.regency}, {self.province}"

    def __str__(self) -> str:
        return f"{self.name}, {self.around}"


def villages_like(text: str, limit: int = 8, *, near: str = "") -> list[Village]:
    """The villages that these words name or begin, best first; words may also name the district, regency or province.

    near: code of a region whose villages come first, for example of the office. A district alone gives its villages.
    """
    exact = _begun(regions.whole(text), whole=True)

    def far(code: str) -> tuple[bool, bool]:
        return code not in exact, not code.startswith(near)

    known: dict[str, frozenset[str]] = {}
    for words in regions.readings(text):
        found = _begun_by_each(words, known)
        codes = regions.places(found, regions.VILLAGE, first=far)
        districts = regions.places(found, regions.DISTRICT, first=far)
        if districts and (not codes or _nearer(found, districts[0], codes[0])):
            codes = list(dict.fromkeys(_inside(districts[:limit], limit) + codes))
        if codes:
            return _villages(codes[:limit])
    return []


def _nearer(found: list[frozenset[str]], district: str, village: str) -> bool:
    """Whether more of the words are the district's own than the best village's."""
    return regions.told(found, district) > regions.told(found, village)


def knows_regions() -> bool:
    """Whether any list of regions was taken over."""
    return Region.objects.exists()


def village(code: str) -> Village | None:
    """The village of this code; None where there is none."""
    return next(iter(_villages([code])), None)


def _begun(word: str, *, whole: bool = False) -> frozenset[str]:
    """The codes of the regions whose name, from some word on, begins so, or is so."""
    key = word.encode()
    # No word in UTF-8 holds the byte FF: there the words with this beginning end.
    rows = (
        RegionWord.objects.filter(word=key)
        if whole
        else RegionWord.objects.filter(word__gte=key, word__lt=key + b"\xff")
    )
    return frozenset(rows.values_list("code", flat=True))


def _begun_by_each(words: tuple[str, ...], known: dict[str, frozenset[str]]) -> list[frozenset[str]]:
    """For each word the codes it begins, the longest first; [] as soon as one begins nothing. known: looked up already."""
    found = []
    for word in sorted(words, key=len, reverse=True):
        if word not in known:
            known[word] = _begun(word, whole=len(word) < regions.SHORT)
        if not known[word]:
            return []
        found.append(known[word])
    return found


def _inside(districts: list[str], limit: int) -> list[str]:
    rows = Region.objects.filter(parent__in=districts).order_by("code").values_list("code", flat=True)
    order = {code: at for at, code in enumerate(districts)}
    return sorted(rows, key=lambda code: (order[code.rpartition(".")[0]], code))[:limit]


def _villages(codes: list[str]) -> list[Village]:
    """These villages, in this order: one SQL query."""
    rows = Region.objects.filter(code__in=codes, level=regions.VILLAGE).select_related(
        "parent__parent__parent"
    )
    found = {row.code: _as_village(row) for row in rows}
    return [found[code] for code in codes if code in found]


def _as_village(row: Region) -> Village:
    district = row.parent
    assert district is not None
    regency = district.parent
    assert regency is not None
    assert regency.parent is not None
    return Village(row.code, row.name, district.name, regency.name, regency.parent.name)
