# SPDX-License-Identifier: Apache-2.0
"""A phone that loses the network in the middle of sending: what stood stands, nothing half is kept."""

from __future__ import annotations

import http.client
import io
import random
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import Client
from PIL import Image

from satupintu.accounts.models import Account
from satupintu.applications.models import Application, Document
from satupintu.door.models import StoredFile
from satupintu.door.moment import now
from tests import factories as f

BOUNDARY = "batas-isian"


@pytest.fixture
def server(beside: dict[str, str], tmp_path: Path) -> Iterator[int]:
    """The web process of an office, on the data of this test; gives its port."""
    port = f.free_port()
    words = ["granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    words += ["--workers", "1", "--blocking-threads", "2", "--no-ws", "satupintu.config.wsgi:application"]
    with (tmp_path / "web.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", *words], env=beside, stdout=log, stderr=log)
    try:
        f.until(lambda: answers_at(port))
        yield port
    finally:
        process.terminate()
        process.wait(timeout=60)


def answers_at(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def cookies() -> str:
    """What the browser of the applicant sends after he logged in."""
    client = Client()
    account = Account.objects.get(email=f.APPLICANT)
    client.force_login(account, backend=settings.AUTHENTICATION_BACKENDS[0])
    return "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())


def ask(port: int, address: str, cookie: str) -> tuple[str, str]:
    """A page, and the cookies with the key of its form."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", address, headers={"Cookie": cookie})
    with closing(connection), connection.getresponse() as answer:
        assert answer.status == 200
        key = str(answer.headers["Set-Cookie"]).split(";")[0]
        return answer.read().decode(), f"{cookie}; {key}"


def hidden(page: str) -> dict[str, str]:
    """The fields of the page's form that nobody sees."""
    (form,) = re.findall(r'<form[^>]*method="post".*?</form>', page.split("<main", 1)[1], re.DOTALL)[:1]
    return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form))


def upload(page: str) -> bytes:
    """A photo of more than a megabyte, as a browser sends it: many packets, and a temporary file on our side."""
    head = "".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in hidden(page).items()
    )
    head += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="berkas"; filename="ktp.jpg"\r\n\r\n'
    grain, out = Image.frombytes("L", (1100, 1000), random.Random(1).randbytes(1_100_000)), io.BytesIO()
    grain.save(out, "JPEG", quality=95)
    return head.encode() + out.getvalue() + f"\r\n--{BOUNDARY}--\r\n".encode()


def answers(page: str) -> bytes:
    """The second page of the form, as a browser sends it."""
    return urlencode(
        {**hidden(page), "nib": "0305230007716", "nama-usaha": "Warung " + "Baru " * 12}
    ).encode()


def post(port: int, address: str, cookie: str, body: bytes, *, cut: bool) -> int | None:
    """Send a form; cut: its last part never leaves the phone. Gives the status of the answer, if there is one."""
    kind = "application/x-www-form-urlencoded"
    if body.startswith(b"--"):
        kind = f"multipart/form-data; boundary={BOUNDARY}"
    head = (
        f"POST {address} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\nConnection: close\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", port), timeout=30) as phone:
        phone.sendall(head.encode() + (body[:-30] if cut else body))
        if cut:
            phone.shutdown(socket.SHUT_WR)
        answer = phone.recv(65536)
    return int(answer.split()[1]) if answer else None


def kept(draft: Application) -> tuple[Any, ...]:
    """The draft's answers, its documents, and what lies on the disk."""
    folder = Path(settings.HOME) / "files"
    lie = sorted(str(path) for path in folder.rglob("*") if path.is_file())
    return (
        Application.objects.get(pk=draft.pk).answers,
        Document.objects.count(),
        StoredFile.objects.count(),
        lie,
    )


@pytest.mark.parametrize(("page", "body"), [("dokumen/ktp", upload), ("isi/2", answers)])
def test_what_is_cut_off_leaves_what_stood_and_can_be_sent_again(
    server: int, page: str, body: Callable[[str], bytes]
) -> None:
    draft = f.draft(now())
    address, before = f"/permohonan/{draft.key}/{page}", kept(draft)
    shown, cookie = ask(server, address, cookies())
    assert post(server, address, cookie, body(shown), cut=True) in (None, 403)
    assert kept(draft) == before
    assert post(server, address, cookie, body(shown), cut=False) == 302
    assert kept(draft) != before
