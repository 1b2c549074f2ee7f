# SPDX-License-Identifier: Apache-2.0
"""Who may do what: the whole policy as data, asked in one place, denied by default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from satupintu.core.refusal import Refusal


class Role(StrEnum):
    """Staff roles of design §4, and the two parties that are no staff: the applicant and the system."""

    APPLICANT = "pemohon"
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
    LOOKS_READ = "looks:read"
    NOTICE_RESEND = "notice:resend"
    OFFICE_RULE = "office:rule"
    PERMIT_DOWNLOAD = "permit:download"
    PERMIT_REVOKE = "permit:revoke"
    PERMIT_SIGN = "permit:sign"
    PERMIT_STORE = "permit:store"
    RECOVERY_CONFIRM = "recovery:confirm"
    SERVICE_APPROVE = "service:approve"
    SERVICE_PROPOSE = "service:propose"
    STAFF_ASSIGN = "staff:assign"


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
            P.APPLICATION_READ,
            P.APPLICATION_SEND,
            P.APPLICATION_CORRECT,
            P.APPLICATION_WITHDRAW,
            P.PERMIT_DOWNLOAD,
        }
    ),
    Role.SYSTEM: frozenset({P.CASE_TICK, P.PERMIT_STORE, P.CASE_WORK, P.OFFICE_RULE, P.STAFF_ASSIGN}),
    Role.FRONT_OFFICER: _WORKER,
    Role.TECHNICAL_TEAM: _WORKER,
    Role.LICENSING_OFFICER: _WORKER,
    Role.COORDINATOR: _WORKER,
    Role.HEAD: _WORKER
    | {P.PERMIT_SIGN, P.PERMIT_REVOKE, P.RECOVERY_CONFIRM, P.SERVICE_APPROVE, P.LOOKS_READ},
    Role.ARCHIVIST: _WORKER,
    Role.AUDITOR: frozenset({P.CASE_READ, P.RECOVERY_CONFIRM, P.LOOKS_READ}),
    Role.SUPERVISOR: frozenset({P.CASE_READ}),
    Role.ADMINISTRATOR: frozenset(
        {P.SERVICE_PROPOSE, P.SERVICE_APPROVE, P.RECOVERY_CONFIRM, P.NOTICE_RESEND}
    ),
}
"""Roles of later parts (cashier, complaints, …) stand in `Role` but hold nothing until their room is built."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """In which capacity somebody acts: a role in an office by an assignment, or as the party a file concerns."""

    role: Role
    office_id: int | None = None
    assignment: str = ""

    def reaches(self, thing: Guarded) -> bool:
        """An assignment reaches the files of its own office, and what belongs to the whole installation (None)."""
        return self.office_id is not None and thing.office_id in (None, self.office_id)


class Guarded(Protocol):
    """What can be guarded: it belongs to an office, or to the installation (None), and perhaps to a person."""

    @property
    def office_id(self) -> int | None: ...
    @property
    def owner_key(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, when, and by which right of that moment.

    person: the opaque key of the person (never a name). at: the server's time of the act, aware; the one place
    where time enters an action. Rights are computed anew for each request.
    """

    person: str
    at: datetime
    account_id: int | None = None
    capacities: tuple[Capacity, ...] = ()

    @property
    def is_system(self) -> bool:
        return self.person == "sistem"

    def roles_in(self, office_id: int) -> frozenset[Role]:
        return frozenset(c.role for c in self.capacities if c.office_id == office_id)


def system(at: datetime) -> Actor:
    """The system itself: jobs and automatic ways."""
    return Actor(person="sistem", at=at, capacities=(Capacity(Role.SYSTEM),))


def capacities_for(actor: Actor, thing: Guarded) -> tuple[Capacity, ...]:
    """The capacities of this actor that reach this thing: assignments of its office, ownership, the system."""
    if actor.is_system:
        return actor.capacities
    near = tuple(c for c in actor.capacities if c.reaches(thing))
    if actor.person and actor.person == thing.owner_key:
        near += (Capacity(Role.APPLICANT),)
    return near


def require(actor: Actor, permission: Permission, thing: Guarded, *, role: Role | None = None) -> Capacity:
    """The capacity in which the actor may do this to the thing; it is recorded with the act.

    role: where given, only a capacity of this role will do (the SOP names who acts at a step).
    Raises Refusal `access.not-yours` (404: do not tell that it exists) or `access.role` (403).
    """
    near = capacities_for(actor, thing)
    if not near:
        raise Refusal("access.not-yours", status=404)
    for capacity in near:
        if permission in GRANTS.get(capacity.role, ()) and role in (None, capacity.role):
            return capacity
    raise Refusal("access.role", status=403, permission=permission.value, role=role.value if role else "")
