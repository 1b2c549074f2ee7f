# SPDX-License-Identifier: Apache-2.0
"""The official sheets for everybody: printed once, asked for often, never more than the server can bear."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from satupintu.cases.models import Case
from satupintu.catalog.models import ServiceVersion
from satupintu.catalog.sheets import House, standar
from satupintu.core import standard
from satupintu.door.moment import at_moment
from satupintu.offices.models import Office
from satupintu.portal import sheets
from satupintu.portal.views import sheets as views
from tests import factories as f
from tests.pdf import text_of

Stage = Callable[[str], Case]
SERVICE = "/mempawah/layanan/sertifikat-standar"
PDFS = ("standar.pdf", "sop.pdf", "poster.pdf", "poster.pdf?kertas=a3")


@pytest.fixture(autouse=True)
def nothing_printed(stage: Stage) -> Iterator[None]:
    """An empty shelf, no tries used, and a published service."""
    stage("unduh")
    cache.clear()
    sheets._shelf.clear()  # noqa: SLF001
    yield
    sheets._shelf.clear()  # noqa: SLF001


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was printed, in order; the press prints a line of text."""
    done: list[str] = []

    def press(kind: sheets.Kind) -> Callable[[sheets.Source], bytes]:
        return lambda source: done.append(kind) or f"%PDF {kind} {source.house.address}".encode()  # type: ignore[func-returns-value]

    monkeypatch.setattr(sheets, "_PRESS", {kind: press(kind) for kind in sheets._PRESS})  # noqa: SLF001
    return done


def asked(client: Client, name: str, **headers: str) -> Any:
    return client.get(f"{SERVICE}/{name}", headers=headers)


# Printing -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PDFS)
def test_a_sheet_is_printed_once_and_known_again(name: str, client: Client, printed: list[str]) -> None:
    first, again = asked(client, name), asked(client, name)
    assert first.status_code == 200
    assert first["Content-Type"] == "application/pdf"
    assert first.content == again.content
    assert first["ETag"] == again["ETag"]
    for tag in (first["ETag"], f'"x", W/{first["ETag"]}'):
        known = asked(client, name, if_none_match=tag)
        assert (known.status_code, known.content, known["ETag"]) == (304, b"", first["ETag"])
    assert len(printed) == 1


def test_each_sheet_has_a_name_of_its_own_and_strange_wishes_none(client: Client, printed: list[str]) -> None:
    assert len({asked(client, name)["ETag"] for name in PDFS}) == len(PDFS) == len(printed)
    plain = asked(client, "poster.pdf")["ETag"]
    assert {asked(client, f"poster.pdf?kertas={n}&x={n}")["ETag"] for n in range(5)} == {plain}
    assert len(printed) == len(PDFS)


def test_another_word_on_it_is_another_sheet(client: Client, printed: list[str]) -> None:
    before = asked(client, "standar.pdf")
    Office.objects.filter(slug="mempawah").update(address="Jalan Baru Nomor 1")
    after = asked(client, "standar.pdf", if_none_match=before["ETag"])
    assert after.status_code == 200
    assert b"Jalan Baru" in after.content
    assert printed == ["standar", "standar"]


def test_another_version_and_another_tariff_are_another_sheet() -> None:
    office = Office.objects.get(slug="mempawah")
    found = sheets.source(office, f.SERVICE, f.AT.date())
    service = standar.service_of(found.package)
    names = {
        found.etag("standar"),
        sheets.Source("mempawah", f.SERVICE, found.package, found.house, date(2024, 1, 1), found.page).etag("standar"),
        sheets.Source("mempawah", f.SERVICE, found.package, found.house, found.day, "").etag("standar"),
        sheets.Source("mempawah", f.SERVICE, found.package, House("K", ("K",)), found.day, found.page).etag("standar"),
    }  # fmt: skip
    assert service.tariff_on(date(2024, 1, 1)) is None
    assert len(names) == 4


