# SPDX-License-Identifier: Apache-2.0
"""Data pelaku usaha: what is kept of a person or an entity, correcting it, and the people of an entity."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from satupintu.accounts import forms
from satupintu.accounts import queries as accounts
from satupintu.accounts.middleware import ActorRequest
from satupintu.accounts.models import Account, Person
from satupintu.businesses import actions, queries
from satupintu.businesses.models import FORMS, ActorMember, BusinessActor
from satupintu.catalog.queries import knows_regions, village
from satupintu.core import numbers
from satupintu.core.forms import FormProblem, Question, clean, show
from satupintu.portal import kept
from satupintu.portal.applicant import applicant, asked
from satupintu.portal.villages import offered, searching
from satupintu.ui import formats
from satupintu.ui.fields import BEFORE, LOOK_UP, SEARCH, FieldView, Option, field_of, problems_of, texts_of
from satupintu.ui.parts import Summary, SummaryRow, TagKind

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise as Text
else:
    Text = str

WNI, WNA, BODY = Account.WNI, Account.WNA, Account.BODY
KINDS: Mapping[str, Text] = {one.value: one.label for one in forms.KINDS}
SCALES: Mapping[str, Text] = {one.value: one.label for one in forms.SCALES}
BODY_FORMS: Mapping[str, Text] = dict(
    zip(
        FORMS,
        ("PT", "CV", "Firma", gettext_lazy("Koperasi"), gettext_lazy("Yayasan"), gettext_lazy("Perkumpulan"),
         gettext_lazy("Perusahaan umum daerah"), gettext_lazy("Bentuk lain")),
        strict=True,
    )
)  # fmt: skip

NAME = Question("nama", "Nama lengkap", "text", hint="Seperti di KTP atau paspor.")
NIK = Question("nik", "NIK", "nik", hint="16 angka di KTP. Disimpan terkunci.")
PASSPORT = Question(
    "paspor", "Nomor paspor", "text", hint="Huruf dan angka seperti pada paspor. Disimpan terkunci."
)
BODY_NAME = Question("nama-badan", "Nama badan usaha", "text", hint="Seperti di akta pendirian.")
DEED = Question("akta", "Nomor akta pendirian", "text")
DEED_DATE = Question("tanggal-akta", "Tanggal akta pendirian", "date")
AHU = Question(
    "ahu", "Nomor pengesahan AHU", "text", required=False, hint="Bila sudah ada. Contoh: AHU-0012345.AH.01.01"
)
NPWP = Question("npwp", "NPWP badan usaha", "npwp", hint="15 atau 16 angka. Disimpan terkunci.")
POSITION = Question("jabatan", "Jabatan Anda di badan usaha ini", "text", hint="Contoh: Direktur")
ADDRESS = Question("alamat", "Alamat", "address")
VILLAGE = Question("desa", "Desa atau kelurahan", "region")
OF_KIND: Mapping[str, tuple[Question, ...]] = {
    WNI: (NAME, NIK),
    WNA: (NAME, PASSPORT),
    BODY: (BODY_NAME, DEED, DEED_DATE, NPWP, AHU, POSITION),
}
SHOWN_KIND = "jenis-tadi"  # the kind whose questions the page had

MEMBER_NAME = Question("nama", "Nama lengkap", "text")
MEMBER_POSITION = Question("jabatan", "Jabatan", "text", hint="Contoh: Direktur, Manajer perizinan")
UNTIL = Question(
    "sampai", "Sampai dengan", "date", required=False, hint="Kosongkan bila tidak dibatasi. Contoh: 17-8-2027"
)


# What is kept ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MemberRow:
    """Somebody of an entity, or an entity that named this person. post, ways: what can be done about it."""

    who: str
    about: str
    until: str
    tag: Text
    kind: TagKind
    post: str = ""
    ways: tuple[tuple[str, Text], ...] = ()
    command_id: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """One actor on the page: its data, where to change it, its people, where to add some."""

    data: Summary
    change: str
    people: tuple[MemberRow, ...] = ()
    add: str = ""


@applicant()
@require_safe
def actors(request: ActorRequest) -> HttpResponse:
    """Everything that is kept of this person as a business actor, and of the entities he may act for."""
    found = queries.own_all(request.actor)
    asked_of_him = queries.offered(accounts.account(request.actor.account_id), request.actor.at)
    if not found and not asked_of_him:
        return redirect("portal:actor_new")
    context = {
        "cards": [_card(one, request.actor.at) for one in found],
        "offered": [_offer(one) for one in asked_of_him],
    }
    return render(request, "portal/actors.html", context)


def _card(row: BusinessActor, at: datetime) -> Card:
    change = reverse("portal:actor_change", args=[row.key])
    data = Summary(f"p-{row.key}", row.name, tuple(_facts(row)))
    if row.kind == BusinessActor.PERSON:
        return Card(data, change)
    people = tuple(_member(row, one, at) for one in queries.members(row))
    return Card(data, change, people, reverse("portal:actor_people", args=[row.key]))


def _facts(row: BusinessActor) -> list[SummaryRow]:
    """What is kept, and since when; numbers only by their last figures."""
    rows = [("Jenis", KINDS[_kind_of(row)]), ("Skala", SCALES[row.scale])]
    if row.person is not None:
        rows += [("NIK", _masked(row.person.nik)), ("Paspor", _masked(row.person.passport))]
    else:
        body = row.entity
        rows += [
            ("Bentuk", BODY_FORMS[body.form]),
            ("Akta pendirian", f"{body.deed_number}, {show(DEED_DATE, body.deed_date.isoformat())}"),
            ("NPWP", _masked(body.npwp)),
            ("Pengesahan AHU", body.ahu_number),
        ]
    lies = village(row.region)
    rows += [("Alamat", show(ADDRESS, row.address)), ("Desa atau kelurahan", str(lies) if lies else "")]
    changed = show(UNTIL, row.changed_at.astimezone(ZoneInfo(settings.TIME_ZONE)).date().isoformat())
    by = _("Anda isi sendiri") if row.person else _("Diisi pengurusnya")
    rows.append((_("Asal data"), _("%(by)s, terakhir %(day)s") % {"by": by, "day": changed}))
    return [SummaryRow(label, value) for label, value in rows if value]


def _masked(number: str) -> str:
    return "•" * max(len(number) - 4, 0) + number[-4:]


def _member(row: BusinessActor, one: ActorMember, at: datetime) -> MemberRow:
    over = one.valid_to is not None and one.valid_to <= at
    open_offer = one.accepted_at is None and bool(one.email)
    kind: TagKind = "draft" if over else "wait" if open_offer else "ok"
    tag = _("Berakhir") if over else _("Menunggu jawabannya") if open_offer else _("Tercatat")
    post = "" if over else reverse("portal:actor_end", args=[row.key, one.key])
    ways = () if over else (("akhiri", _("Akhiri")),)
    return MemberRow(_who(one), _powers(one), _until(one), tag, kind, post, ways, str(uuid.uuid4()))


def _offer(one: ActorMember) -> MemberRow:
    post = reverse("portal:actor_answer", args=[one.key])
    ways = (("terima", _("Terima")), ("tolak", _("Tolak")))
    about = f"{one.position}. {_powers(one)}"
    return MemberRow(
        one.actor.name, about, _until(one), _("Menunggu jawaban Anda"), "yours", post, ways, str(uuid.uuid4())
    )


def _who(one: ActorMember) -> str:
    name = one.person.name if one.person else one.name
    return f"{name}, {one.position}"


def _powers(one: ActorMember) -> str:
    words = [_("mengubah data dan pengurus")] if one.may_apply else []
    words += [_("menandatangani")] if one.may_sign else []
    return (
        _("Boleh %(what)s.") % {"what": _(" serta ").join(words)}
        if words
        else _("Tercatat saja, tanpa kuasa.")
    )


def _until(one: ActorMember) -> str:
    return formats.last_moment(one.valid_to, ZoneInfo(settings.TIME_ZONE)) if one.valid_to else ""


# Filling in and correcting -----------------------------------------------------------------------------------------


@applicant()
@require_http_methods(["GET", "HEAD", "POST"])
def fill(request: ActorRequest) -> HttpResponse:
    """The data of a new actor; kind and scale begin with what the person said when he registered."""
    return _form(request, None)


@applicant()
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: ActorRequest, actor: uuid.UUID) -> HttpResponse:
    """The same questions with what is kept in their boxes."""
    return _form(request, queries.own(request.actor, actor))


def _form(request: ActorRequest, row: BusinessActor | None) -> HttpResponse:
    person = accounts.account(request.actor.account_id).person
    assert person is not None  # an account without a name is led to naming itself first
    if row is None:
        row = queries.of_person(person.pk) if _kind(request, None) != BODY else None
    posted: Mapping[str, str] = request.POST.dict() if request.POST else kept.take(request)
    texts = dict(posted) or _texts(request, row, person)
    kind = texts["jenis"] if texts.get("jenis") in KINDS else _kind(request, row)
    other_kind = bool(posted) and posted.get(SHOWN_KIND, kind) != kind
    problems: dict[str, str] = {}
    if request.method == "POST" and not searching(texts) and not other_kind:
        said, problems = _understood(kind, row, texts)
        if not problems:
            _keep(request, kind, row, said, texts)
            messages.success(request, _("Data pelaku usaha tersimpan."))
            return redirect(request.session.pop("portal.then", reverse("portal:actor")))
    return _page(request, row, kind, texts, problems)


def _me(request: ActorRequest) -> Account:
    return cast(Account, request.user)


def _kind(request: ActorRequest, row: BusinessActor | None) -> str:
    if row is not None:
        return _kind_of(row)
    said = request.POST.get("jenis") or request.GET.get("jenis") or _me(request).registered_as
    return str(said) if said in KINDS else WNI


def _kind_of(row: BusinessActor) -> str:
    if row.person is None:
        return BODY
    return WNA if row.person.passport and not row.person.nik else WNI


def _questions(kind: str, row: BusinessActor | None) -> list[Question]:
    """What is asked of this kind; who registers an entity says what he is there, once."""
    own = [one for one in OF_KIND[kind] if one is not POSITION or row is None or row.person is not None]
    return [*own, ADDRESS, *([VILLAGE] if knows_regions() else [])]


def _texts(request: ActorRequest, row: BusinessActor | None, person: Person) -> dict[str, str]:
    """What stands in the boxes before anything was typed: what is kept."""
    texts = {
        "jenis": _kind(request, row),
        "skala": row.scale if row else _me(request).scale,
        "nama": person.name, "nik": person.nik, "paspor": person.passport,
    }  # fmt: skip
    if row is not None:
        texts |= texts_of(ADDRESS, row.address) | {"desa": row.region}
    if row is not None and row.person is None:
        body = row.entity
        texts |= {
            "nama-badan": body.name, "bentuk": body.form, "akta": body.deed_number, "npwp": body.npwp,
            "ahu": body.ahu_number, **texts_of(DEED_DATE, body.deed_date.isoformat()),
        }  # fmt: skip
    return texts


def _understood(
    kind: str, row: BusinessActor | None, texts: Mapping[str, str]
) -> tuple[dict[str, object], dict[str, str]]:
    """(question -> what was meant, question -> what is wrong and how to mend it)."""
    said: dict[str, object] = {}
    problems: dict[str, str] = {}
    for question in _questions(kind, row):
        try:
            said[question.id] = clean(question, texts)
        except FormProblem as problem:
            problems[question.id] = problem.message
    if kind == WNA and "paspor" in said:
        found = numbers.passport(texts.get("paspor", ""))
        said["paspor"] = found.normalised
        problems |= {} if found.valid else {"paspor": found.message}
    if kind == BODY and texts.get("bentuk") not in BODY_FORMS:
        problems["bentuk"] = _("Belum dipilih. Pilih salah satu.")
    if texts.get("skala") not in SCALES:
        problems["skala"] = _("Belum dipilih. Pilih salah satu.")
    if "desa" in said and village(str(said["desa"])) is None:
        problems["desa"] = _("Desa atau kelurahan ini tidak ada di daftar. Cari lagi namanya, lalu pilih.")
    return said, problems


def _keep(
    request: ActorRequest,
    kind: str,
    row: BusinessActor | None,
    said: Mapping[str, object],
    texts: Mapping[str, str],
) -> None:
    address = said["alamat"]
    assert isinstance(address, dict)
    scale, where = texts["skala"], actions.Where(address, str(said.get("desa") or ""))
    command = asked(request, kind=kind, key=str(row.key) if row else "", said={k: v for k, v in texts.items() if k not in kept.NOT_TYPED})  # fmt: skip
    if kind != BODY:
        actions.keep_person(
            request.actor, name=str(said["nama"]), nik=str(said.get("nik") or ""),
            passport=str(said.get("paspor") or ""), scale=scale, where=where, asked=command,
        )  # fmt: skip
        return
    body = actions.Body(
        name=str(said["nama-badan"]), form=texts["bentuk"], deed_number=str(said["akta"]),
        deed_date=date.fromisoformat(str(said["tanggal-akta"])), npwp=str(said["npwp"]), ahu_number=str(said["ahu"] or ""),
    )  # fmt: skip
    if row is not None and row.person is None:
        actions.change_entity(request.actor, row.key, body, scale=scale, where=where, asked=command)
    else:
        position = str(said["jabatan"])
        actions.register_entity(
            request.actor, body, position=position, scale=scale, where=where, asked=command
        )


def _page(
    request: ActorRequest,
    row: BusinessActor | None,
    kind: str,
    texts: Mapping[str, str],
    problems: Mapping[str, str],
) -> HttpResponse:
    asked_for = _questions(kind, row)
    fields = [field_of(one, texts, problems.get(one.id, "")) for one in asked_for]
    fields = [offered(one, texts) if one.kind == "region" else one for one in fields]
    if kind == BODY:
        forms = tuple(Option(value, word) for value, word in BODY_FORMS.items())
        fields.insert(1, FieldView("q-bentuk", "bentuk", _("Bentuk badan usaha"), "select", texts.get("bentuk", ""), error=problems.get("bentuk", ""), options=forms))  # fmt: skip
    fields.insert(0, _scale(texts, problems))
    if row is None:
        fields.insert(0, _kinds(kind))
    names = {"jenis", "skala", "bentuk", SHOWN_KIND, LOOK_UP, *kept.NOT_TYPED}
    names |= {name for one in asked_for for name in (*one.parts, one.id + SEARCH, one.id + BEFORE)}
    context = {
        "page_title": _("Data pelaku usaha"),
        "lead": _("Diisi satu kali. Saat mengajukan izin, data ini tidak perlu diketik lagi."),
        "fields": fields,
        "errors": problems_of(fields),
        "back": reverse("portal:actor" if row else "portal:mine"),
        "action": request.path,
        "button": _("Simpan"),
        "why": _("Kami minta hanya yang dipakai untuk izin. Anda bisa melihat dan mengubahnya kapan saja."),
        "hidden": [
            (SHOWN_KIND, kind),
            *([("jenis", kind)] if row is not None else []),
            ("command_id", str(uuid.uuid4())),
            *((name, text) for name, text in texts.items() if name not in names and text),
        ],
    }
    return render(request, "ui/question.html", context, status=422 if any(problems.values()) else 200)


def _kinds(kind: str) -> FieldView:
    hint = _("Bila diganti, tekan Simpan: pertanyaannya menyesuaikan, isian Anda tetap.")
    return FieldView(
        "q-jenis", "jenis", _("Siapa pelaku usahanya?"), "choice", kind, options=forms.KINDS, hint=hint
    )


def _scale(texts: Mapping[str, str], problems: Mapping[str, str]) -> FieldView:
    return FieldView("q-skala", "skala", _("Skala usaha"), "choice", texts.get("skala", ""), error=problems.get("skala", ""), options=forms.SCALES)  # fmt: skip


# The people of an entity -------------------------------------------------------------------------------------------


@applicant()
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: ActorRequest, actor: uuid.UUID) -> HttpResponse:
    """Name somebody of an entity, with his powers and their end."""
    row = queries.own(request.actor, actor)
    typed: Mapping[str, str] = request.POST.dict() if request.POST else kept.take(request)
    problems: dict[str, str] = {}
    if request.method == "POST":
        said, problems = _member_said(typed)
        if not problems:
            end = said["sampai"]
            actions.add_member(
                request.actor, row.key, name=said["nama"], position=said["jabatan"], email=typed.get("surel", "").strip().lower(),
                may_apply="urus" in typed, may_sign="tanda" in typed, until=_last_moment(end) if end else None,
                asked=asked(request, key=str(row.key), **said),
            )  # fmt: skip
            messages.success(request, _("Pengurus dicatat. Bila surelnya diisi, kuasanya berlaku setelah ia menerimanya di Data pelaku usaha."))  # fmt: skip
            return redirect("portal:actor")
    fields = [field_of(one, typed, problems.get(one.id, "")) for one in (MEMBER_NAME, MEMBER_POSITION)]
    fields += [
        FieldView("q-surel", "surel", _("Surel"), "email", typed.get("surel", ""), required=False, maxlength=254, error=problems.get("surel", ""),
                  hint=_("Yang ia pakai di Satu Pintu. Tanpa surel ia tercatat saja.")),
        FieldView("q-urus", "urus", _("Boleh mengubah data badan usaha dan pengurusnya"), "tick", typed.get("urus", "")),
        FieldView("q-tanda", "tanda", _("Boleh menandatangani untuk badan usaha"), "tick", typed.get("tanda", "")),
        field_of(UNTIL, typed, problems.get("sampai", "")),
    ]  # fmt: skip
    context = {
        "page_title": _("Tambah pengurus"),
        "lead": row.name,
        "fields": fields,
        "errors": problems_of(fields),
        "back": reverse("portal:actor"),
        "button": _("Tambah"),
        "hidden": [("command_id", str(uuid.uuid4()))],
    }
    return render(request, "ui/question.html", context, status=422 if problems else 200)


def _member_said(typed: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    said: dict[str, str] = {}
    problems: dict[str, str] = {}
    for question in (MEMBER_NAME, MEMBER_POSITION, UNTIL):
        try:
            said[question.id] = str(clean(question, typed) or "")
        except FormProblem as problem:
            problems[question.id] = problem.message
    try:
        if email := typed.get("surel", "").strip():
            validate_email(email)
        elif "urus" in typed:
            problems["surel"] = _("Isi surelnya: ia mengurus dengan akun sendiri. Atau lepaskan centang itu.")
    except ValidationError:
        problems["surel"] = _("Alamat surel belum lengkap. Contoh: sari@surel.example")
    return said, problems


def _last_moment(day: str) -> datetime:
    """The last day is whole."""
    after = date.fromisoformat(day) + timedelta(days=1)
    return datetime.combine(after, time(), ZoneInfo(settings.TIME_ZONE)).astimezone(UTC)


def _to_actor(*args: object, **kwargs: object) -> str:
    return reverse("portal:actor")


@applicant(back=_to_actor)
@require_POST
def answer(request: ActorRequest, member: uuid.UUID) -> HttpResponse:
    """Accept being one of an entity's people, or decline."""
    said = request.POST.get("jawab", "")
    if said in ("terima", "tolak"):
        actions.answer(
            request.actor,
            member,
            accept=said == "terima",
            asked=asked(request, member=str(member), said=said),
        )
        messages.success(
            request, _("Diterima. Setiap tindakan Anda tercatat.") if said == "terima" else _("Ditolak.")
        )
    return redirect("portal:actor")


@applicant(back=_to_actor)
@require_POST
def end(request: ActorRequest, actor: uuid.UUID, member: uuid.UUID) -> HttpResponse:
    """End what somebody may do for the entity."""
    actions.end_member(request.actor, actor, member, asked=asked(request, key=str(actor), member=str(member)))
    messages.success(
        request, _("Pengurus diakhiri. Mulai sekarang ia tidak bisa membuka atau mengubah apa pun.")
    )
    return redirect("portal:actor")
