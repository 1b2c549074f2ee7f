# SPDX-License-Identifier: Apache-2.0
"""The other end of the Cloud API on loopback: takes, refuses, delays, drops, and reports back, signed as Meta signs.

Every message taken is a file NNNNNN.json in a folder, with its text and its state: for the demo and the tests.
A number whose last digits say so is not on WhatsApp, so that a failure can be seen in the demo, too.
"""

from __future__ import annotations

import json
import re
import threading
import time
from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from satupintu.adapters.whatsapp.client import SIGNATURE, signature

NOT_ON_WHATSAPP = "0000"  # the last digits of a number that has no WhatsApp
NO_SUCH_NUMBER = (131026, "Message undeliverable")
CODE = "*{{1}}* adalah kode verifikasi Anda. Demi keamanan, jangan bagikan kode ini."  # Meta's words
_PLACE = re.compile(r"\{\{(\d+)\}\}")


@dataclass
class Phone:
    """What the simulator keeps and how it behaves.

    mood: "" takes; "drop" hangs up before taking; "mute" takes and hangs up without an answer; "slow" takes and
    answers after `delay` seconds; a pair (HTTP status, Meta's code) is that refusal. webhook: where reports go,
    "" for nowhere. reports: those that follow a taken message by themselves. strict: unknown templates are refused.
    """

    folder: Path
    token: str
    secret: str
    webhook: str = ""
    phone_id: str = "100200300"
    account_id: str = "400500600"
    mood: str | tuple[int, int] = ""
    delay: float = 0.0
    strict: bool = False
    reports: tuple[str, ...] = ()
    templates: dict[tuple[str, str], str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    # Messages

    def taken(self) -> list[dict[str, Any]]:
        """All messages, oldest first."""
        with self.lock:
            found = sorted(self.folder.glob("*.json"), key=lambda path: path.name)
            return [json.loads(path.read_text("utf-8")) for path in found]

    def take(self, body: Mapping[str, Any]) -> str:
        """Keep a message; gives its id."""
        with self.lock:
            self.folder.mkdir(parents=True, exist_ok=True)
            number = len(list(self.folder.glob("*.json"))) + 1
            wamid = "wamid." + b64encode(f"simulator-{number:06d}".encode()).decode()
            kept = {
                "id": wamid,
                "to": body["to"],
                "key": body.get("biz_opaque_callback_data", ""),
                "template": body["template"]["name"],
                "parameters": _parameters(body),
                "text": self.text(body),
                "at": time.time(),
                "status": "accepted",
            }
            (self.folder / f"{number:06d}.json").write_text(json.dumps(kept), "utf-8")
            return wamid

    def text(self, body: Mapping[str, Any]) -> str:
        """The words as the phone shows them; of a template nobody has handed in, its parameters."""
        template, words = body["template"], _parameters(body)
        pattern = self.templates.get((template["name"], template["language"]["code"]))
        if pattern is None:
            return f"[{template['name']}] " + " · ".join(words)
        return _PLACE.sub(lambda hit: words[int(hit[1]) - 1], pattern)

    def trouble(self, body: Mapping[str, Any]) -> tuple[int, int] | None:
        """(HTTP status, code) of what is wrong with this message, as the API would say it."""
        if isinstance(self.mood, tuple):
            return self.mood
        template = body.get("template", {})
        pattern = self.templates.get((template.get("name", ""), template.get("language", {}).get("code", "")))
        if pattern is None:
            return (404, 132001) if self.strict else None
        wanted = len(set(_PLACE.findall(pattern)))
        return None if len(_parameters(body)) == wanted else (400, 132000)

    # Reports

    def report(self, wamid: str, status: str, *, code: int = 0, at: float | None = None) -> tuple[bytes, str]:
        """A signed report on a message: (body, signature). status: sent, delivered, read or failed."""
        kept = next(one for one in self.taken() if one["id"] == wamid)
        told: dict[str, Any] = {
            "id": wamid,
            "status": status,
            "timestamp": str(int(time.time() if at is None else at)),
            "recipient_id": kept["to"],
            "biz_opaque_callback_data": kept["key"],
        }
        if status == "failed":
            code = code or NO_SUCH_NUMBER[0]
            told["errors"] = [{"code": code, "title": NO_SUCH_NUMBER[1], "message": NO_SUCH_NUMBER[1]}]
        return self.sign({"statuses": [told]})

    def reply(self, number: str, words: str, *, at: float | None = None) -> tuple[bytes, str]:
        """A signed report that this number has written these words to the office."""
        when = str(int(time.time() if at is None else at))
        said = {
            "from": number,
            "id": "wamid.reply",
            "timestamp": when,
            "type": "text",
            "text": {"body": words},
        }
        return self.sign({"messages": [said]})

    def sign(self, value: Mapping[str, Any]) -> tuple[bytes, str]:
        about = {"display_phone_number": "620000000", "phone_number_id": self.phone_id}
        whole = {"messaging_product": "whatsapp", "metadata": about, **value}
        entry = {"id": self.account_id, "changes": [{"field": "messages", "value": whole}]}
        raw = json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()
        return raw, signature(raw, self.secret)

    def post(self, signed: tuple[bytes, str]) -> int:
        """Call the office's webhook; gives the HTTP status."""
        raw, header = signed
        address = urlsplit(self.webhook)
        connection = HTTPConnection(address.hostname or "", address.port, timeout=5)
        try:
            connection.request(
                "POST", address.path, raw, {SIGNATURE: header, "Content-Type": "application/json"}
            )
            return connection.getresponse().status
        finally:
            connection.close()

    def follow(self, wamid: str) -> None:
        """The reports that follow by themselves; a number without WhatsApp fails."""
        if not self.webhook:
            return
        kept = next(one for one in self.taken() if one["id"] == wamid)
        reports = ("failed",) if kept["to"].endswith(NOT_ON_WHATSAPP) else self.reports
        for status in reports:
            self.note(wamid, status)
            with suppress(OSError):  # nobody listens: Meta would try again later
                self.post(self.report(wamid, status))

    def note(self, wamid: str, status: str) -> None:
        with self.lock:
            for path in self.folder.glob("*.json"):
                kept = json.loads(path.read_text("utf-8"))
                if kept["id"] == wamid:
                    path.write_text(json.dumps({**kept, "status": status}), "utf-8")


class Handler(BaseHTTPRequestHandler):
    """One request: POST /vNN.N/{id}/messages or /vNN.N/{id}/message_templates."""

    phone: Phone

    def do_POST(self) -> None:
        _version, _, path = self.path.lstrip("/").partition("/")
        raw = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if self.headers.get("Authorization") != f"Bearer {self.phone.token}":
            return self.refuse(401, 190)
        try:
            body = json.loads(raw)
        except ValueError:
            return self.refuse(400, 100)
        if path == f"{self.phone.phone_id}/messages":
            return self.message(body)
        if path == f"{self.phone.account_id}/message_templates":
            words = next(one.get("text", CODE) for one in body["components"] if one["type"] == "BODY")
            self.phone.templates[body["name"], body["language"]] = words
            return self.answer(200, {"id": "1", "status": "APPROVED", "category": body["category"]})
        return self.refuse(400, 33)

    def message(self, body: Mapping[str, Any]) -> None:
        mood, trouble = self.phone.mood, self.phone.trouble(body)
        if mood == "drop":
            return
        if trouble:
            self.refuse(*trouble)
            return
        wamid = self.phone.take(body)
        if mood == "slow":
            threading.Event().wait(self.phone.delay)
        if mood != "mute":
            contact = {"input": body["to"], "wa_id": body["to"]}
            told = {"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": wamid}]}
            self.answer(200, told)
        threading.Thread(target=self.phone.follow, args=(wamid,), daemon=True).start()

    def refuse(self, status: int, code: int) -> None:
        error = {"message": f"(#{code})", "type": "OAuthException", "code": code, "fbtrace_id": "simulator"}
        self.answer(status, {"error": error})

    def answer(self, status: int, body: Mapping[str, Any]) -> None:
        raw = json.dumps(body).encode()
        with suppress(OSError):  # whoever asked has gone
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: the demo speaks for itself."""


def serve(phone: Phone, *, host: str = "127.0.0.1", port: int = 0) -> ThreadingHTTPServer:
    """Start the server in a thread of its own; stop it by `shutdown()` and `server_close()`. Its port is `server_port`."""
    server = ThreadingHTTPServer((host, port), type("Of", (Handler,), {"phone": phone}))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    return server


def _parameters(body: Mapping[str, Any]) -> list[str]:
    parts = body.get("template", {}).get("components", [])
    return [one["text"] for part in parts if part["type"] == "body" for one in part["parameters"]]
