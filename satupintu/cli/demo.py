# SPDX-License-Identifier: Apache-2.0
"""The demo: three invented offices, their people, and one application walked to the archive.

Every step is one of the actions the pages call; nothing is written by another way. Persons, phones and addresses
are invented. Time is handed in: the walk happens in the days before `at`.
"""

from __future__ import annotations

import io
import json
import os
import secrets
import tomllib
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from PIL import Image, ImageDraw

from satupintu.accounts import actions as accounts
from satupintu.accounts.models import Account
from satupintu.accounts.queries import actor_of, proven_phone
from satupintu.applications import actions as applications
from satupintu.applications import queries as application_queries
from satupintu.cases import actions as cases
from satupintu.cases import queries as case_queries
from satupintu.cases.models import Case
from satupintu.catalog import actions as catalog
from satupintu.catalog.folders import services_root
from satupintu.catalog.queries import (
    KBLI_LIST,
    KBLI_VERSION,
    REGION_LISTS,
    content,
    in_force,
    knows_regions,
    services,
    version,
)
from satupintu.cli.regions import texts
from satupintu.core import regions
from satupintu.core.access import SECOND_FACTOR, WHOLE, Actor, system
from satupintu.core.clock import thaw
from satupintu.core.package import linked_sops, load_folder, read_package
from satupintu.door import files
from satupintu.door.moment import at_moment
from satupintu.door.worker import drain
from satupintu.door.write import Asked
from satupintu.licensing.actions import channel
from satupintu.licensing.queries import channel_rulings
from satupintu.notices import actions as notices
from satupintu.offices import actions as offices
from satupintu.offices.models import Office
from satupintu.offices.queries import calendar, local_day
from satupintu.permits import actions as permits
from satupintu.permits import papers
from satupintu.permits import queries as permit_queries

OFFICES = ("kampar", "rokan-hulu", "mempawah")
BASIS = "Contoh untuk demo; kantor menetapkan sendiri dasarnya"
ROLES = {
    "front-officer": ("fo", "Front Officer", ("Dewi Lestari", "Nur Halimah", "Yohana Sihombing")),
    "tim-teknis": ("teknis", "Anggota Tim Teknis", ("Galih Prakoso", "Rudi Hartanto", "Agus Salim")),
    "jf-penata-perizinan": ("jf", "JF Penata Perizinan Ahli Muda", ("Nina Hapsari", "Lukman Hakim", "Maria Goreti")),
    "koordinator": ("koordinator", "Koordinator, JF Penata Perizinan Ahli Madya", ("Bambang Wibowo", "Sri Wahyuni", "Hendra Gunawan")),
    "kepala-dinas": ("kadis", "", ("Rahmawati Putri", "Teguh Santoso", "Fitri Handayani")),
    "arsiparis": ("arsip", "Arsiparis Terampil", ("Joko Susilo", "Ratna Sari", "Paulus Tan")),
    "auditor": ("auditor", "Auditor Internal", ("Iwan Setiadi", "Lina Marlina", "Eko Purnomo")),
}  # fmt: skip
APPLICANT = ("pemohon@contoh.example", "Sari Contoh")
TELEPHONE = "+6281255550142"  # invented; the walk's form has it, too


@dataclass
class Demo:
    """What the demo made, as `satupintu demo --json` prints it."""

    permits: list[dict[str, str]] = field(default_factory=list)
    logins: list[dict[str, str]] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return {"permits": self.permits, "logins": self.logins}


def load(at: datetime) -> list[dict[str, str]]:
    """Make what is missing of the demo: offices, services, people; gives the logins (kept in demo-logins.json)."""
    since = at - timedelta(days=60)
    with at_moment(since):
        catalog.load_kbli(KBLI_LIST, version=KBLI_VERSION)
        catalog.load_starter(since)
        if not knows_regions():  # an office that looks at the demo with the whole list keeps it
            catalog.load_regions(regions.read(texts(REGION_LISTS)))
        for slug in OFFICES:
            office = Office.objects.filter(slug=slug).first() or open_office(slug, since)
            publish_all(office, since)
        logins = _logins()
        for number, slug in enumerate(OFFICES):
            _staff(Office.objects.get(slug=slug), number, since, logins)
        _person(APPLICANT[0], APPLICANT[1], "pemohon", "", logins)
        _keep(logins)
    return list(logins.values())


def reach_by_whatsapp(at: datetime) -> None:
    """The applicant has proved his number and wants to be told there, too; what he chose later stands."""
    account = Account.objects.get(email=APPLICANT[0])
    if account.person is not None and not proven_phone(account.pk):
        with at_moment(at):
            accounts.prove_phone(account.person, TELEPHONE)
            notices.prefer(account.pk, email=True, whatsapp=True)


