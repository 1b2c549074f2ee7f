# SPDX-License-Identifier: Apache-2.0
"""Who works in an office: roles given and ended, deputies named, lost second factors taken away. All on the office's record.

A sensitive role, a deputy whom the head did not name himself, and the end of somebody's second factor need two
persons: one proposes, another confirms. Source: security.md D4 1, 3, 6; docs/decisions/0023.
"""

from __future__ import annotations

import uuid
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import Q

from satupintu.accounts import queries
from satupintu.accounts.actions import assign
from satupintu.accounts.codes import token_of
from satupintu.accounts.models import Account, Assignment, Invitation, Letter, Person, StaffProposal
from satupintu.core.access import SENSITIVE, STAFF, Actor, Permission, Role
from satupintu.core.refusal import Refusal
from satupintu.door.write import Answer, Asked, Write, action, write
from satupintu.offices.models import Office

SHORTEST, LONGEST = 1, 7  # days a link of invitation may be open
NAMES = {Assignment.PLH: "Plh.", Assignment.PLT: "Plt."}


@dataclass(frozen=True, slots=True)
class Post:
    """What a letter of appointment says. since, until: aware instants; until None: no end is set."""

    role: str
    title: str
    letter: str
    since: datetime
    until: datetime | None = None
    rank: str = ""
    nip: str = ""


# Roles -----------------------------------------------------------------------------------------------------------


@action
def give(
    actor: Actor, office: Office, post: Post, *, email: str, days: int = SHORTEST, asked: Asked
) -> Answer:
    """Give the holder of this address a role: at once, by an invitation, or as a proposal where two persons are needed.

    days: how long the link of an invitation works. The answer says what it was: "assigned", "invited", "proposed".
    Raises Refusal `staff.dates`, `staff.role`, `staff.days`, `staff.same-role`, `access.*`.
    """
    with write(actor, Permission.STAFF_ASSIGN, _offices(), office.pk, asked=asked) as door:
        _check(door, post, days)
        account = Account.objects.filter(email__iexact=email).first()
        person = account.person if account else None
        if person is not None:
            _not_twice(door, person, post)
        if Role(post.role) in SENSITIVE:
            _propose(
                door, StaffProposal.ROLE, person=person, email=email.lower(), days=days, **_columns(post)
            )
        else:
            _carry_out(door, post, person, email=email.lower(), days=days)
    return door.answer


@action
def end(
    actor: Actor, office: Office, assignment: uuid.UUID, *, on: datetime | None = None, asked: Asked
) -> Answer:
    """End an assignment, and whoever stands in for it. on: the instant, not in the past; None: now.

    The head may end his own deputies; else it is the administrator's. Raises Refusal `staff.dates`, `staff.unknown`,
    `staff.last-administrator`, `access.*`.
    """
    own = Assignment.objects.filter(key=assignment, stands_for__person__key=_uuid(actor.person)).exists()
    permission = Permission.STAFF_DELEGATE if own else Permission.STAFF_ASSIGN
    with write(actor, permission, _offices(), office.pk, asked=asked) as door:
        row = _assignment(door, assignment)
        when = on or door.at
        if when < door.at:
            raise Refusal("staff.dates", status=422)
        if row.role == Role.ADMINISTRATOR and not _another_administrator(door, row):
            raise Refusal("staff.last-administrator", status=422)
        ended = Assignment.objects.filter(Q(pk=row.pk) | Q(stands_for=row)).filter(
            Q(valid_to__isnull=True) | Q(valid_to__gt=when)
        )
        persons = set()
        for one in ended.select_related("person"):
            door.event("staff.ended", role=one.role, assignment=str(one.key), on=when.isoformat())
            persons.add(str(one.person.key))
        ended.update(valid_to=when)
        for person in sorted(persons):
            _release(door, person, when)
        door.answer = {"until": when.isoformat()}
    return door.answer


@action
def cancel_invitation(actor: Actor, office: Office, invitation: int, *, asked: Asked) -> Answer:
    """The link of an invitation that was not used works no more. Raises Refusal `staff.unknown`, `access.*`."""
    with write(actor, Permission.STAFF_ASSIGN, _offices(), office.pk, asked=asked) as door:
        open_one = Invitation.objects.filter(
            office=door.row, pk=invitation, used_at=None, expires_at__gt=door.at
        )
        if not open_one.update(expires_at=door.at):
            raise Refusal("staff.unknown", status=404)
        door.event("staff.invitation-cancelled", invitation=invitation)
        door.answer = {"invitation": invitation}
    return door.answer


