# SPDX-License-Identifier: Apache-2.0
"""Reading business actors: one's own, and those of the entities one belongs to."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from django.db.models import Q, QuerySet

from satupintu.accounts.models import Account
from satupintu.businesses.models import ActorMember, Business, BusinessActivity, BusinessActor, LegalEntity
from satupintu.core.access import Actor, Power, party
from satupintu.core.refusal import Refusal

MOST = 50


def holding(at: datetime) -> Q:
    """Members who may act at this instant: accepted, within their days."""
    return Q(accepted_at__lte=at, valid_from__lte=at) & (Q(valid_to=None) | Q(valid_to__gt=at))


def waiting(at: datetime) -> Q:
    """Members who were named and have not answered."""
    return Q(accepted_at=None) & ~Q(email="") & (Q(valid_to=None) | Q(valid_to__gt=at))


def own(actor: Actor, key: uuid.UUID) -> BusinessActor:
    """One's own actor, or the entity one may act for. Raises Refusal `access.not-yours` (404) for others."""
    found = _rows().filter(key=key).first()
    if found is None or party(reached(actor, found), found) is None:
        raise Refusal("access.not-yours", status=404)
    return found


def own_all(actor: Actor) -> list[BusinessActor]:
    """The person's own actor first, then the entities he may act for now."""
    if not actor.person:
        return []
    mine = Q(person__key=actor.person) | Q(pk__in=_memberships(actor).values("actor"))
    found = [one for one in _rows().filter(mine).order_by("pk")[:MOST] if party(reached(actor, one), one)]
    return sorted(found, key=lambda one: one.kind != BusinessActor.PERSON)


def of_person(person_id: int) -> BusinessActor | None:
    """The actor that this person is himself, if he has given his data."""
    return _rows().filter(person_id=person_id).first()


def reached(actor: Actor, row: BusinessActor) -> Actor:
    """The same actor with exactly what a membership of today gives him over this one.

    A mandate is for applications: it reaches nobody's own data, so its powers count for nothing here.
    """
    member = row.person_id is None and _memberships(actor).filter(actor=row).exists()
    return replace(actor, powers=(Power(row.owner_key, frozenset({row.key})),) if member else ())


def entity_names(keys: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Key of the business actor -> name, for those that are entities: one SQL query."""
    rows = LegalEntity.objects.filter(actor__key__in=list(keys))
    return dict(rows.values_list("actor__key", "name"))


def members(row: BusinessActor) -> list[ActorMember]:
    """All who ever were its people, the first first."""
    return list(row.members.select_related("person").order_by("pk"))


def offered(account: Account, at: datetime) -> list[ActorMember]:
    """The entities that named the holder of this account and wait for his answer."""
    rows = ActorMember.objects.filter(waiting(at), email__iexact=account.email or "-")
    return list(rows.select_related("actor__entity").order_by("pk"))


def business_of(actor: BusinessActor) -> Business | None:
    """The business of this actor; None before it has one."""
    return Business.objects.filter(actor=actor).first()


def activities(actor: BusinessActor) -> list[BusinessActivity]:
    """The activities of this actor that hold, by their numbers."""
    rows = BusinessActivity.objects.filter(business__actor=actor, valid_to=None)
    return list(rows.order_by("number"))


def activity(actor: BusinessActor, key: uuid.UUID) -> BusinessActivity:
    """One of them, by what is the same for all its versions. Raises Refusal `access.not-yours` (404)."""
    for row in activities(actor):
        if row.activity == key:
            return row
    raise Refusal("access.not-yours", status=404)


def versions(actor: BusinessActor) -> dict[uuid.UUID, list[BusinessActivity]]:
    """Every activity this actor has or had, each with its versions, the newest first: one SQL query."""
    rows = BusinessActivity.objects.filter(business__actor=actor).order_by("number", "-version")
    found: dict[uuid.UUID, list[BusinessActivity]] = {}
    for row in rows:
        found.setdefault(row.activity, []).append(row)
    return found


def _memberships(actor: Actor) -> QuerySet[ActorMember]:
    rows = ActorMember.objects.filter(holding(actor.at), may_apply=True)
    return rows.filter(person__key=actor.person) if actor.person else rows.none()


def _rows() -> QuerySet[BusinessActor]:
    return BusinessActor.objects.select_related("person", "entity")
