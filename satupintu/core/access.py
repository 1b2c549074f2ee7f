# SPDX-License-Identifier: Apache-2.0
"""Who may do what: the whole policy as data, asked in one place, denied by default."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from satupintu.core.refusal import Refusal


class Role(StrEnum):
    """Staff roles of design §4, and who is no staff: the applicant, whoever acts for him, and the system."""

    APPLICANT = "pemohon"
    PROXY = "kuasa"
    SYSTEM = "sistem"
    FRONT_OFFICER = "front-officer"
    TECHNICAL_TEAM = "tim-teknis"
    LICENSING_OFFICER = "jf-penata-perizinan"
    COORDINATOR = "koordinator"
    HEAD = "kepala-dinas"
    CASHIER = "kasir"
    HAND_OVER = "loket-penyerahan"
    COMPLAINTS = "petugas-pengaduan"
    ARCHIVIST = "arsiparis"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    TECHNICAL_OFFICE = "dinas-teknis"
    DATA_PROTECTION = "pejabat-pdp"
    WHISTLE_READER = "pembaca-wbs"
    SUPERVISOR = "pengawas"


class Permission(StrEnum):
    """`thing:act`, alphabetical. Each action of a room asks for exactly one."""

    ACTOR_CHANGE = "actor:change"
    APPLICATION_CORRECT = "application:correct"
    APPLICATION_READ = "application:read"
    APPLICATION_SEND = "application:send"
    APPLICATION_WITHDRAW = "application:withdraw"
    CASE_ANSWER = "case:answer"
    CASE_CLAIM = "case:claim"
    CASE_HAND_OVER = "case:hand-over"
    CASE_OPEN = "case:open"
    CASE_READ = "case:read"
    CASE_TAKE = "case:take"
    CASE_TICK = "case:tick"
    CASE_UNDO = "case:undo"
    CASE_WORK = "case:work"
    CATALOG_CORRECT = "catalog:correct"
    CHANNEL_CONFIRM = "channel:confirm"
    CHANNEL_PROPOSE = "channel:propose"
    LOOKS_READ = "looks:read"
    MANDATE_ANSWER = "mandate:answer"
    MANDATE_WITHDRAW = "mandate:withdraw"
    NOTICE_RESEND = "notice:resend"
    OFFICE_RULE = "office:rule"
    OSS_SEND = "oss:send"
    PERMIT_DOWNLOAD = "permit:download"
    PERMIT_REPLACE = "permit:replace"
    PERMIT_REVOKE = "permit:revoke"
    PERMIT_SETTLE = "permit:settle"
    PERMIT_SIGN = "permit:sign"
    PERMIT_STORE = "permit:store"
    RECOVERY_CONFIRM = "recovery:confirm"
    SERVICE_APPROVE = "service:approve"
    SERVICE_PROPOSE = "service:propose"
    STAFF_ASSIGN = "staff:assign"
    STAFF_CONFIRM = "staff:confirm"
    STAFF_DELEGATE = "staff:delegate"
    STAFF_READ = "staff:read"


P = Permission
_WORKER = frozenset(
    {
        P.CASE_READ,
        P.CASE_CLAIM,
        P.CASE_HAND_OVER,
        P.CASE_OPEN,
        P.CASE_TAKE,
        P.CASE_ANSWER,
        P.CASE_UNDO,
        P.CASE_WORK,
    }
)
GRANTS: Mapping[Role, frozenset[Permission]] = {
    Role.APPLICANT: frozenset(
        {
            P.ACTOR_CHANGE,
            P.APPLICATION_READ,
            P.APPLICATION_SEND,
            P.APPLICATION_CORRECT,
            P.APPLICATION_WITHDRAW,
            P.MANDATE_WITHDRAW,
            P.PERMIT_DOWNLOAD,
        }
    ),
    Role.PROXY: frozenset(
        {
            P.ACTOR_CHANGE,  # of the badan usaha he belongs to; no mandate reaches anybody's own data (businesses.queries)
            P.APPLICATION_READ,
            P.APPLICATION_SEND,
            P.APPLICATION_CORRECT,
            P.APPLICATION_WITHDRAW,
            P.MANDATE_ANSWER,
            P.PERMIT_DOWNLOAD,
        }
    ),
    Role.SYSTEM: frozenset(
        {P.CASE_TICK, P.PERMIT_STORE, P.CASE_WORK, P.OFFICE_RULE, P.STAFF_ASSIGN, P.STAFF_CONFIRM}
    ),
    Role.FRONT_OFFICER: _WORKER,
    Role.TECHNICAL_TEAM: _WORKER,
    Role.LICENSING_OFFICER: _WORKER | {P.PERMIT_REPLACE},
    Role.COORDINATOR: _WORKER | {P.PERMIT_REPLACE, P.PERMIT_SETTLE},
    Role.HEAD: _WORKER
    | {P.PERMIT_SIGN, P.PERMIT_REVOKE, P.RECOVERY_CONFIRM, P.SERVICE_APPROVE, P.LOOKS_READ}
    | {P.STAFF_CONFIRM, P.STAFF_DELEGATE, P.STAFF_READ, P.CHANNEL_PROPOSE, P.CHANNEL_CONFIRM},
    Role.ARCHIVIST: _WORKER,
    Role.AUDITOR: frozenset({P.CASE_READ, P.RECOVERY_CONFIRM, P.LOOKS_READ, P.STAFF_READ}),
    Role.SUPERVISOR: frozenset({P.CASE_READ}),
    Role.ADMINISTRATOR: frozenset({P.SERVICE_PROPOSE, P.SERVICE_APPROVE, P.RECOVERY_CONFIRM, P.NOTICE_RESEND})
    | {P.STAFF_ASSIGN, P.STAFF_CONFIRM, P.STAFF_READ, P.CATALOG_CORRECT}
    | {P.CHANNEL_PROPOSE, P.CHANNEL_CONFIRM, P.OSS_SEND},
}
"""Roles of later parts (cashier, complaints, …) stand in `Role` but hold nothing until their room is built."""

NOT_STAFF = frozenset({Role.APPLICANT, Role.PROXY, Role.SYSTEM})
STAFF: tuple[Role, ...] = tuple(role for role in Role if role not in NOT_STAFF)

SENSITIVE = frozenset(
    {Role.HEAD, Role.CASHIER, Role.ADMINISTRATOR, Role.AUDITOR, Role.DATA_PROTECTION, Role.WHISTLE_READER}
)
"""Roles that only two persons together give. Nobody stands behind these to catch a mistake; behind the licensing
officer and the coordinator stands the head, by the four eyes of each SOP (docs/decisions/0023)."""

SECOND_FACTOR = SENSITIVE | {Role.TECHNICAL_TEAM, Role.LICENSING_OFFICER, Role.COORDINATOR}
"""Roles that decide, sign, hold money or administer: a session that has shown no second factor does not hold them."""

FRESH = frozenset({P.PERMIT_SIGN, P.PERMIT_REVOKE, P.STAFF_CONFIRM, P.STAFF_DELEGATE, P.CHANNEL_CONFIRM})
"""Acts for which the person must have proved a short while ago that it is he who sits there."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """In which capacity somebody acts: a role in an office by an assignment, or for the party a file concerns.

    acting: "plh" or "plt" where he stands in for the holder of the role. behalf: the person he acts for, by
    delegation or by mandate; "" for himself.
    """

    role: Role
    office_id: int | None = None
    assignment: str = ""
    acting: str = ""
    behalf: str = ""

    def reaches(self, thing: Guarded) -> bool:
        """An assignment reaches the files of its own office, and what belongs to the whole installation (None)."""
        return self.office_id is not None and thing.office_id in (None, self.office_id)

    @property
    def stated(self) -> dict[str, str]:
        """What the record says beside person and role, where somebody stands for another."""
        found = {"acting": self.acting, "behalf": self.behalf}
        return {name: value for name, value in found.items() if value}


class Guarded(Protocol):
    """What can be guarded: it belongs to an office, or to the installation (None), and perhaps to a person."""

    @property
    def key(self) -> UUID: ...
    @property
    def office_id(self) -> int | None: ...
    @property
    def owner_key(self) -> str: ...
    @property
    def filed_for_key(self) -> UUID | None:
        """The business actor that an application, or its file, was filed for."""


@dataclass(frozen=True, slots=True)
class Power:
    """Kuasa: for whom one may act, and on what.

    giver: key of the person. things: the keys of the only things it is about, or of the business actors for whom they
    were filed; empty for everything of the giver.
    """

    giver: str
    things: frozenset[UUID] = frozenset()

    def reaches(self, thing: Guarded) -> bool:
        """Whether the thing is the giver's, and meant."""
        meant = not self.things or not self.things.isdisjoint((thing.key, thing.filed_for_key))
        return bool(self.giver) and thing.owner_key == self.giver and meant


