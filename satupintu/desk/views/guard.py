# SPDX-License-Identifier: Apache-2.0
"""Who comes into the officers' pages, the head and foot they see, and what they read when somebody was faster."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from satupintu.accounts.middleware import ActorRequest
from satupintu.accounts.queries import names
from satupintu.core.access import GRANTS, Actor, Permission, require
from satupintu.core.refusal import Refusal
from satupintu.desk import history, readers
from satupintu.desk.forms import seen_version
from satupintu.desk.queries import Desk, desk, remarks_of
from satupintu.door import looks, read
from satupintu.offices.models import Office
from satupintu.ui.decorators import no_store, refusal_page, refusals_on_form, typed
from satupintu.ui.parts import Frame, NavLink
from satupintu.ui.refusals import refused
from satupintu.ui.words import role_words

P = ParamSpec("P")
View = Callable[Concatenate[ActorRequest, P], HttpResponse]
LAST_LINES = 5
SAFE = frozenset({"GET", "HEAD"})
Opened = TypeVar("Opened", bound=Desk)


def staff(
    *permissions: Permission,
) -> Callable[[View[P]], Callable[Concatenate[HttpRequest, P], HttpResponse]]:
    """For people of an office who hold one of these permissions anywhere.

    A refusal shows the page again with what was typed; a conflict shows what changed.
    """

    def guard(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
        @wraps(view)
        def with_conflicts(request: ActorRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            try:
                return view(request, *args, **kwargs)
            except Refusal as refusal:
                if request.method == "POST" and refusal.status == 409 and "key" in kwargs:
                    return changed(request, cast(uuid.UUID, kwargs["key"]), refusal)
                raise

        shown = refusals_on_form(with_conflicts)

        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            asking = cast(ActorRequest, request)
            if not request.user.is_authenticated:
                if (
                    request.method == "POST"
                ):  # the session ended in mid-form: what was typed is shown to be sent again
                    return refusal_page(request, Refusal("desk.signed-out", status=403))
                return redirect_to_login(request.get_full_path())
            seat(asking, None)
            if not holds(asking.actor, *permissions):
                return refusal_page(request, Refusal("desk.not-staff", status=403))
            return shown(asking, *args, **kwargs)

        return no_store(guarded)

    return guard


def signatory(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """For those who sign."""
    return staff(Permission.PERMIT_SIGN)(view)


PUBLISHING = (Permission.SERVICE_PROPOSE, Permission.SERVICE_APPROVE)


def sender(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """For those who see to it that messages arrive."""
    return staff(Permission.NOTICE_RESEND)(view)


def officer(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """For those who look at files; who has opened one is on record before he sees it."""
    return staff(Permission.CASE_READ)(on_record(view))


def on_record(view: View[P]) -> View[P]:
    """Whoever opens a file by this view is on record before it is shown; where that cannot be, nothing is shown."""

    @wraps(view)
    def recorded(request: ActorRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        answer = view(request, *args, **kwargs)
        opened: Desk | None = getattr(request, "opened", None)
        if opened is not None and request.method in SAFE and answer.status_code == 200:
            shown = request.resolver_match and request.resolver_match.url_name
            looks.looked(
                request.actor,
                require(request.actor, Permission.CASE_READ, opened.case),
                opened.case,
                what=readers.what(shown or "", kwargs.get("document")),
                why=readers.why(opened),
                address=request.META.get("REMOTE_ADDR", ""),
            )
        return answer

    return recorded


def publisher(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """For those who propose or approve versions of services."""
    return staff(*PUBLISHING)(view)


def overseer(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """For those who see who works in an office."""
    return staff(Permission.STAFF_READ)(view)


def steward(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """For those who propose or confirm by which channel an office issues."""
    return staff(Permission.CHANNEL_PROPOSE, Permission.CHANNEL_CONFIRM)(view)


def holds(actor: Actor, *permissions: Permission) -> bool:
    """Whether one of these is granted to him in any office."""
    return any(not GRANTS.get(c.role, frozenset()).isdisjoint(permissions) for c in actor.capacities)


def seat(request: ActorRequest, office: Office | None) -> None:
    """Set head and foot: the office, the person, and the roles he holds there."""
    account = request.user
    person = getattr(account, "person", None)
    here = [c for c in request.actor.capacities if office is None or c.office_id == office.pk]
    roles = ", ".join(sorted({role_words(c.role.value) for c in here}))
    worklist, services = reverse("desk:worklist"), reverse("desk:services")
    reads, publishes = holds(request.actor, Permission.CASE_READ), holds(request.actor, *PUBLISHING)
    sends = holds(request.actor, Permission.NOTICE_RESEND)
    desk_link = NavLink(worklist, _("Meja"), also=("/berkas/",))
    nav = [desk_link] if reads or not publishes else []
    people, tables = reverse("desk:staff"), reverse("desk:catalog")
    if publishes:  # the versions of services lie beside the people, below the same word
        below = () if request.path.startswith((people, tables)) else ("/kelola/",)
        nav.append(NavLink(services, _("Layanan"), also=below))
    if holds(request.actor, Permission.STAFF_READ):
        nav.append(NavLink(people, _("Pegawai"), also=(people,)))
    if holds(request.actor, Permission.CATALOG_CORRECT):
        nav.append(NavLink(tables, _("Katalog"), also=(tables,)))
    if sends:
        nav.append(NavLink(reverse("desk:deliveries"), _("Kiriman")))
    request.frame = Frame(
        office=office.name if office else "",
        home=nav[0].href,
        nav=tuple(nav),
        person=person.name if person else "",
        role=roles[:1].upper() + roles[1:],
        account=(NavLink(reverse("account_security"), _("Akun"), icon="person", also=("/akun/",)),),
        search=worklist if reads else "",
        demo=bool(office and office.invented),
    )


def open_desk(request: ActorRequest, key: uuid.UUID) -> Desk:
    """The file that an act is about, with its office in the head. Raises Refusal `access.*`."""
    return opening(request, desk(request.actor, key))


def opening(request: ActorRequest, found: Opened) -> Opened:
    """This file is shown: its office comes into the head, and the look on record (`officer`)."""
    seat(request, found.case.office)
    request.opened = found  # type: ignore[attr-defined]
    return found


def open_to_work(
    request: ActorRequest, key: uuid.UUID, permission: Permission = Permission.CASE_WORK
) -> Desk:
    """The same, for those who may do this to files: whoever may only read gets no form that he could not send."""
    found = open_desk(request, key)
    if not found.granted(permission):
        raise Refusal("access.role", role="", status=403)
    return found


def changed(request: ActorRequest, key: uuid.UUID, refusal: Refusal) -> HttpResponse:
    """The page of a conflict: what the rule says, what happened since the form was made, what was typed."""
    found = open_desk(request, key)
    lines, seen = read.history(found.case), seen_version(request.POST)
    since = [line for line in lines if seen is not None and line.number > seen] or lines[-LAST_LINES:]
    people = {line.person for line in since} | {str(line.data.get("to", "")) for line in since}
    context = {
        "desk": found,
        "said": refused(refusal),
        "since": history.rows(found, since, names(people), remarks_of(found.case)),
        "typed": typed(request),
    }
    return render(request, "desk/changed.html", context, status=refusal.status)
