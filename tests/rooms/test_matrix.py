# SPDX-License-Identifier: Apache-2.0
"""Who gets which answer where: every address, GET and POST, for every kind of person, on files in known states.

What is expected stands in matrix.csv beside this file, one line for an address, a method and a state, one column for
a person; people read and review it. An address that is not there fails, and so does a line without an address.
`SATUPINTU_MATRIX=write ./satu test tests/rooms/test_matrix.py` writes what is found into the file, to be read again.

In a cell stands the status; `masuk` is the way to logging in. Besides the table, some things hold everywhere: a
stranger learns nothing, a GET writes nothing but who looked, whoever may only read writes nothing, every answer has
its headers.
"""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, reset_queries, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from satupintu.accounts import actions as accounts
from satupintu.accounts.actions import staffing
from satupintu.accounts.models import Account, Assignment
from satupintu.applications import actions as applications
from satupintu.applications import queries as application_queries
from satupintu.businesses import actions as businesses
from satupintu.cases.models import Case
from satupintu.catalog import actions as catalog
from satupintu.catalog import queries as catalog_queries
from satupintu.catalog.queries import in_force, package_by_id
from satupintu.cli import demo
from satupintu.core.access import STAFF as STAFF_ROLES
from satupintu.core.access import system
from satupintu.core.zipped import make_zip
from satupintu.door.moment import at_moment
from satupintu.licensing.actions import channel
from satupintu.offices import actions as offices
from satupintu.offices.models import Office
from satupintu.permits import actions as permits
from satupintu.permits import queries as permit_queries
from satupintu.permits.actions import replacing
from satupintu.permits.models import Replacement
from tests import business
from tests import factories as f

TABLE = Path(__file__).with_name("matrix.csv")
WRITE = os.environ.get("SATUPINTU_MATRIX") == "write"
NOW = f.AT + timedelta(hours=2)
METHODS = ("GET", "POST")
NOBODY, OWNER, STRANGER, OTHER_OFFICE = "anonim", "pemilik", "orang-lain", "kantor-lain"
STAFF = {role: f"{box}@mempawah.example" for role, (box, _, _) in demo.ROLES.items()}
PROXY, UNPROVEN = "penerima-kuasa", "kepala-dinas-tanpa-pengaman"
ACTORS = (NOBODY, OWNER, PROXY, STRANGER, *STAFF, "administrator", UNPROVEN, OTHER_OFFICE)
FOREIGN = (NOBODY, STRANGER, OTHER_OFFICE)
READERS = (
    *FOREIGN,
    UNPROVEN,
    "auditor",
    "administrator",
)  # on somebody's file they change nothing, whatever they send
NO_FILE = "-"

BUSINESS = (
    "business", "business_actor", "business_statements", "business_draft", "activities", "activity_new",
    "activity_kbli", "activity_page", "activity_check", "activity_environment", "products", "product_new", "product",
)  # fmt: skip

# The state in which the act of an address succeeds, for those whose act it is.
RIGHT = {
    "desk:assist": "informasi",
    "desk:make": "verifikasi",
    "desk:sign": "tanda-tangan",
    "desk:undo": "tanda-tangan",
    "desk:answer": "menunggu",
    "desk:archive": "arsip",
    "desk:permit": "unduh",
    "desk:ask_revocation": "unduh",
    "desk:revoke": "usul-cabut",
    "desk:ask_replacement": "unduh",
    "desk:replacement": "usul-ganti",
    "desk:replacement_preview": "usul-ganti",
    "desk:decline_replacement": "usul-ganti",
    "desk:withdraw_replacement": "usul-ganti",
    "desk:settle": "belum-pasti",
    "portal:application": "verifikasi",
    "portal:withdraw": "verifikasi",
    "portal:sent": "verifikasi",
    "portal:receipt": "verifikasi",
    "portal:correct": "perbaikan",
    "portal:document": "draf",
    "portal:download": "unduh",
    "portal:reopen": "ditolak",
    **{f"portal:{name}": "usaha" for name in BUSINESS},
}
ANSWERS_A_PROPOSAL = {"desk:approve", "desk:send_back", "desk:withdraw_version"}
ABOUT_WHAT_STANDS = {"desk:close", "desk:correct"}
# Addresses that say nothing about anybody.
PUBLIC = {
    "portal:offices",
    "portal:home",
    "portal:services",
    "portal:service",
    "portal:standar",
    "portal:standar_pdf",
    "portal:sop",
    "portal:sop_pdf",
    "portal:poster",
    "portal:check",
    "portal:check_code",
    "portal:permit_proof",
    "portal:records",
    "portal:record",
    "portal:record_heads",
    "portal:record_key",
    "portal:record_leaf",
    "portal:record_joined",
    "portal:offline",
    "portal:proof_keys",
    "portal:offline_worker",
    "ui:display",
    "notices:whatsapp",
    "licensing:oss",
}
# Addresses that another system calls, which signs what it sends (tests/rooms/test_webhook.py, test_oss.py).
SIGNED = {"notices:whatsapp", "licensing:oss"}


