# SPDX-License-Identifier: Apache-2.0
"""A real office to be struck: its own processes, people with browsers, and somebody who counts afterwards.

The processes are the product's own (`satupintu serve`); people press buttons over HTTP, with cookies and the keys of
their forms; the count is taken from the tables and the disk, and compared with the same act when nothing goes wrong.
"""

from __future__ import annotations

import email
import http.client
import os
import re
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.models import QuerySet
from django.test import Client
from django_tasks_db.models import DBTaskResult

from satupintu.accounts.models import Account
from satupintu.applications.models import Document, WorkDocument
from satupintu.cases import queries as case_queries
from satupintu.cases.models import Case
from satupintu.core import clock
from satupintu.core.refusal import Refusal
from satupintu.door import files
from satupintu.door.models import Beat, Command, Event, StoredFile
from satupintu.door.moment import now
from satupintu.door.read import verify
from satupintu.notices.models import Delivery, Notice
from satupintu.offices.models import NumberBook, Setting
from satupintu.permits.models import Permit
from tests import factories as f
from tests import faults
from tests.faults import below

BOUNDARY = "batas-isian"
SECONDS = 200  # until something that must happen has happened


def lasts(seconds: float) -> None:
    """So long the trouble lasts that is on trial: a disk without room, a data base that is away."""
    threading.Event().wait(seconds)


def eventually(holds: Callable[[], object], *, seconds: float = SECONDS) -> float:
    """Wait until this holds; gives how long it took. What cannot be asked now (no data base) does not hold yet."""
    began = time.monotonic()
    while time.monotonic() < began + seconds:
        try:
            if holds():
                return time.monotonic() - began
        except Exception:  # noqa: BLE001 - asked again
            connection.close()
        lasts(0.05)
    raise AssertionError(f"waited {seconds} s in vain")


# People ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """What a browser got. status 0: the connection ended without an answer."""

    status: int
    page: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


class Browser:
    """One person, signed in."""

    def __init__(self, port: int, who: str) -> None:
        self.port = port
        client = Client()
        f.log_in(client, Account.objects.get(email=who))
        self.cookies = {name: morsel.value for name, morsel in client.cookies.items()}

    def get(self, address: str) -> Answer:
        return self._ask("GET", address)

    def post(self, address: str, fields: Mapping[str, str], upload: bytes = b"") -> Answer:
        """Send a form; upload: a picture that goes with it as `berkas`."""
        if not upload:
            kind = "application/x-www-form-urlencoded"
            return self._ask("POST", address, urlencode(fields).encode(), kind)
        parts = "".join(
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        )
        parts += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="berkas"; filename="foto.png"\r\n\r\n'
        body = parts.encode() + upload + f"\r\n--{BOUNDARY}--\r\n".encode()
        return self._ask("POST", address, body, f"multipart/form-data; boundary={BOUNDARY}")

    def _ask(self, method: str, address: str, body: bytes | None = None, kind: str = "") -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        try:
            connection.request(method, address, body, headers | ({"Content-Type": kind} if kind else {}))
            answer = connection.getresponse()
            page = answer.read().decode(errors="replace")
        except (OSError, http.client.HTTPException):
            return Answer(0)
        finally:
            connection.close()
        for cookie in answer.headers.get_all("Set-Cookie", ()):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return Answer(answer.status, page, {name.lower(): value for name, value in answer.headers.items()})


@dataclass(frozen=True, slots=True)
class Button:
    """A form that a person has open and may press as often as he likes: it is the same command each time."""

    browser: Browser
    address: str
    fields: Mapping[str, str]
    upload: bytes = b""

    def press(self) -> Answer:
        return self.browser.post(self.address, self.fields, self.upload)

    def press_until_done(self) -> float:
        """Press again and again, as people do; gives the seconds until the answer was that it is done."""
        return eventually(lambda: self.press().status == 302)


def button(browser: Browser, page: str, address: str = "", *, upload: bytes = b"", **typed: str) -> Button:
    """Open a page and fill in the form that is sent to `address` (the page itself, if none is given)."""
    to = address or page.partition("?")[0]
    shown = browser.get(page)
    assert shown.status == 200, (page, shown.status)
    for tag, form in re.findall(
        r'(<form[^>]*method="post"[^>]*>)(.*?)</form>', shown.page.split("<main")[1], re.DOTALL
    ):
        goes = re.search(r'action="([^"]*)"', tag)
        if not address or (goes and goes[1] == address):
            hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form))
            return Button(browser, to, hidden | typed, upload)
    raise AssertionError(f"{page} has no form for {to}")


