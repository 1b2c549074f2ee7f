# SPDX-License-Identifier: Apache-2.0
"""NIK, passport and phone rest encrypted with the Person and nowhere else (abuse case 34: the canary)."""

from __future__ import annotations

import io
import logging
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from cryptography.exceptions import InvalidTag
from django.apps import apps
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from satupintu.accounts import actions as accounts
from satupintu.accounts.models import Account, Person
from satupintu.adapters.mail.simulator import Catcher
from satupintu.cli import demo
from satupintu.door import files
from satupintu.door.fields import blind_index, decrypt, encrypt
from satupintu.door.models import StoredFile
from satupintu.door.read import verify
from satupintu.offices.models import Office
from tests import factories as f
from tests.pdf import text_of

NIK, PHONE, PASSPORT = "6102014508900017", "+6281255559731", "X1234567"


@pytest.fixture
def person(db: None) -> Person:
    made = Person.objects.create(name="Orang Contoh", created_at=f.AT, passport=PASSPORT)
    accounts.set_identity(made, nik=NIK, phone=PHONE)
    return made


def raw(person: Person) -> dict[str, Any]:
    """The row as SQL sees it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nik, phone, passport, nik_index FROM accounts_person WHERE id = %s", [person.pk]
        )
        return dict(zip(("nik", "phone", "passport", "nik_index"), cursor.fetchone(), strict=True))


# One row ---------------------------------------------------------------------------------------------------------


def test_only_the_orm_reads_it(person: Person) -> None:
    seen = Person.objects.get(pk=person.pk)
    assert (seen.nik, seen.phone, seen.passport) == (NIK, PHONE, PASSPORT)
    row = raw(person)
    assert all(row[name].startswith("g1:") for name in ("nik", "phone", "passport"))
    for secret in (NIK, PHONE, PHONE[3:], PASSPORT):
        assert secret not in repr(row)


def test_the_same_value_never_rests_the_same_twice(person: Person) -> None:
    before = raw(person)
    Person.objects.get(pk=person.pk).save()
    assert raw(person)["nik"] != before["nik"]
    assert raw(person)["nik_index"] == before["nik_index"]


def test_nothing_rests_as_nothing(db: None) -> None:
    made = Person.objects.create(name="Tanpa NIK", created_at=f.AT)
    assert raw(made) == {"nik": "", "phone": "", "passport": "", "nik_index": ""}
    Person.objects.create(name="Tanpa NIK juga", created_at=f.AT)


def test_it_is_found_by_its_blind_index_and_only_with_the_key(person: Person) -> None:
    assert Person.objects.get(nik_index=blind_index(NIK, purpose="nik")) == person
    assert Person.objects.get(phone_index=blind_index(PHONE, purpose="phone")) == person
    assert blind_index(NIK, purpose="nik") != blind_index(NIK, purpose="phone")
    assert blind_index("", purpose="nik") == ""


def test_a_nik_belongs_to_one_person(person: Person) -> None:
    other = Person.objects.create(name="Orang Lain", created_at=f.AT)
    with f.refusal("accounts.nik-taken", 422):
        accounts.set_identity(other, nik=NIK)
    other.nik_index = person.nik_index
    with pytest.raises(IntegrityError), transaction.atomic():
        other.save()


def test_a_changed_byte_or_another_purpose_does_not_decrypt() -> None:
    secret = encrypt(b"rahasia", purpose="field")
    assert decrypt(secret, purpose="field") == b"rahasia"
    with pytest.raises(InvalidTag):
        decrypt(secret, purpose="file")
    with pytest.raises(InvalidTag):
        decrypt(secret[:-1] + bytes([secret[-1] ^ 1]), purpose="field")


def test_the_keys_are_read_by_nobody_else() -> None:
    encrypt(b"", purpose="field")
    folder = Path(settings.KEYS)
    assert folder.stat().st_mode & 0o077 == 0
    kept = list(folder.glob("*.key"))
    assert kept
    assert all(path.stat().st_mode & 0o077 == 0 for path in kept)


# The canary ------------------------------------------------------------------------------------------------------


class Canary(demo.Walk):
    """The demo's walk by a person whose NIK and phone are found again wherever they lie."""

    ANSWERS = {**demo.Walk.ANSWERS, "nik": "6102 0145 0890 0017", "hp": "0812-5555-9731"}


def everything_at_rest(home: Path) -> dict[str, bytes]:
    """Every row of every table as text, every file below the home with what is packed in its PDFs."""
    found = {}
    for model in apps.get_models():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(model._meta.db_table)}")
            rows = [[bytes(v) if isinstance(v, memoryview) else v for v in row] for row in cursor]
        found[model._meta.db_table] = repr(rows).encode()
    for path in home.rglob("*"):
        if path.is_file() and "static" not in path.parts:
            found[str(path.relative_to(home))] = path.read_bytes()
    return found


def opened(name: str, data: bytes) -> dict[str, bytes]:
    """What is packed in the streams of a PDF, and what stands on its pages, spelled by the fonts' own tables."""
    out, words = io.BytesIO(), text_of(data)
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pdf.save(
            out,
            compress_streams=False,
            stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
        )
    return {
        f"inside {name}": out.getvalue(),
        f"to be read on {name}": f"{words}\n{words.replace(' ', '')}".encode(),
    }


def holding(haystacks: dict[str, bytes], *needles: str) -> set[str]:
    return {name for name, data in haystacks.items() if any(needle.encode() in data for needle in needles)}


def test_the_canary_walks_from_application_to_archive_and_leaves_no_nik_and_no_phone(
    office: Office, postbox: Catcher, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    permit = Canary(f.AT).run()
    person = Account.objects.get(email=f.APPLICANT).person
    assert person is not None
    assert (person.nik, person.phone) == (NIK, PHONE)
    assert verify().ok

    rest = everything_at_rest(Path(settings.HOME))
    rest["the log"] = caplog.text.encode()
    rest |= {path.name: path.read_bytes() for path in postbox.folder.glob("*.eml")}
    for row in StoredFile.objects.filter(mime="application/pdf"):
        rest |= opened(row.name, files.read(row))

    assert holding(rest, NIK, "6102 0145 0890 0017", NIK[4:]) == set()
    assert holding(rest, PHONE, PHONE[1:], PHONE[3:], "0812-5555-9731", "5555-9731", "5555 9731") == set()

    # The same search does find what is no secret: it looks in the right places.
    places = holding(rest, "Rumah Makan Pondok Contoh")
    assert {"applications_application", "cases_case", "permits_permit"} <= places
    sheet = f"{permit['number'].replace('/', '-')}.pdf"
    assert {f"inside {sheet}", f"to be read on {sheet}"} <= places
    assert len(list(postbox.folder.glob("*.eml"))) >= 5
    assert holding(rest, "0017") >= {"permits_permit"}  # masked, the last figures stay
    if connection.vendor == "sqlite":
        assert any(place.startswith("test.sqlite3") for place in holding(rest, "Pondok Contoh"))