# Addresses ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Route:
    """An address of the resolver. names: what stands in its brackets."""

    name: str
    address: str
    names: tuple[str, ...]

    @property
    def states(self) -> tuple[str, ...]:
        """The states it is tried in: the right one, and some in which it is out of place."""
        if "key" not in self.names:
            return (NO_FILE,)
        desk = self.name.startswith("desk:")
        right = RIGHT.get(self.name, "validasi" if desk else "draf")
        wrong = ("selesai",) if desk else ("draf", "selesai")
        return tuple(dict.fromkeys((right, *wrong)))


def routes() -> list[Route]:
    """Every address there is, ours and those of installed packages."""

    def below(resolver: URLResolver, before: str, space: str) -> Iterator[Route]:
        for one in resolver.url_patterns:
            address = before + str(one.pattern)
            if isinstance(one, URLResolver):
                inside = f"{space}{one.namespace}:" if one.namespace else space
                yield from below(one, address, inside)
            else:
                assert isinstance(one, URLPattern)
                yield Route(f"{space}{one.name}", f"/{address}", tuple(one.pattern.converters))

    return list(below(get_resolver(), "", ""))


Row = tuple[str, str, str]


def rows(state: str | None = None) -> dict[Row, Route]:
    """(address, method, state) of every line the table must have."""
    return {
        (route.address, method, one): route
        for route in routes()
        for method in METHODS
        for one in route.states
        if state in (None, one)
    }


def table() -> dict[Row, dict[str, str]]:
    """The reviewed file."""
    if not TABLE.exists():
        return {}
    with TABLE.open(encoding="utf-8", newline="") as lines:
        return {(row["route"], row["method"], row["state"]): row for row in csv.DictReader(lines)}


def write(found: Mapping[Row, Mapping[str, str]]) -> None:
    """Put what was found in place of what stood there, in the order of the addresses."""
    kept = {**table(), **found}
    with TABLE.open("w", encoding="utf-8", newline="") as lines:
        out = csv.writer(lines, lineterminator="\n")
        out.writerow(["route", "method", "state", *ACTORS])
        for row in rows():
            if row in kept:
                out.writerow([*row, *(kept[row].get(actor, "") for actor in ACTORS)])


# Files in known states ---------------------------------------------------------------------------------------------

Stage = Callable[[str], Case]


def undecided(stage: Stage) -> Case:
    return f.prepare(stage("validasi"), NOW - timedelta(minutes=2))


def in_archive(stage: Stage) -> Case:
    case = stage("unduh")
    with at_moment(NOW):
        permits.downloaded(f.actor("pemohon", NOW), case.pk, asked=f.asked())
    return f.fresh(case)


def finished(stage: Stage) -> Case:
    case = in_archive(stage)
    kept = {"code": "500", "retention": "5 tahun", "place": "Rak 1", "note": ""}
    applications.archive(f.actor("arsip", NOW), case.pk, **kept, asked=f.asked())
    return f.take(case, "arsip", "arsipkan", NOW)


def proposed(stage: Stage) -> Case:
    case = stage("unduh")
    permits.ask_revocation(f.actor("jf", NOW), case.pk, reason="Pemegang berhenti.", asked=f.asked())
    return case


def to_be_replaced(stage: Stage) -> Case:
    case = stage("unduh")
    lost = {"why": "rusak-hilang", "words": "Hilang.", "raw": {}}
    replacing.propose(f.actor("jf", NOW), case.pk, **lost, asked=f.asked())
    return case


def unsure(stage: Stage) -> Case:
    """Sent to BSrE, and no answer came."""
    case, since = stage("tanda-tangan"), NOW - timedelta(minutes=5)
    offices.set_rule(
        system(since), case.office_id, name="signer", value="bsre", since=since.date(), basis="Contoh"
    )
    permit = permit_queries.of_case(f.sign(f.fresh(case), since))
    assert permit is not None
    permits.sending(f.actor("kadis", since), permit.pk)
    return f.fresh(case)