# The acts --------------------------------------------------------------------------------------------------------


def transition(port: int) -> Button:
    """An officer refuses an application."""
    address = f"/berkas/{f.sent(now()).key}/hasil"
    officer = Browser(port, "teknis@mempawah.example")
    return button(officer, f"{address}?hasil=tolak", alasan="Alamat usaha tidak sama dengan alamat pada NIB.")


def document(port: int) -> Button:
    """An officer makes the berita acara."""
    officer = Browser(port, "teknis@mempawah.example")
    return button(officer, f"/berkas/{f.sent(now()).key}/buat/berita-acara", **f.FINDINGS)


def upload(port: int) -> Button:
    """An applicant hands in a photo."""
    page = f"/permohonan/{f.draft(now()).key}/dokumen/ktp"
    return button(Browser(port, f.APPLICANT), page, upload=f.picture(640, 480))


def signing(port: int) -> Button:
    """The head signs: he takes the number; the worker gives the signature."""
    page = f"/berkas/{f.forwarded(now()).key}"
    head = Browser(port, "kadis@mempawah.example")
    return button(head, f"{page}?lihat=draf", f"{page}/tanda-tangan")  # only an opened draft can be signed


PRESSED: Mapping[str, Callable[[int], Button]] = {
    "transition": transition,
    "document": document,
    "upload": upload,
    "signing": signing,
}
"""What people do in the web process."""
QUEUED: Mapping[str, Callable[[], object]] = {
    "signature": lambda: f.sign(f.forwarded(now()), now()),
    "notice": lambda: f.take(f.sent(now()), "teknis", "tolak", now(), "Alamat tidak sama dengan NIB."),
    "letter": lambda: f.take(f.sent(now()), "teknis", "tolak", now(), "Alamat tidak sama dengan NIB."),
}
"""What the worker has to do after these."""


# The processes ---------------------------------------------------------------------------------------------------


class House:
    """The processes of one office, as `satupintu serve` runs them."""

    def __init__(self, env: Mapping[str, str], folder: Path) -> None:
        self.port, self.env, self.folder = f.free_port(), dict(env), folder
        self.process: subprocess.Popen[bytes] | None = None

    def open(self) -> None:
        """Start them and wait until the pages answer and a worker shows signs of life."""
        began = now()
        command = [sys.executable, "-m", "satupintu.cli", "serve", "--port", str(self.port)]
        with (self.folder / "house.log").open("ab") as log:
            self.process = subprocess.Popen(command, env=self.env, stdout=log, stderr=log)
        eventually(self.answers)
        if "FAULT_CLOCK" not in self.env or float(self.env["FAULT_CLOCK"]) == 0:
            eventually(lambda: Beat.objects.filter(at__gte=began).exists())

    def answers(self) -> bool:
        """Does a page come that needs the data base?"""
        return Browser(self.port, f.APPLICANT).get("/saya").status == 200

    def close(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=SECONDS)
            self.process = None

    def children(self, word: str) -> list[int]:
        """The process ids below `serve` whose command line has this word in it."""
        assert self.process is not None
        return [pid for pid in below(self.process.pid) if word in command_line(pid)]


def command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


# The count -------------------------------------------------------------------------------------------------------


Tally = Counter[str]


def tally(mail: Path) -> Tally:
    """Everything an act leaves behind, by kind: what there is once too often or once too little shows here."""
    found: Tally = Counter()
    for kind in Event.objects.values_list("kind", flat=True):
        found[f"event {kind}"] += 1
    for path in _done().values_list("task_path", flat=True):
        found[f"job {path.removeprefix('satupintu.')}"] += 1
    for name, last in NumberBook.objects.values_list("name", "last"):
        found[f"number {name}"] += last
    for model in (Case, Command, Document, WorkDocument, Permit, Notice, Delivery, StoredFile):
        found[f"row {model.__name__}"] = model.objects.count()
    found["permit issued"] = Permit.objects.filter(state=Permit.ISSUED).count()
    found["letter delivered"] = Delivery.objects.filter(state=Delivery.SENT).count()
    found["letter in the box"] = len(set(_letters(mail)))
    return found


