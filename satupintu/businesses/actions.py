# SPDX-License-Identifier: Apache-2.0
"""Registering and correcting business actors, and naming the people of an entity.

Each actor has a chain of its own on the record: it holds keys and salted commitments, no personal data.
Source: mission A1, A3; UU 27/2022 art. 6 (the person keeps his data right), art. 16 (no more than is needed).
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime

from django.db import IntegrityError

from satupintu.accounts import actions as accounts
from satupintu.accounts import queries as persons
from satupintu.accounts.models import Person
from satupintu.businesses import queries
from satupintu.businesses.models import ActorMember, BusinessActor, LegalEntity
from satupintu.core.access import Actor, Capacity, Permission, Power, Role
from satupintu.core.refusal import Refusal
from satupintu.core.seal import commitment
from satupintu.door.fields import blind_index
from satupintu.door.write import Answer, Asked, Write, action, create, write

PERMISSION = Permission.ACTOR_CHANGE


@dataclass(frozen=True, slots=True)
class Where:
    """Where an actor is found: jalan, rt, rw, kode-pos, and the Kemendagri code of the village."""

    address: Mapping[str, str]
    region: str


@dataclass(frozen=True, slots=True)
class Body:
    """What is asked of a badan usaha; npwp normalised."""

    name: str
    form: str
    deed_number: str
    deed_date: date
    npwp: str
    ahu_number: str = ""


# A person ------------------------------------------------------------------------------------------------------------


@action
def keep_person(
    actor: Actor, *, name: str, scale: str, where: Where, nik: str = "", passport: str = "", asked: Asked
) -> Answer:
    """Keep what a person says of himself, the first time or again; NIK or passport (normalised) rest with the Person.

    Raises Refusal `accounts.nik-taken`, `accounts.passport-taken`, `businesses.name-of-staff`, `access.not-yours`.
    """
    person = _person_of(actor)
    if name != person.name and (actor.capacities or actor.withheld):
        raise Refusal("businesses.name-of-staff", status=403)  # it stands under what he signs
    said = {"name": name, "nik": nik, "passport": passport}
    found = queries.of_person(person.pk)
    if found is None:
        row = _new(BusinessActor.PERSON, scale, where, actor.at, person=person)
        with create(actor, Capacity(Role.APPLICANT), row, asked=asked) as door:
            _say_of_person(door, person, "actor.registered", said)
        return door.answer
    with write(_bare(actor), PERMISSION, BusinessActor.objects.all(), found.pk, asked=asked) as door:
        _move(door, scale, where)
        _say_of_person(door, person, "actor.changed", said)
    return door.answer


def _say_of_person(door: Write[BusinessActor], person: Person, kind: str, said: dict[str, str]) -> None:
    accounts.set_identity(person, nik=said["nik"], passport=said["passport"])
    if said["name"] != person.name:
        accounts.rename(person, said["name"])
    _tell(door, kind, said)


@action
def complete(
    actor: Actor,
    key: uuid.UUID,
    *,
    npwp: str,
    email: str,
    bpjs_work: str = "",
    bpjs_health: str = "",
    asked: Asked,
) -> Answer:
    """Keep what a perizinan berusaha asks besides (B1; seed 001, D 6). npwp: normalised; of an entity it stays as it is.

    bpjs_work, bpjs_health: numbers of BPJS Ketenagakerjaan and Kesehatan, "" while there are none: the process goes on.
    Raises Refusal `access.not-yours`.
    """
    row = queries.own(actor, key)
    with write(
        queries.reached(actor, row), PERMISSION, BusinessActor.objects.all(), row.pk, asked=asked
    ) as door:
        said = {"email": email, "bpjs_work": bpjs_work, "bpjs_health": bpjs_health}
        if door.row.person_id is not None:
            said["npwp"] = npwp
        for name, value in said.items():
            setattr(door.row, name, value)
        door.row.changed_at = door.at
        _tell(door, "actor.changed", said)
    return door.answer


# An entity -----------------------------------------------------------------------------------------------------------


@action
def register_entity(
    actor: Actor, body: Body, *, position: str, scale: str, where: Where, asked: Asked
) -> Answer:
    """Register a badan usaha; who does it is its first member, with both powers.

    Raises Refusal `businesses.entity-taken`, `businesses.staff`.
    """
    person = _person_of(actor)
    if actor.capacities or actor.withheld:
        raise Refusal("businesses.staff", status=403)
    row = _new(BusinessActor.ENTITY, scale, where, actor.at)
    with _only_one(), create(actor, Capacity(Role.APPLICANT), row, asked=asked) as door:
        _free(body.npwp)
        LegalEntity.objects.create(actor=row, **asdict(body), npwp_index=_index(body.npwp))
        first = ActorMember.objects.create(
            actor=row, person=person, name=person.name, position=position, may_apply=True, may_sign=True,
            valid_from=actor.at, accepted_at=actor.at,
        )  # fmt: skip
        _tell(door, "actor.registered", _said(body))
        door.event("actor.member-accepted", member=str(first.key))
    return door.answer


@action
def change_entity(
    actor: Actor, key: uuid.UUID, body: Body, *, scale: str, where: Where, asked: Asked
) -> Answer:
    """Correct what is kept of an entity. Raises Refusal `businesses.entity-taken`, `access.not-yours`."""
    row = queries.own(actor, key)
    with write(
        queries.reached(actor, row), PERMISSION, BusinessActor.objects.all(), row.pk, asked=asked
    ) as door:
        entity = LegalEntity.objects.get(actor=door.row)
        if body.npwp != entity.npwp:
            _free(body.npwp)
        for name, value in asdict(body).items():
            setattr(entity, name, value)
        entity.npwp_index = _index(body.npwp)
        entity.save()
        _move(door, scale, where)
        _tell(door, "actor.changed", _said(body))
    return door.answer


# Its people ----------------------------------------------------------------------------------------------------------


@action
def add_member(
    actor: Actor,
    key: uuid.UUID,
    *,
    name: str,
    position: str,
    email: str = "",
    may_apply: bool,
    may_sign: bool,
    until: datetime | None,
    asked: Asked,
) -> Answer:
    """Name somebody of the entity. With an e-mail address he can accept, and may act from then on; without he is only named.

    Raises Refusal `businesses.member-twice`, `businesses.dates`, `access.not-yours`.
    """
    row = queries.own(actor, key)
    with write(
        queries.reached(actor, row), PERMISSION, BusinessActor.objects.all(), row.pk, asked=asked
    ) as door:
        if until is not None and until <= door.at:
            raise Refusal("businesses.dates", status=422)
        known = ActorMember.objects.filter(
            queries.waiting(door.at) | queries.holding(door.at), actor=door.row
        )
        if email and known.filter(email__iexact=email).exists():
            raise Refusal("businesses.member-twice", status=422)
        made = ActorMember.objects.create(
            actor=door.row, name=name, email=email, position=position, may_apply=may_apply, may_sign=may_sign,
            valid_from=door.at, valid_to=until,
        )  # fmt: skip
        door.event("actor.member-named", member=str(made.key), may_apply=may_apply, may_sign=may_sign)
        door.answer = {"member": str(made.key)}
    return door.answer


@action
def answer(actor: Actor, member: uuid.UUID, *, accept: bool, asked: Asked) -> Answer:
    """Who was named by his e-mail address accepts, and may act from now on; or declines.

    Raises Refusal `access.not-yours`, `businesses.staff`, `businesses.member-ended`.
    """
    account, found = persons.account(actor.account_id), _member(member)
    mine = found.email and found.email.lower() == (account.email or "").lower()
    if not mine or account.person is None:
        raise Refusal("access.not-yours", status=404)
    if accept and (actor.capacities or actor.withheld):
        raise Refusal("businesses.staff", status=403)
    named = Power(found.actor.owner_key, frozenset({found.actor.key}))
    me = _bare(actor, named)
    with write(me, PERMISSION, BusinessActor.objects.all(), found.actor_id, asked=asked) as door:
        row = ActorMember.objects.get(pk=found.pk)
        if row.accepted_at is not None or _over(row, door.at):
            raise Refusal("businesses.member-ended")
        if accept:
            row.person, row.accepted_at, row.valid_from = account.person, door.at, door.at
        else:
            row.valid_to = door.at
        row.save()
        door.event("actor.member-accepted" if accept else "actor.member-declined", member=str(row.key))
        door.answer = {"member": str(row.key)}
    return door.answer


@action
def end_member(actor: Actor, key: uuid.UUID, member: uuid.UUID, *, asked: Asked) -> Answer:
    """End what somebody may do for the entity: at his next request it is gone.

    The last who may apply stays: without him nobody could put anything right.
    Raises Refusal `businesses.last-member`, `businesses.member-ended`, `access.not-yours`.
    """
    row = queries.own(actor, key)
    found = _member(member)
    if found.actor_id != row.pk:
        raise Refusal("access.not-yours", status=404)
    with write(
        queries.reached(actor, row), PERMISSION, BusinessActor.objects.all(), row.pk, asked=asked
    ) as door:
        found = ActorMember.objects.get(pk=found.pk)
        if _over(found, door.at):
            raise Refusal("businesses.member-ended")
        others = ActorMember.objects.filter(
            queries.holding(door.at), actor=door.row, may_apply=True, valid_to=None
        )
        if not others.exclude(pk=found.pk).exists():
            raise Refusal("businesses.last-member")
        found.valid_to = door.at
        found.save()
        door.event("actor.member-ended", member=str(found.key))
        door.answer = {"member": str(found.key)}
    return door.answer


# Parts ---------------------------------------------------------------------------------------------------------------


def _new(kind: str, scale: str, where: Where, at: datetime, *, person: Person | None = None) -> BusinessActor:
    row = BusinessActor(
        kind=kind, scale=scale, person=person, salt=secrets.token_bytes(32), registered_at=at, changed_at=at
    )
    row.settle(where.address, where.region)
    return row


def _move(door: Write[BusinessActor], scale: str, where: Where) -> None:
    door.row.scale, door.row.changed_at = scale, door.at
    door.row.settle(where.address, where.region)


def _tell(door: Write[BusinessActor], kind: str, said: Mapping[str, str]) -> None:
    """On record: that it was said, and a commitment to what; never the data."""
    row = door.row
    whole = {**said, "address": row.address, "region": row.region}
    door.event(kind, of=row.kind, scale=row.scale, said=commitment(bytes(row.salt), whole))
    door.answer = {"actor": str(row.key)}


def _said(body: Body) -> dict[str, str]:
    return {name: str(value) for name, value in asdict(body).items()}


def _person_of(actor: Actor) -> Person:
    person = persons.account(actor.account_id).person
    if person is None:
        raise Refusal("access.not-yours", status=404)
    return person


def _bare(actor: Actor, *powers: Power) -> Actor:
    """The same actor with these powers only: what mandates give him reaches nobody's own data."""
    return replace(actor, powers=powers)


def _index(npwp: str) -> str:
    """15 figures and 0 with these 15 are one number (PMK 112/2022)."""
    return blind_index(npwp.removeprefix("0") if len(npwp) == 16 else npwp, purpose="npwp")


def _free(npwp: str) -> None:
    if LegalEntity.objects.filter(npwp_index=_index(npwp)).exists():
        raise Refusal("businesses.entity-taken", status=422)


@contextmanager
def _only_one() -> Iterator[None]:
    """Of two who register the same entity at the same instant, the unique number stops the second."""
    try:
        yield
    except IntegrityError:
        raise Refusal("businesses.entity-taken", status=422) from None


def _member(key: uuid.UUID) -> ActorMember:
    found = ActorMember.objects.select_related("actor__person").filter(key=key).first()
    if found is None:
        raise Refusal("access.not-yours", status=404)
    return found


def _over(row: ActorMember, at: datetime) -> bool:
    return row.valid_to is not None and row.valid_to <= at