@dataclass(frozen=True, slots=True)
class Proof:
    """What a session has shown of who sits there. fresh: it has done so a short while ago."""

    second_factor: bool = False
    fresh: bool = False


WHOLE = Proof(second_factor=True, fresh=True)
"""Of acts without a session: the demo's, the tests'."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, when, and by which right of that moment.

    person: the opaque key of the person (never a name). at: the server's time of the act, aware; the one place
    where time enters an action. Rights are computed anew for each request. withheld: roles he was given but does not
    hold in this session, for want of a second factor.
    """

    person: str
    at: datetime
    account_id: int | None = None
    capacities: tuple[Capacity, ...] = ()
    powers: tuple[Power, ...] = ()
    withheld: frozenset[Role] = frozenset()
    fresh: bool = False

    @property
    def is_system(self) -> bool:
        return self.person == "sistem"

    def roles_in(self, office_id: int) -> frozenset[Role]:
        return frozenset(c.role for c in self.capacities if c.office_id == office_id)


def held(capacities: Iterable[Capacity], proof: Proof) -> tuple[tuple[Capacity, ...], frozenset[Role]]:
    """(what a session with this proof holds of them, the roles that are withheld from it)."""
    everything = tuple(capacities)
    if proof.second_factor:
        return everything, frozenset()
    kept = tuple(c for c in everything if c.role not in SECOND_FACTOR)
    return kept, frozenset(c.role for c in everything if c.role in SECOND_FACTOR)


