# SPDX-License-Identifier: Apache-2.0
"""The guard at the way in: whose tries are counted, when a proof of work is asked, which browser is known.

The rules are core/guessing.py's, the counting is the data base's; here a request is turned into what they ask for.
Source: OWASP, "Slow Down Online Guessing Attacks with Device Cookies"; ALTCHA proof of work v2.
"""

from __future__ import annotations

import json
import logging
import math
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import altcha
from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from satupintu.accounts import actions, queries
from satupintu.accounts.models import Account
from satupintu.core.guessing import LETTER, PASSWORD, Rule, Scope, network, weigh
from satupintu.core.identifier import identify
from satupintu.door.fields import blind_index
from satupintu.door.keys import key
from satupintu.door.moment import now

log = logging.getLogger(__name__)

Keys = Mapping[Scope, str]
RULES: Mapping[str, Mapping[Scope, Rule]] = {"password": PASSWORD, "letter": LETTER}


# One try -----------------------------------------------------------------------------------------------------------


def take(request: HttpRequest, what: str, typed: str, account: Account | None, *, proof: bool = True) -> Keys:
    """Take one try, or say why not; gives the buckets it was counted in.

    what: "password" or "letter". typed: who somebody says he is. account: whom that means, for known browsers.
    proof: whether a proof of work may be asked; not where the letter itself is what takes its place.
    Raises ValidationError, code "held" or "proof".
    """
    at, rules = now(), RULES[what]
    nonce = _devices(request).get(_tag(account)) if account else None
    if nonce:
        own = {Scope.DEVICE: _key(what, Scope.DEVICE, nonce)}
        if actions.take_try(own, rules, at, proven=True).go:
            return own
    keys = _keys(request, what, typed)
    verdict = actions.take_try(keys, rules, at, proven=not proof or _proof_spent(request, at))
    if Scope.EVERYBODY in verdict.full and cache.add(f"tries:spray:{what}", 1, 3600):
        log.warning("many tries from many places", extra={"what": what})
    if verdict.until:
        raise ValidationError(_patience(verdict.until - at), "held")
    if verdict.proof:
        raise ValidationError(ASK_PROOF[what], "proof")
    return keys


def give_back(keys: Keys) -> None:
    """The try was right."""
    actions.give_try_back(keys)


def _keys(request: HttpRequest, what: str, typed: str) -> Keys:
    """Buckets of a stranger. Each spelling counts by itself: one account's e-mail and telephone share none, for a
    common one would tell that they belong together."""
    address = get_adapter(request).get_client_ip(request)
    near = network(address)
    counted = {
        Scope.NAME: identify(typed).value if typed else "",
        Scope.ADDRESS: address if near else "",
        Scope.NETWORK: near,
        Scope.EVERYBODY: "*",
    }
    return {scope: _key(what, scope, value) for scope, value in counted.items() if value}


def _key(what: str, scope: Scope, value: str) -> str:
    return blind_index(f"{what}:{scope}:{value}", purpose="tries")


ASK_PROOF = {
    "password": _("Satu langkah lagi: ketik kata sandi sekali lagi, lalu tekan Masuk."),
    "letter": _("Satu langkah lagi: tekan tombolnya sekali lagi."),
}
"""The page that says so draws the challenge; without JavaScript it offers a code by e-mail."""


def _patience(wait: timedelta) -> Any:
    minutes = math.ceil(wait / timedelta(minutes=1))
    return ngettext_lazy(
        "Sudah terlalu banyak percobaan. Coba lagi dalam %(n)d menit.",
        "Sudah terlalu banyak percobaan. Coba lagi dalam %(n)d menit.",
        minutes,
    ) % {"n": minutes}


# Proof of work -----------------------------------------------------------------------------------------------------

FIELD = "proof"
LASTS = timedelta(minutes=20)


def challenge(request: HttpRequest, what: str, typed: str) -> str:
    """The challenge to draw into this form, as JSON; "" while nobody is asked for any."""
    at, rules = now(), RULES[what]
    if not weigh(queries.buckets(_keys(request, what, typed)), rules, at, proven=False).full:
        return ""
    made = altcha.create_challenge(
        "PBKDF2/SHA-256",
        settings.PROOF_ROUNDS,
        counter=secrets.randbelow(settings.PROOF_STEPS),
        data={
            "until": int((at + LASTS).timestamp())
        },  # not altcha's own expiry: it goes by another clock than ours
        hmac_secret=key("proof"),
        hmac_key_secret=key("proof-solved"),
    )
    return json.dumps(made.to_dict())


def _proof_spent(request: HttpRequest, at: datetime) -> bool:
    """Did this request bring a solved challenge that nobody has used?"""
    brought = request.POST.get(FIELD, "")[:4000]
    if (
        not brought
        or not altcha.verify_solution(brought, key("proof"), hmac_key_secret=key("proof-solved")).verified
    ):
        return False
    solved = altcha.Payload.from_base64(brought).challenge
    until = datetime.fromtimestamp((solved.parameters.data or {})["until"], UTC)
    return until > at and actions.spend_proof(str(solved.signature), until, at)


# Known browsers ----------------------------------------------------------------------------------------------------

KNOWN_FOR = timedelta(days=180)
MOST_KNOWN = 8  # accounts of one browser: a family, a village office
COOKIE = "__Host-spdev" if settings.SESSION_COOKIE_SECURE else "spdev"
SALT = "satupintu.device"


def remember(request: HttpRequest, response: HttpResponse, account: Account) -> None:
    """From now on this browser's tries at this account are counted by themselves. It opens nothing."""
    known = _devices(request)
    nonce = known.pop(_tag(account), "") or secrets.token_urlsafe(12)
    kept = dict([*known.items(), (_tag(account), nonce)][-MOST_KNOWN:])
    response.set_cookie(
        COOKIE,
        signing.dumps(kept, salt=SALT),
        max_age=KNOWN_FOR,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def _devices(request: HttpRequest) -> dict[str, str]:
    try:
        return dict(signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=KNOWN_FOR))
    except (signing.BadSignature, ValueError, TypeError):
        return {}


def _tag(account: Account) -> str:
    return blind_index(str(account.pk), purpose="device")[:16]


# Where somebody logs in from ---------------------------------------------------------------------------------------

BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"), ("Chrome", "Chrome"),
            ("Safari", "Safari"))  # fmt: skip
SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "Mac"), ("Linux", "Linux"))  # fmt: skip


def device_words(request: HttpRequest) -> str:
    """The browser and its machine in two words, "Chrome di Android"; what it says of itself in full is not kept."""
    said = request.META.get("HTTP_USER_AGENT", "")
    browser = next((name for sign, name in BROWSERS if sign in said), "")
    system = next((name for sign, name in SYSTEMS if sign in said), "")
    return f"{browser or _('Peramban lain')} di {system}" if system else browser or str(_("Peramban lain"))


def near(request: HttpRequest) -> str:
    """The network a request comes from, shortened: enough to say "not mine", too little to find a house."""
    whole = network(get_adapter(request).get_client_ip(request)).partition("/")[0]
    return whole.removesuffix("0") + "x" if "." in whole else whole
