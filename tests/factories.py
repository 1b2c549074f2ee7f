# SPDX-License-Identifier: Apache-2.0
"""Builders: plain functions that bring an application to where a test begins, by the actions the pages call.

Nothing is written past the actions. Time is handed in: every test happens on a day of its own choice, by default on
Wednesday, 4 March 2026, at 10.00 in Mempawah.
"""

from __future__ import annotations

import io
import secrets
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.test import Client
from django_tasks_db.models import DBTaskResult
from PIL import Image

from satupintu.accounts import actions as accounts
from satupintu.accounts.actions import mandates
from satupintu.accounts.models import Account
from satupintu.accounts.queries import actor_of
from satupintu.applications import actions as applications
from satupintu.applications import queries as application_queries
from satupintu.applications.models import Application
from satupintu.businesses import actions as businesses
from satupintu.businesses.models import BusinessActor
from satupintu.cases import actions as cases
from satupintu.cases import queries as case_queries
from satupintu.cases.models import Case
from satupintu.catalog import actions as catalog
from satupintu.catalog.folders import services_root
from satupintu.catalog.kbli import kbli, risk_of
from satupintu.catalog.queries import KBLI_LIST, KBLI_VERSION, in_force
from satupintu.cli import demo
from satupintu.core.access import WHOLE, Actor, system
from satupintu.core.package import linked_sops, load_folder, read_package
from satupintu.core.refusal import Refusal
from satupintu.core.risk import Found, Scale
from satupintu.core.seal import digest
from satupintu.door.models import Event
from satupintu.door.moment import at_moment
from satupintu.door.worker import drain
from satupintu.door.write import Asked
from satupintu.licensing import actions as licensing
from satupintu.licensing.models import Product
from satupintu.licensing.pinning import as_json
from satupintu.offices.models import Office, Setting
from satupintu.permits import actions as permits
from satupintu.permits.papers import standard_duties

AT = datetime(2026, 3, 4, 3, 0, tzinfo=UTC)
APPLICANT = demo.APPLICANT[0]
SERVICE = "sertifikat-standar"

FINDINGS = {
    "tanggal": "04/03/2026",
    "cara": "Pemeriksaan dokumen",
    "lokasi": "Sesuai",
    "kegiatan": "Sesuai",
    "dokumen": "Lengkap dan sah",
    "temuan": "",
    "kesimpulan": "Memenuhi persyaratan",
}
OPINION = {
    "standar": "Sesuai",
    "lingkungan": "Sesuai",
    "sarana": "Sesuai dengan syarat",
    "pertimbangan": "Tempat dan sarana memenuhi standar usaha restoran.",
    "syarat": "Menyediakan alat pemadam api ringan di dapur.",
    "kesimpulan": "Disetujui dengan syarat",
}


# Who asks, and when ----------------------------------------------------------------------------------------------


def minutes(n: float) -> timedelta:
    return timedelta(minutes=n)


def actor(who: str, at: datetime = AT, *, office: str = "mempawah") -> Actor:
    """A person of the demo with the rights of this instant. who: "jf", "kadis", … or a whole e-mail address."""
    email = APPLICANT if who == "pemohon" else who if "@" in who else f"{who}@{office}.example"
    return actor_of(Account.objects.get(email=email), at, proof=WHOLE)


def mandate(email: str, at: datetime = AT, *, accept: bool = True) -> uuid.UUID:
    """The demo's applicant lets the holder of this address act for her in everything; gives the mandate's key."""
    until = at + timedelta(days=90)
    made = mandates.give(actor("pemohon", at), email=email, until=until, asked=asked())
    if accept:
        mandates.accept(actor(email, at), uuid.UUID(made["mandate"]), asked=asked())
    return uuid.UUID(made["mandate"])


def actor_name(who: str) -> str:
    """The name of a person of the demo."""
    account = Account.objects.get(email=f"{who}@mempawah.example")
    assert account.person is not None
    return account.person.name


LATER = datetime(2100, 1, 1, tzinfo=UTC)


def prove(session: Any, account: Account, at: datetime = LATER) -> None:
    """Let a session know that this person has shown his second factor, by default so that it never grows old."""
    session["account_authentication_methods"] = [{"method": "mfa", "type": "totp", "at": at.timestamp()}]
    session["account_authentication_methods_user"] = str(account.pk)


