# SPDX-License-Identifier: Apache-2.0
"""Who somebody is and what he may do at this moment."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.db.models import Q, QuerySet

from satupintu.accounts.models import (
    Account,
    AddressChange,
    Assignment,
    Invitation,
    Letter,
    Mandate,
    Person,
    SignIn,
    StaffProposal,
    Tries,
)
from satupintu.core.access import GRANTS, Actor, Capacity, Permission, Power, Proof, Role, held
from satupintu.core.guessing import Bucket, Scope
from satupintu.core.identifier import identify
from satupintu.core.refusal import Refusal
from satupintu.door.fields import blind_index

SEEN = "seen"  # in a session's data: unix time of the last page asked for


def in_force(at: datetime) -> Q:
    """Assignments that hold at this instant."""
    return Q(valid_from__lte=at) & (Q(valid_to__isnull=True) | Q(valid_to__gt=at))


def actor_of(account: Account, at: datetime, *, proof: Proof) -> Actor:
    """The actor behind an account, with the rights of this very moment: one SQL query for an officer, two for others.

    An officer has no mandates: whoever works in an office acts for no applicant (`mandate.staff`).

    proof: what his session has shown; a role that asks for more is withheld.
    """
    if account.person_id is None:
        return Actor(person="", at=at, account_id=account.pk)
    capacities, withheld = held(_capacities(account.person_id, at), proof)
    return Actor(
        person=str(account.person.key) if account.person else "",
        at=at,
        account_id=account.pk,
        capacities=capacities,
        powers=() if capacities or withheld else _powers(account.person_id, at),
        withheld=withheld,
        fresh=proof.fresh,
    )


def _capacities(person_id: int, at: datetime) -> list[Capacity]:
    rows = Assignment.objects.filter(in_force(at), person_id=person_id).values_list(
        "role", "office_id", "key", "acting", "stands_for__person__key"
    )
    return [
        Capacity(Role(role), office_id, str(key), acting, str(behalf) if behalf else "")
        for role, office_id, key, acting, behalf in rows
    ]


def _powers(person_id: int, at: datetime) -> tuple[Power, ...]:
    rows = Mandate.objects.filter(mandate_in_force(at), receiver_id=person_id)
    return tuple(
        Power(str(giver), frozenset(key for key in (about, case) if key))
        for giver, about, case in rows.values_list("giver__key", "about", "case")
    )


def mandate_in_force(at: datetime) -> Q:
    """Mandates that hold at this instant: accepted, within their days, not ended."""
    return Q(accepted_at__lte=at, valid_from__lte=at, valid_to__gt=at) & (
        Q(ended_at__isnull=True) | Q(ended_at__gt=at)
    )


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who holds a role: what a signature block, a choice list or a history line needs."""

    person: str
    name: str
    role: str
    title: str
    rank: str
    nip: str


def holders(office_id: int, role: str, at: datetime) -> list[Holder]:
    """Everybody who holds this role in this office now, by name."""
    return [
        _holder(a) for a in _assignments(at).filter(office_id=office_id, role=role).order_by("person__name")
    ]


def holder(office_id: int, role: str, person: str, at: datetime) -> Holder | None:
    """This person in this role, if he holds it now; None too for what is no key of a person."""
    if _key(person) is None:
        return None
    found = _assignments(at).filter(office_id=office_id, role=role, person__key=person).first()
    return _holder(found) if found else None


def _assignments(at: datetime) -> QuerySet[Assignment]:
    return Assignment.objects.filter(in_force(at)).select_related("person")


def _holder(a: Assignment) -> Holder:
    return Holder(str(a.person.key), a.person.name, a.role, a.title, a.rank, a.nip)


def names(persons: Iterable[str]) -> dict[str, str]:
    """Person key -> name, for those keys that are persons: one SQL query."""
    keys = {key for text in persons if (key := _key(text))}
    if not keys:
        return {}
    return {str(key): name for key, name in Person.objects.filter(key__in=keys).values_list("key", "name")}


def nik_of(person: str) -> str:
    """The NIK of this person, "" where he has given none. Only for asking BSrE: no page shows it."""
    key = _key(person)
    found = Person.objects.filter(key=key).first() if key else None
    return found.nik if found else ""