def system(at: datetime) -> Actor:
    """The system itself: jobs and automatic ways."""
    return Actor(person="sistem", at=at, capacities=(Capacity(Role.SYSTEM),), fresh=True)


def party(actor: Actor, thing: Guarded) -> Capacity | None:
    """As whom he stands on the applicant's side of the thing: its owner, the owner's proxy, or nobody (None).

    Whoever works in the thing's office does not act for its owner there too: a mandate gives him nothing.
    """
    if actor.person and actor.person == thing.owner_key:
        return Capacity(Role.APPLICANT)
    works_there = any(c.reaches(thing) for c in actor.capacities)
    if not works_there and any(power.reaches(thing) for power in actor.powers):
        return Capacity(Role.PROXY, behalf=thing.owner_key)
    return None


def capacities_for(actor: Actor, thing: Guarded) -> tuple[Capacity, ...]:
    """The capacities of this actor that reach this thing: assignments of its office, ownership, mandates, the system."""
    if actor.is_system:
        return actor.capacities
    near = tuple(c for c in actor.capacities if c.reaches(thing))
    mine = party(actor, thing)
    return (*near, mine) if mine else near


def require(actor: Actor, permission: Permission, thing: Guarded, *, role: Role | None = None) -> Capacity:
    """The capacity in which the actor may do this to the thing; it is recorded with the act.

    role: where given, only a capacity of this role will do (the SOP names who acts at a step).
    Raises Refusal `access.not-yours` (404: do not tell that it exists), `access.role` (403) or `access.stale` (403:
    he may, once he has proved again that it is he).
    """
    near = capacities_for(actor, thing)
    if not near:
        raise Refusal("access.not-yours", status=404)
    for capacity in near:
        if permission in GRANTS.get(capacity.role, ()) and role in (None, capacity.role):
            if permission in FRESH and not actor.fresh:
                raise Refusal("access.stale", status=403)
            return capacity
    raise Refusal("access.role", status=403, permission=permission.value, role=role.value if role else "")