def _done() -> QuerySet[DBTaskResult[Any, Any]]:
    """Jobs that came to their end. A try to deliver is none of them: a letter counts once, however often it is tried."""
    rows = DBTaskResult.objects.filter(status="SUCCESSFUL")
    return rows.exclude(task_path="satupintu.notices.jobs.deliver")


def letters_twice(mail: Path) -> int:
    """How many letters lie in a box more than once, under the same Message-ID (SMTP knows no way to avoid it)."""
    return sum(count - 1 for count in Counter(_letters(mail)).values())


def _letters(mail: Path) -> list[str]:
    return [email.message_from_bytes(path.read_bytes())["Message-ID"] for path in mail.glob("*.eml")]


def flaws() -> list[str]:
    """What may never be, whatever happened: in words, none if all is well. Sweeps what lies without a row."""
    found = [f"{flaw.subject} {flaw.number} {flaw.what}" for flaw in verify().flaws]
    files.sweep(timedelta())
    rows = {str(row.key): row for row in StoredFile.objects.all()}
    lie = {path.name for path in Path(settings.FILES).glob("??/*")}
    found += [f"file without a row: {name}" for name in lie - rows.keys()]
    found += [f"row without a file: {name}" for name in rows.keys() - lie]
    found += [f"spoilt: {key}" for key in rows.keys() & lie if not _whole(rows[key])]
    numbers = list(Permit.objects.values_list("number", flat=True))
    book = NumberBook.objects.filter(name="SS").first()
    if len(set(numbers)) != len(numbers) or len(numbers) != (book.last if book else 0):
        found.append(f"numbers: {len(numbers)} permits, book at {book and book.last}")
    found += [f"backwards: {subject}" for subject in _backwards()]
    found += [f"clock: {case.subject}" for case in Case.objects.all() if not _runs(case)]
    return found


def _runs(case: Case) -> bool:
    try:
        clock.check_ledger(case_queries.state(case).ledger)
    except Refusal:
        return False
    return True


def _whole(row: StoredFile) -> bool:
    try:
        return bool(files.read(row))
    except ValueError:
        return False


def _backwards() -> Iterator[str]:
    """Chains in which a later event has an earlier time."""
    last: dict[str, object] = {}
    for subject, at in Event.objects.order_by("subject", "number").values_list("subject", "at"):
        if subject in last and at < last[subject]:
            yield subject
        last[subject] = at


def quiet() -> bool:
    """Nothing is being done, and nothing is due within the next hour."""
    waiting = DBTaskResult.objects.filter(status__in=("READY", "RUNNING"))
    soon = waiting.exclude(
        run_after__gt=now() + timedelta(hours=1), run_after__lt=now() + timedelta(days=999)
    )
    return not soon.exists() and not DBTaskResult.objects.filter(status="FAILED").exists()


def no_undo() -> None:
    """Let notices leave at once."""
    Setting.objects.filter(name="undo_minutes").update(value=0)


# The trial -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Result:
    """One act that was struck, against the same act undisturbed. seconds: until all of it was done after all."""

    lost: Tally
    doubled: Tally
    flaws: list[str]
    seconds: float

    @property
    def ok(self) -> bool:
        return not (self.lost or self.doubled or self.flaws)


COMMITTED = {
    "transition": "row Command",
    "document": "row Command",
    "signing": "row Command",
    "upload": "row Document",
    "signature": "permit issued",
}
"""What is there once the act's own commit is: so it is seen that the blow fell where the point says."""