def log_in(client: Client, account: Account, at: datetime = LATER) -> Client:
    """Log somebody in as after both steps: for tests in which logging in is not the matter."""
    client.force_login(account, backend=settings.AUTHENTICATION_BACKENDS[0])
    session = client.session
    prove(session, account, at)
    session.save()
    return client


def asked(expected: int | None = None, **payload: Any) -> Asked:
    """A command nobody has given before."""
    return Asked.of(uuid.uuid4(), expected=expected, **payload)


def newcomer(
    email: str, role: str = "", *, office: str = "mempawah", since: datetime | None = None
) -> Account:
    """A new account; with a role, a colleague in that office. The password can be used by nobody: Argon2 takes time."""
    account = Account(email=email, date_joined=AT)
    account.set_unusable_password()
    account.save()
    person = accounts.name_person(account, f"Orang {email.partition('@')[0].title()}")
    if role:
        begin = since or AT - timedelta(days=30)
        accounts.assign(
            person,
            Office.objects.get(slug=office),
            role,
            title=role,
            letter="SK contoh 002/2026",
            since=begin,
        )
    return account


def small_office(at: datetime = AT) -> Office:
    """One office with its people and the one service, for tests that really commit and so begin with nothing."""
    since = at - timedelta(days=60)
    with at_moment(since):
        catalog.load_kbli(KBLI_LIST, version=KBLI_VERSION)
        office = demo.open_office("mempawah", since)
        no_quiet_hours(office)
        folder = services_root() / office.slug / SERVICE
        content = load_folder(folder)
        package = read_package(content, known_sops=linked_sops(folder))
        catalog.propose(system(since), office, SERVICE, package, content, effective=since.date())
    for role, (box, _, _) in demo.ROLES.items():
        newcomer(f"{box}@mempawah.example", role, since=since)
    newcomer(APPLICANT)
    return office


def no_quiet_hours(office: Office) -> None:
    """Messages leave at any hour: for tests by the real clock, which may run at night."""
    rule = {"value": [], "valid_from": date(2000, 1, 1), "basis": "untuk uji", "assumed": True}
    Setting.objects.create(office=office, name="quiet_hours", **rule)


def edited(new: str, *, old: str = "Sedang dinilai", where: str = "texts.id.toml") -> dict[str, bytes]:
    """The shipped service with some words changed: another content, so another version."""
    files = dict(load_folder(services_root() / "mempawah" / SERVICE))
    assert old.encode() in files[where], old
    files[where] = files[where].replace(old.encode(), new.encode())
    return files


# One application, from draft to archive --------------------------------------------------------------------------