def one_batch(stage: Stage) -> uuid.UUID:
    """A draft that the head has read, and is about to sign with others."""
    case = stage("tanda-tangan")
    draft = permit_queries.draft_of(case)
    assert draft is not None
    drafts = [(str(case.key), permit_queries.draft_seal(draft))]
    answer = permits.begin_batch(f.actor("kadis", NOW), case.office, drafts=drafts, asked=f.asked())
    return uuid.UUID(answer["batch"])


STATES: Mapping[str, Callable[[Stage], Case | None]] = {
    NO_FILE: lambda stage: None,
    "draf": lambda stage: None,
    "usaha": lambda stage: None,
    "informasi": lambda stage: stage("informasi"),
    "verifikasi": lambda stage: stage("verifikasi"),
    "menunggu": lambda stage: stage("validasi"),
    "validasi": undecided,
    "perbaikan": lambda stage: f.send_back(stage("validasi"), "jf", NOW),
    "tanda-tangan": lambda stage: f.take(undecided(stage), "jf", "valid", NOW - timedelta(minutes=1)),
    "unduh": lambda stage: stage("unduh"),
    "arsip": in_archive,
    "selesai": finished,
    "ditolak": lambda stage: stage("ditolak"),
    "usul-cabut": proposed,
    "usul-ganti": to_be_replaced,
    "belum-pasti": unsure,
}


@dataclass
class File:
    """What the addresses of one state are filled with."""

    application: uuid.UUID
    case: uuid.UUID
    document: uuid.UUID
    draft: uuid.UUID = field(default_factory=uuid.uuid4)
    proposal: uuid.UUID = field(default_factory=uuid.uuid4)
    standing: uuid.UUID = field(default_factory=uuid.uuid4)
    coming: uuid.UUID = field(default_factory=uuid.uuid4)
    asked: uuid.UUID = field(default_factory=uuid.uuid4)
    closing: uuid.UUID = field(default_factory=uuid.uuid4)
    assignment: uuid.UUID = field(default_factory=uuid.uuid4)
    staff_proposal: uuid.UUID = field(default_factory=uuid.uuid4)
    mandate: uuid.UUID = field(default_factory=uuid.uuid4)
    actor: uuid.UUID = field(default_factory=uuid.uuid4)
    member: uuid.UUID = field(default_factory=uuid.uuid4)
    batch: uuid.UUID = field(default_factory=uuid.uuid4)
    channel_ruling: uuid.UUID = field(default_factory=uuid.uuid4)
    code: str = "ABCDEFGHJKLM"
    item: str = "0a1b2c3d"
    product: str = "4e5f6a7b"

    def fill(self, route: Route) -> str:
        """The address with this file in it. A new kind of bracket must be added here."""
        values = {
            "key": self.case if route.name.startswith("desk:") else self.application,
            "document": self.document,
            "version": self._version(route.name),
            "ruling": self.closing if route.name == "desk:reopen" else self.asked,
            "batch": self.batch,
            "requirement": "ktp",
            "template": "berita-acara",
            "number": 3 if route.name == "portal:activity_page" else 1,
            "item": self.item,
            "product": self.product,
            "activity": uuid.UUID(int=0),
            "kind": "ubah",
            "order": 1,
            "old": 1,
            "new": 1,
            "office": "mempawah",
            "service": f.SERVICE,
            "code": self.code,
            "token": "tautan-karangan",
            "assignment": self.assignment,
            "proposal": self.staff_proposal,
            "invitation": 0,
            "mandate": self.mandate,
            "unverified": uuid.uuid4(),  # of nobody: one's own is begun in test_fulfilment.py
            "actor": self.actor,
            "member": self.member,
            "pk": 0,
            "notice": uuid.UUID(int=0),
            "channel": "email",
            "kbli_version": "2025",
            "kbli": "56303",
            "cell": catalog_queries.cell_of(catalog_queries.risk_rows("2025", "56303", NOW.date())[0]),
            "channel_ruling": self.channel_ruling,
            "hand_over": uuid.UUID(int=0),
            "paper": uuid.UUID(int=0),
            "method": "receiveNIB",
        }
        return reverse(route.name, kwargs={name: values[name] for name in route.names})

    def _version(self, name: str) -> uuid.UUID:
        """A proposal where it is answered, what is approved where something is ruled about it, else a draft."""
        if name in ANSWERS_A_PROPOSAL:
            return self.proposal
        if name in ABOUT_WHAT_STANDS:
            return self.standing
        return self.coming if name == "desk:recall" else self.draft