# Deputies --------------------------------------------------------------------------------------------------------


@action
def name_deputy(
    actor: Actor, office: Office, person: str, *, letter: str, since: datetime, until: datetime, asked: Asked
) -> Answer:
    """The head names who acts for him while he is away (Plh.); it begins and ends by itself.

    Raises Refusal `staff.dates`, `staff.deputy-names`, `staff.deputy-outside`, `staff.deputy-twice`, `access.*`.
    """
    rows = _offices()
    with write(actor, Permission.STAFF_DELEGATE, rows, office.pk, asked=asked, role=Role.HEAD) as door:
        if door.capacity.acting:
            raise Refusal("staff.deputy-names", status=403)
        away = Assignment.objects.get(key=door.capacity.assignment)
        _appoint(door, _deputy(door, person, Assignment.PLH, away, letter=letter, since=since, until=until))
    return door.answer


@action
def propose_deputy(
    actor: Actor,
    office: Office,
    person: str,
    *,
    acting: str,
    letter: str,
    since: datetime,
    until: datetime,
    asked: Asked,
) -> Answer:
    """Propose who acts for a head who cannot name somebody himself: away ("plh"), or nobody holds the post ("plt").

    Another person confirms. Raises Refusal as `name_deputy`, and `staff.post-held`, `staff.post-vacant`.
    """
    with write(actor, Permission.STAFF_ASSIGN, _offices(), office.pk, asked=asked) as door:
        head = _head(door, since)
        if (acting == Assignment.PLH) != (head is not None):
            raise Refusal("staff.post-vacant" if head is None else "staff.post-held", status=422)
        made = _deputy(door, person, acting, head, letter=letter, since=since, until=until)
        fields = (
            "person",
            "role",
            "title",
            "rank",
            "nip",
            "letter",
            "valid_from",
            "valid_to",
            "acting",
            "stands_for",
        )
        _propose(door, StaffProposal.DEPUTY, **{name: getattr(made, name) for name in fields})
    return door.answer


def _deputy(
    door: Write[Office],
    person: str,
    acting: str,
    head: Assignment | None,
    *,
    letter: str,
    since: datetime,
    until: datetime,
) -> Assignment:
    """The assignment of a deputy, not saved yet."""
    if not letter.strip() or until <= max(since, door.at):
        raise Refusal("staff.dates", status=422)
    own = (
        Assignment.objects.filter(
            queries.in_force(door.at), office=door.row, acting="", person__key=_uuid(person)
        )
        .exclude(role=Role.HEAD)
        .select_related("person")
        .order_by("pk")
        .first()
    )
    if own is None or (head is not None and queries.same_human(person, str(head.person.key))):
        raise Refusal("staff.deputy-outside", status=422)
    _no_other_deputy(door, since, until)
    title = head.title if head else door.row.head_title
    return Assignment(
        person=own.person,
        office=door.row,
        role=Role.HEAD.value,
        title=f"{NAMES[acting]} {title}",
        rank=own.rank,
        nip=own.nip,
        letter=letter.strip(),
        valid_from=max(since, door.at),
        valid_to=until,
        acting=acting,
        stands_for=head,
    )


def _no_other_deputy(door: Write[Office], since: datetime, until: datetime) -> None:
    there = Assignment.objects.filter(office=door.row, role=Role.HEAD).exclude(acting="")
    if there.filter(valid_from__lt=until, valid_to__gt=max(since, door.at)).exists():
        raise Refusal("staff.deputy-twice", status=409)


def _head(door: Write[Office], at: datetime) -> Assignment | None:
    """Who holds the post of the head himself at this instant."""
    rows = Assignment.objects.filter(
        queries.in_force(max(at, door.at)), office=door.row, role=Role.HEAD, acting=""
    )
    return rows.select_related("person").order_by("pk").first()


# Second factors --------------------------------------------------------------------------------------------------


