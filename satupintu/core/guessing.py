# SPDX-License-Identifier: Apache-2.0
"""How often somebody may try: pure rules about buckets that fill with each try and leak with time.

Four buckets are asked at once: of the name that is typed, of the network address, of its network, and of everybody.
A full one first asks for a proof of work, then for patience that doubles with every further try. A browser that has
logged in to this account before has a bucket of its own, so that strangers cannot keep the owner out.
Source: OWASP, "Slow Down Online Guessing Attacks with Device Cookies"; NIST SP 800-63B, 5.2.2.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import ip_address, ip_network


class Scope(StrEnum):
    """Whose tries a bucket counts."""

    NAME = "name"
    ADDRESS = "address"
    NETWORK = "network"
    EVERYBODY = "everybody"
    DEVICE = "device"


@dataclass(frozen=True, slots=True)
class Rule:
    """One scope's patience.

    ask: tries from which a proof is asked; wait: tries from which the next one has to wait, first so long, doubling,
    at the longest so long. forget: after this time one try is forgotten.
    """

    ask: float
    wait: float
    first: timedelta
    longest: timedelta
    forget: timedelta


@dataclass(frozen=True, slots=True)
class Bucket:
    """Tries counted until `at`, some forgotten already; `at` None: none yet."""

    level: float = 0.0
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """May this try go on? until: the instant before which it may not. proof: only with a proof of work. full: whose
    buckets say so."""

    until: datetime | None = None
    proof: bool = False
    full: frozenset[Scope] = frozenset()

    @property
    def go(self) -> bool:
        return self.until is None and not self.proof


S, M, H = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)

PASSWORD: Mapping[Scope, Rule] = {
    Scope.NAME: Rule(ask=3, wait=5, first=30 * S, longest=1 * H, forget=1 * H),
    # a village hall or a whole mobile network stands behind one address: a proof early, patience late
    Scope.ADDRESS: Rule(ask=6, wait=40, first=30 * S, longest=15 * M, forget=2 * M),
    Scope.NETWORK: Rule(ask=30, wait=300, first=10 * S, longest=5 * M, forget=12 * S),
    Scope.EVERYBODY: Rule(ask=300, wait=math.inf, first=0 * S, longest=0 * S, forget=4 * S),
    Scope.DEVICE: Rule(ask=math.inf, wait=10, first=1 * M, longest=1 * H, forget=10 * M),
}
"""Wrong passwords. Right ones are given back, so they cost nothing."""

LETTER: Mapping[Scope, Rule] = {
    Scope.NAME: Rule(ask=math.inf, wait=3, first=1 * M, longest=24 * H, forget=4 * H),
    # a counter that registers people all day sends one letter every few minutes
    Scope.ADDRESS: Rule(ask=8, wait=30, first=1 * M, longest=1 * H, forget=3 * M),
    Scope.NETWORK: Rule(ask=60, wait=300, first=30 * S, longest=1 * H, forget=30 * S),
    Scope.EVERYBODY: Rule(ask=300, wait=math.inf, first=0 * S, longest=0 * S, forget=10 * S),
    Scope.DEVICE: Rule(ask=math.inf, wait=5, first=5 * M, longest=24 * H, forget=1 * H),
}
"""Letters with a code, to whoever is named: registering, forgotten password, code for a new device."""


def level(bucket: Bucket, rule: Rule, at: datetime) -> float:
    """Tries that are not forgotten yet at this instant. A clock that was set back forgets nothing."""
    if bucket.at is None:
        return 0.0
    return max(0.0, bucket.level - max(timedelta(0), at - bucket.at) / rule.forget)


def opens(bucket: Bucket, rule: Rule) -> datetime | None:
    """The instant from which the next try may come; None: at once."""
    if bucket.at is None or (counted := _whole(bucket.level)) < rule.wait:
        return None
    doublings = min(int(counted - rule.wait), 40)
    return bucket.at + min(rule.longest, rule.first * (1 << doublings))


def _whole(tries: float) -> int:
    """A try that is forgotten in part still counts as one; the rest is noise of floating point."""
    return math.ceil(tries - 1e-6)


def weigh(
    buckets: Mapping[Scope, Bucket], rules: Mapping[Scope, Rule], at: datetime, *, proven: bool
) -> Verdict:
    """What these buckets say together: the longest wait, else whether a proof is still missing."""
    waits = {
        scope: until for scope, it in buckets.items() if (until := opens(it, rules[scope])) and until > at
    }
    if waits:
        return Verdict(until=max(waits.values()), full=frozenset(waits))
    asking = {
        scope for scope, it in buckets.items() if _whole(level(it, rules[scope], at)) >= rules[scope].ask
    }
    return Verdict(proof=bool(asking) and not proven, full=frozenset(asking))


def after(bucket: Bucket, rule: Rule, at: datetime) -> Bucket:
    """The bucket with one more try in it."""
    return Bucket(level(bucket, rule, at) + 1, max(at, bucket.at or at))


def given_back(bucket: Bucket) -> Bucket:
    """The bucket without the try that turned out to be right. Older ones stay: a guesser who now and then logs in
    to an account of his own gains nothing."""
    return Bucket(max(0.0, bucket.level - 1), bucket.at)


def network(address: str) -> str:
    """The network an address belongs to: /24 of IPv4, /64 of IPv6 (one household or one mobile cell).

    "" for what tells nobody apart: no address at all, or this machine's own, which a web server in front has there.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return ""
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    if parsed.is_loopback:
        return ""
    return str(ip_network(f"{parsed}/{24 if parsed.version == 4 else 64}", strict=False))
