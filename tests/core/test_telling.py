# SPDX-License-Identifier: Apache-2.0
"""Rules of messages: what may stand in them, when they leave, how long they are tried, which report counts."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satupintu.core import telling

JAKARTA, JAYAPURA = ZoneInfo("Asia/Jakarta"), ZoneInfo("Asia/Jayapura")
NIGHT = (time(20), time(7))
moments = st.integers(0, 365 * 24 * 60 - 1).map(
    lambda n: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=n)
)


def local(hour: int, minute: int = 0, *, day: int = 4) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=JAKARTA)


@pytest.mark.parametrize(
    ("at", "leaves"),
    [
        (local(19, 59), local(19, 59)),
        (local(20), local(7, day=5)),
        (local(23, 30), local(7, day=5)),
        (local(3), local(7)),
        (local(6, 59), local(7)),
        (local(7), local(7)),
    ],
)
def test_at_night_it_waits_for_seven_o_clock(at: datetime, leaves: datetime) -> None:
    assert telling.may_leave(at, JAKARTA, NIGHT) == leaves
    assert telling.may_leave(at, JAKARTA, None) == at


def test_the_night_is_the_office_s_own() -> None:
    at = local(18, 30)  # 20.30 in Jayapura
    assert telling.may_leave(at, JAKARTA, NIGHT) == at
    assert telling.may_leave(at, JAYAPURA, NIGHT) == datetime(2026, 3, 5, 7, tzinfo=JAYAPURA)


@given(moments, st.times(), st.times())
def test_it_never_leaves_in_quiet_hours_nor_a_day_late(at: datetime, since: time, until: time) -> None:
    leaves = telling.may_leave(at, JAKARTA, (since, until))
    assert at <= leaves < at + timedelta(days=1)
    assert telling.may_leave(leaves, JAKARTA, (since, until)) == leaves


@given(moments, st.integers(0, 2000), st.integers(0, 86_400 * 2))
def test_it_is_tried_for_a_day_and_never_more_than_a_quarter_of_an_hour_apart(
    first: datetime, tries: int, passed: int
) -> None:
    at = first + timedelta(seconds=passed)
    again = telling.next_try(first, tries, at)
    if passed >= 86_400:
        assert again is None
    else:
        assert again is not None
        assert timedelta(seconds=5) <= again - at <= timedelta(minutes=15)


def test_what_may_have_been_taken_waits_for_its_report() -> None:
    at = local(9)
    assert telling.next_try(at, 1, at) == at + timedelta(seconds=5)
    assert telling.next_try(at, 1, at, unsure=True) == at + timedelta(minutes=5)


@given(st.lists(st.sampled_from(sorted(telling.REPORTS.values())), max_size=12))
def test_in_whatever_order_reports_come_the_furthest_stands(reports: list[str]) -> None:
    state = telling.WAITING
    for told in reports + reports:
        state = told if telling.forward(state, told) else state
    assert state == max([telling.WAITING, *reports], key=telling.ORDER.index)


def faults(text: str, *, service: str = "Izin", to_applicant: bool = True) -> list[str]:
    return list(telling.faults(text, service=service, to_applicant=to_applicant))


GOOD = "Permohonan {layanan} {resi} diterima. Janji: {tanggal}. Lihat: {tautan}"


def test_a_good_text_has_no_fault() -> None:
    assert faults(GOOD) == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (GOOD + " " + "kata " * 40, "batasnya 300"),
        ("Permohonan {resi} ditolak karena {alasan}.", "Alasan petugas"),
        ("Permohonan {resi} milik 6102014501900001 diterima.", "nomor panjang"),
        ("Permohonan {resi}: tulis ke kantor@izin.example.", "alamat surel"),
        ("Permohonan {resi}: buka bit.ly/izin", "ditulis tangan"),
        ("Permohonan {resi}: buka https://izin.example", "ditulis tangan"),
        ("{resi}: diterima.", "diawali pengganti"),
        ("Permohonan diterima.", "Nomor resi"),
    ],
)
def test_a_text_that_may_not_travel_says_why(text: str, says: str) -> None:
    (found,) = faults(text)
    assert says in found


def test_a_notice_to_officers_needs_no_receipt_number() -> None:
    assert faults("Masa survei berakhir: {tautan}", to_applicant=False) == []


def test_the_length_counts_what_the_placeholders_become() -> None:
    text = "a" * (telling.LONGEST - len(telling.CLOSING) - 1 - telling.ROOM["resi"] - 10) + "{resi}{layanan}"
    assert faults(text, service="x" * 10) == []
    assert len(faults(text, service="x" * 11)) == 1


def test_a_template_numbers_its_places_and_says_how_to_stop() -> None:
    text = "Berkas {resi}, batas {tanggal}. Lihat {resi}."
    assert telling.places(text) == ("resi", "tanggal")
    assert (
        telling.template_body(text)
        == f"Berkas {{{{1}}}}, batas {{{{2}}}}. Lihat {{{{1}}}}. {telling.CLOSING}"
    )


def test_another_text_is_another_template() -> None:
    one = telling.template_name("siap-tanda-tangan", "Satu")
    assert one.startswith("siap_tanda_tangan_")
    assert one != telling.template_name("siap-tanda-tangan", "Dua")


@pytest.mark.parametrize(("words", "stops"), [("BERHENTI", True), (" berhenti. ", True), ("Stop", True), ("jangan berhenti", False), ("", False)])  # fmt: skip
def test_only_the_bare_word_stops(words: str, stops: bool) -> None:
    assert telling.wants_stop(words) is stops