@action
def propose_new_factor(actor: Actor, office: Office, person: str, *, asked: Asked) -> Answer:
    """Propose to take away the second factor of an officer who has lost it, so that he sets up another.

    Raises Refusal `staff.unknown`, `access.*`.
    """
    with write(actor, Permission.STAFF_ASSIGN, _offices(), office.pk, asked=asked) as door:
        found = Assignment.objects.filter(
            queries.in_force(door.at), office=door.row, person__key=_uuid(person)
        )
        row = found.select_related("person").first()
        if row is None:
            raise Refusal("staff.unknown", status=404)
        _propose(door, StaffProposal.FACTOR, person=row.person)
    return door.answer


def _forget_factor(door: Write[Office], person: Person) -> None:
    """Neither the lost thing nor a session that was opened with it counts from now on."""
    account = Account.objects.filter(person=person)
    Authenticator.objects.filter(user__person=person).delete()
    account.update(proofs_from=door.at)
    door.event("staff.factor-ended", person=str(person.key))


# Proposals -------------------------------------------------------------------------------------------------------


@action
def answer(actor: Actor, proposal: uuid.UUID, *, accept: bool, asked: Asked) -> Answer:
    """Confirm or refuse what another person has proposed; confirmed, it is carried out in the same commit.

    Raises Refusal `staff.answered`, `staff.same-person`, `staff.dates`, `staff.deputy-twice`, `access.*`.
    """
    office_id = queries.proposal(proposal).office_id
    with write(actor, Permission.STAFF_CONFIRM, _offices(), office_id, asked=asked) as door:
        row = _open_proposal(proposal)
        _another_person(door, row)
        row.state = StaffProposal.CONFIRMED if accept else StaffProposal.REFUSED
        _answered(door, row)
        if accept:
            _confirmed(door, row)
    return door.answer


@action
def withdraw(actor: Actor, proposal: uuid.UUID, *, asked: Asked) -> Answer:
    """Who proposed takes it back. Raises Refusal `staff.answered`, `staff.not-yours`, `access.*`."""
    office_id = queries.proposal(proposal).office_id
    with write(actor, Permission.STAFF_ASSIGN, _offices(), office_id, asked=asked) as door:
        row = _open_proposal(proposal)
        if row.proposed_by != actor.person:
            raise Refusal("staff.not-yours", status=403)
        row.state = StaffProposal.WITHDRAWN
        _answered(door, row)
    return door.answer


def _propose(door: Write[Office], kind: str, **columns: Any) -> None:
    row = StaffProposal.objects.create(
        office=door.row, kind=kind, proposed_by=door.actor.person, proposed_at=door.at, **columns
    )
    door.event("staff.proposed", proposal=str(row.key), what=kind, role=row.role, **_whom(row.person))
    door.answer = {"what": "proposed", "proposal": str(row.key)}


def _answered(door: Write[Office], row: StaffProposal) -> None:
    row.answered_by, row.answered_at = door.actor.person, door.at
    row.save(update_fields=["state", "answered_by", "answered_at"])
    door.event(f"staff.{row.state}", proposal=str(row.key), proposed_by=row.proposed_by)
    door.answer = {"what": row.state}


def _another_person(door: Write[Office], row: StaffProposal) -> None:
    """Neither who proposed nor whom it is about; the command line only where nobody else could confirm."""
    if door.actor.is_system:
        if len(queries.confirmers(door.row.pk, door.at)) > 1:
            raise Refusal("staff.console-closed", status=403)
        return
    about = row.person or Person.objects.filter(account__email__iexact=row.email or "-").first()
    if any(
        queries.same_human(other, door.actor.person)
        for other in (row.proposed_by, str(about.key) if about else "")
    ):
        raise Refusal("staff.same-person", status=403)


def _confirmed(door: Write[Office], row: StaffProposal) -> None:
    if row.kind == StaffProposal.FACTOR and row.person is not None:
        _forget_factor(door, row.person)
    elif row.kind == StaffProposal.DEPUTY and row.person is not None and row.valid_to and row.valid_from:
        made = _deputy(
            door, str(row.person.key), row.acting, row.stands_for,
            letter=row.letter, since=row.valid_from, until=row.valid_to,
        )  # fmt: skip
        _appoint(door, made)
    else:
        account = Account.objects.filter(email__iexact=row.email).first()
        since = row.valid_from or door.at
        post = Post(row.role, row.title, row.letter, since, row.valid_to, row.rank, row.nip)
        _check(door, post, row.days)
        _carry_out(door, post, account.person if account else None, email=row.email, days=row.days)
    door.answer = {"what": row.state}


# Carrying out ----------------------------------------------------------------------------------------------------


