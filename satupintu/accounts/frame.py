# SPDX-License-Identifier: Apache-2.0
"""Head and foot of the pages that everybody sees: the office's words, the ways in, and who is signed in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from satupintu.core.access import Actor
from satupintu.offices.models import Office
from satupintu.offices.queries import local_day, setting
from satupintu.ui.formats import WEEKDAYS
from satupintu.ui.parts import Frame, NavLink

if TYPE_CHECKING:
    from satupintu.accounts.middleware import ActorRequest

DAYS = ("senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu")


def public(request: ActorRequest, office: Office | None = None) -> Frame:
    """The frame of a public or applicant's page; office: whose page it is, None where all offices share it."""
    account = request.user
    person = getattr(account, "person", None)
    track, check = reverse("portal:track"), reverse("portal:check")
    nav = [NavLink(track, _("Lacak")), NavLink(check, _("Cek izin"), also=(f"{check}/",))]
    if office is not None:
        services = reverse("portal:services", args=[office.slug])
        nav.insert(0, NavLink(services, _("Layanan"), also=(f"{services}/",)))
    return Frame(
        office=office.short_name if office else "",
        home=reverse("portal:home", args=[office.slug]) if office else reverse("portal:offices"),
        nav=tuple(nav),
        person=(person.name if person else "") or getattr(account, "email", "") or "",
        login=reverse("account_login"),
        logout=reverse("account_logout"),
        account=_own_place(request.actor),
        help=_help(office) if office else (),
        address=(office.full_name, office.address) if office else (),
        rights=(NavLink(_record(office), _("Catatan umum kantor") if office else _("Catatan umum")),),
        hours=_hours(office, local_day(office, request.actor.at)) if office else (),
        demo=settings.DEMO,
    )


def _record(office: Office | None) -> str:
    return reverse("portal:record", args=[office.slug]) if office else reverse("portal:records")


def _own_place(actor: Actor) -> tuple[NavLink, ...]:
    """Where the person's own files are: an officer's desk, an applicant's list."""
    security = NavLink(reverse("account_security"), _("Akun"), also=("/akun/",))
    if actor.capacities:
        return (NavLink(reverse("desk:worklist"), _("Meja"), icon="clipboard"), security)
    return (
        NavLink(reverse("portal:mine"), _("Permohonan saya"), icon="person", also=("/permohonan/",)),
        NavLink(reverse("portal:mandates"), _("Kuasa"), also=("/kuasa/",)),
        security,
    )


def _help(office: Office) -> tuple[NavLink, ...]:
    digits = "".join(sign for sign in office.phone if sign.isdigit())
    return (
        NavLink(f"tel:{digits}", _("Telepon %(phone)s") % {"phone": office.phone}),
        NavLink(f"mailto:{office.email}", office.email),
    )


def _hours(office: Office, day: date) -> tuple[str, ...]:
    """Opening hours as people read them, days with the same hours together: "Senin–Kamis 08.00–15.30"."""
    table: Mapping[str, Sequence[str]] = setting(office, "hours", day)
    groups: list[tuple[int, int, tuple[str, str]]] = []
    for number, name in enumerate(DAYS):
        if name not in table:
            continue
        opens, closes = table[name]
        if groups and groups[-1][1] == number - 1 and groups[-1][2] == (opens, closes):
            groups[-1] = (groups[-1][0], number, (opens, closes))
        else:
            groups.append((number, number, (opens, closes)))
    return tuple(_line(first, last, hours) for first, last, hours in groups)


def _line(first: int, last: int, hours: tuple[str, str]) -> str:
    days = str(WEEKDAYS[first]) if first == last else f"{WEEKDAYS[first]}–{WEEKDAYS[last]}"
    return f"{days} {hours[0]}–{hours[1]}"