class Trials:
    """Acts, undisturbed and struck, in one house."""

    def __init__(self, house: House, fault: Path, mail: Path) -> None:
        self.house, self.fault, self.mail = house, fault, mail
        self.expected: dict[str, Tally] = {}

    def undisturbed(self, act: str) -> Tally:
        """What this act leaves behind when nothing goes wrong; tried once."""
        if act not in self.expected:
            self.expected[act] = self._left_by(act, lambda pressed: pressed and pressed.press_until_done())[0]
        return self.expected[act]

    def killed(self, at: faults.Point) -> Result:
        """The act; the process that comes past this point dies there. It must be where the point says it is."""
        seen: Tally = Counter()

        def strike() -> None:
            seen.update(tally(self.mail))
            faults.arm(self.fault, at)

        def fallen() -> None:
            eventually(lambda: not self.fault.exists())
            if kind := COMMITTED.get(at.act):
                stands = tally(self.mail)[kind] > seen[kind]
                assert stands == at.stands, f"{kind}: {stands}, at a point where it is {at.stands}"

        return self.disturbed(at.act, strike, fallen)

    def without_server(self, at: faults.Point, server: Server) -> Result:
        """The act; when it comes past this point, the data base server dies, and is started again a second later."""

        def fallen() -> None:
            eventually(lambda: not self.fault.exists())

        with server.kept_up():
            return self.disturbed(at.act, lambda: faults.arm(self.fault, at, server.pid()), fallen)

    def disturbed(self, act: str, strike: Callable[[], object], fallen: Callable[[], object]) -> Result:
        """The act after a blow; then the same button again until it is done, and nothing else by hand.

        strike: prepares the blow, when everything is ready. fallen: comes back when it has fallen.
        """
        expected = self.undisturbed(act)

        def press(pressed: Button | None) -> None:
            if pressed is not None:
                pressed.press()
            fallen()
            if pressed is not None:
                pressed.press_until_done()

        found, seconds = self._left_by(act, press, strike)
        return Result(expected - found, found - expected, flaws(), seconds)

    def _left_by(
        self, act: str, press: Callable[[Button | None], object], strike: Callable[[], object] = lambda: None
    ) -> tuple[Tally, float]:
        eventually(quiet)
        eventually(self.house.answers)
        before = tally(self.mail)
        pressed = PRESSED[act](self.house.port) if act in PRESSED else None
        if pressed is not None:
            eventually(quiet)  # what made the button possible has its own jobs
        strike()
        if act in QUEUED:
            QUEUED[act]()
        began = time.monotonic()
        press(pressed)
        eventually(quiet)
        return tally(self.mail) - before, time.monotonic() - began


# The data base server --------------------------------------------------------------------------------------------


class Server:
    """The PostgreSQL cluster behind DATABASE_URL; it is ours, so we may stop it, kill it and start it again."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SHOW data_directory")
            self.data = Path(cursor.fetchone()[0])
        self.command = shlex.split((self.data / "postmaster.opts").read_text("utf-8"))

    def pid(self) -> int:
        return int((self.data / "postmaster.pid").read_text("utf-8").split()[0])

    def stop(self) -> None:
        os.kill(self.pid(), signal.SIGINT)  # the fast way: connections are cut, nothing is lost
        eventually(lambda: not (self.data / "postmaster.pid").exists())

    def start(self) -> None:
        """Started by somebody else it would be systemd; it survives us, as it did before."""
        as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        subprocess.Popen(
            [*as_user, *self.command],
            cwd=self.data, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def answers(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return True

    @contextmanager
    def on_a_small_disk(self, megabytes: int) -> Iterator[None]:
        """While this lasts its data lie on a disk of so much room that holds nothing else; only root can do that."""
        small = self.data.with_name("small")
        small.mkdir()
        _as_root("mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", small)
        try:
            self.stop()
            _as_root("cp", "-a", "-T", self.data, small)
            _as_root("mount", "--bind", small, self.data)
            self._start_and_wait()
            yield
            self.stop()
            _as_root("umount", self.data)
            shutil.rmtree(self.data)
            _as_root("cp", "-a", "-T", small, self.data)
            self._start_and_wait()
        finally:
            _as_root("umount", "--lazy", small)

    def write_until_the_log_is_full(self) -> None:
        """What lies ready in its log is used up, too: from here on nothing can be committed."""
        with suppress(DatabaseError), connection.cursor() as cursor:
            while True:
                cursor.execute("SELECT pg_logical_emit_message(false, 'ballast', repeat('0', 1000000))")
        connection.close()

    def _start_and_wait(self) -> None:
        self.start()
        eventually(self.answers)

    @contextmanager
    def kept_up(self) -> Iterator[None]:
        """While this lasts it is started again a second after it died, as an office's service manager does."""
        over = threading.Event()

        def keep() -> None:
            while not over.wait(1):
                if not self._is_alive():
                    self.start()

        keeper = threading.Thread(target=keep, daemon=True)
        keeper.start()
        try:
            yield
            eventually(self.answers)
        finally:
            over.set()
            keeper.join()

    def _is_alive(self) -> bool:
        try:
            return "postgres" in command_line(self.pid())
        except (OSError, IndexError, ValueError):
            return False


