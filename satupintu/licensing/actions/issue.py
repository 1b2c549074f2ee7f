# SPDX-License-Identifier: Apache-2.0
""" "Terbitkan perizinan berusaha": one commit hands the application in and, by the local channel, issues all of it.

    submit -> case, receipt -> business and activities -> numbers -> papers frozen, their seals queued (jobs) -> told

Low risk: NIB. Medium-low: NIB and SS by self-declaration. Medium-high and high: NIB, and SS or Izin that is not
verified. Source: design §4; PP 28/2025 art. 130-133; seed 001 D 15-16; docs/decisions/0033.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from satupintu.applications import queries as applications
from satupintu.applications.actions.sending import handed_in
from satupintu.applications.models import Application
from satupintu.businesses.models import Business, BusinessActivity, BusinessActor
from satupintu.cases import actions as cases
from satupintu.cases.models import Case
from satupintu.catalog.queries import village
from satupintu.core.access import Actor
from satupintu.core.activity import CHANGE, CLOSE, NEW
from satupintu.core.refusal import Refusal
from satupintu.core.risk import LICENCE, PRODUCTS, STANDARD, Risk, verified_first
from satupintu.core.seal import digest
from satupintu.core.sop import SIGN_BEGUN, SYSTEM, Mark
from satupintu.door.write import Answer, Asked, Write, action
from satupintu.licensing import papers, queries
from satupintu.licensing.models import ChannelRuling, Product
from satupintu.licensing.numbers import new_nib, product_number
from satupintu.licensing.pinning import as_json, from_json, pinned
from satupintu.offices.queries import local_day, setting
from satupintu.permits.actions import seal
from satupintu.permits.models import Permit

CLOSED = "Kegiatan usaha ini ditutup oleh pelaku usaha."
CHANGED = "Kegiatan, skala, risiko, atau lokasinya berubah, jadi surat ini diganti dengan yang baru."


@action
def submit(actor: Actor, key: uuid.UUID, *, ticked: Mapping[str, bool], asked: Asked) -> Answer:
    """Hand a permohonan perizinan berusaha in; by the local channel everything it yields is issued in this commit.

    key: of the draft. ticked: statement id -> whether it was ticked. Gives {"receipt", "nib", "numbers"}; nib "" and
    no numbers where OSS issues. Raises Refusal as `applications.send`, and `licensing.no-actor`,
    `licensing.no-activity`, `licensing.risk-open`, `licensing.risk-changed`, `licensing.unknown-activity`,
    `licensing.no-nib`, `licensing.being-issued`.
    """
    application = applications.own(actor, key)
    given = list(application.answers.get("kegiatan") or ())
    if application.filed_for is None:
        raise Refusal("licensing.no-actor", status=422)
    if not given:
        raise Refusal("licensing.no-activity", status=422)
    channel = queries.channel_of(application.office, actor.at)
    title = str(given[0].get("nama-usaha") or application.filed_for.name)
    opened = handed_in(
        actor, key, ticked=ticked, asked=asked, marks=(f"channel-{channel.kind}",), title=title
    )
    with opened as (door, locked):
        door.answer = {"receipt": door.row.receipt, "nib": "", "numbers": []}
        if channel.kind == ChannelRuling.LOCAL:
            made = _issue(door, locked)
            door.answer |= {"nib": made.business.nib, "numbers": [one.number for one in made.products]}
        elif application.answers.get("jenis") != CLOSE:
            for one in given:  # nothing goes to OSS by a risk that was guessed, either
                pinned(one, local_day(door.row.office, door.at))
    return door.answer


def taken_back(door: Write[Case], application: Application, nib: str) -> Business:
    """What OSS has issued, in our rows: the business under OSS's NIB, and its activities as they were sent.

    The products are OSS's (`OssProduct`); those of a training end. Raises Refusal `licensing.unknown-activity`.
    """
    assert application.filed_for_id is not None  # `submit` refuses an application for nobody
    actor = BusinessActor.objects.select_for_update().get(pk=application.filed_for_id)
    business = Business.objects.filter(actor=actor).first() or Business(actor=actor, registered_at=door.at)
    business.nib, business.issuer = nib, Business.OSS
    _activities(door, application, Made(business))
    Product.objects.filter(business=business).update(state=Product.ENDED, since=door.at)
    return business


@dataclass
class Made:
    """What one application has brought about. lines: all activities that hold now; products: numbers given new."""

    business: Business
    lines: list[papers.Line] = field(default_factory=list)
    products: list[Product] = field(default_factory=list)
    ended: list[Product] = field(default_factory=list)


def _issue(door: Write[Case], application: Application) -> Made:
    """Activities, numbers and papers, with the actor's row locked: of two applications at once one is first."""
    cases.move(door, Mark(SIGN_BEGUN, SYSTEM))
    made = Made(_business(door, application))
    before = _products(made.business)
    if any(product.permit.state == Permit.SIGNING for product in before.values()):
        raise Refusal("licensing.being-issued")
    touched = _activities(door, application, made)
    _end(door, made, before, touched)
    made.lines = _lines(door, made, before, touched)
    _nib(door, application, made)
    for line in made.lines:
        if line.product in made.products:
            _paper(door, application, line, made.business.nib)
    door.event(
        "licensing.issued",
        business=str(made.business.key),
        numbers=[made.business.nib, *(one.number for one in made.products)],
        activities=[str(row.key) for row in touched],
        data=digest([line.activity.catalogue for line in made.lines]),
    )
    return made


