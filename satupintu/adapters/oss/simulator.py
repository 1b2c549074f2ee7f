# SPDX-License-Identifier: Apache-2.0
"""The other end: an OSS on loopback that takes, answers, delays, refuses, repeats, falls silent, and calls back.

It knows a permohonan again by its Idempotency-Key, gives out numbers beginning with 99 (no real NIB), and calls the
office's webhook with OSS's own token. For the demo and the tests.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from satupintu.adapters.oss.client import HAND_OVER, KEY, ONCE, TOKEN, token
from satupintu.core.oss import ACTIVE, DATA_NIB, LICENCE, STANDARD, faults


def paper(path: str) -> bytes:
    """What lies at this address: as small as a PDF can be, and another for each product."""
    return f"%PDF-1.4\n% CONTOH: surat dari OSS tiruan, {path}\n%%EOF\n".encode()


@dataclass
class Oss:
    """What the simulator keeps and how it behaves.

    mood: "" answers by call-back; "at-once" answers in the answer; "drop" hangs up before taking; "mute" takes and
    hangs up; "wrong" finds the data wrong; a number is that HTTP status. webhook: the office's address up to the
    method, "" for none. follow: it calls back by itself, after `delay` seconds, `repeats` times.
    """

    key: str
    user: str
    password: str
    webhook: str = ""
    mood: str | int = ""
    follow: bool = False
    refuses: str = ""
    delay: float = 0.0
    repeats: int = 1
    address: str = ""
    taken: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, key: str, data: Mapping[str, Any]) -> dict[str, Any]:
        """Keep a permohonan; the same key again is the same permohonan."""
        with self.lock:
            self.asked += 1
            number = len(self.taken) + 1
            new = {"oss_id": f"P-{20260304000000 + number}{number:07d}", "number": number, "data": dict(data)}
            return self.taken.setdefault(key, new)

    # What it issues

    def issued(self, kept: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
        """dataNIB of a permohonan: NIB, projects, and an SS or Izin by the risk of each."""
        number, data = kept["number"], kept["data"]
        nib = data.get("nib") or f"99{number:011d}"
        projects = [
            {**one, "id_proyek": f"R-{20260304000000 + number}{place:07d}"}
            for place, one in enumerate(data["data_proyek"], 1)
        ]
        rows = [self.row(nib, number, place, one) for place, one in enumerate(projects, 1)]
        told = {
            "nib": nib, "oss_id": kept["oss_id"], "id_izin": f"I-{20260304000000 + number}0000000",
            "tgl_terbit_nib": today().date().isoformat(), "status_nib": ACTIVE,
            "data_proyek": projects, "data_checklist": [one for one in rows if one],
        }  # fmt: skip
        return {**told, **changes}

    def row(self, nib: str, number: int, place: int, project: Mapping[str, Any]) -> dict[str, Any]:
        risk = project.get("skala_resiko", "R")
        if risk == "R":
            return {}
        licence = f"I-{20260304000000 + number}{place:07d}"
        return {
            "id_proyek": project["id_proyek"],
            "id_izin": licence,
            "jenis_izin": LICENCE if risk == "T" else STANDARD,
            "no_izin": f"{nib}{place:04d}",
            "tgl_izin": today().date().isoformat(),
            "flag_checklist": "O" if risk == "MR" else "Y",
            "file_izin": f"{self.address}/berkas/{licence}.pdf",
        }

    # Calling the office

    def call(
        self, method: str, body: Mapping[str, Any], *, at: datetime | None = None, sign: str = ""
    ) -> int:
        """Call the office's webhook as OSS does; gives the HTTP status. sign: another token than the right one."""
        inner = next(iter(body.values()))
        day = (at or today()).astimezone(ZoneInfo("Asia/Jakarta")).strftime("%Y%m%d")
        right = token(self.user, self.password, str(inner.get("nib") or ""), day)
        where = urlsplit(f"{self.webhook}/{method}")
        connection = HTTPConnection(where.hostname or "", where.port, timeout=10)
        headers = {TOKEN: sign or right, "Content-Type": "application/json"}
        try:
            connection.request("POST", where.path, json.dumps(body), headers)
            return connection.getresponse().status
        finally:
            connection.close()

    def answer(self, kept: Mapping[str, Any]) -> None:
        """The result that follows by itself; nobody listening is OSS's own matter."""
        threading.Event().wait(self.delay)
        with suppress(OSError):
            for _ in range(self.repeats):
                if self.refuses:
                    self.call("receiveLicenseStatus", {"IZINSTATUS": self.refusal(kept)})
                else:
                    self.call("receiveNIB", {"dataNIB": self.issued(kept)})

    def refusal(self, kept: Mapping[str, Any]) -> dict[str, Any]:
        """IZINSTATUS that says no."""
        return {
            "oss_id": kept["oss_id"], "kd_status": "90", "tgl_status": f"{today():%Y-%m-%d %H:%M:%S}",
            "keterangan": self.refuses or "Ditolak",
        }  # fmt: skip


class Handler(BaseHTTPRequestHandler):
    """One request: POST …/receivePermohonan, or GET /berkas/….pdf."""

    oss: Oss

    def do_GET(self) -> None:
        raw = paper(self.path)
        self.send_response(200)
        self.send_header("Content-Type", "application/pdf")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        mood = self.oss.mood
        if isinstance(mood, int):
            return self.reply(mood, {"message": "simulator"})
        if self.headers.get(KEY) != self.oss.key:
            return self.say(401, keterangan="User Akses Tidak Valid")
        if mood == "drop":
            return None
        if not self.path.endswith(f"/{HAND_OVER}"):
            return self.say(404, keterangan="Akses Service Tidak Ditemukan")
        data = json.loads(raw)["dataNIB"]
        wrong = [str(one) for one in faults(data, DATA_NIB)]
        if mood == "wrong" or wrong:
            return self.say(400, keterangan="; ".join(wrong) or "Data Parameter Salah")
        kept = self.oss.take(self.headers.get(ONCE, ""), data)
        if mood != "mute":
            more = {"dataNIB": self.oss.issued(kept)} if mood == "at-once" else {}
            self.say(200, keterangan="Sukses", oss_id=kept["oss_id"], **more)
        if self.oss.follow and self.oss.webhook:
            threading.Thread(target=self.oss.answer, args=(kept,), daemon=True).start()
        return None

    def say(self, code: int, **more: Any) -> None:
        self.reply(200 if code in (200, 400) else code, {f"respon{HAND_OVER}": {"kode": code, **more}})

    def reply(self, status: int, body: Mapping[str, Any]) -> None:
        raw = json.dumps(body).encode()
        with suppress(OSError):  # whoever asked has gone
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: the demo speaks for itself."""


def today() -> datetime:
    """OSS has a clock of its own."""
    return datetime.fromtimestamp(time.time(), UTC)


def serve(oss: Oss, *, host: str = "127.0.0.1", port: int = 0) -> ThreadingHTTPServer:
    """Start the server in a thread of its own; stop it by `shutdown()` and `server_close()`. Its port is `server_port`."""
    server = ThreadingHTTPServer((host, port), type("Of", (Handler,), {"oss": oss}))
    oss.address = f"http://{host}:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    return server