def open_office(slug: str, at: datetime) -> Office:
    """An office from its shipped file, its calendar frozen into rows."""
    folder = Path(offices.__file__).parent / "data"
    data = tomllib.loads((folder / f"{slug}.toml").read_text(encoding="utf-8"))
    hours, undo = data.pop("hours"), data.pop("undo_minutes")
    days = [(h.day, h.name, h.estimated) for h in thaw((folder / "holidays.csv").read_text(encoding="utf-8"))]
    rules = {"hours": hours, "undo_minutes": undo}
    return offices.open_office(system(at), data=data, days_off=days, settings=rules, basis=BASIS)


TAKEN_OVER = {
    "rokan-hulu": ("kampar/umk-menengah-tinggi-tinggi", (b"Kabupaten Kampar", b"Kabupaten Rokan Hulu"))
}
"""Office -> a folder it has taken over from another, with its own name in it: so both channels can be seen."""


def publish_all(office: Office, at: datetime) -> None:
    """Publish every service folder of this office that the project ships, and the one it has taken over."""
    root = services_root() / office.slug
    for folder in sorted(root.iterdir()) if root.is_dir() else ():
        _publish(office, folder, load_folder(folder), at)
    if office.slug in TAKEN_OVER:
        path, (theirs, ours) = TAKEN_OVER[office.slug]
        folder = services_root() / path
        content = {name: text.replace(theirs, ours) for name, text in load_folder(folder).items()}
        _publish(office, folder, content, at)


def _publish(office: Office, folder: Path, content: dict[str, bytes], at: datetime) -> None:
    package = read_package(content, known_sops=linked_sops(folder))
    catalog.propose(system(at), office, folder.name, package, content, effective=at.date())


SERVICE = "sertifikat-standar"
ADMINISTRATOR = ("admin@mempawah.example", "Surya Darma")
SECOND = ("sop.toml", b'norm = "35 menit"', b'norm = "45 menit"')


def second_version(at: datetime) -> list[dict[str, str]]:
    """An administrator who has proposed a second version of the service; it waits for the head. Gives all logins.

    Only where the demo is looked at: from now on the command line proposes here, and publishes no more.
    """
    office, logins = Office.objects.get(slug="mempawah"), _logins()
    account = _person(*ADMINISTRATOR, "administrator", office.slug, logins)
    if account is not None and account.person is not None:
        accounts.assign(
            account.person,
            office,
            "administrator",
            title="Administrator",
            letter="SK contoh 001/2026",
            since=at,
        )
        _propose_second(actor_of(account, at, proof=WHOLE), office)
        _keep(logins)
    return list(logins.values())


OSS_OFFICE, OSS_ADMINISTRATOR = "rokan-hulu", ("admin@rokan-hulu.example", "Yulia Rahman")


def oss_issues(at: datetime) -> list[dict[str, str]]:
    """Two persons of Rokan Hulu have ruled that OSS issues; Kampar trains. Gives all logins."""
    office, logins = Office.objects.get(slug=OSS_OFFICE), _logins()
    if not services(office.pk, local_day(office, at)) or channel_rulings(office):
        return list(logins.values())
    account = _person(*OSS_ADMINISTRATOR, "administrator", office.slug, logins)
    if account is not None and account.person is not None:
        accounts.assign(
            account.person,
            office,
            "administrator",
            title="Administrator",
            letter="SK contoh 001/2026",
            since=at,
        )
        _keep(logins)
    author, head = (
        actor_of(Account.objects.get(email=email), at, proof=WHOLE)
        for email in (OSS_ADMINISTRATOR[0], f"kadis@{office.slug}.example")
    )
    today = local_day(office, at)
    wanted = channel.Wanted("oss", True, "Keputusan Bupati (contoh)", "100.3.3/001/2026", today, today)
    ruling = channel.propose(author, office, wanted, asked=asked())["ruling"]
    channel.answer(head, uuid.UUID(ruling), accept=True, asked=asked())
    return list(logins.values())


def _propose_second(actor: Actor, office: Office) -> None:
    today = local_day(office, actor.at)
    name, old, new = SECOND
    folder = content(in_force(office.pk, SERVICE, today))
    folder[name] = folder[name].replace(old, new, 1)
    kept = catalog.draft(actor, office, SERVICE, folder, asked=Asked.of(uuid.uuid4()))
    catalog.submit(
        actor,
        version(uuid.UUID(kept["version"])).pk,
        effective=today + timedelta(days=14),
        note="Contoh: tim teknis meminta waktu validasi yang lebih longgar.",
        asked=Asked.of(uuid.uuid4()),
    )