def _key(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def person(key: str) -> Person:
    return Person.objects.get(key=key)


def accounts_in_role(office_id: int, role: str, at: datetime) -> list[int]:
    """The accounts of those who hold this role now."""
    rows = Assignment.objects.filter(
        in_force(at), office_id=office_id, role=role, person__account__is_active=True
    )
    return list(rows.values_list("person__account__pk", flat=True).distinct())


def account(account_id: int | None, *, lock: bool = False) -> Account:
    """The account of somebody who has logged in. Raises Refusal `access.not-yours` for nobody.

    lock: hold its row until the caller's transaction ends, so that two clicks come one after the other.
    """
    # The person comes along by an outer join, which PostgreSQL does not lock.
    rows = Account.objects.select_for_update(of=("self",)) if lock else Account.objects.all()
    found = rows.filter(pk=account_id or 0).first()
    if found is None:
        raise Refusal("access.not-yours", status=404)
    return found


def account_of_person(person_key: str) -> int | None:
    return Account.objects.filter(person__key=person_key).values_list("pk", flat=True).first()


def proven_phone(account_id: int) -> str:
    """The telephone number this person has proved to hold (+62…); "" where there is none."""
    found = Person.objects.filter(account__pk=account_id, phone_proven_at__isnull=False).first()
    return found.phone if found else ""


def phone_of(account: Account) -> str:
    """The number (+62…) the person of this account has proved to hold; "" where there is none."""
    person = account.person
    return str(person.phone) if person and person.phone_proven_at else ""


def whatsapp_is_on() -> bool:
    """Does this installation send by WhatsApp?"""
    return bool(settings.WHATSAPP_PHONE_ID and settings.WHATSAPP_TOKEN)


def contacts_of(account: Account) -> list[str]:
    """Where this account is reached: e-mail address, then proven number (+62…) where WhatsApp is on."""
    phone = phone_of(account) if whatsapp_is_on() else ""
    return [contact for contact in (account.email, phone) if contact]


def contact_for(account: Account, typed: str) -> str:
    """Where a code for this account goes: by the way that was typed, else the first there is; "" for none."""
    ways = contacts_of(account)
    return next((way for way in ways if way.startswith("+") == typed.startswith("+")), (*ways, "")[0])


def letter(letter_id: int) -> Letter:
    return Letter.objects.get(pk=letter_id)


def account_of_phone(number: str) -> int | None:
    """The account of whoever has proved to hold this number (+62…)."""
    rows = Person.objects.filter(
        phone_index=blind_index(number, purpose="phone"), phone_proven_at__isnull=False
    )
    return rows.order_by("-phone_proven_at").values_list("account__pk", flat=True).first()


def office_has(office_id: int, role: Role, at: datetime) -> bool:
    """Whether anybody holds this role in the office now."""
    return Assignment.objects.filter(in_force(at), office_id=office_id, role=role.value).exists()


def same_human(one: str, other: str) -> bool:
    """Whether two keys of persons are one human being: the same person, or two that share an employee number (NIP).

    A person has one account and one NIK at most; the NIP catches somebody who was entered twice.
    """
    keys = [key for text in (one, other) if (key := _key(text))]
    if one == other or len(keys) < 2:
        return one == other
    rows = Assignment.objects.filter(person__key__in=keys).exclude(nip="").values_list("person__key", "nip")
    numbers: dict[uuid.UUID, set[str]] = {key: set() for key in keys}
    for key, nip in rows:
        numbers[key].add("".join(nip.split()))
    return bool(numbers[keys[0]] & numbers[keys[1]])


def accounts_with(office_id: int, permission: Permission, at: datetime) -> dict[int, str]:
    """Account -> key of its person, of everybody in this office whose role allows this now: one SQL query."""
    roles = [role.value for role, granted in GRANTS.items() if permission in granted]
    rows = _assignments(at).filter(office_id=office_id, role__in=roles, person__account__is_active=True)
    return {account: str(key) for account, key in rows.values_list("person__account__pk", "person__key")}


def digest(token: str) -> str:
    """What is kept of a token: it is random and long, so a plain hash cannot be guessed back."""
    return hashlib.sha256(token.encode()).hexdigest()


def invitation(kept: str, at: datetime) -> Invitation:
    """The invitation that is open at this instant under the digest of its token.

    Raises Refusal `invitation.unknown` (404), `invitation.used` (410), `invitation.expired` (410).
    """
    found = Invitation.objects.select_related("office").filter(digest=kept).first()
    if found is None:
        raise Refusal("invitation.unknown", status=404)
    if found.used_at is not None:
        raise Refusal("invitation.used", status=410)
    if found.expires_at <= at:
        raise Refusal("invitation.expired", status=410)
    return found


def identified(typed: str) -> Account | None:
    """The account that this user name, e-mail address or proven telephone number means: one statement in any case."""
    meant = identify(typed)
    which = {
        "email": Q(email__iexact=meant.value),
        "username": Q(username=meant.value),
        "phone": Q(
            person__phone_index=blind_index(meant.value, purpose="phone") or "-",
            person__phone_proven_at__isnull=False,
        ),
    }[meant.kind]
    return Account.objects.filter(which).first()


def buckets(keys: Mapping[Scope, str]) -> dict[Scope, Bucket]:
    """How full these buckets are: one statement."""
    rows = {row.key: Bucket(row.level, row.at) for row in Tries.objects.filter(key__in=keys.values())}
    return {scope: rows.get(key, Bucket()) for scope, key in keys.items()}


@dataclass(frozen=True, slots=True)
class OpenSession:
    """One line of the list of sessions. seen: of the last page asked for, at most a minute old."""

    key: uuid.UUID
    device: str
    network: str
    since: datetime
    seen: datetime
    this_one: bool


def sessions(account: Account, session_key: str, at: datetime) -> list[OpenSession]:
    """Where this account is logged in at this instant, the session that asks first, then the last seen."""
    mine = {row.session_key: row for row in SignIn.objects.filter(account=account)}
    mark = account.get_session_auth_hash()
    found = []
    for stored in Session.objects.filter(session_key__in=mine, expire_date__gt=at):
        data, row = stored.get_decoded(), mine[stored.session_key]
        if data.get(HASH_SESSION_KEY) == mark:
            seen = datetime.fromtimestamp(data.get(SEEN, row.since.timestamp()), UTC)
            found.append(
                OpenSession(row.key, row.device, row.network, row.since, seen, row.session_key == session_key)
            )
    return sorted(found, key=lambda one: (not one.this_one, -one.seen.timestamp()))


def address_change(account: Account) -> AddressChange | None:
    """The new e-mail address or number that waits for its cooling time, if one does."""
    return AddressChange.objects.filter(account=account, done_at=None, undone_at=None).first()


def letter_account(letter_id: int) -> Account:
    """Whose letter this is. Raises Refusal `accounts.no-change` (410) for one that is about nobody's change."""
    told = Letter.objects.filter(pk=letter_id, template__in=("address_change", "phone_change"))
    found = told.select_related("account").first()
    if found is None or found.account is None:
        raise Refusal("accounts.no-change", status=410)
    return found.account


# Staff -----------------------------------------------------------------------------------------------------------


def assignments(office_id: int, at: datetime) -> list[Assignment]:
    """Those that hold now or begin later, and the last that have ended: one SQL query."""
    rows = Assignment.objects.filter(office_id=office_id).select_related(
        "person__account", "stands_for__person"
    )
    standing = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=at)).order_by(
        "person__name", "valid_from"
    )
    return list(standing)