@cache
def picture(width: int = 60, height: int = 40, kind: str = "PNG") -> bytes:
    """A small honest picture."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(out, kind)
    return out.getvalue()


def draft(
    at: datetime = AT, *, who: str = "pemohon", filed_for: BusinessActor | None = None, **answers: str
) -> Application:
    """A complete draft: every question answered, every required document attached. answers: those that differ."""
    me = actor(who, at)
    office = Office.objects.get(slug="mempawah")
    made = applications.start(me, in_force(office.pk, SERVICE, at.date()), filed_for=filed_for)
    fill(made, at, who=who, **answers)
    for item in application_queries.items(made):
        if item.requirement.required:
            applications.attach(me, made.key, item.requirement.id, name="pindai.png", data=picture())
    return application_queries.own(me, made.key)


def fill(made: Application, at: datetime = AT, *, who: str = "pemohon", **answers: str) -> None:
    """Answer every page of the form."""
    me, given = actor(who, at), {**demo.Walk.ANSWERS, **answers}
    number = 1
    while number <= len(application_queries.pages(application_queries.own(me, made.key))):
        problems = applications.save_page(me, made.key, number, given)
        assert not problems, problems
        number += 1


def statements(made: Application) -> dict[str, bool]:
    return dict.fromkeys(application_queries.form(made).statements, True)


def send(made: Application, at: datetime = AT, *, who: str = "pemohon") -> Case:
    answer = applications.send(actor(who, at), made.key, ticked=statements(made), asked=asked())
    case = case_queries.by_receipt(answer["receipt"])
    assert case is not None
    return case


def sent(at: datetime = AT, *, who: str = "pemohon", **answers: str) -> Case:
    """An application at step 3; at step 2 if help was asked."""
    return send(draft(at, who=who, **answers), at, who=who)


def fresh(case: Case) -> Case:
    return case_queries.rows().get(pk=case.pk)


def application(case: Case) -> Application:
    return application_queries.of_case(case)


def check_all(case: Case, who: str, at: datetime = AT) -> None:
    """Every document that was handed in is in order."""
    for item in application_queries.items(application(case)):
        if item.document is not None:
            applications.check(actor(who, at), case.pk, item=item.key, verdict="sesuai", asked=asked())


def examine(case: Case, at: datetime = AT, *, who: str = "teknis") -> Case:
    """The work of step 3 done; the outcome not taken yet."""
    check_all(case, who, at)
    for template, raw in (("berita-acara", FINDINGS), ("pertimbangan-teknis", OPINION)):
        applications.make_document(actor(who, at), case.pk, template=template, raw=raw, asked=asked())
    return fresh(case)


def take(case: Case, who: str, outcome: str, at: datetime = AT, reason: str = "") -> Case:
    cases.take(actor(who, at), case.pk, outcome=outcome, reason=reason, asked=asked())
    return fresh(case)


def answer(case: Case, who: str, wait: str, said: str, at: datetime = AT, words: str = "") -> Case:
    cases.answer(actor(who, at), case.pk, wait=wait, said=said, words=words, asked=asked())
    return fresh(case)


def verified(at: datetime = AT) -> Case:
    """An application that has just come to step 4."""
    return take(examine(sent(at), at), "teknis", "lengkap", at)


def prepare(case: Case, at: datetime = AT, *, who: str = "jf") -> Case:
    """The work of step 4 done; the outcome not taken yet."""
    check_all(case, who, at)
    permits.save_draft(actor(who, at), case.pk, duties=standard_duties(fresh(case)), asked=asked())
    state = case_queries.state(fresh(case))
    for wait, said in (("diketahui", "known"), ("penetapan", "approved")):
        if any(one.id == wait for one in state.waits):
            answer(case, "koordinator", wait, said, at)
    return fresh(case)


def send_back(case: Case, who: str = "jf", at: datetime = AT, **notes: str) -> Case:
    """Return the file for correction; notes: requirement -> what is wrong (the KTP, if nothing is named)."""
    wrong = {name.replace("_", "-"): note for name, note in notes.items()} or {"ktp": "Foto buram."}
    applications.return_for_correction(actor(who, at), case.pk, notes=wrong, asked=asked())
    return fresh(case)


def correct(case: Case, at: datetime = AT) -> Case:
    """Hand in everything that is asked for, and send it."""
    mine, me = application(case), actor("pemohon", at)
    for n, item in enumerate(application_queries.items(mine)):
        if item.to_correct:
            data = picture(61 + n, 40)
            applications.attach(me, mine.key, item.requirement.id, name="baru.png", data=data)
    applications.correct(me, mine.key, note="", truthful=True, asked=asked())
    return fresh(case)


def forwarded(at: datetime = AT) -> Case:
    """An application on the head's table (step 5)."""
    return take(prepare(verified(at), at), "jf", "valid", at)


def sign(case: Case, at: datetime = AT) -> Case:
    permits.sign(actor("kadis", at), case.pk, asked=asked())
    return fresh(case)


def issued(at: datetime = AT) -> Case:
    """A signed permit that its holder may fetch (step 7)."""
    case = sign(forwarded(at), at)
    run_jobs(at)
    return fresh(case)


def refused(at: datetime = AT) -> Case:
    return take(sent(at), "teknis", "tolak", at, "Alamat usaha tidak sesuai dengan NIB.")


# Perizinan berusaha -------------------------------------------------------------------------------------------------

PBUMK = "umk-menengah-tinggi-tinggi"
LOW, MEDIUM_LOW, MEDIUM_HIGH, HIGH = "R", "MR", "MT", "T"