def of_business() -> File:
    """A permohonan perizinan berusaha of the owner, complete but for its statements."""
    walk = business.begin(Client(), NOW)
    walk.actor()
    item = walk.warung()
    product = walk.draft.answers["kegiatan"][0]["produk"][0]["id"]
    return File(walk.key, uuid.uuid4(), uuid.uuid4(), item=item, product=product)


def make(state: str, stage: Stage) -> File:
    if state == "usaha":
        return of_business()
    case = STATES[state](stage)
    mine = f.draft(NOW) if case is None else f.application(case)
    held = next(item.document for item in application_queries.items(mine) if item.document)
    assert held is not None
    others: dict[str, uuid.UUID] = {}
    if state == NO_FILE:
        others = {**two_versions(), **rulings(), **staff_matters(), **entity(), "batch": one_batch(stage)}
    return File(mine.key, case.key if case else uuid.uuid4(), held.key, **others)


def staff_matters() -> dict[str, uuid.UUID]:
    """An assignment of a colleague, a proposal by an administrator who is not among those who ask, and a mandate."""
    office, author = Office.objects.get(slug="mempawah"), f.actor("penyusun@mempawah.example", NOW)
    colleague = f.newcomer("rekan@mempawah.example", "arsiparis")
    assert colleague.person is not None
    post = staffing.Post("auditor", "Auditor", "SK 5/2026", NOW)
    answer = staffing.give(author, office, post, email=colleague.email, asked=f.asked())
    wanted = channel.Wanted("oss", True, "Keputusan contoh", "1/2026", NOW.date(), NOW.date())
    ruled = channel.propose(author, office, wanted, asked=f.asked())["ruling"]
    mandate = f.mandate("lain@contoh.example", accept=False)
    assignment, proposal = colleague.person.assignments.get().key, uuid.UUID(answer["proposal"])
    return {
        "assignment": assignment,
        "staff_proposal": proposal,
        "mandate": mandate,
        "channel_ruling": uuid.UUID(ruled),
    }


def entity() -> dict[str, uuid.UUID]:
    """A badan usaha that the owner registered, and a member who was named and has not answered: the stranger."""
    me, body = f.actor("pemohon", NOW), businesses.Body("PT Contoh", "pt", "1", NOW.date(), "012345674701000")
    where = businesses.Where({"jalan": "Jalan Contoh 1"}, "61.02.01.2003")
    made = businesses.register_entity(
        me, body, position="Direktur", scale="umk", where=where, asked=f.asked()
    )
    key = uuid.UUID(made["actor"])
    said = {"name": "Orang", "position": "Manajer", "may_apply": True, "may_sign": False, "until": None}
    named = businesses.add_member(me, key, email="lain@contoh.example", **said, asked=f.asked())
    return {"actor": key, "member": uuid.UUID(named["member"])}


def two_versions() -> dict[str, uuid.UUID]:
    """A draft of a service, and a proposal; by an administrator who is not among those who ask."""
    f.newcomer("penyusun@mempawah.example", "administrator")
    author, office = f.actor("penyusun@mempawah.example", NOW), Office.objects.get(slug="mempawah")
    keys = []
    for words in ("Sedang diperiksa", "Sedang ditimbang"):
        answer = catalog.draft(author, office, f.SERVICE, f.edited(words), asked=f.asked())
        keys.append(uuid.UUID(answer["version"]))
    proposal = catalog_queries.version(keys[1])
    catalog.submit(author, proposal.pk, effective=NOW.date(), note="Kata yang lebih jelas.", asked=f.asked())
    return {"draft": keys[0], "proposal": keys[1]}