def former_assignments(office_id: int, at: datetime, *, limit: int = 20) -> list[Assignment]:
    """The last that have ended, newest first: one SQL query."""
    rows = Assignment.objects.filter(office_id=office_id, valid_to__lte=at).select_related("person")
    return list(rows.order_by("-valid_to")[:limit])


def assignment(office_id: int, key: uuid.UUID) -> Assignment:
    """Raises Refusal `staff.unknown` (404)."""
    rows = Assignment.objects.filter(office_id=office_id, key=key).select_related(
        "person", "stands_for__person"
    )
    found = rows.first()
    if found is None:
        raise Refusal("staff.unknown", status=404)
    return found


def invitations(office_id: int, at: datetime) -> list[Invitation]:
    """Links that still work, the one that ends first in front."""
    rows = Invitation.objects.filter(office_id=office_id, used_at=None, expires_at__gt=at)
    return list(rows.order_by("expires_at"))


def proposal(key: uuid.UUID) -> StaffProposal:
    """Raises Refusal `access.not-yours` (404) where there is none."""
    rows = StaffProposal.objects.select_related("office", "person__account", "stands_for__person")
    found = rows.filter(key=key).first()
    if found is None:
        raise Refusal("access.not-yours", status=404)
    return found


def proposals(office_id: int) -> list[StaffProposal]:
    """What waits for a second person, oldest first."""
    rows = StaffProposal.objects.filter(office_id=office_id, state=StaffProposal.OPEN)
    return list(rows.select_related("person").order_by("pk"))


def confirmers(office_id: int, at: datetime) -> set[str]:
    """Keys of the persons who may confirm what another has proposed in this office."""
    return set(accounts_with(office_id, Permission.STAFF_CONFIRM, at).values())


# Mandates --------------------------------------------------------------------------------------------------------


def mandate(key: uuid.UUID) -> Mandate:
    """Raises Refusal `access.not-yours` (404) where there is none."""
    found = Mandate.objects.select_related("giver", "receiver").filter(key=key).first()
    if found is None:
        raise Refusal("access.not-yours", status=404)
    return found


def mandates_given(person_key: str, *, limit: int = 50) -> list[Mandate]:
    """What this person has given, newest first."""
    rows = Mandate.objects.filter(giver__key=person_key).select_related("receiver", "giver")
    return list(rows.order_by("-pk")[:limit])


def mandates_offered(account: Account, at: datetime) -> list[Mandate]:
    """What is offered to this address and what this person has accepted, as far as it still stands."""
    mine = Q(receiver__isnull=True, email=(account.email or "-").lower())
    if account.person_id is not None:
        mine |= Q(receiver_id=account.person_id)
    rows = Mandate.objects.filter(mine, ended_at=None, valid_to__gt=at).select_related("giver", "receiver")
    return list(rows.order_by("-pk"))