def business_actor(
    at: datetime = AT, *, who: str = "pemohon", nik: str = "6102014508900002"
) -> BusinessActor:
    """The person himself as business actor, his data given."""
    me = actor(who, at)
    where = businesses.Where({"jalan": "Jalan Kenanga 4", "rt": "1", "rw": "2"}, "")
    businesses.keep_person(me, name="Sari Contoh", scale="umk", where=where, nik=nik, asked=asked())
    return BusinessActor.objects.get(person__key=me.person)


BY_RISK: Mapping[str, str] = {LOW: "56102", MEDIUM_LOW: "93293", MEDIUM_HIGH: "11052", HIGH: "56301"}
"""An activity of the starter set for each level, for micro business, of the office's own authority."""


def activity(risk: str = LOW, **differs: Any) -> dict[str, Any]:
    """One kegiatan of an application, of a micro business, with the risk it was shown with."""
    code = BY_RISK[risk]
    found = risk_of("2025", code, scale=Scale.MICRO, day=AT.date())
    assert isinstance(found, Found)
    assert found.row.risk == risk
    return {
        "id": secrets.token_hex(4),
        "kbli": {"version": "2025", "code": code, "title": kbli("2025", code).title},
        "ruang-lingkup": "",
        "parameter": "",
        "nama-usaha": "Warung Bu Sari",
        "desa": "14.01.01.2001",
        "alamat": {"jalan": "Jalan Mangga 3", "rt": "2", "rw": "1", "kode-pos": "28411"},
        "titik": None,
        "penguasaan": "Milik sendiri",
        "luas": "60",
        "modal-tanah": 900_000_000,
        "modal-bangunan": 400_000_000,
        "modal-mesin": 20_000_000,
        "modal-kerja": 15_000_000,
        "modal-lain": 0,
        "pekerja-laki": 1,
        "pekerja-perempuan": 1,
        "berjalan": True,
        "mulai": "2025-06-01",
        "kegiatan-uraian": "Memasak dan menjual makanan.",
        "lingkungan": "SPPL",
        "produk": [],
        "risiko": as_json(found.row),
        **differs,
    }


def business_draft(
    *activities: dict[str, Any], kind: str = "baru", at: datetime = AT, who: str = "pemohon"
) -> Application:
    """A complete draft of a permohonan perizinan berusaha at the office of Kampar."""
    me, office = actor(who, at), Office.objects.get(slug="kampar")
    mine = BusinessActor.objects.filter(person__key=me.person).first() or business_actor(at, who=who)
    made = applications.start(me, in_force(office.pk, PBUMK, at.date()), filed_for=mine)
    Application.objects.filter(pk=made.pk).update(
        answers={"jenis": kind, "kegiatan": list(activities or (activity(),))}, changed_at=at
    )
    return application_queries.own(me, made.key)


def licensed(
    *activities: dict[str, Any], kind: str = "baru", at: datetime = AT, who: str = "pemohon"
) -> Case:
    """The same handed in, and issued by the local channel; the papers are not stored yet."""
    made = business_draft(*activities, kind=kind, at=at, who=who)
    answer = licensing.submit(actor(who, at), made.key, ticked=statements(made), asked=asked())
    case = case_queries.by_receipt(answer["receipt"])
    assert case is not None
    return case


def unverified(risk: str = MEDIUM_HIGH, at: datetime = AT) -> Product:
    """An SS or Izin of the demo's applicant that is not verified, its paper stored."""
    case = licensed(activity(risk), at=at)
    run_jobs(at)
    return Product.objects.get(permit__case=case, state=Product.UNVERIFIED)


def fulfilling(product: Product, at: datetime = AT) -> Case:
    """Its pemenuhan, every requirement handed in, sent."""
    me = actor("pemohon", at)
    made = licensing.begin(me, product.key)
    for item in application_queries.items(made):
        if item.requirement.required:
            applications.attach(me, made.key, item.requirement.id, name="pindai.png", data=picture())
    assert not applications.save_page(me, made.key, 1, {"catatan": ""})
    return send(made, at)