def rulings() -> dict[str, uuid.UUID]:
    """What stands and what is to come of another service, a correction that was asked for, a closing that stands."""
    author, office = f.actor("penyusun@mempawah.example", NOW), Office.objects.get(slug="mempawah")
    head, later = f.actor("kadis", NOW), NOW.date() + timedelta(days=7)
    versions = []
    for words, day in (("Sedang dibaca", NOW.date()), ("Sedang diuji", later)):
        made = catalog.draft(author, office, "layanan-lain", f.edited(words), asked=f.asked())["version"]
        pk = catalog_queries.version(uuid.UUID(made)).pk
        catalog.submit(author, pk, effective=day, note="Kata.", asked=f.asked())
        catalog.approve(head, pk, asked=f.asked())
        versions.append((uuid.UUID(made), pk))
    (standing, _), (coming, _) = versions
    first = in_force(office.pk, f.SERVICE, NOW.date()).pk
    words = {"day": later, "reason": "Sepi.", "refer_to": "Ke loket.", "asked": f.asked()}
    closed = catalog.ask_closing(author, first, **words)["ruling"]
    catalog.confirm(head, catalog_queries.ruling(uuid.UUID(closed)).pk, asked=f.asked())
    asked = catalog.ask_release(author, first, f.edited("Kami baca"), reason="Salah.", asked=f.asked())[
        "ruling"
    ]
    return {"standing": standing, "coming": coming, "asked": uuid.UUID(asked), "closing": uuid.UUID(closed)}


UNKNOWN = File(uuid.uuid4(), uuid.uuid4(), uuid.uuid4())


# People ------------------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def not_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    """Django's test client copies the context of every part of every page; nobody here looks at them."""
    monkeypatch.setattr("django.test.client.store_rendered_templates", lambda *args, **kwargs: None)


@pytest.fixture
def people(db: None, stage: Stage) -> dict[str, Client]:
    """Everybody, logged in. The officer of the other office holds every role there is."""
    stranger = f.newcomer("lain@contoh.example")
    administrator = f.newcomer("admin@mempawah.example", "administrator")
    f.newcomer("jf2@mempawah.example", "jf-penata-perizinan")
    far = f.newcomer("semua@kampar.example", "jf-penata-perizinan", office="kampar")
    assert far.person is not None
    for role in STAFF_ROLES:
        if role != "jf-penata-perizinan":
            office = Office.objects.get(slug="kampar")
            since = f.AT - timedelta(days=30)
            accounts.assign(far.person, office, role.value, title=role.value, letter="SK 1", since=since)
    proxy = f.newcomer("kuasa@contoh.example")
    f.mandate(proxy.email)
    accounts_by_actor = {
        OWNER: Account.objects.get(email=f.APPLICANT),
        PROXY: proxy,
        STRANGER: stranger,
        "administrator": administrator,
        OTHER_OFFICE: far,
        **{role: Account.objects.get(email=email) for role, email in STAFF.items()},
    }
    everybody = {actor: logged_in(accounts_by_actor.get(actor)) for actor in ACTORS}
    everybody[UNPROVEN] = Client()
    head = f.newcomer("kadis2@mempawah.example", "kepala-dinas")
    everybody[UNPROVEN].force_login(head, backend="satupintu.accounts.stages.OfficeBackend")
    return everybody


def logged_in(account: Account | None, *, csrf: bool = False) -> Client:
    client = Client(enforce_csrf_checks=csrf)
    if account is not None:
        f.log_in(client, account)
    return client


def open_draft(client: Client, file: File) -> None:
    """What one does before signing: look at the draft. The session keeps that one did."""
    with at_moment(NOW):
        client.get(reverse("desk:file", args=[file.case]), {"lihat": "draf"})


# What is sent ------------------------------------------------------------------------------------------------------


def statements() -> list[str]:
    """What an applicant ticks before sending."""
    version = in_force(Office.objects.get(slug="mempawah").pk, f.SERVICE, NOW.date())
    form = package_by_id(version.pk).form
    assert form is not None
    return list(form.statements)


def scan() -> SimpleUploadedFile:
    return SimpleUploadedFile("ktp.png", f.picture(80, 50), "image/png")


def folder() -> SimpleUploadedFile:
    zipped = make_zip(f.SERVICE, f.edited("Sedang dicermati"))
    return SimpleUploadedFile("layanan.zip", zipped, "application/zip")


ENTITY = {
    "jenis": "badan", "jenis-tadi": "badan", "skala": "umk", "nama-badan": "PT Contoh", "bentuk": "pt", "akta": "1",
    "tanggal-akta": "4/3/2020", "alamat.jalan": "Jalan Contoh 1", "desa": "61.02.01.2003",
}  # fmt: skip


def proposals() -> list[Replacement]:
    return permit_queries.proposals([Office.objects.get(slug="mempawah").pk])


