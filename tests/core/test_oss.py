# SPDX-License-Identifier: Apache-2.0
"""What OSS and an office say to each other: fields, and what a message means. Pure."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satupintu.adapters.oss import client
from satupintu.core import oss
from satupintu.core.oss import DATA_NIB, Field, faults

NIB = "9900000000001"


def found(data: dict[str, Any], **more: Any) -> list[str]:
    return [f"{one.path} {one.why}" for one in faults(data, DATA_NIB, **more)]


def answer(**changes: Any) -> dict[str, Any]:
    """dataNIB as OSS sends it: two activities, one of them of low risk."""
    whole = {
        "nib": NIB,
        "oss_id": "P-1",
        "tgl_terbit_nib": "2026-03-04",
        "status_nib": "01",
        "data_proyek": [
            {"id_proyek": "R-1", "nomor_proyek": "SP-1-01", "kbli": 1111},
            {"id_proyek": "R-2", "nomor_proyek": "SP-1-02", "kbli": 56101},
        ],
        "data_checklist": [
            {
                "id_proyek": "R-2",
                "id_izin": "I-2",
                "jenis_izin": "04",
                "no_izin": f"{NIB}0002",
                "flag_checklist": "Y",
            },
        ],
    }
    return {**whole, **changes}


# Fields ----------------------------------------------------------------------------------------------------------


def texts(table: oss.Table, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Field]]:
    """Every field of the table with the way to it."""
    ways = []
    for name, one in table.items():
        ways += [((*path, name), one)] if isinstance(one, Field) else texts(one, (*path, name))
    return ways


def at(way: tuple[str, ...], value: object) -> dict[str, Any]:
    """A record with nothing but this field in it."""
    inner: Any = {way[-1]: value}
    for name in reversed(way[:-1]):
        inner = {name: [inner]}
    return dict(inner)


@given(st.sampled_from(texts(DATA_NIB)))
def test_what_just_fits_leaves_and_one_more_does_not(one: tuple[tuple[str, ...], Field]) -> None:
    way, field = one
    whole = field.most - field.decimals
    fits = "x" * field.most if field.kind == "s" else 10**whole - 1
    more = "x" * (field.most + 1) if field.kind == "s" else 10**whole
    path = "[0].".join(way)
    assert found(at(way, fits)) == []
    assert found(at(way, more)) == [f"{path} too-long"]


@given(st.sampled_from(texts(DATA_NIB)), st.sampled_from([True, [], {}]))
def test_what_is_of_another_type_does_not_leave(one: tuple[tuple[str, ...], Field], other: object) -> None:
    way, field = one
    wrong = 5 if field.kind == "s" else "5"
    for value in (wrong, other):
        assert found(at(way, value)) == [f"{'[0].'.join(way)} type"]


def test_numbers_keep_to_their_decimals() -> None:
    product = ("data_proyek", "data_proyek_produk", "kapasitas")
    assert found(at(product, 12.25)) == []
    assert found(at(product, Decimal("12.255"))) != []
    assert found(at(("data_proyek", "luas_tanah"), 120.5)) != []
    assert found(at(product, float("inf"))) != []


def test_a_field_nobody_knows_does_not_leave_and_may_come_in() -> None:
    assert found({"agama": "x"}) == ["agama unknown"]
    assert found({"agama": "x"}, foreign=False) == []
    assert found({"data_proyek": {"kbli": 1}}) == ["data_proyek type"]
    assert str(next(faults({"nib": "1" * 14}, DATA_NIB))) == "nib: terlalu panjang (paling banyak 13)"


def test_religion_and_marital_status_are_not_even_known() -> None:
    names = {name for way, _ in texts(DATA_NIB) for name in way}
    assert not [name for name in names if name.startswith(("agama", "status_perkawinan", "pekerjaan"))]


# What a message means --------------------------------------------------------------------------------------------


def test_a_nib_with_its_products() -> None:
    told = oss.read("receiveNIB", {"dataNIB": answer()})
    assert isinstance(told, oss.NibAnswer)
    assert (told.nib, told.day, dict(told.kbli)) == (
        NIB,
        date(2026, 3, 4),
        {"SP-1-01": "01111", "SP-1-02": "56101"},
    )
    assert [(one.kind, one.number, one.reference, one.verified) for one in told.products] == [
        ("nib", NIB, "", True),
        ("ss", f"{NIB}0002", "SP-1-02", False),
    ]


@pytest.mark.parametrize(
    ("flag", "verified"), [("Y", False), ("", False), ("?", False), ("O", True), ("N", True)]
)
def test_a_product_is_verified_only_where_oss_says_so(flag: str, verified: bool) -> None:
    whole = answer()
    whole["data_checklist"][0]["flag_checklist"] = flag
    told = oss.read("receiveNIB", {"dataNIB": whole})
    assert isinstance(told, oss.NibAnswer)
    assert told.products[1].verified is verified


@pytest.mark.parametrize(
    "bad",
    [
        {"nib": ""},
        {"nib": "12345"},
        {"nib": "99000000000a1"},
        {"nib": NIB + "1"},
        {"tgl_terbit_nib": "04-03-2026"},
        {"data_proyek": []},
        {"data_proyek": "R-1"},
        {"data_checklist": [{"id_proyek": "R-9", "id_izin": "I", "jenis_izin": "04", "no_izin": "1"}]},
        {"data_checklist": [{"id_proyek": "R-2", "id_izin": "", "jenis_izin": "04", "no_izin": "1"}]},
    ],
)
def test_what_cannot_be_meant_is_unreadable_and_says_where(bad: dict[str, Any]) -> None:
    with pytest.raises(oss.Unreadable) as no:
        oss.read("receiveNIB", {"dataNIB": answer(**bad)})
    assert str(no.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["nib", "data_proyek", "data_checklist", "id_proyek", "kbli", "jenis_izin", "x"]),
            inner,
        )
    ),
    max_leaves=12,
)


@given(st.sampled_from(sorted(oss.METHODS)), JSON)
def test_whatever_comes_is_read_or_unreadable(method: str, inner: Any) -> None:
    with suppress(oss.Unreadable):
        oss.read(method, {oss.METHODS[method][0]: inner})


def test_refused_is_90_and_93() -> None:
    for code, refused in (("90", True), ("93", True), ("50", False), ("10", False)):
        told = oss.read("receiveLicenseStatus", {"IZINSTATUS": {"oss_id": "P-1", "kd_status": code}})
        assert isinstance(told, oss.StatusAnswer)
        assert told.refused is refused


# Who calls -------------------------------------------------------------------------------------------------------


def test_the_token_is_oss_s_scheme() -> None:
    # SHA-1 of "abc" is the published example of FIPS 180-2: user "a", no password, NIB "b", day "c".
    assert client.token("a", "", "b", "c") == "a9993e364706816aba3e25717850c26c9cd0d89d"


def test_only_who_knows_the_password_calls_and_only_today(settings: Any) -> None:
    settings.OSS_USER, settings.OSS_PASSWORD = "kampar", "kata-sandi-oss-contoh"
    noon = datetime(2026, 3, 4, 5, 0, tzinfo=UTC)
    right = client.token("kampar", "kata-sandi-oss-contoh", NIB, "20260304")
    assert client.genuine(right, NIB, noon)
    assert client.genuine(right.upper(), NIB, noon)
    assert not client.genuine(right, "9900000000002", noon)
    assert not client.genuine(right[:-1], NIB, noon)
    assert not client.genuine("", NIB, noon)
    assert not client.genuine("é", NIB, noon)
    midnight = datetime(2026, 3, 4, 17, 0, tzinfo=UTC)  # in Jakarta the next day begins
    assert client.genuine(right, NIB, midnight.replace(minute=5))
    assert not client.genuine(right, NIB, midnight.replace(minute=15))
    settings.OSS_PASSWORD = ""
    assert not client.genuine(client.token("kampar", "", NIB, "20260304"), NIB, noon)
