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
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

from django.conf import settings
from django.test import Client
from django_tasks_db.models import DBTaskResult

from satupintu.accounts.models import Account
from satupintu.applications.models import Document, WorkDocument
from satupintu.cases.models import Case
from satupintu.door import files
from satupintu.door.models import Beat, Command, Event, StoredFile
from satupintu.door.moment import now
from satupintu.door.read import verify
from satupintu.notices.models import Delivery, Notice
from satupintu.offices.models import NumberBook, Setting
from satupintu.permits.models import Permit
from tests import factories as f

BOUNDARY = "batas-isian"
SECONDS = 90  # until something that must happen has happened


def eventually(holds: Callable[[], object], *, seconds: float = SECONDS) -> float:
    """Wait until this holds; gives how long it took. What cannot be asked now (no data base) does not hold yet."""
    began = time.monotonic()
    while time.monotonic() < began + seconds:
        try:
            if holds():
                return time.monotonic() - began
        except Exception:  # noqa: BLE001 - asked again
            _fresh_connection()
        time.sleep(0.05)
    raise AssertionError(f"waited {seconds} s in vain")


def _fresh_connection() -> None:
    from django.db import connection

    connection.close()


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
        client.force_login(Account.objects.get(email=who), backend=settings.AUTHENTICATION_BACKENDS[0])
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
        return Answer(answer.status, page, dict(answer.headers))


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


Act = Callable[[int], Callable[[], Button | None]]
"""Makes what the act needs, and gives how it is begun: a button to press, or nothing to press (the worker has it)."""


def transition(port: int) -> Button:
    """An officer refuses an application."""
    address = f"/berkas/{f.sent(now()).key}/hasil"
    officer = Browser(port, "teknis@mempawah.example")
    return button(officer, f"{address}?hasil=tolak", alasan="Alamat usaha tidak sama dengan alamat pada NIB.")


def document(port: int) -> Button:
    """An officer makes the berita acara."""
    officer = Browser(port, "teknis@mempawah.example")
    return button(officer, f"/berkas/{f.sent(now()).key}/buat/berita-acara", **_typed(f.FINDINGS))


def _typed(given: Mapping[str, str]) -> dict[str, str]:
    return dict(given)


def upload(port: int) -> Button:
    """An applicant hands in a photo."""
    page = f"/permohonan/{f.draft(now()).key}/dokumen/ktp"
    return button(Browser(port, f.APPLICANT), page, upload=f.picture(640, 480))


def signing(port: int) -> Button:
    """The head signs: he takes the number; the worker gives the signature."""
    page = f"/berkas/{f.forwarded(now()).key}"
    return button(Browser(port, "kadis@mempawah.example"), page, f"{page}/tanda-tangan")


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

    def children(self, word: str) -> list[int]:
        """The process ids below `serve` whose command line has this word in it."""
        assert self.process is not None
        return [pid for pid in below(self.process.pid) if word in command_line(pid)]


def command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def below(pid: int) -> list[int]:
    """The processes that this one started, and theirs."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    except OSError:
        return []
    return [deeper for child in map(int, children) for deeper in (child, *below(child))]


# The count -------------------------------------------------------------------------------------------------------


Tally = Counter[str]


def tally(mail: Path) -> Tally:
    """Everything an act leaves behind, by kind: what there is once too often or once too little shows here."""
    found: Tally = Counter()
    for kind in Event.objects.values_list("kind", flat=True):
        found[f"event {kind}"] += 1
    for path in DBTaskResult.objects.filter(status="SUCCESSFUL").values_list("task_path", flat=True):
        found[f"job {path.removeprefix('satupintu.')}"] += 1
    for name, last in NumberBook.objects.values_list("name", "last"):
        found[f"number {name}"] += last
    for model in (Case, Command, Document, WorkDocument, Permit, Notice, Delivery, StoredFile):
        found[f"row {model.__name__}"] = model.objects.count()
    found["permit issued"] = Permit.objects.filter(state=Permit.ISSUED).count()
    found["letter delivered"] = Delivery.objects.filter(state=Delivery.SENT).count()
    found["letter in the box"] = len(set(_letters(mail)))
    return found


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
    return found


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
    soon = waiting.exclude(run_after__gt=now() + timedelta(hours=1), run_after__lt=now() + timedelta(days=999))
    return not soon.exists() and not DBTaskResult.objects.filter(status="FAILED").exists()


def no_undo() -> None:
    """Let notices leave at once."""
    Setting.objects.filter(name="undo_minutes").update(value=0)


# The trial -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Result:
    """One act that was struck, against the same act undisturbed. seconds: until it was done after all."""

    lost: Tally
    doubled: Tally
    flaws: list[str]
    seconds: float

    @property
    def ok(self) -> bool:
        return not (self.lost or self.doubled or self.flaws)


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

    def struck(self, act: str, strike: Callable[[], object], struck: Callable[[], bool]) -> Result:
        """The act, struck; then the same button again until it is done, and nothing else by hand.

        strike: prepares the blow. struck: whether it has fallen; it must have, or the trial proves nothing.
        """
        expected = self.undisturbed(act)

        def disturbed(pressed: Button | None) -> None:
            if pressed is not None:
                pressed.press()
            eventually(struck)
            if pressed is not None:
                pressed.press_until_done()

        found, seconds = self._left_by(act, disturbed, strike)
        return Result(expected - found, found - expected, flaws(), seconds)

    def _left_by(
        self, act: str, press: Callable[[Button | None], object], strike: Callable[[], object] = lambda: None
    ) -> tuple[Tally, float]:
        eventually(quiet)
        before = self._tally_of_act(act)
        pressed = PRESSED[act](self.house.port) if act in PRESSED else None
        strike()
        if act in QUEUED:
            QUEUED[act]()
        began = time.monotonic()
        press(pressed)
        eventually(quiet)
        after = self._tally_of_act(act)
        return after - before, time.monotonic() - began

    def _tally_of_act(self, act: str) -> Tally:
        return tally(self.mail)


def kill(pids: list[int], number: int = signal.SIGKILL) -> None:
    for pid in pids:
        os.kill(pid, number)


__all__ = ["Answer", "Browser", "Button", "House", "Result", "Trials", "button", "eventually", "flaws", "kill", "partial", "quiet", "tally"]