def body(name: str) -> dict[str, Any]:
    """A whole and honest form: whoever may do it succeeds, so that a refusal is about the right alone."""
    words: dict[str, Callable[[], dict[str, Any]]] = {
        "desk:hand_over": lambda: {"kepada": f.actor("jf2", NOW).person, "alasan": "Cuti."},
        "desk:outcome": lambda: {"outcome": "valid"},
        "desk:return": lambda: {"hal-ktp": "1", "catatan-ktp": "Foto buram. Unggah yang jelas."},
        "desk:open": lambda: {"wait": "rapat"},
        "desk:answer": lambda: {"wait": "diketahui", "said": "known"},
        "desk:check": lambda: {"requirement": "ktp", "verdict": "sesuai"},
        "desk:assist": lambda: {"catatan": "Syarat dijelaskan."},
        "desk:make": lambda: f.FINDINGS,
        "desk:draft": lambda: {"kewajiban": "Memelihara standar usaha."},
        "desk:archive": lambda: {"kode": "500", "retensi": "5 tahun", "tempat": "Rak 1"},
        "desk:settle": lambda: {"alasan": "Catatan layanan: tidak ada dokumen ini."},
        "desk:batch": lambda: {"baca": "ya"},
        "desk:ask_revocation": lambda: {"alasan": "Pemegang berhenti."},
        "desk:ask_replacement": lambda: {"sebab": "rusak-hilang", "alasan": "Hilang."},
        "desk:replacement": lambda: {"seal": "".join(map(permit_queries.proposal_seal, proposals()))},
        "desk:decline_replacement": lambda: {"alasan": "Tidak perlu."},
        "desk:upload": lambda: {"layanan": f.SERVICE, "folder": folder()},
        "desk:replace_version": lambda: {"folder": folder()},
        "desk:propose": lambda: {"berlaku": "20/3/2026", "alasan": "Kata yang lebih jelas."},
        "desk:approve": lambda: {
            "follows": in_force(Office.objects.get(slug="mempawah").pk, f.SERVICE, NOW.date()).digest
        },
        "desk:send_back": lambda: {"alasan": "Norma terlalu pendek."},
        "desk:recall": lambda: {"alasan": "Tanggalnya belum tepat."},
        "desk:close": lambda: {"berlaku": "20/3/2026", "alasan": "Sepi.", "ganti": "Datanglah ke loket."},
        "desk:correct": lambda: {"alasan": "Salah ketik.", "folder": folder()},
        "desk:decline": lambda: {"alasan": "Sudah benar."},
        "desk:reopen": lambda: {"alasan": "Masih dibutuhkan."},
        "portal:start": lambda: {"untuk": "saya"},
        "portal:page": lambda: demo.Walk.ANSWERS,
        "portal:document": lambda: {"berkas": scan()},
        "portal:review": lambda: {f"p-{name}": "ya" for name in statements()},
        "portal:correct": lambda: {"b-ktp": scan(), "kirim": "1", "benar": "ya"},
        "portal:withdraw": lambda: {"alasan": "Batal."},
        "portal:track": lambda: {"resi": "SP-6102-26-999999", "kode": "ABCDEFGHJKLM"},
        "desk:staff_give": lambda: {
            "surel": "fo@mempawah.example",
            "peran": "arsiparis",
            "jabatan": "Arsiparis",
            "surat": "SK 6",
            "mulai": "4/3/2026",
            "hari": "1",
        },
        "desk:staff_deputy": lambda: {
            "jenis": "plh",
            "orang": f.actor("koordinator", NOW).person,
            "surat": "800/1",
            "mulai": "4/3/2026",
            "sampai": "6/3/2026",
        },
        "desk:staff_proposal": lambda: {"jawab": "sahkan"},
        "desk:catalog_correct": lambda: {"risiko": "T", "dasar": "PP 1/2026", "mulai": "1/4/2026"},
        "desk:channel_propose": lambda: {
            "kanal": "oss",
            "dasar": "Keputusan contoh",
            "nomor": "2/2026",
            "tanggal": "2/3/2026",
            "mulai": "4/3/2026",
        },
        "desk:channel_ruling": lambda: {"jawab": "sahkan"},
        "portal:mandate_give": lambda: {
            "surel": "orang@contoh.example",
            "untuk": "semua",
            "sampai": "1/4/2026",
        },
        "portal:mandate_answer": lambda: {"jawab": "terima"},
        "portal:actor_new": lambda: {**ENTITY, "jabatan": "Direktur", "npwp": "01.999.992.9-701.000"},
        "portal:actor_change": lambda: {**ENTITY, "npwp": "012345674701000"},
        "portal:actor_people": lambda: {"nama": "Orang", "jabatan": "Manajer"},
        "portal:actor_answer": lambda: {"jawab": "terima"},
        "portal:business_actor": lambda: business.ACTOR | {"bpjs-kerja": "01234567890"},
        "portal:business_statements": lambda: {
            f"p-{name}": "ya" for name in ("tata-ruang", "sppl", "k3l", "benar")
        },
        "portal:activity_new": lambda: {"kbli": "56304"},
        "portal:activity_page": lambda: business.SHOP,
        "portal:product_new": lambda: business.PRODUCT,
        "portal:product": lambda: {"hapus": "1"},
        "portal:activity_check": lambda: {"hapus": "1"},
        "account_login": lambda: {"login": "tidak@ada.example", "password": "salah-semua"},
        "account_device": lambda: {"login": "tidak@ada.example"},
        "account_signup": lambda: {
            "registered_as": "wni",
            "scale": "umk",
            "contact": "baru@contoh.example",
            "name": "Baru Contoh",
            "password1": "sandi panjang 14",
        },
        "account_reset_password": lambda: {"login": "tidak@ada.example"},
    }
    return {"command_id": uuid.uuid4(), **words.get(name, dict)()}


