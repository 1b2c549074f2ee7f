# SPDX-License-Identifier: Apache-2.0
"""WhatsApp by Meta's official Cloud API: template messages, and the signature of what the API reports back.

An office may only begin a conversation with a template Meta has approved, so a message is the name of a template and
its parameters. The API knows no idempotency key: asked twice, it sends twice (at least once). Our key travels as
`biz_opaque_callback_data` and comes back in every report, so a message whose answer was lost is known when the first
report about it arrives.

Source: Meta, WhatsApp Cloud API: Messages, Message Templates, Error Codes, Webhooks (Graph API v23.0).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

SIGNATURE = "X-Hub-Signature-256"
LATER = frozenset({1, 2, 4, 80007, 130429, 131000, 131016, 131048, 131056, 131057, 133004})
NUMBER = frozenset({130472, 131021, 131026, 131030, 131049, 131050})
TEMPLATE = frozenset({100, 131008, 131009, *range(132000, 132100)})
OFFICE = frozenset({0, 3, 10, 33, 190, 368, 130497, 131005, 131031, 131042, 131045, 133010, *range(200, 300)})
WHY: Mapping[str, frozenset[int]] = {"number": NUMBER, "template": TEMPLATE, "office": OFFICE}


class Unreachable(Exception):
    """Nothing was taken (down, busy, too many); trying again later may help."""


class Unsure(Exception):
    """It was sent and no answer came: it may have been taken. Wait for a report before trying again."""


class Refused(Exception):
    """Refused for good. why: "number", "template", "office" (its access or account) or "other". code: Meta's."""

    def __init__(self, code: int) -> None:
        super().__init__(f"whatsapp {code}")
        self.code = code
        self.why = why(code)


@dataclass(frozen=True, slots=True)
class Message:
    """A template with its parameters, in the order of {{1}}, {{2}} …

    to: number in international form, with or without "+". key: ours, stable per message, at most 512 characters.
    button: the code once more, for templates of the kind "authentication", whose button copies it.
    """

    to: str
    template: str
    parameters: tuple[str, ...]
    key: str
    language: str = "id"
    button: str = ""

    def to_json(self) -> dict[str, Any]:
        """The body of the request."""
        components: list[dict[str, Any]] = []
        if self.parameters:
            components.append({"type": "body", "parameters": [_text(one) for one in self.parameters]})
        if self.button:
            button = {"type": "button", "sub_type": "url", "index": "0"}
            components.append({**button, "parameters": [_text(self.button)]})
        return {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": self.to.lstrip("+"),
            "type": "template",
            "template": {
                "name": self.template,
                "language": {"code": self.language},
                "components": components,
            },
            "biz_opaque_callback_data": self.key,
        }


def switched_on() -> bool:
    """Does this installation send by WhatsApp?"""
    return bool(settings.WHATSAPP_PHONE_ID and settings.WHATSAPP_TOKEN)


def send(message: Message) -> str:
    """Send one message; gives the id under which WhatsApp took it (`wamid…`).

    Raises Unreachable (try later), Unsure (perhaps taken) and Refused (for good).
    """
    answer = _post(f"{settings.WHATSAPP_PHONE_ID}/messages", message.to_json())
    try:
        return str(answer["messages"][0]["id"])
    except (KeyError, IndexError, TypeError):
        raise Unsure("whatsapp answered without an id") from None


def register(name: str, body: str, examples: tuple[str, ...], *, category: str, language: str = "id") -> str:
    """Hand in a template for approval; gives its state ("APPROVED", "PENDING" …).

    body: with {{1}}, {{2}} …; examples: one for each. category: "UTILITY" or "AUTHENTICATION". Raises as `send`.
    """
    text: dict[str, Any] = {"type": "BODY", "text": body}
    if examples:
        text["example"] = {"body_text": [list(examples)]}
    template = {"name": name, "language": language, "category": category, "components": [text]}
    return str(_post(f"{settings.WHATSAPP_ACCOUNT_ID}/message_templates", template).get("status", ""))


def register_code(name: str, *, minutes: int, language: str = "id") -> str:
    """Hand in the template of a code, whose words are Meta's; gives its state. minutes: how long a code holds.

    Source: Meta, Authentication Templates (button of the kind COPY_CODE). Raises as `send`.
    """
    components = [
        {"type": "BODY", "add_security_recommendation": True},
        {"type": "FOOTER", "code_expiration_minutes": minutes},
        {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]},
    ]
    template = {"name": name, "language": language, "category": "AUTHENTICATION", "components": components}
    return str(_post(f"{settings.WHATSAPP_ACCOUNT_ID}/message_templates", template).get("status", ""))


def why(code: int) -> str:
    """What a code of Meta's is about, and so who must act."""
    return next((name for name, codes in WHY.items() if code in codes), "other")


def signature(raw: bytes, secret: str) -> str:
    """What stands in the header SIGNATURE: HMAC-SHA256 of the body as it came, with the app's secret."""
    return "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def genuine(raw: bytes, header: str, secret: str) -> bool:
    """Did Meta sign this body? In constant time; without a secret nothing is genuine."""
    return bool(secret) and hmac.compare_digest(signature(raw, secret).encode(), header.encode())


def _text(words: str) -> dict[str, str]:
    # A parameter may hold no line break, no tab and no run of spaces (error 132018).
    return {"type": "text", "text": " ".join(words.split())}


def _post(path: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """No library: one address, one verb, no redirect to follow with the token."""
    base = urlsplit(settings.WHATSAPP_URL)
    kind = HTTPSConnection if base.scheme == "https" else HTTPConnection
    connection = kind(base.hostname or "", base.port, timeout=settings.WHATSAPP_TIMEOUT)
    headers = {"Authorization": f"Bearer {settings.WHATSAPP_TOKEN}", "Content-Type": "application/json"}
    try:
        try:
            connection.connect()
        except OSError as problem:
            raise Unreachable(f"whatsapp {type(problem).__name__}") from problem
        connection.request("POST", f"{base.path}/{path}", json.dumps(body), headers)
        answer = connection.getresponse()
        return _understood(answer.status, answer.read(1_000_000))
    except (OSError, HTTPException) as problem:
        raise Unsure(f"whatsapp {type(problem).__name__}") from problem
    finally:
        connection.close()


def _understood(status: int, raw: bytes) -> dict[str, Any]:
    try:
        told = json.loads(raw)
        if 200 <= status < 300 and isinstance(told, dict):
            return told
        code = int(told["error"]["code"])
    except (ValueError, KeyError, TypeError):
        code = -1
    if 200 <= status < 300:
        raise Unsure("whatsapp answered what cannot be read")
    if code in OFFICE and status != 429:
        raise Refused(code)
    if status == 429 or status >= 500 or code in LATER:
        raise Unreachable(f"whatsapp {status} {code}")
    raise Refused(code)