# The business and its activities --------------------------------------------------------------------------------------


def _business(door: Write[Case], application: Application) -> Business:
    """The one business of this actor, locked; with a NIB from now on."""
    assert application.filed_for_id is not None  # `submit` refuses an application for nobody
    actor = BusinessActor.objects.select_for_update().get(pk=application.filed_for_id)
    new = application.answers.get("jenis") == NEW
    business = Business.objects.filter(actor=actor).first()
    if business is None or not business.nib:
        if not new:
            raise Refusal("licensing.no-nib")
        business = business or Business(actor=actor, issuer=Business.LOCAL, registered_at=door.at)
        trains = queries.channel_of(door.row.office, door.row.opened_at).trains
        business.nib = new_nib(lambda number: Business.objects.filter(nib=number).exists(), training=trains)
    return business


def _activities(door: Write[Case], application: Application, made: Made) -> list[BusinessActivity]:
    """The versions of activities that this application makes or ends; history stays."""
    kind, business = application.answers.get("jenis"), made.business
    given = list(application.answers["kegiatan"])
    held = _holding(business)
    business.state = Business.ACTIVE
    business.save()
    if kind == CLOSE:
        closing = [_own(held, one) for one in given]
        for row in closing:
            _stop(door, row, closed=True)
        if len({row.pk for row in closing}) == len(held):
            business.state = Business.NOT_YET
            business.save(update_fields=["state"])
        return closing
    made_now, number = [], _last_number(business)
    for one in given:
        old = _own(held, one) if kind == CHANGE and one.get("activity") else None
        row = _row(door, business, one)
        if old is None:
            number += 1
            row.number = number
        else:
            _stop(door, old, closed=False)
            row.activity, row.number, row.version = old.activity, old.number, old.version + 1
        row.save()
        made_now.append(row)
    return made_now


def _holding(business: Business) -> dict[str, BusinessActivity]:
    rows = BusinessActivity.objects.filter(business=business, valid_to=None) if business.pk else ()
    return {str(row.activity): row for row in rows}


def _last_number(business: Business) -> int:
    rows = BusinessActivity.objects.filter(business=business).order_by("-number")
    return rows.values_list("number", flat=True).first() or 0


def _own(held: Mapping[str, BusinessActivity], given: Mapping[str, Any]) -> BusinessActivity:
    """The activity that is meant, if it is the business's own and holds. Raises Refusal `licensing.unknown-activity`."""
    found = held.get(str(given.get("activity")))
    if found is None:
        raise Refusal("licensing.unknown-activity", status=422)
    return found


def _stop(door: Write[Case], row: BusinessActivity, *, closed: bool) -> None:
    row.valid_to, row.ended_by, row.closed = door.at, door.row.key, closed
    row.save(update_fields=["valid_to", "ended_by", "closed"])


def _row(door: Write[Case], business: Business, given: Mapping[str, Any]) -> BusinessActivity:
    """One version of an activity from what was answered, with its row of the catalogue pinned."""
    by_oss = business.issuer == Business.OSS  # then it was pinned when it was sent, perhaps days ago
    row = from_json(given["risiko"]) if by_oss else pinned(given, local_day(door.row.office, door.at))
    lies, kbli = village(str(given.get("desa") or "")), given["kbli"]
    named = {
        "kbli", "ruang-lingkup", "parameter", "nama-usaha", "desa", "alamat", "produk", "risiko", "id", "activity",
    }  # fmt: skip
    return BusinessActivity(
        business=business,
        kbli_version=kbli["version"],
        code=kbli["code"],
        title=kbli["title"][:250],
        scope=str(given.get("ruang-lingkup") or ""),
        parameter=str(given.get("parameter") or ""),
        scale=row.scale,
        risk=row.risk,
        catalogue=as_json(row),
        name=str(given["nama-usaha"])[:160],
        region=str(given.get("desa") or ""),
        place={**(given.get("alamat") or {}), "desa": str(lies) if lies else str(given.get("desa") or "")},
        details={name: value for name, value in given.items() if name not in named},
        products=list(given.get("produk") or ()),
        case=door.row.key,
        valid_from=door.at,
    )


# Their products -------------------------------------------------------------------------------------------------------