ASKED = {"desk:outcome": {"hasil": "tolak"}, "desk:answer": {"tunggu": "diketahui"}}
"""What stands behind the question mark where a page is about one of several things."""


# One call ----------------------------------------------------------------------------------------------------------

_WRITES = re.compile(r'(INSERT INTO|UPDATE|DELETE FROM) "(?!django_session|cache|door_look)(\w+)"')


@dataclass
class Answer:
    """cell: as the table has it. wrote: tables that were written; sessions and counters of tries are not counted."""

    cell: str
    wrote: list[str] = field(default_factory=list)
    http: Any = None


@contextmanager
def rolled_back() -> Iterator[None]:
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)


def call(client: Client, method: str, route: Route, file: File) -> Answer:
    """Send it, see what comes, and undo it."""
    cookies = client.cookies.output()
    reset_queries()  # Django keeps 9,000 statements of a test, and here are more
    with rolled_back(), at_moment(NOW), CaptureQueriesContext(connection) as sent:
        address = file.fill(route)
        kept = dict(client.cookies)
        if method == "POST":
            http = client.post(address, body(route.name))
        else:
            http = client.get(address, ASKED.get(route.name))
        if client.cookies.output() != cookies:
            client.cookies.clear()
            client.cookies.update(kept)
    to_login = http.status_code == 302 and http["Location"].startswith(reverse("account_login"))
    wrote = [hit[2] for query in sent if (hit := _WRITES.match(query["sql"]))]
    return Answer("masuk" if to_login else str(http.status_code), wrote, http)


_nowhere: dict[tuple[str, str, str], str] = {}


def of_nothing(client: Client, method: str, route: Route, actor: str) -> str:
    """The answer about a file that never was; asked once."""
    what = (method, route.name, actor)
    if what not in _nowhere:
        _nowhere[what] = call(client, method, route, UNKNOWN).cell
    return _nowhere[what]


# The table ---------------------------------------------------------------------------------------------------------


def test_the_table_has_a_line_for_every_address_and_no_other() -> None:
    wanted, there = set(rows()), set(table())
    assert sorted(wanted - there) == [], "without a line"
    assert sorted(there - wanted) == [], "without an address"


@pytest.mark.parametrize("state", STATES)
def test_everybody_gets_the_answer_that_was_reviewed(
    people: dict[str, Client], stage: Stage, state: str
) -> None:
    file, expected = make(state, stage), table()
    found: dict[Row, dict[str, str]] = {}
    wrong: list[str] = []
    if state == "tanda-tangan":  # so that a signature is refused for its role, not because nobody looked
        for role in STAFF:
            open_draft(people[role], file)
    for row, route in rows(state).items():
        found[row] = {}
        for actor in ACTORS:
            answer = call(people[actor], row[1], route, file)
            found[row][actor] = answer.cell
            where = f"{' '.join(row)} {actor}"
            wrong += [f"{where}: {what}" for what in holds_everywhere(answer, row[1], route, actor)]
            if actor in FOREIGN and state != NO_FILE:
                nowhere = of_nothing(people[actor], row[1], route, actor)
                if nowhere != answer.cell:
                    wrong.append(f"{where}: {answer.cell}, but {nowhere} where there is nothing")
            if not WRITE and (should := expected.get(row, {}).get(actor)) != answer.cell:
                wrong.append(f"{where}: {answer.cell}, reviewed is {should}")
    if WRITE:
        write(found)
    assert not wrong, "\n".join(["", *wrong])


