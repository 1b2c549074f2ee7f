# SPDX-License-Identifier: Apache-2.0
"""The pages of those who publish: two persons, one ZIP, and what changed in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from satupintu.accounts.models import Account
from satupintu.cases.models import Case
from satupintu.catalog import actions, queries
from satupintu.catalog.models import ServiceVersion
from satupintu.core.zipped import make_zip
from satupintu.door.moment import at_moment
from satupintu.offices.models import Office
from tests import factories as f

MOST_QUERIES = 12
SOON = f.AT.date() + timedelta(days=7)
NORM = {"where": "sop.toml", "old": 'norm = "35 menit"'}


@pytest.fixture(autouse=True)
def office(stage: Callable[[str], Case]) -> Iterator[Office]:
    stage("verifikasi")
    f.newcomer("admin1@mempawah.example", "administrator")
    f.newcomer("admin2@mempawah.example", "administrator")
    with at_moment(f.AT):
        yield Office.objects.get(slug="mempawah")


def who(email: str) -> Client:
    client = Client()
    account = Account.objects.get(email=email if "@" in email else f"{email}@mempawah.example")
    f.log_in(client, account)
    return client


def zipped(data: bytes | None = None) -> SimpleUploadedFile:
    content = make_zip(f.SERVICE, f.edited('norm = "45 menit"', **NORM)) if data is None else data
    return SimpleUploadedFile("layanan.zip", content, "application/zip")


def handed_in(client: Client, data: bytes | None = None, **more: Any) -> ServiceVersion:
    answer = client.post(reverse("desk:upload"), {"folder": zipped(data), **more})
    assert answer.status_code == 302, answer.content.decode()
    return ServiceVersion.objects.order_by("-pk")[0]


def page(client: Client, name: str, *args: Any, status: int = 200) -> str:
    answer = client.get(reverse(f"desk:{name}", args=args))
    assert answer.status_code == status, (name, answer.status_code)
    return " ".join(answer.content.decode().split())


def proposed(client: Client) -> ServiceVersion:
    made = handed_in(client)
    sent = {"berlaku": "11/3/2026", "alasan": "Norma menurut rapat 2 Maret."}
    assert client.post(reverse("desk:propose", args=[made.key]), sent).status_code == 302
    return queries.version(made.key)


def test_two_persons_publish(office: Office) -> None:
    one, other = who("admin1"), who("admin2")
    made = proposed(one)
    assert (made.slug, made.status, made.effective) == (f.SERVICE, "proposed", SOON)
    mine, theirs = page(one, "version", made.key), page(other, "version", made.key)
    assert "Norma langkah 4 naik dari 35 menit menjadi 45 menit." in mine
    assert ("Tarik usulan" in mine, "Setujui, berlaku" in mine) == (True, False)
    assert ("Tarik usulan" in theirs, "Setujui, berlaku" in theirs) == (False, True)
    assert "Norma menurut rapat 2 Maret." in theirs
    seen = {
        "version": str(made.version),
        "follows": queries.in_force(office.pk, f.SERVICE, f.AT.date()).digest,
    }
    assert seen["follows"] in theirs
    assert other.post(reverse("desk:approve", args=[made.key]), seen).status_code == 302
    assert queries.in_force(office.pk, f.SERVICE, SOON).pk == made.pk
    after = page(one, "version", made.key)
    assert "Akan berlaku" in after
    assert not [word for word in ("Ganti isinya", "Setujui, berlaku", "Tarik usulan") if word in after]
    assert page(one, "services").index("Disetujui, belum berlaku") < page(one, "services").index(
        "yang berlaku"
    )


def test_the_head_of_office_reads_and_approves_but_hands_nothing_in(office: Office) -> None:
    made, head = proposed(who("admin1")), who("kadis")
    shown = page(head, "version", made.key)
    assert "Setujui, berlaku" in shown
    assert "Unggah" not in shown + page(head, "services")
    page(head, "upload", status=403)
    page(head, "replace_version", made.key, status=403)
    answer = head.post(reverse("desk:send_back", args=[made.key]), {"alasan": ""})
    assert (answer.status_code, "belum diisi" in answer.content.decode()) == (422, True)
    head.post(reverse("desk:send_back", args=[made.key]), {"alasan": "Norma terlalu panjang."})
    back = page(who("admin1"), "version", made.key)
    assert "Norma terlalu panjang." in back
    assert "Ganti isinya" in back


def test_who_has_no_part_in_it_sees_nothing(office: Office) -> None:
    made = proposed(who("admin1"))
    for email in ("fo", "jf", "auditor"):
        for name, args in (("services", []), ("version", [made.key]), ("folder", [made.key])):
            page(who(email), name, *args, status=403)
    f.newcomer("admin@kampar.example", "administrator", office="kampar")
    stranger = who("admin@kampar.example")
    for name in (
        "version",
        "folder",
        "replace_version",
        "propose",
        "approve",
        "send_back",
        "discard_version",
    ):
        page(stranger, name, made.key, status=404)
    assert made.name not in page(stranger, "services")


def test_a_folder_with_mistakes_is_kept_and_says_each(office: Office) -> None:
    broken = f.edited('norm = "sebentar"', **NORM) | {"catatan.docx": b"x"}
    one = who("admin1")
    made = handed_in(one, make_zip(f.SERVICE, broken))
    shown = page(one, "version", made.key)
    assert "Yang harus dibetulkan" in shown
    for words in ("catatan.docx", "sop.toml", "“sebentar”"):
        assert words in shown
    assert "Usulkan versi ini" not in shown
    page(one, "propose", made.key, status=302)
    one.post(reverse("desk:replace_version", args=[made.key]), {"folder": zipped()})
    assert "Usulkan versi ini" in page(one, "version", made.key)


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"bukan zip", "bukan ZIP"), (b"", "bukan ZIP"), (b"\0" * 2_400_000, "lebih dari"),
     (make_zip("x", {"catatan.docx": b"x"}), "Tidak ada berkas layanan"),
     (make_zip("Izin Baru", {"sop.toml": b"x"}), "Nama folder layanan tidak terbaca")],
    ids=["no zip", "empty", "too big", "nothing", "no name"],
)  # fmt: skip
def test_what_cannot_be_kept_is_refused_in_words(data: bytes, words: str) -> None:
    answer = who("admin1").post(reverse("desk:upload"), {"folder": zipped(data), "layanan": ""})
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    nothing = who("admin1").post(reverse("desk:upload"), {"layanan": "izin-baru"})
    assert (nothing.status_code, "izin-baru" in nothing.content.decode()) == (
        422,
        True,
    )  # what was typed is there
    assert not ServiceVersion.objects.filter(status="draft").exists()


def test_a_wrong_day_is_said_at_its_field_and_the_words_stay(office: Office) -> None:
    one = who("admin1")
    made = handed_in(one)
    for day, words in (
        ("1/1/2020", "sudah lewat"),
        ("32/1/2026", "tidak ada di kalender"),
        ("", "belum diisi"),
    ):
        answer = one.post(
            reverse("desk:propose", args=[made.key]), {"berlaku": day, "alasan": "Norma menurut rapat."}
        )
        shown = answer.content.decode()
        assert (answer.status_code, words in shown, "Norma menurut rapat." in shown) == (422, True, True), day


def test_what_was_changed_meanwhile_is_not_approved(office: Office) -> None:
    one, made = who("admin1"), proposed(who("admin1"))
    one.post(reverse("desk:withdraw_version", args=[made.key]), {})
    one.post(
        reverse("desk:propose", args=[made.key]), {"berlaku": "12/3/2026", "alasan": "Tanggal lain saja."}
    )
    answer = who("admin2").post(reverse("desk:approve", args=[made.key]), {"version": str(made.version)})
    assert (answer.status_code, queries.version(made.key).status) == (409, "proposed")
    assert who("admin1").post(reverse("desk:approve", args=[made.key]), {}).status_code == 403


def test_what_was_read_against_an_older_version_is_not_approved(office: Office) -> None:
    """Two are proposed, both read against the first; once one of them is approved, the other must be read again."""
    made, other = proposed(who("admin1")), who("admin2")
    shown = page(other, "version", made.key)
    second = handed_in(who("admin1"), make_zip(f.SERVICE, f.edited('norm = "50 menit"', **NORM)))
    author, approver = f.actor("admin1@mempawah.example"), f.actor("admin2@mempawah.example")
    actions.submit(author, second.pk, effective=SOON, note="Lebih dulu.", asked=f.asked())
    first = queries.in_force(office.pk, f.SERVICE, f.AT.date()).digest
    assert first in shown
    actions.approve(approver, second.pk, follows=first, asked=f.asked())
    answer = other.post(reverse("desk:approve", args=[made.key]), {"follows": first})
    assert (answer.status_code, "Versi lain disetujui" in answer.content.decode()) == (409, True)
    again = page(other, "version", made.key)
    assert "Norma langkah 4 turun dari 50 menit menjadi 45 menit." in again
    other.post(reverse("desk:approve", args=[made.key]), {"follows": second.digest})
    assert queries.version(made.key).status == "approved"


def test_a_version_is_fetched_edited_and_handed_in_again(office: Office) -> None:
    one, now = who("admin1"), queries.in_force(office.pk, f.SERVICE, f.AT.date())
    answer = one.get(reverse("desk:folder", args=[now.key]))
    assert answer["Content-Disposition"] == f'attachment; filename="{f.SERVICE}-{now.digest[:8]}.zip"'
    again = one.post(reverse("desk:upload"), {"folder": zipped(answer.content)})
    assert (again.status_code, "sama persis" in again.content.decode()) == (422, True)


def test_a_draft_is_thrown_away_after_asking(office: Office) -> None:
    one = who("admin1")
    made = handed_in(one)
    assert "Buang draf ini?" in page(one, "discard_version", made.key)
    one.post(reverse("desk:discard_version", args=[made.key]), {})
    assert made.digest[:8] not in page(one, "services")
    assert "membuang draf" in page(one, "version", made.key)


def test_an_administrator_begins_his_day_at_the_services(office: Office) -> None:
    one = who("admin1")
    assert one.get(reverse("desk:worklist")).headers["Location"] == reverse("desk:services")
    assert who("kadis").get(reverse("desk:worklist")).status_code == 200


def test_no_page_asks_the_data_base_too_much(office: Office) -> None:
    author = f.actor("admin1@mempawah.example")
    for n in range(6):
        answer = actions.draft(author, office, f.SERVICE, f.edited(f"Kata {n}"), asked=f.asked())
    draft, waiting = queries.version(answer["version"]), proposed(who("admin1"))
    now = queries.in_force(office.pk, f.SERVICE, f.AT.date())
    for email in ("admin1", "admin2", "kadis"):
        client = who(email)
        wanted: list[tuple[str, list[Any]]] = [("services", [])]
        wanted += [("version", [row.key]) for row in (draft, waiting, now)]
        if email != "kadis":
            wanted += [("upload", []), ("propose", [draft.key])]
        for name, args in wanted:
            with CaptureQueriesContext(connection) as asked:
                page(client, name, *args)
            assert len(asked) <= MOST_QUERIES, (email, name, [q["sql"][:90] for q in asked])