def _products(business: Business) -> dict[uuid.UUID | None, Product]:
    """The product that holds for each activity, and the NIB under None."""
    rows = Product.objects.select_related("permit").filter(business=business) if business.pk else ()
    return {row.activity: row for row in rows if row.state != Product.ENDED}


def _end(
    door: Write[Case],
    made: Made,
    before: Mapping[uuid.UUID | None, Product],
    touched: Iterable[BusinessActivity],
) -> None:
    """The SS or Izin of an activity that was closed, or is another one now than it was given for, ends."""
    for row in touched:
        product = before.get(row.activity)
        if product is None or (not row.closed and _fits(product, row)):
            continue
        product.state, product.since = Product.ENDED, door.at
        product.save(update_fields=["state", "since"])
        made.ended.append(product)
        paper = Permit.objects.select_for_update().get(pk=product.permit_id)
        paper.state, paper.revoked_at, paper.revoked_by = Permit.REVOKED, door.at, SYSTEM
        paper.revoke_reason = CLOSED if row.closed else CHANGED
        paper.save()
        door.event("permit.revoked", number=paper.number)


SAME = ("kbli_version", "code", "scope", "parameter", "scale", "risk", "region", "place")
"""What a product was given for. Another name or more workers leave it as it is; another place or scale do not."""


def _fits(product: Product, row: BusinessActivity) -> bool:
    """Whether the product of an activity still stands for what the activity is now."""
    if product.state == Product.LAPSED:
        return False
    old = BusinessActivity.objects.get(activity=row.activity, version=row.version - 1)
    return all(getattr(old, name) == getattr(row, name) for name in SAME)


def _lines(
    door: Write[Case],
    made: Made,
    before: Mapping[uuid.UUID | None, Product],
    touched: Iterable[BusinessActivity],
) -> list[papers.Line]:
    """Every activity that holds, with its product: the one it had, or a new one."""
    found = []
    for row in BusinessActivity.objects.filter(business=made.business, valid_to=None).order_by("number"):
        product = before.get(row.activity)
        if product is None or product in made.ended:
            product = _new_product(door, made, row)
        found.append(papers.Line(row, product))
    return found


def _new_product(door: Write[Case], made: Made, row: BusinessActivity) -> Product | None:
    """SS or Izin by the risk of the activity; None where the NIB is all. Its paper is made once all are known."""
    kind = next((one for one in PRODUCTS[Risk(row.risk)] if one in (STANDARD, LICENCE)), None)
    if kind is None:
        return None
    given = Product.objects.filter(business=made.business).exclude(kind=Product.NIB).count()
    number = product_number(made.business.nib, given + len(made.products) + 1)
    waits = verified_first(Risk(row.risk))
    product = Product(
        business=made.business,
        kind=kind,
        number=number,
        activity=row.activity,
        state=Product.UNVERIFIED if waits else Product.VALID,
        since=door.at,
        fulfil_by=_last_day(door.row, door) if waits else None,
    )
    made.products.append(product)
    return product


def _last_day(case: Case, door: Write[Case]) -> Any:
    day = local_day(case.office, door.at)
    return day + timedelta(days=int(setting(case.office, "fulfilment_days", day)))


# Their papers ---------------------------------------------------------------------------------------------------------


def _nib(door: Write[Case], application: Application, made: Made) -> None:
    """The NIB, or its next version under the same number."""
    product = (
        Product.objects.select_related("permit").filter(business=made.business, kind=Product.NIB).first()
    )
    old = product.permit if product else None
    data = papers.nib_data(door.row, application, made.lines, made.business.nib)
    permit = _permit(application, data, Product.NIB, made.business.nib, old)
    seal(door, permit, data, replaces=old)
    product = product or Product(
        business=made.business,
        kind=Product.NIB,
        number=made.business.nib,
        state=Product.VALID,
        since=door.at,
    )
    product.permit = permit
    product.save()


def _paper(door: Write[Case], application: Application, line: papers.Line, nib: str) -> None:
    """The first version of an SS or Izin."""
    product = line.product
    assert product is not None  # only lines whose product is new come here
    part = f"{product.kind}-{line.activity.number}"
    data = papers.product_data(door.row, application, line, nib)
    permit = _permit(application, data, part, product.number, None)
    seal(door, permit, data)
    product.permit = permit
    product.save()
    if product.state == Product.UNVERIFIED:
        door.job("licensing.remind", run_after=door.at + REMIND_EVERY, product_id=product.pk)


REMIND_EVERY = timedelta(days=1)


def _permit(
    application: Application, data: Mapping[str, Any], part: str, number: str, old: Permit | None
) -> Permit:
    """A version of a product, not saved yet. part: which product of its case it is."""
    assert application.filed_for is not None  # `submit` refuses an application for nobody
    return Permit(
        part=part,
        kind=data["produk"],
        title=data["judul"],
        number=number,
        holder=application.filed_for.name[:160],
        version=old.version + 1 if old else 1,
    )