def _staff(office: Office, number: int, since: datetime, logins: dict[str, dict[str, str]]) -> None:
    for role, (box, title, names) in ROLES.items():
        account = _person(f"{box}@{office.slug}.example", names[number], role, office.slug, logins)
        if account is not None and account.person is not None:
            nip = f"1980{number + 1:02d}01 2005{len(box) % 12 + 1:02d} 1 {sum(map(ord, box)) % 900 + 100:03d}"
            rank = "Pembina Utama Muda (IV/c)" if role == "kepala-dinas" else "Penata (III/c)"
            accounts.assign(
                account.person,
                office,
                role,
                title=title or office.head_title,
                letter="SK contoh 001/2026",
                since=since,
                rank=rank,
                nip=nip,
            )


def _person(
    email: str, name: str, role: str, office: str, logins: dict[str, dict[str, str]]
) -> Account | None:
    """A new account with a password of its own; None if it was made before."""
    if Account.objects.filter(email=email).exists():
        return None
    password = secrets.token_urlsafe(9)
    logins[email] = {"email": email, "password": password, "name": name, "role": role, "office": office}
    account = accounts.make_account(email=email, name=name, password=password)
    if settings.DEMO and role in SECOND_FACTOR:
        logins[email]["totp"] = accounts.give_app(account)
    return account


def _path() -> Path:
    return Path(settings.HOME) / "demo-logins.json"


def _logins() -> dict[str, dict[str, str]]:
    if not _path().exists():
        return {}
    return {row["email"]: row for row in json.loads(_path().read_text(encoding="utf-8"))}