def test_nobody_makes_the_server_print_without_end(
    client: Client, printed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "PRINT_TRIES", 2)
    assert [asked(client, name).status_code for name in PDFS] == [200, 200, 429, 429]
    assert len(printed) == 2
    assert [asked(client, name).status_code for name in PDFS] == [
        200,
        200,
        429,
        429,
    ]  # what lies there is given
    assert len(printed) == 2


def test_the_shelf_keeps_what_was_asked_for_last() -> None:
    shelf = sheets.Shelf(3)
    for name in "abc":
        shelf.put(name, name.encode())
    assert shelf.get("a") == b"a"
    shelf.put("d", b"d")
    assert [shelf.get(name) for name in "abcd"] == [b"a", None, b"c", b"d"]


def test_the_printed_sheet_is_made_from_the_published_version(client: Client) -> None:
    version = ServiceVersion.objects.get(slug=f.SERVICE, office__slug="mempawah")
    paper = text_of(asked(client, "standar.pdf").content)
    assert version.digest[:12] in paper
    assert f"{settings.PUBLIC_URL}{SERVICE}".split("://")[1] in paper


# Pages --------------------------------------------------------------------------------------------------------------


def test_the_service_page_leads_to_every_sheet(client: Client) -> None:
    page = client.get(SERVICE).content.decode()
    for name in ("standar", "sop", *PDFS):
        assert f'href="{SERVICE}/{name}"' in page
        assert asked(client, name).status_code == 200


def test_the_page_of_the_standard_says_what_the_service_page_says(client: Client) -> None:
    page, service = asked(client, "standar").content.decode(), client.get(SERVICE).content.decode()
    found = sheets.source(Office.objects.get(slug="mempawah"), f.SERVICE, f.AT.date())
    for part in standard.parts(standar.service_of(found.package)):
        for row in part.rows:
            assert row.name in page
            assert row.name in service
            assert row.component.source in page
            assert row.component.source in service
    assert "Maklumat pelayanan" in page
    assert f'href="{SERVICE}/standar.pdf"' in page
    assert 'style="' not in page


def test_the_page_of_the_sop_shows_its_steps(client: Client) -> None:
    page = asked(client, "sop").content.decode()
    found = sheets.source(Office.objects.get(slug="mempawah"), f.SERVICE, f.AT.date())
    assert all(step.activity in page for step in found.package.sop.steps.values())
    assert 'style="' not in page


@pytest.mark.parametrize("name", ["standar", "sop"])
def test_headings_skip_no_level(name: str, client: Client) -> None:
    levels = [int(level) for level in re.findall(r"<h([1-6])\b", asked(client, name).content.decode())]
    assert levels[0] == 1
    assert all(below - above <= 1 for above, below in pairwise(levels)), levels


@pytest.mark.parametrize("name", ["standar", "standar.pdf", "sop", "sop.pdf", "poster.pdf"])
@pytest.mark.parametrize("service", ["konsultasi", "tidak-ada"])
def test_there_are_no_sheets_of_what_nobody_can_apply_for(service: str, name: str, client: Client) -> None:
    assert client.get(f"/mempawah/layanan/{service}/{name}").status_code == 404
    assert client.get(f"/tidak-ada/layanan/{f.SERVICE}/{name}").status_code == 404


def test_a_sheet_asks_little(client: Client) -> None:
    asked(client, "standar.pdf")
    for name in ("standar", "sop", "standar.pdf"):
        with CaptureQueriesContext(connection) as sent:
            answer = asked(client, name)
        assert len(sent) <= 8, [q["sql"] for q in sent.captured_queries]
        assert name.endswith("pdf") or len(answer.content) < 50 * 1024


def test_before_it_is_in_force_nobody_sees_it(client: Client) -> None:
    version = ServiceVersion.objects.get(slug=f.SERVICE, office__slug="mempawah")
    for days, status in ((-1, 404), (1, 200)):
        noon = datetime.combine(version.effective + timedelta(days=days), time(12), UTC)
        with at_moment(noon):
            assert asked(client, "standar").status_code == status
