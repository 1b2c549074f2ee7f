# SPDX-License-Identifier: Apache-2.0
"""Telling people what happened to an application: composed here, where the matter is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django_tasks import task

from satupintu.accounts.queries import account_of_person, accounts_in_role
from satupintu.applications import actions, queries
from satupintu.cases import queries as case_queries
from satupintu.cases.models import Case
from satupintu.catalog import queries as catalog
from satupintu.core import telling
from satupintu.core.access import system
from satupintu.core.sop import NoticeRow
from satupintu.door import read
from satupintu.door.moment import now
from satupintu.door.write import task_of
from satupintu.notices.actions import Message
from satupintu.notices.actions import tell as tell_account
from satupintu.offices.queries import calendar, local_day
from satupintu.ui import formats


@task()
def tell(case_id: int, number: int) -> None:
    """Tell everybody whom the SOP names for what happened in this event; nobody, if it was undone meanwhile."""
    case = case_queries.rows().get(pk=case_id)
    lines = read.history(case)
    if any(line.kind == "case.undone" and line.data.get("number") == number for line in lines):
        return
    happened = next((line for line in lines if line.number == number), None)
    if happened is not None:
        _tell(case, number, set(happened.data.get("notices", ())), by=happened.person)


@task()
def system_work(case_id: int, step: str, number: int) -> None:
    """Do the system's own work at a step: hand it off, or tell those concerned and say that it is done."""
    case = case_queries.rows().get(pk=case_id)
    work = case_queries.sop(case).steps[step].work
    if "hand-off" in work:
        task_of("licensing.hand_over").enqueue(case_id=case_id)
    if "notify" in work:
        _tell(case, number, {f"step:{step}"})
        actions.notified(system(now()), case_id, step)


def _tell(case: Case, number: int, occasions: set[str], *, by: str = "") -> None:
    """by: the person whose act it was; what answers the applicant's own act may reach him at night."""
    sop = case_queries.sop(case)
    for row in sop.notices:
        if row.on in occasions:
            message = _message(case, number, row, prompt=by == case.owner_key and not _to_staff(case, row))
            for account_id in _accounts(case, row.to):
                tell_account(account_id, message)


def _accounts(case: Case, actors: Iterable[str]) -> list[int]:
    """The accounts behind the SOP's actors: the applicant, or whoever holds the role (the holder of the file alone)."""
    sop, found = case_queries.sop(case), []
    for name in actors:
        kind, _, who = sop.actors[name].is_.partition(":")
        if kind == "party":
            account = account_of_person(case.owner_key)
            found += [account] if account else []
        elif kind == "role":
            holder = account_of_person(case.holder) if case.holder and case.role == who else None
            found += [holder] if holder else accounts_in_role(case.office_id, who, now())
    return list(dict.fromkeys(found))


def _to_staff(case: Case, row: NoticeRow) -> bool:
    actors = case_queries.sop(case).actors
    return any(actors[actor].is_.startswith("role:") for actor in row.to)


def _message(case: Case, number: int, row: NoticeRow, *, prompt: bool) -> Message:
    package = case_queries.spoken(case)
    texts = package.texts["id"]
    staff = _to_staff(case, row)
    link = f"/berkas/{case.key}" if staff else f"/permohonan/{queries.of_case(case).key}"
    state = case_queries.state(case)
    until = min(case_queries.deadlines(case, state).values(), default=None)
    day = until.astimezone(calendar(case.office).zone).date() if until else case.due
    words = {
        "layanan": package.name,
        "resi": case.receipt,
        "tanggal": formats.long_date(day) if day else "–",
        "jumlah": str(sum(item.to_correct for item in queries.items(queries.of_case(case)))),
        "alasan": "",
        "tautan": f"{settings.PUBLIC_URL}{link}",
    }
    return Message(
        office_id=case.office_id,
        about=case.subject,
        source=f"{case.key}:{number}:{row.on}:{row.text}",
        subject=_fill(texts[f"notice.{row.text}.subject"], words),
        body=_fill(texts[f"notice.{row.text}.body"], words),
        prompt=prompt,
        **_by_whatsapp(row.text, texts, words, to_applicant=not staff),
    )


def _by_whatsapp(
    name: str, texts: Mapping[str, str], words: Mapping[str, str], *, to_applicant: bool
) -> dict[str, Any]:
    """The template and its parameters; none for a text that may not travel so (published before there were rules)."""
    text = telling.short_form(texts, name)
    if any(telling.faults(text, service=words["layanan"], to_applicant=to_applicant)):
        return {}
    parameters = tuple(words[place] for place in telling.places(text))
    return {"template": telling.template_name(name, text), "parameters": parameters}


def _fill(text: str, words: dict[str, str]) -> str:
    for name, value in words.items():
        text = text.replace("{" + name + "}", value)
    return text


@task()
def tell_drafts(ruling_id: int) -> None:
    """Tell those whose drafts are not sent yet that their service closes, or that it does not after all."""
    row = catalog.closing_of(ruling_id)
    day = formats.long_date(row.day) if row.day else formats.NOTHING
    undone = row.pk != ruling_id
    if undone:
        subject = f"Layanan {row.about.name} tidak jadi ditutup"
        body = f"Penutupan layanan {row.about.name} mulai {day} dibatalkan. Draf Anda tetap bisa dikirim."
    elif row.begun(local_day(row.office, now())):
        subject = f"Layanan {row.about.name} ditutup mulai {day}"
        body = "Draf permohonan Anda tidak bisa dikirim lagi. Isiannya tetap bisa dibaca dan dicetak."
    else:
        subject = f"Layanan {row.about.name} ditutup mulai {day}"
        body = f"Draf permohonan Anda hanya bisa dikirim sebelum {day}. Sesudah itu isiannya tetap bisa dibaca dan dicetak."
    for draft in queries.drafts_of(row.office_id, row.slug):
        message = Message(
            office_id=row.office_id,
            about=row.subject,
            source=f"{row.key}:{'undone' if undone else 'closing'}:{draft.key}",
            subject=subject[:200],
            body=body,
            link=f"/permohonan/{draft.key}/periksa",
        )
        tell_account(draft.account_id, message)