def holds_everywhere(answer: Answer, method: str, route: Route, actor: str) -> Iterator[str]:
    """What no table may allow."""
    of_a_file = "key" in route.names
    if answer.http.status_code >= 500:
        yield f"breaks with {answer.cell}"
    if of_a_file and actor in FOREIGN and answer.cell not in ("masuk", "403", "404", "405"):
        yield f"a stranger gets {answer.cell}"
    if method == "GET" and answer.wrote:
        yield f"a GET wrote {answer.wrote}"
    if of_a_file and actor in READERS and answer.wrote:
        yield f"wrote {answer.wrote}"
    yield from bad_headers(answer.http, route)


def bad_headers(http: Any, route: Route) -> Iterator[str]:
    """Every answer is confined, and one about a person is not kept."""
    policy = {
        part.split()[0]: part.split()[1:]
        for part in http.get("Content-Security-Policy", "").split(";")
        if part.split()
    }
    if policy.get("default-src") != ["'none'"] or policy.get("frame-ancestors") not in (
        ["'self'"],
        ["'none'"],
    ):
        yield f"Content-Security-Policy {policy}"
    loose = [
        word
        for words in policy.values()
        for word in words
        if word.startswith("'unsafe") or word in ("*", "data:")
    ]
    page = http.get("Content-Type", "").startswith("text/html")
    # an upload is shown by the browser's own viewer, which writes its own style: it stands in a sandbox, and is no page
    if loose and (page or "sandbox" not in policy):
        yield f"Content-Security-Policy allows {loose}"
    for name, wanted in (("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "same-origin")):
        if http.get(name) != wanted:
            yield f"{name} {http.get(name)}"
    if http.get("X-Frame-Options") not in ("SAMEORIGIN", "DENY"):
        yield f"X-Frame-Options {http.get('X-Frame-Options')}"
    if route.name not in PUBLIC and "no-store" not in http.get("Cache-Control", ""):
        yield f"may be kept: Cache-Control {http.get('Cache-Control')!r}"


# Beside the table --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("actor", [NOBODY, OWNER, "kepala-dinas"])
def test_nothing_is_taken_without_the_key_of_the_form(
    people: dict[str, Client], stage: Stage, actor: str
) -> None:
    """A form of another site has no key (CSRF): it is refused at every address, whoever sends it."""
    email = {OWNER: f.APPLICANT, "kepala-dinas": STAFF["kepala-dinas"]}.get(actor)
    client = logged_in(Account.objects.get(email=email) if email else None, csrf=True)
    file = make("verifikasi", stage)
    for route in routes():
        if route.name in SIGNED:
            continue
        answer = call(client, "POST", route, file)
        assert (answer.cell, answer.wrote) == ("403", []), route.address
        assert "terlalu lama terbuka" in answer.http.content.decode(), route.address


def test_a_document_is_found_under_its_own_file_only(people: dict[str, Client], stage: Stage) -> None:
    one, other = make("verifikasi", stage), make("validasi", stage)
    mixed = File(one.application, one.case, other.document)
    nested = [route for route in routes() if "document" in route.names]
    assert len(nested) == 2
    for route in nested:
        actor = people["tim-teknis" if route.name.startswith("desk:") else OWNER]
        assert [call(actor, "GET", route, file).cell for file in (one, mixed)] == ["200", "404"], (
            route.address
        )


def test_rights_end_within_one_request(people: dict[str, Client], stage: Stage) -> None:
    """The session of somebody who was moved stays open; what it could do is gone at once."""
    file, jf = make("validasi", stage), people["jf-penata-perizinan"]
    acts = [route for route in routes() if route.name.startswith("desk:") and "key" in route.names]
    before = {call(jf, method, route, file).cell for route in acts for method in METHODS}
    assert {"200", "302"} <= before
    Assignment.objects.filter(person__account__email=STAFF["jf-penata-perizinan"]).update(valid_to=NOW)
    for route in acts:
        for method in METHODS:
            answer = call(jf, method, route, file)
            assert (answer.cell, answer.wrote) == ("403", []), (route.address, method)


def test_the_page_about_permissions_says_what_the_policy_says() -> None:
    check = [sys.executable, "tools/permissions.py", "--check"]
    said = subprocess.run(check, cwd=TABLE.parents[2], capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr
