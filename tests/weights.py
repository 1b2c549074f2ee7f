# SPDX-License-Identifier: Apache-2.0
"""What a page costs: bytes on a first visit, and SQL queries. Used by the tests and by bench/pages.py."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

KIB = 1024
_LINKED = re.compile(r'(?:href|src)="(/static/[^"#?]+)')


def first_visit(html: bytes) -> int:
    """Bytes that travel on a first visit: the page, and each style sheet, script and picture it names, once.

    Everything gzipped: the files as they lie ready beside themselves, the page as a proxy packs it.
    """
    linked = set(_LINKED.findall(html.decode()))
    return len(gzip.compress(html, 6)) + sum(served(address) for address in linked)


def served(address: str) -> int:
    """Bytes of a static file as it is served: the packed one where it is smaller."""
    plain = Path(settings.STATIC_ROOT) / address.removeprefix(settings.STATIC_URL)
    packed = plain.with_name(f"{plain.name}.gz")
    return (packed if packed.exists() else plain).stat().st_size


def visit(client: Any, address: str) -> tuple[Any, list[str]]:
    """The answer, and the SQL it took once the office's rules are in memory, as in any process but a new one."""
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address)
    return answer, [query["sql"] for query in asked]