def _keep(logins: dict[str, dict[str, str]]) -> None:
    descriptor = os.open(_path(), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        json.dump(list(logins.values()), handle, ensure_ascii=False, indent=1)


class Walk:
    """One application through all eight steps of SOP 000.8.3.3/001, by the actions the pages use."""

    ANSWERS = {
        "kbli": "56101",
        "nib": "0305230007716",
        "nama-usaha": "Rumah Makan Pondok Contoh",
        "nama-pemilik": "Sari Contoh",
        "nik": "6102014508900002",
        "hp": "0812 5555 0142",
        "alamat": "Jalan Melati Nomor 21",
        "desa": "Desa Contoh, Kecamatan Mempawah Hilir",
        "penguasaan": "Milik sendiri",
        "kegiatan": "Memasak dan menjual makanan di tempat, 40 kursi.",
        "pekerja": "6",
        "modal": "150 juta",
        "titik": "",
        "butuh-bantuan": "tidak",
    }

    def __init__(self, at: datetime, *, say: Callable[[str], None] = lambda line: None) -> None:
        self.office = Office.objects.get(slug="mempawah")
        self.at = self._morning(at - timedelta(days=3))
        self.say = say

    def _morning(self, at: datetime) -> datetime:
        """Half an hour after opening on the last working day up to then: what a real file looks like."""
        when = calendar(self.office)
        day = when.local_day(at)
        while not when.is_working(day):
            day -= timedelta(days=1)
        opens, _ = when.hours[day.weekday()]
        return datetime.combine(day, opens, when.zone) + timedelta(minutes=30)

    def run(self) -> dict[str, str]:
        """Walk it; gives {"service", "number", "code", "file"} of the permit."""
        case = self.apply()
        self.verify(case)
        self.validate(case)
        self.sign(case)
        self.fetch(case)
        return self.archive(case)

    def apply(self) -> Case:
        """Step 1: draft, answers, documents, statements, receipt."""
        with self.acting(APPLICANT[0]) as actor:
            service = in_force(self.office.pk, SERVICE, actor.at.date())
            draft = applications.start(actor, service)
            number = 1
            while number <= len(application_queries.pages(application_queries.own(actor, draft.key))):
                problems = applications.save_page(actor, draft.key, number, self.ANSWERS)
                if problems:
                    raise RuntimeError(f"demo answers: {problems}")
                number += 1
            for item in application_queries.items(draft):
                if item.requirement.required:
                    name = f"{item.requirement.id}.png"
                    applications.attach(
                        actor, draft.key, item.requirement.id, name=name, data=_scan(item.requirement.label)
                    )
            ticked = dict.fromkeys(application_queries.form(draft).statements, True)
            answer = applications.send(actor, draft.key, ticked=ticked, asked=asked())
        self.say(f"1 Pemohon mengirim permohonan; tanda terima {answer['receipt']}")
        self.say("2 Bantuan tidak diminta; berkas diteruskan sendiri ke Tim Teknis")
        case = case_queries.by_receipt(answer["receipt"])
        assert case is not None
        return case

    def verify(self, case: Case) -> None:
        """Step 3: checklist, berita acara, pertimbangan teknis."""
        day = case.opened_at.date().strftime("%d/%m/%Y")
        with self.acting("teknis@mempawah.example") as actor:
            self.check_all(actor, case)
            found = {
                "tanggal": day,
                "cara": "Pemeriksaan dokumen",
                "lokasi": "Sesuai",
                "kegiatan": "Sesuai",
                "dokumen": "Lengkap dan sah",
                "temuan": "",
                "kesimpulan": "Memenuhi persyaratan",
            }
            applications.make_document(actor, case.pk, template="berita-acara", raw=found, asked=asked())
            opinion = {
                "standar": "Sesuai",
                "lingkungan": "Sesuai",
                "sarana": "Sesuai dengan syarat",
                "pertimbangan": "Tempat, sarana, dan dokumen memenuhi standar usaha restoran.",
                "syarat": "Menyediakan alat pemadam api ringan di dapur.",
                "kesimpulan": "Disetujui dengan syarat",
            }
            applications.make_document(
                actor, case.pk, template="pertimbangan-teknis", raw=opinion, asked=asked()
            )
            cases.take(actor, case.pk, outcome="lengkap", asked=asked())
        self.say("3 Tim Teknis: berkas lengkap; berita acara dan pertimbangan teknis dibuat")

    def validate(self, case: Case) -> None:
        """Step 4: checklist and draft by the licensing officer, knowledge and determination by the coordinator."""
        with self.acting("jf@mempawah.example") as actor:
            self.check_all(actor, case)
            fresh = case_queries.rows().get(pk=case.pk)
            permits.save_draft(actor, case.pk, duties=papers.standard_duties(fresh), asked=asked())
        with self.acting("koordinator@mempawah.example") as actor:
            cases.answer(actor, case.pk, wait="diketahui", said="known", asked=asked())
            cases.answer(actor, case.pk, wait="penetapan", said="approved", asked=asked())
        with self.acting("jf@mempawah.example") as actor:
            cases.take(actor, case.pk, outcome="valid", asked=asked())
        self.say("4 JF Penata Perizinan: valid, draf siap; koordinator mengetahui dan menetapkan")

    def sign(self, case: Case) -> None:
        """Step 5 and, by the system, step 6."""
        with self.acting("kadis@mempawah.example") as actor:
            answer = permits.sign(actor, case.pk, asked=asked())
        self.say(f"5 Kepala Dinas menandatangani; nomor {answer['number']}")
        self.say("6 Sistem memberitahukan bahwa dokumen sudah terbit")

    def fetch(self, case: Case) -> None:
        """Step 7: the applicant downloads the permit."""
        with self.acting(APPLICANT[0]) as actor:
            permits.downloaded(actor, case.pk, asked=asked())
        self.say("7 Pemohon mengunduh dokumen")

    def archive(self, case: Case) -> dict[str, str]:
        """Step 8: into the archive."""
        service = case_queries.package(case).service
        if service is None or service.archive is None:
            raise RuntimeError("the demo's service has no archive table")
        with self.acting("arsip@mempawah.example") as actor:
            applications.archive(
                actor,
                case.pk,
                code=service.archive.code,
                retention=service.archive.retention,
                place="Rak 1, boks 001",
                note="",
                asked=asked(),
            )
            cases.take(actor, case.pk, outcome="arsipkan", asked=asked())
        self.say("8 Arsiparis mengarsipkan; berkas selesai")
        permit = permit_queries.of_case(case)
        assert permit is not None
        assert permit.file is not None
        return {
            "service": f"{self.office.slug}/{case.service.slug}",
            "number": permit.number,
            "code": permit.code,
            "file": str(files.path_of(permit.file)),
        }

    def check_all(self, actor: Actor, case: Case) -> None:
        for item in application_queries.items(application_queries.of_case(case)):
            if item.document is not None:
                applications.check(actor, case.pk, item=item.key, verdict="sesuai", asked=asked())

    @contextmanager
    def acting(self, email: str) -> Iterator[Actor]:
        """This person acts at the walk's time; afterwards half an hour passes and the jobs that are due run."""
        with at_moment(self.at):
            yield actor_of(Account.objects.get(email=email), self.at, proof=WHOLE)
        self.at += timedelta(minutes=30)
        with at_moment(self.at):
            drain()


def asked() -> Asked:
    return Asked.of(uuid.uuid4())


def _scan(label: str) -> bytes:
    """A picture that says what it stands for."""
    picture = Image.new("RGB", (900, 640), "white")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((30, 30, 870, 610), outline="black", width=3)
    draw.text((70, 80), f"CONTOH: {label}", fill="black")
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
