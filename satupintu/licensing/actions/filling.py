# SPDX-License-Identifier: Apache-2.0
"""The draft of a permohonan perizinan berusaha: plain rows without events, kept from the first answer on."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from satupintu.applications import actions as applications
from satupintu.applications.models import Application
from satupintu.applications.queries import own, statements
from satupintu.businesses.models import BusinessActivity, BusinessActor
from satupintu.catalog import queries as catalog
from satupintu.catalog.models import ServiceVersion
from satupintu.core.access import Actor
from satupintu.core.activity import NEW
from satupintu.core.forms import FormProblem, Group, Question, asked, clean
from satupintu.core.refusal import Refusal
from satupintu.core.risk import Found
from satupintu.licensing import queries
from satupintu.licensing.pinning import as_json
from satupintu.offices.queries import local_day

Problems = list[FormProblem]
MOST_ITEMS = 50


def begin(
    actor: Actor,
    service: ServiceVersion,
    *,
    filed_for: BusinessActor,
    kind: str = NEW,
    about: BusinessActivity | None = None,
) -> Application:
    """A new draft; of a change or a closing, with the activity as it is now. A second click gives the same draft.

    kind: "baru", "ubah" or "tutup". about: the activity that is changed or closed.
    Raises Refusal `catalog.closed`, `access.not-yours`.
    """
    known = queries.begun(
        actor.account_id or 0, service.pk, filed_for.pk, kind, str(about.activity) if about else ""
    )
    if known is not None:
        return known
    made = applications.start(actor, service, filed_for=filed_for)
    kept = {"id": _ident(), **queries.item_of(about)} if about else None
    made.answers = {"jenis": kind, queries.ACTIVITIES: [kept] if kept else []}
    made.save(update_fields=["answers"])
    return made


def choose(actor: Actor, key: uuid.UUID, ident: str, code: str, *, seen: str = "") -> str:
    """Keep which KBLI an activity has; gives the id of the activity. ident: "" for one more.

    What followed from another KBLI (scope, parameter, risk, environment) is asked again.
    Raises Refusal `licensing.kbli-gone` (values: kbli), `licensing.stale`, `licensing.many`.
    """
    with _open(actor, key) as draft:
        found = catalog.kbli(catalog.CURRENT_KBLI, code)
        if found is None or not found.holds(local_day(draft.office, actor.at)):
            raise Refusal("licensing.kbli-gone", status=422, kbli=code)
        kept = {"version": found.version, "code": found.code, "title": found.title}
        if ident:
            one = queries.item(draft, ident)
            _still(draft, queries.ACTIVITIES, one, queries.KBLI, seen)
        else:
            if len(queries.items(draft)) >= MOST_ITEMS:
                raise Refusal("licensing.many", status=422, most=MOST_ITEMS)
            one = {"id": _ident()}
            queries.items(draft).append(one)
        if one.get("kbli") != kept:
            one |= {"kbli": kept, "ruang-lingkup": "", "parameter": "", "risiko": None, "lingkungan": ""}
        return str(one["id"])


def save_page(
    actor: Actor, key: uuid.UUID, ident: str, number: int, raw: Mapping[str, str], *, seen: str
) -> Problems:
    """Keep one page of an activity; what is not right yet comes back as problems, the other answers stay.

    number: a page of the group. seen: the mark of the page as it was shown (queries.seen).
    Raises Refusal `licensing.stale` (values: changed), `licensing.elsewhere`, `licensing.gone`.
    """
    with _open(actor, key) as draft:
        one, spec = queries.item(draft, ident), queries.group(draft, queries.ACTIVITIES)
        _still(draft, queries.ACTIVITIES, one, number, seen)
        before = {name: one.get(name) for name in _SETTLES}
        problems = _take(draft, spec, one, number, raw)
        if number == queries.CAPITAL:
            _no_workers(one, problems)
        if {name: one.get(name) for name in _SETTLES} != before:
            one["risiko"] = None
    return problems


_SETTLES = ("modal-mesin", "modal-kerja", "modal-lain", "ruang-lingkup", "parameter")
"""Answers on which the risk depends: where one changes, the person has not seen the risk yet."""


def settle(actor: Actor, key: uuid.UUID, ident: str) -> bool:
    """The person has seen the scale and the risk of an activity and goes on: that row is the one that holds for him.

    Gives False, and keeps nothing, where the table asks for more or cannot say.
    """
    with _open(actor, key) as draft:
        one = queries.item(draft, ident)
        said = queries.activity(one, local_day(draft.office, actor.at))
        if not isinstance(said.outcome, Found):
            return False
        one["risiko"] = as_json(said.outcome.row)
        fits = queries.activity(one, local_day(draft.office, actor.at)).environment
        if one.get("lingkungan") not in fits:
            one["lingkungan"] = fits[0] if len(fits) == 1 else ""
        return True


def save_product(
    actor: Actor, key: uuid.UUID, ident: str, product: str, raw: Mapping[str, str], *, seen: str
) -> Problems:
    """Keep a product of an activity; product: "" for one more, which is kept only once it is right.

    Raises Refusal `licensing.stale`, `licensing.gone`, `licensing.many`.
    """
    with _open(actor, key) as draft:
        one, spec = queries.item(draft, ident), queries.group(draft, queries.PRODUCTS)
        rows = one.setdefault(queries.PRODUCTS, [])
        if product:
            row = queries.product(one, product)
            _still(draft, queries.PRODUCTS, row, 1, seen)
            return _take(draft, spec, row, 1, raw)
        if len(rows) >= MOST_ITEMS:
            raise Refusal("licensing.many", status=422, most=MOST_ITEMS)
        row = {"id": _ident()}
        problems = _take(draft, spec, row, 1, raw)
        if not problems:
            rows.append(row)
    return problems


def remove(actor: Actor, key: uuid.UUID, ident: str) -> None:
    """Take an activity out of the draft. Raises Refusal `licensing.gone`."""
    with _open(actor, key) as draft:
        queries.items(draft).remove(queries.item(draft, ident))


def remove_product(actor: Actor, key: uuid.UUID, ident: str, product: str) -> None:
    """Take a product out of an activity. Raises Refusal `licensing.gone`."""
    with _open(actor, key) as draft:
        one = queries.item(draft, ident)
        one[queries.PRODUCTS].remove(queries.product(one, product))


def tick(actor: Actor, key: uuid.UUID, ticked: Mapping[str, bool]) -> bool:
    """Keep which statements were ticked, with the exact text of each; gives whether all were."""
    with _open(actor, key) as draft:
        wanted = statements(draft)
        draft.statements = {name: one.text for name, one in wanted.items() if ticked.get(name)}
        draft.save(update_fields=["statements"])
        return len(draft.statements) == len(wanted)


# Parts -------------------------------------------------------------------------------------------------------------


@contextmanager
def _open(actor: Actor, key: uuid.UUID) -> Iterator[Application]:
    """The own draft, locked; what was changed in its answers is kept at the end, even of a page with problems."""
    with transaction.atomic():
        mine = own(actor, key)
        rows = Application.objects.select_related("office", "service", "filed_for__entity", "person")
        draft = rows.select_for_update(of=("self",)).get(pk=mine.pk)
        if draft.case_id is not None:
            raise Refusal("applications.sent")
        yield draft
        draft.changed_at = actor.at
        draft.save(update_fields=["answers", "changed_at"])


def _still(draft: Application, group: str, row: Mapping[str, Any], number: int, seen: str) -> None:
    """Raises Refusal `licensing.stale` where what the page showed is not what stands there now."""
    questions = queries.page_of(queries.group(draft, group), number, row)
    if queries.seen(row, questions) != seen:
        raise Refusal("licensing.stale", status=409)


def _take(
    draft: Application, spec: Group, row: dict[str, Any], number: int, raw: Mapping[str, str]
) -> Problems:
    """What was typed on a page into the row. A question that an answer of the same page calls for is asked too."""
    problems: Problems = []
    done: set[str] = set()
    while left := [one for one in _shown(spec, number, row) if one.id not in done]:
        question = left[0]
        done.add(question.id)
        try:
            row[question.id] = _answer(draft, question, raw)
        except FormProblem as problem:
            problems.append(problem)
    for name, question in spec.questions.items():
        if question.page == number and name not in done:
            row.pop(name, None)  # no longer asked
    return problems


def _shown(spec: Group, number: int, row: Mapping[str, Any]) -> Sequence[Question]:
    return [one for one in asked(spec, row) if one.page == number]


def _answer(draft: Application, question: Question, raw: Mapping[str, str]) -> Any:
    value = clean(question, raw)
    if question.kind == "rupiah" and value is None:
        return 0
    if question.kind == "count" and value is None:
        return 0
    if question.kind == "region" and value is not None:
        return _village(draft, question, str(value))
    return "" if value is None and question.kind in ("text", "long-text", "choice") else value


def _village(draft: Application, question: Question, code: str) -> str:
    """A village of the list, in the region of the office."""
    found = catalog.village(code)
    if found is None:
        message = "Desa atau kelurahan ini tidak ada di daftar. Cari lagi namanya, lalu pilih."
        raise FormProblem(question.id, "form.region", message)
    if not queries.in_region(draft.office, code):
        raise Refusal("licensing.elsewhere", status=422, lies=code, village=str(found), regency=found.regency)
    return code


def _no_workers(one: dict[str, Any], problems: Problems) -> None:
    """A business has at least one who works in it: the owner himself."""
    names = ("pekerja-laki", "pekerja-perempuan")
    if not any(one.get(name) for name in names) and not any(p.question_id in names for p in problems):
        message = "Isi sedikitnya satu orang. Anda sendiri dihitung juga."
        problems.append(FormProblem(names[0], "form.required", message))


def _ident() -> str:
    return secrets.token_hex(4)
