# SPDX-License-Identifier: Apache-2.0
"""What WhatsApp reports: checked, stored, queued. No session, no form token: the signature says who speaks.

Source: Meta, Graph API Webhooks (verification requests; X-Hub-Signature-256 over the raw body); WhatsApp Cloud API,
webhooks of the field "messages" (statuses, messages).
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from satupintu.adapters.whatsapp import client
from satupintu.core import telling
from satupintu.notices import actions

MOST_BYTES = 1_000_000
_CHALLENGE = re.compile(r"[\w.-]{1,200}", re.ASCII)


@csrf_exempt
@require_http_methods(["GET", "POST"])
def whatsapp(request: HttpRequest) -> HttpResponse:
    """The handshake (GET) and the reports (POST); 404 where no app secret is set."""
    if not settings.WHATSAPP_SECRET:
        raise Http404
    return _handshake(request) if request.method == "GET" else _reports(request)


def _handshake(request: HttpRequest) -> HttpResponse:
    """Meta asks once whether this address is ours: whoever knows our word gets its challenge back."""
    word, challenge = request.GET.get("hub.verify_token", ""), request.GET.get("hub.challenge", "")
    known = hmac.compare_digest(word.encode(), settings.WHATSAPP_VERIFY.encode())
    if not (
        known and word and request.GET.get("hub.mode") == "subscribe" and _CHALLENGE.fullmatch(challenge)
    ):
        return _answer(403)
    return _answer(200, challenge)


def _reports(request: HttpRequest) -> HttpResponse:
    """Store and queue what is genuine and new. Whatever else stands in it is none of our business: 200 all the same."""
    if len(request.body) > MOST_BYTES:
        return _answer(413)
    if not client.genuine(request.body, request.headers.get(client.SIGNATURE, ""), settings.WHATSAPP_SECRET):
        return _answer(403)
    try:
        values = list(_values(json.loads(request.body)))
        reports = [told for value in values for told in _told(value)]
        stops = [stop for value in values for stop in _stops(value)]
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return _answer(400)
    actions.take_reports(reports)
    for number, at in stops:
        actions.stop(number, at)
    return _answer(200)


def _values(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """What concerns our own number."""
    for entry in body.get("entry", []):
        for change in entry.get("changes", []):
            value = change.get("value", {})
            about = value.get("metadata", {}).get("phone_number_id", "")
            if change.get("field") == "messages" and about == settings.WHATSAPP_PHONE_ID:
                yield value


def _told(value: Mapping[str, Any]) -> Iterator[actions.Told]:
    for status in value.get("statuses", []):
        errors = status.get("errors") or [{}]
        yield actions.Told(
            key=str(status.get("biz_opaque_callback_data", "")),
            carrier_id=str(status["id"])[:200],
            status=str(status["status"]),
            code=max(0, min(int(errors[0].get("code", 0)), 2**31 - 1)),
            at=_moment(status["timestamp"]),
        )


def _stops(value: Mapping[str, Any]) -> Iterator[tuple[str, datetime]]:
    """(number, time) of everybody who asks for an end."""
    for message in value.get("messages", []):
        words = (message.get("text") or {}).get("body", "")
        if telling.wants_stop(str(words)):
            yield f"+{str(message['from']).lstrip('+')}", _moment(message["timestamp"])


def _moment(seconds: str) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)


def _answer(status: int, words: str = "") -> HttpResponse:
    return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")
