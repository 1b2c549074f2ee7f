# SPDX-License-Identifier: Apache-2.0
"""What somebody typed while his session had ended: it waits, sealed, until he has logged in and is back on the page."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from django.http import HttpRequest

from satupintu.door.fields import decrypt, encrypt

PLACE = "portal.kept"
PURPOSE = "kept-fields"
LONGEST = 60_000  # letters; a form of ours is far smaller
NOT_TYPED = frozenset({"csrfmiddlewaretoken", "command_id", "version"})


def keep(request: HttpRequest, fields: Mapping[str, str]) -> bool:
    """Keep these fields for this page in the session; False when there was nothing, or too much, to keep.

    They may hold a NIK, so they rest encrypted like every other place where one rests.
    """
    typed = {name: text for name, text in fields.items() if name not in NOT_TYPED and text}
    if not typed:
        return False
    plain = json.dumps({"page": request.path, "fields": typed})
    if len(plain) > LONGEST:
        return False
    request.session[PLACE] = base64.b64encode(encrypt(plain.encode(), purpose=PURPOSE)).decode()
    return True


def take(request: HttpRequest) -> dict[str, str]:
    """What was kept for this page, once; {} when nothing was. What was kept for another page stays there."""
    sealed = request.session.get(PLACE)
    if not isinstance(sealed, str):
        return {}
    try:
        found = json.loads(decrypt(base64.b64decode(sealed), purpose=PURPOSE))
    except (InvalidTag, ValueError):
        del request.session[PLACE]
        return {}
    if found["page"] != request.path:
        return {}
    del request.session[PLACE]
    return {str(name): str(text) for name, text in found["fields"].items()}
