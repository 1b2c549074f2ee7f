# SPDX-License-Identifier: Apache-2.0
"""What granian serves."""

import io
import os
from collections.abc import Callable, Iterable
from typing import IO, Any

from django.core.wsgi import get_wsgi_application

Serve = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Whole(io.RawIOBase):
    """A body that must come whole: one that ends early is an error, not a shorter body.

    WSGI knows no other sign of a lost connection than an early end, and Django takes what came for everything: half an
    answer would be saved. Reading raises OSError, which Django gives on as UnreadablePostError.
    """

    def __init__(self, body: IO[bytes], length: int) -> None:
        self.body, self.left = body, length

    def readable(self) -> bool:
        return True

    def readinto(self, room: Any) -> int:
        wanted, came = min(len(room), self.left), 0
        while came < wanted and (part := self.body.read(wanted - came)):
            room[came : came + len(part)] = part
            came += len(part)
        self.left -= came
        if came < wanted:
            raise OSError("the connection ended before the body did")
        return came


def whole_bodies(serve: Serve) -> Serve:
    """The same application, which no half of a request ever reaches."""

    def served(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or "0"
        if length.isdecimal():
            environ["wsgi.input"] = Whole(environ["wsgi.input"], int(length))
        return serve(environ, start_response)

    return served


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "satupintu.config.settings")
application = whole_bodies(get_wsgi_application())