def fulfilled(case: Case, at: datetime = AT) -> Case:
    """The same through the office of Kampar to the signature of its head; jobs not run yet."""

    def who(name: str) -> str:
        return f"{name}@kampar.example"

    case = take(examine(case, at, who=who("teknis")), who("teknis"), "lengkap", at)
    check_all(case, who("jf"), at)
    licensing.draft(actor(who("jf"), at), case.pk, duties=["Menjaga mutu."], asked=asked())
    for wait, said in (("diketahui", "known"), ("penetapan", "approved")):
        answer(case, who("koordinator"), wait, said, at)
    take(case, who("jf"), "valid", at)
    permits.sign(actor(who("kadis"), at), case.pk, asked=asked())
    return fresh(case)


STAGES: Mapping[str, Callable[[datetime], Case]] = {
    "informasi": lambda at: sent(at, **{"butuh-bantuan": "ya", "bantuan": "Penjelasan syarat"}),
    "verifikasi": sent,
    "validasi": verified,
    "tanda-tangan": forwarded,
    "unduh": issued,
    "ditolak": refused,
}
"""Where a test may begin; each is built once and committed before the first test (tests/rooms/conftest.py)."""


def free_port() -> int:
    """A loopback port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def at_once(count: int, act: Callable[[int], Any]) -> list[Any]:
    """Let so many threads do this at the same moment, each on a connection of its own; gives what each answered.

    A Refusal is an answer too; any other problem is raised here.
    """
    gate = threading.Barrier(count)

    def one(n: int) -> Any:
        try:
            connection.ensure_connection()
            gate.wait(timeout=120)
            return act(n)
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def split(answers: list[Any]) -> tuple[list[Any], list[str]]:
    """(what succeeded, the codes of what was refused)."""
    won = [answer for answer in answers if not isinstance(answer, Refusal)]
    return won, sorted(answer.code for answer in answers if isinstance(answer, Refusal))


# Jobs, the record, and what must not change ----------------------------------------------------------------------


def run_jobs(at: datetime = AT) -> int:
    """Run every job that is due at this instant, here; raises what a job raises."""
    with at_moment(at):
        return drain()


def jobs(*, waiting: bool = True) -> list[str]:
    """The jobs in the queue by name, oldest first."""
    rows = DBTaskResult.objects.order_by("enqueued_at", "task_path")
    if waiting:
        rows = rows.filter(status="READY")
    return [
        path.removeprefix("satupintu.").replace(".jobs.", ".")
        for path in rows.values_list("task_path", flat=True)
    ]


def kinds(case: Case) -> list[str]:
    """The kinds of a case's events, oldest first."""
    return list(Event.objects.filter(subject=case.subject).order_by("number").values_list("kind", flat=True))


def last(case: Case) -> Event:
    return Event.objects.filter(subject=case.subject).latest("number")


_QUIET = {"DayOff", "Kbli", "Setting"}  # many rows that no action of these rooms touches


def everything() -> dict[str, str]:
    """A fingerprint of every table: two that are equal mean that nothing was written in between."""
    prints = {}
    for model in apps.get_models():
        if model.__name__ not in _QUIET:
            table = connection.ops.quote_name(model._meta.db_table)
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT * FROM {table}")
                rows = sorted(
                    repr([bytes(v) if isinstance(v, memoryview) else v for v in row]) for row in cursor
                )
            prints[model.__name__] = f"{len(rows)} {digest(rows)}"
    return prints


@contextmanager
def nothing_left(error: type[Exception], match: str | None = None) -> Iterator[pytest.ExceptionInfo[Any]]:
    """What stands inside ends with this error, and nothing was written: no event, no row, no number, no job."""
    before = everything()
    with pytest.raises(error, match=match) as problem:
        yield problem
    after = everything()
    assert {name for name in after if after[name] != before[name]} == set()


@contextmanager
def refusal(code: str, status: int | None = None) -> Iterator[pytest.ExceptionInfo[Refusal]]:
    """What stands inside is refused with this code, and leaves nothing."""
    with nothing_left(Refusal) as no:
        yield no
    assert no.value.code == code, (no.value.code, no.value.values)
    assert status in (None, no.value.status)


def until(holds: Callable[[], bool], *, seconds: float = 150) -> None:
    """Wait for another process or thread to bring something about; fails when it does not come."""
    limit, pause = time.monotonic() + seconds, threading.Event()
    while not holds():
        assert time.monotonic() < limit, "waited too long"
        pause.wait(0.01)
