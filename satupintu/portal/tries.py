# SPDX-License-Identifier: Apache-2.0
"""How often one address may try: a guesser gets a few tries a minute, a person never notices."""

from __future__ import annotations

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

WINDOW_SECONDS = 60


def allowed(request: HttpRequest, what: str, *, tries: int) -> bool:
    """Take one of this address's tries; False when all of the last minute's are used up.

    Each try is a cache row of its own that lapses after a minute; `add` is atomic, so tries sent at once are counted too.
    The address itself is not kept, only its keyed hash.
    """
    address = salted_hmac("satupintu.portal.tries", request.META.get("REMOTE_ADDR", "")).hexdigest()[:32]
    keys = [f"tries:{what}:{address}:{n}" for n in range(tries)]
    used = cache.get_many(keys)
    return any(cache.add(key, 1, WINDOW_SECONDS) for key in keys if key not in used)