def _as_root(*command: str | Path) -> None:
    subprocess.run(command, check=True)


# Bad days --------------------------------------------------------------------------------------------------------


FULL = "Tempat penyimpanan kantor sedang penuh"
AWAY = "Data kantor sedang tidak terjangkau"


SMALL_DISK = 1024
"""MiB: PostgreSQL's own files and the log that a walk leaves."""


def refused_for_now(answer: Answer, *words: str) -> None:
    """The answer is a page that says what is the matter (in one of these ways) and when to come again."""
    assert answer.status == 503, answer.status
    assert any(said in answer.page for said in words), answer.page
    assert answer.headers["retry-after"].isdecimal()


@contextmanager
def full_disk(folder: Path) -> Iterator[None]:
    """Not one byte is left on the disk that holds this folder; for a disk of our own only."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as handle, suppress(OSError):
        while handle.write(bytes(2**16)):
            pass
    with ballast.open("ab", buffering=0) as handle, suppress(OSError):
        while handle.write(b"0"):
            pass
    try:
        yield
    finally:
        ballast.unlink()


def disk_full(trials: Trials, act: str, full: Callable[[], AbstractContextManager[None]]) -> Result:
    """Somebody acts while the disk is full: he reads so, nothing half is kept; when there is room, he presses again."""
    expected = trials.undisturbed(act)
    eventually(quiet)
    before = tally(trials.mail)
    pressed = PRESSED[act](trials.house.port)
    eventually(quiet)
    armed, began = tally(trials.mail), time.monotonic()
    with full():
        answer = pressed.press()
    refused_for_now(answer, FULL, AWAY)
    eventually(lambda: tally(trials.mail) == armed)
    pressed.press_until_done()
    eventually(quiet)
    found = tally(trials.mail) - before
    return Result(expected - found, found - expected, flaws(), time.monotonic() - began)


def disk_of_the_data_base_full(trials: Trials) -> Result:
    """PostgreSQL has no room left, not even for its log: it goes down, and comes up when there is room again."""
    server = Server()

    @contextmanager
    def full() -> Iterator[None]:
        with full_disk(server.data):
            server.write_until_the_log_is_full()
            yield

    with server.on_a_small_disk(SMALL_DISK), server.kept_up():
        eventually(trials.house.answers)
        return disk_full(trials, "transition", full)


def signature_on_full_disk(trials: Trials, folder: Path, *, seconds: float = 12) -> Result:
    """The worker has to sign while the disk is full; it goes on when there is room."""
    expected = trials.undisturbed("signature")
    eventually(quiet)
    before, began = tally(trials.mail), time.monotonic()
    (worker,) = trials.house.children("satupintu.cli worker")
    with ExitStack() as full:
        with _held(worker):
            QUEUED_SIGNATURE()
            full.enter_context(full_disk(folder))
        lasts(seconds)
    eventually(quiet)
    found = tally(trials.mail) - before
    return Result(expected - found, found - expected, flaws(), time.monotonic() - began)


@contextmanager
def _held(process: int) -> Iterator[None]:
    """While this lasts the process stands still, and not in the middle of a write that everybody would wait for."""
    try:
        while not _stands_still(process):
            os.kill(process, signal.SIGCONT)
        yield
    finally:
        os.kill(process, signal.SIGCONT)


def _stands_still(process: int) -> bool:
    os.kill(process, signal.SIGSTOP)
    try:
        with transaction.atomic():
            return True
    except OperationalError:
        return False


QUEUED_SIGNATURE = QUEUED["signature"]


def data_base_away(trials: Trials, *, seconds: float) -> Result:
    """The data base is away while somebody presses and the worker has to sign; both go on when it is back."""
    if connection.vendor != "postgresql":
        return _locked_by_another(trials)
    server = Server()

    def fallen() -> None:
        server.start()
        eventually(server.answers)

    expected = trials.undisturbed("signing")
    eventually(quiet)
    before = tally(trials.mail)
    pressed = PRESSED["signing"](trials.house.port)
    eventually(quiet)
    began = time.monotonic()
    server.stop()
    refused_for_now(pressed.press(), AWAY)
    lasts(seconds)
    refused_for_now(pressed.press(), AWAY)
    fallen()
    pressed.press_until_done()
    eventually(quiet)
    found = tally(trials.mail) - before
    return Result(expected - found, found - expected, flaws(), time.monotonic() - began)


def _locked_by_another(trials: Trials) -> Result:
    """SQLite has no server to stop; another program that holds the file for longer than we wait comes nearest."""
    answers: list[Answer] = []
    expected = trials.undisturbed("signing")
    eventually(quiet)
    before = tally(trials.mail)
    pressed = PRESSED["signing"](trials.house.port)
    eventually(quiet)
    began = time.monotonic()
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    answers.append(pressed.press())
    other.execute("ROLLBACK")
    other.close()
    refused_for_now(answers[0], AWAY)
    pressed.press_until_done()
    eventually(quiet)
    found = tally(trials.mail) - before
    return Result(expected - found, found - expected, flaws(), time.monotonic() - began)


def clock_set_back(trials: Trials, *, seconds: float = 24 * 60 * 60) -> Result:
    """The machine's clock is set back between two acts on the same file, and the processes are started again.

    The file was touched a day later than now; who is signed in stays so; the jobs of the act run all the same.
    """
    expected = trials.undisturbed("transition")
    eventually(quiet)
    before, began = tally(trials.mail), time.monotonic()
    pressed = PRESSED["transition"](trials.house.port)
    eventually(quiet)
    trials.house.close()
    right = trials.house.env
    trials.house.env = {**right, "FAULT_CLOCK": str(-seconds)}
    trials.house.open()
    pressed.press_until_done()
    eventually(quiet)
    trials.house.close()
    trials.house.env = right
    trials.house.open()
    found = tally(trials.mail) - before
    return Result(expected - found, found - expected, flaws(), time.monotonic() - began)


def processes_killed(trials: Trials) -> Result:
    """Everything `serve` runs is killed at once; it is there again without anybody's doing."""

    def fallen() -> None:
        victims = [*trials.house.children("granian"), *trials.house.children("satupintu.cli worker")]
        assert len(victims) >= 2
        for victim in victims:
            with suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
        eventually(trials.house.answers)

    return trials.disturbed("signing", lambda: None, fallen)