def _carry_out(door: Write[Office], post: Post, person: Person | None, *, email: str, days: int) -> None:
    if person is None:
        _invite(door, post, email=email, days=days)
        return
    _not_twice(door, person, post)
    columns = _columns(post)
    made = assign(
        person, door.row, columns.pop("role"), since=max(columns.pop("valid_from"), door.at), **columns
    )
    _on_record(door, made)
    _post_letter(door, email, "staff_assigned")


def _appoint(door: Write[Office], made: Assignment) -> None:
    made.save()
    _on_record(door, made)
    email = Account.objects.filter(person=made.person).values_list("email", flat=True).first()
    if email:
        _post_letter(door, email, "staff_assigned")


def _on_record(door: Write[Office], made: Assignment) -> None:
    more = {"acting": made.acting} if made.acting else {}
    if made.valid_to is not None:
        _release(door, str(made.person.key), made.valid_to)
    door.event("staff.assigned", role=made.role, assignment=str(made.key), **_whom(made.person), **more)
    door.answer = {"what": "assigned", "assignment": str(made.key)}


def _release(door: Write[Office], person: str, on: datetime) -> None:
    """What he holds goes back to his colleagues when this assignment is over."""
    door.job("cases.release", run_after=on, office_id=door.row.pk, person=person)


def _invite(door: Write[Office], post: Post, *, email: str, days: int) -> None:
    """A link that works once, sent to the address; nobody here ever sees it. An earlier one for the same ends now."""
    former = Invitation.objects.filter(office=door.row, role=post.role, email=email, used_at=None)
    former.filter(expires_at__gt=door.at).update(expires_at=door.at)
    letter = _post_letter(door, email, "staff_invited")
    made = Invitation.objects.create(
        digest=queries.digest(token_of(letter.pk, letter.email, letter.made_at)),
        office=door.row,
        email=email,
        expires_at=door.at + timedelta(days=days),
        **_columns(post),
    )
    door.event("staff.invited", role=post.role, invitation=made.pk)
    door.answer = {"what": "invited"}


def _post_letter(door: Write[Office], email: str, template: str) -> Letter:
    letter = Letter.objects.create(email=email, template=template, made_at=door.at)
    door.job("accounts.send_letter", letter_id=letter.pk)
    return letter


# What must hold --------------------------------------------------------------------------------------------------


def _check(door: Write[Office], post: Post, days: int) -> None:
    if post.role not in {role.value for role in STAFF}:
        raise Refusal("staff.role", status=422)
    if not SHORTEST <= days <= LONGEST:
        raise Refusal("staff.days", status=422)
    if not post.letter.strip() or (post.until is not None and post.until <= max(post.since, door.at)):
        raise Refusal("staff.dates", status=422)


def _not_twice(door: Write[Office], person: Person, post: Post) -> None:
    """Not the same role in the same office while the former assignment lasts."""
    there = Assignment.objects.filter(person=person, office=door.row, role=post.role, acting="")
    if there.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=max(post.since, door.at))).exists():
        raise Refusal("staff.same-role", status=409)


def _another_administrator(door: Write[Office], row: Assignment) -> bool:
    others = Assignment.objects.filter(
        queries.in_force(door.at), office=door.row, role=Role.ADMINISTRATOR, valid_to__isnull=True
    )
    return others.exclude(pk=row.pk).exists()


def _assignment(door: Write[Office], key: uuid.UUID) -> Assignment:
    row = Assignment.objects.filter(key=key, office=door.row).first()
    if row is None or (row.valid_to is not None and row.valid_to <= door.at):
        raise Refusal("staff.unknown", status=404)
    return row


def _open_proposal(key: uuid.UUID) -> StaffProposal:
    row = (
        StaffProposal.objects.select_for_update(of=("self",))
        .select_related("person", "stands_for__person")
        .get(key=key)
    )
    if row.state != StaffProposal.OPEN:
        raise Refusal("staff.answered")
    return row


def _columns(post: Post) -> dict[str, Any]:
    found = asdict(post)
    found["valid_from"], found["valid_to"] = found.pop("since"), found.pop("until")
    return found


def _whom(person: Person | None) -> dict[str, str]:
    return {"person": str(person.key)} if person else {}


def _uuid(text: str) -> uuid.UUID:
    """The key in these words; what is no key finds nobody."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)


def _offices() -> Any:
    return Office.objects.all()