# Many at once ----------------------------------------------------------------------------------------------------

COLLEAGUE = "rekan@mempawah.example"


def competing(port: int, people: int) -> tuple[Counter[int], list[float]]:
    """So many press at once what only one of them can have: two officers refuse, one of them twice, the applicant withdraws.

    Four commands; each is pressed by a quarter of them. Exactly one must be carried out; whoever pressed it reads that
    it is done, everybody else that somebody was faster. Gives the answers by status, and how long each took.
    """
    if not Account.objects.filter(email=COLLEAGUE).exists():
        f.newcomer(COLLEAGUE, "tim-teknis", since=now() - timedelta(days=30))
    case = f.sent(now())
    page = f"/berkas/{case.key}/hasil"
    reason = {"alasan": "Alamat usaha tidak sama dengan alamat pada NIB."}
    officer = Browser(port, "teknis@mempawah.example")
    mine = f"/permohonan/{f.application(case).key}/tarik"
    buttons = [
        button(officer, f"{page}?hasil=tolak", **reason),
        button(officer, f"{page}?hasil=tolak", **reason),
        button(Browser(port, COLLEAGUE), f"{page}?hasil=tolak", **reason),
        button(Browser(port, f.APPLICANT), mine, alasan="Salah memilih layanan."),
    ]
    took: list[float] = []

    def press(n: int) -> tuple[int, int]:
        began = time.monotonic()
        status = buttons[n % 4].press().status
        took.append(time.monotonic() - began)
        return n % 4, status

    answers = f.at_once(people, press)
    won = {which for which, status in answers if status == 302}
    ended = [line for line in Event.objects.filter(subject=case.subject) if line.data.get("end")]
    assert len(won) == 1, answers
    assert len(ended) == 1, ended
    # 503: so busy that somebody is asked to try again; nothing of his was done
    assert {status for _, status in answers} <= {302, 403, 404, 409, 503}, answers
    assert [status for which, status in answers if which in won] == [302] * (people // 4), answers
    return Counter(status for _, status in answers), took
