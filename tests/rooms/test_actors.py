# SPDX-License-Identifier: Apache-2.0
"""Business actors: only the person himself, and an entity's people with the power, see and change them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from satupintu.accounts.models import Account, Person
from satupintu.applications import actions as drafts
from satupintu.applications import queries as applications
from satupintu.businesses import actions, queries
from satupintu.businesses.models import ActorMember, BusinessActor, LegalEntity
from satupintu.catalog import actions as catalog
from satupintu.catalog.folders import services_root
from satupintu.catalog.queries import in_force
from satupintu.core.access import system
from satupintu.core.package import linked_sops, read_package
from satupintu.core.refusal import Refusal
from satupintu.door import read
from satupintu.door.moment import at_moment
from satupintu.offices.models import Office
from tests import factories as f

PASIR, ANTIBAR = "61.02.01.2003", "61.02.18.2003"
NIK, OTHER_NIK = "6102014508900002", "6102015005920003"
NPWP = "01.234.567.4-701.000"
HELPER, STRANGER = "ponakan@contoh.example", "lain@contoh.example"
WHERE = actions.Where({"jalan": "Jalan Kenanga Nomor 7", "rt": "003"}, PASIR)
BODY = actions.Body("PT Maju Contoh", "pt", "12", date(2020, 5, 4), "012345674701000")


@pytest.fixture(autouse=True)
def people(stage: Callable[[str], Any]) -> Iterator[None]:
    """The demo's applicant, a nephew and a stranger; the time is that of every test."""
    stage("verifikasi")
    for email in (HELPER, STRANGER):
        f.newcomer(email)
    with at_moment(f.AT):
        yield


def me(email: str = f.APPLICANT, **more: Any) -> BusinessActor:
    said = {"name": "Sari Contoh", "scale": "umk", "where": WHERE, "nik": NIK, **more}
    made = actions.keep_person(f.actor(email), **said, asked=f.asked())
    return BusinessActor.objects.get(key=made["actor"])


def firm(email: str = f.APPLICANT, body: actions.Body = BODY) -> BusinessActor:
    made = actions.register_entity(
        f.actor(email), body, position="Direktur", scale="non-umk", where=WHERE, asked=f.asked()
    )
    return BusinessActor.objects.get(key=made["actor"])


def named(row: BusinessActor, email: str = HELPER, **more: Any) -> ActorMember:
    said = {
        "name": "Budi",
        "position": "Manajer",
        "may_apply": True,
        "may_sign": False,
        "until": None,
        **more,
    }
    made = actions.add_member(f.actor("pemohon"), row.key, email=email, **said, asked=f.asked())
    return ActorMember.objects.get(key=made["member"])


def sees(row: BusinessActor, who: str, at: Any = f.AT) -> bool:
    """Whether it is there for him; where it is not, it is as if it did not exist (404)."""
    with suppress(Refusal):
        return queries.own(f.actor(who, at), row.key) == row
    with f.refusal("access.not-yours", 404):
        queries.own(f.actor(who, at), row.key)
    return False


# A person ----------------------------------------------------------------------------------------------------------


def test_a_person_is_kept_once_and_corrected() -> None:
    row = me()
    again = me(name="Sari Contoh Baru", where=actions.Where({"jalan": "Jalan Lain 1"}, ANTIBAR))
    assert row == again
    assert (again.person.name, again.address, again.region) == (
        "Sari Contoh Baru", {"jalan": "Jalan Lain 1"}, ANTIBAR,
    )  # fmt: skip
    assert [line.kind for line in read.history(row)] == ["actor.registered", "actor.changed"]
    assert read.verify().ok


def test_a_repeated_command_changes_nothing() -> None:
    command = f.asked()
    for _ in range(2):
        actions.keep_person(f.actor("pemohon"), name="Sari", scale="umk", where=WHERE, nik=NIK, asked=command)
    assert len(read.history(BusinessActor.objects.get())) == 1


def test_nothing_of_a_person_rests_readable_but_his_name() -> None:
    row, company = me(), firm()
    me(STRANGER, nik="", passport="X1234567")
    with connection.cursor() as cursor:
        for table in ("businesses_businessactor", "businesses_legalentity", "accounts_person", "door_event"):
            cursor.execute(f"SELECT * FROM {table}")
            whole = str(cursor.fetchall())
            for secret in (NIK, "X1234567", BODY.npwp, BODY.npwp[1:], "Kenanga"):
                assert secret not in whole, (table, secret)
    told = [line.data for one in (row, company) for line in read.history(one)]
    assert not [data for data in told if "PT Maju" in str(data) or "Sari" in str(data) or PASIR in str(data)]


def test_one_passport_one_person() -> None:
    me(HELPER, nik="", passport="X1234567")
    with f.refusal("accounts.passport-taken", 422):
        me(STRANGER, nik="", passport="X1234567")
    assert not BusinessActor.objects.filter(person=Account.objects.get(email=STRANGER).person).exists()
    index = Person.objects.get(account__email=HELPER).passport_index
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.filter(account__email=STRANGER).update(passport_index=index)


def test_an_officer_keeps_the_name_that_stands_under_what_he_signs() -> None:
    mine = f.actor_name("kadis")
    assert me("kadis@mempawah.example", name=mine, nik=OTHER_NIK).person.name == mine
    with f.refusal("businesses.name-of-staff", 403):
        me("kadis@mempawah.example", name="Orang Lain", nik=OTHER_NIK)
    assert f.actor_name("kadis") == mine


def test_a_mandate_is_no_way_to_somebodys_own_data() -> None:
    row = me()
    f.mandate(HELPER)
    assert f.actor(HELPER).powers
    assert [sees(row, who) for who in ("pemohon", HELPER, STRANGER, "fo", "kadis", "auditor")] == [True] + [
        False
    ] * 5
    assert queries.own_all(f.actor(HELPER)) == []


# An entity ---------------------------------------------------------------------------------------------------------


def test_who_registers_an_entity_is_its_first_with_both_powers() -> None:
    row = firm()
    first = row.members.get()
    assert (first.may_apply, first.may_sign, first.position, first.valid_to) == (True, True, "Direktur", None)
    assert sees(row, "pemohon")
    assert not sees(row, STRANGER)
    assert [one.key for one in queries.own_all(f.actor("pemohon"))] == [row.key]


@pytest.mark.parametrize("again", [BODY.npwp, "0" + BODY.npwp])
def test_one_entity_once_however_its_npwp_is_written(again: str) -> None:
    firm()
    twice = actions.Body("Lain", "cv", "1", date(2021, 1, 1), again)
    with f.refusal("businesses.entity-taken", 422):
        firm(STRANGER, twice)
    assert (LegalEntity.objects.count(), BusinessActor.objects.count()) == (1, 1)


def test_an_officer_registers_no_entity() -> None:
    with f.refusal("businesses.staff", 403):
        firm("fo@mempawah.example")


def test_a_member_acts_only_once_he_has_accepted_and_only_for_his_days() -> None:
    row = firm()
    end = f.AT + timedelta(days=10)
    one = named(row, until=end)
    assert not sees(row, HELPER)
    with f.refusal("access.not-yours", 404):
        actions.answer(f.actor(STRANGER), one.key, accept=True, asked=f.asked())
    actions.answer(f.actor(HELPER), one.key, accept=True, asked=f.asked())
    assert [sees(row, HELPER, at) for at in (f.AT, end - timedelta(seconds=1), end)] == [True, True, False]
    body = replace(BODY, name="PT Maju Terus")
    actions.change_entity(f.actor(HELPER), row.key, body, scale="umk", where=WHERE, asked=f.asked())
    last = read.history(row)[-1]
    assert (last.kind, last.person, last.role, last.data["behalf"]) == (
        "actor.changed", f.actor(HELPER).person, "kuasa", row.owner_key,
    )  # fmt: skip


def test_who_may_not_apply_is_named_and_sees_nothing() -> None:
    row = firm()
    one = named(row, may_apply=False, may_sign=True)
    actions.answer(f.actor(HELPER), one.key, accept=True, asked=f.asked())
    assert not sees(row, HELPER)


def test_ended_it_is_gone_at_the_next_request() -> None:
    row = firm()
    one = named(row)
    actions.answer(f.actor(HELPER), one.key, accept=True, asked=f.asked())
    actions.end_member(f.actor("pemohon"), row.key, one.key, asked=f.asked())
    assert not sees(row, HELPER)
    with f.refusal("access.not-yours", 404):
        actions.end_member(f.actor(HELPER), row.key, one.key, asked=f.asked())
    with f.refusal("businesses.member-ended"):
        actions.answer(f.actor(HELPER), one.key, accept=True, asked=f.asked())


def test_the_last_who_may_apply_stays() -> None:
    row = firm()
    first = row.members.get()
    with f.refusal("businesses.last-member"):
        actions.end_member(f.actor("pemohon"), row.key, first.key, asked=f.asked())
    one = named(row)
    with f.refusal("businesses.last-member"):  # he was named, and has not accepted
        actions.end_member(f.actor("pemohon"), row.key, first.key, asked=f.asked())
    actions.answer(f.actor(HELPER), one.key, accept=True, asked=f.asked())
    actions.end_member(f.actor("pemohon"), row.key, first.key, asked=f.asked())
    assert [sees(row, who) for who in ("pemohon", HELPER)] == [False, True]


def test_a_member_of_one_entity_is_nobody_in_another() -> None:
    mine, other = (
        firm(),
        firm(STRANGER, actions.Body("CV Lain", "cv", "9", date(2019, 1, 2), "987654321701000")),
    )
    theirs = other.members.get()
    with f.refusal("access.not-yours", 404):
        actions.end_member(f.actor("pemohon"), mine.key, theirs.key, asked=f.asked())
    with f.refusal("access.not-yours", 404):
        actions.change_entity(f.actor("pemohon"), other.key, BODY, scale="umk", where=WHERE, asked=f.asked())


@pytest.mark.parametrize(
    ("more", "code"),
    [({"until": f.AT}, "businesses.dates"), ({"email": HELPER.upper()}, "businesses.member-twice")],
)
def test_what_cannot_be_named(more: dict[str, Any], code: str) -> None:
    row = firm()
    named(row)
    with f.refusal(code, 422):
        named(row, **({"email": "baru@contoh.example"} | more))


# Pages -------------------------------------------------------------------------------------------------------------


def client_of(email: str = f.APPLICANT) -> Client:
    return f.log_in(Client(), Account.objects.get(email=email))


def send(client: Client, name: str, *args: Any, **fields: str) -> Any:
    typed = {"command_id": str(uuid.uuid4()), **fields}
    return client.post(reverse(f"portal:{name}", args=args), typed, follow=True)


TYPED = {
    "jenis": "wni", "jenis-tadi": "wni", "skala": "umk", "nama": "Sari Contoh", "nik": "6102 0145 0890 0002",
    "alamat.jalan": "Jalan Kenanga Nomor 7", "alamat.rt": "3", "desa-cari": "pasir mempawah", "desa": PASIR,
}  # fmt: skip
VILLAGE_AS_TEXT = 'kind = "text"\nrequired = true\nhint = "Tulis desa atau kelurahan, lalu kecamatannya. Contoh: Desa Antibar, Kecamatan Mempawah Timur."'
FIRM = {
    "jenis": "badan", "jenis-tadi": "badan", "skala": "non-umk", "nama-badan": "PT Maju Contoh", "bentuk": "pt", "akta": "12",
    "tanggal-akta": "4/5/2020", "npwp": NPWP, "jabatan": "Direktur", "alamat.jalan": "Jalan Raya 1", "desa": PASIR,
}  # fmt: skip


def test_looking_for_a_village_keeps_everything_typed_and_writes_nothing() -> None:
    page = send(client_of(), "actor_new", **{**TYPED, "desa": "", "cari": "desa"})
    text = page.content.decode()
    for words in (
        f'value="{PASIR}"',
        'value="Jalan Kenanga Nomor 7"',
        "6102 0145 0890 0002",
        "Kecamatan Mempawah Hilir",
    ):
        assert words in text, words
    assert page.status_code == 200
    assert not BusinessActor.objects.exists()


def test_enter_in_any_box_goes_on_once_the_village_is_chosen() -> None:
    """It presses the first button, which is that of the search."""
    page = send(client_of(), "actor_new", **{**TYPED, "cari": "desa", "desa-tadi": TYPED["desa-cari"]})
    assert "Data pelaku usaha tersimpan" in page.content.decode()
    again = send(client_of(), "actor_new", **{**TYPED, "cari": "desa", "desa-cari": "", "desa": ""})
    assert "“Desa atau kelurahan” belum diisi" in again.content.decode()


def test_given_once_and_shown_with_its_origin_and_corrected() -> None:
    client = client_of()
    assert client.get(reverse("portal:actor")).headers["Location"] == reverse("portal:actor_new")
    text = send(client, "actor_new", **TYPED).content.decode()
    for words in (
        "Data pelaku usaha tersimpan",
        "Pasir, Kecamatan Mempawah Hilir",
        "••••••••••••0002",
        "Anda isi sendiri",
        "RT 003",
    ):
        assert words in text, words
    assert "610201450890" not in text
    row = BusinessActor.objects.get()
    again = send(client, "actor_change", row.key, **{**TYPED, "alamat.jalan": "Jalan Baru 9"})
    assert "Jalan Baru 9" in again.content.decode()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"nik": "123"}, "NIK terdiri atas 16 angka"),
        ({"desa": "", "desa-cari": "pasir"}, "“Desa atau kelurahan” belum diisi"),
        ({"desa": "61.02.01.9999"}, "tidak ada di daftar"),
        ({"skala": "besar"}, "Belum dipilih"),
        ({"alamat.jalan": "", "alamat.rt": ""}, "belum diisi"),
        ({"jenis": "wna", "jenis-tadi": "wna", "paspor": "!!"}, "Nomor paspor hanya berisi"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(wrong: dict[str, str], words: str) -> None:
    page = send(client_of(), "actor_new", **{**TYPED, "nama": "Nama Yang Diketik", **wrong})
    text = page.content.decode()
    assert page.status_code == 422
    assert words in text
    assert "Nama Yang Diketik" in text
    assert not BusinessActor.objects.exists()


def test_another_kind_asks_other_questions_and_forgets_nothing() -> None:
    client = client_of()
    page = send(client, "actor_new", **{**TYPED, "jenis": "badan"})
    assert page.status_code == 200  # nothing is wrong yet: it was not asked before
    text = page.content.decode()
    assert "Nomor akta pendirian" in text
    assert 'type="hidden" name="nik" value="6102 0145 0890 0002"' in text
    assert not BusinessActor.objects.exists()
    assert "PT Maju Contoh" in send(client, "actor_new", **FIRM).content.decode()


def test_a_taken_npwp_is_refused_on_the_page_with_everything_kept() -> None:
    firm(STRANGER)
    page = send(client_of(), "actor_new", **FIRM)
    assert page.status_code == 422
    text = page.content.decode()
    for words in ("sudah terdaftar", 'value="PT Maju Contoh"', 'value="Jalan Raya 1"'):
        assert words in text, words


def test_the_people_of_an_entity_on_the_pages() -> None:
    owner, helper = client_of(), client_of(HELPER)
    send(owner, "actor_new", **FIRM)
    row = BusinessActor.objects.get()
    wrong = send(owner, "actor_people", row.key, nama="Budi", jabatan="Manajer", urus="ya")
    assert "Isi surelnya" in wrong.content.decode()
    assert wrong.status_code == 422
    typed = {"nama": "Budi", "jabatan": "Manajer", "surel": HELPER, "urus": "ya"}
    assert "Menunggu jawabannya" in send(owner, "actor_people", row.key, **typed).content.decode()
    one = row.members.get(email=HELPER)
    offer = helper.get(reverse("portal:actor")).content.decode()
    assert "Menunggu jawaban Anda" in offer
    assert "PT Maju Contoh" in send(helper, "actor_answer", one.key, jawab="terima").content.decode()
    assert helper.get(reverse("portal:actor_change", args=[row.key])).status_code == 200
    assert "Pengurus diakhiri" in send(owner, "actor_end", row.key, one.key).content.decode()
    pages = [reverse(f"portal:{name}", args=[row.key]) for name in ("actor_change", "actor_people")]
    assert [helper.get(page).status_code for page in pages] == [404, 404]


def test_what_is_known_stands_in_the_form_of_an_application() -> None:
    """No second entry: name, NIK, address and village are there to be confirmed, and are kept by going on."""
    client = client_of()
    send(client, "actor_new", **TYPED)
    start = reverse("portal:start", args=["mempawah", f.SERVICE])
    draft = client.post(start).headers["Location"]
    key = uuid.UUID(draft.split("/")[2])
    client.post(draft, {"kbli": "56101"})
    third = client.get(reverse("portal:page", args=[key, 3])).content.decode()
    fourth = client.get(reverse("portal:page", args=[key, 4])).content.decode()
    for text, words in (
        (third, "Sari Contoh"),
        (third, NIK),
        (fourth, "Jalan Kenanga Nomor 7"),
        (fourth, "Pasir, Kecamatan Mempawah Hilir"),
    ):
        assert f'value="{words}"' in text, words
    assert "data Anda</a>" in fourth
    application = applications.own(f.actor("pemohon"), key)
    assert "alamat" not in application.answers  # shown, and kept only when the person goes on


def test_what_is_filed_for_an_entity_shows_the_entitys_address() -> None:
    me()
    where = actions.Where({"jalan": "Jalan Raya Nomor 1"}, PASIR)
    made = actions.register_entity(
        f.actor("pemohon"), BODY, position="Direktur", scale="umk", where=where, asked=f.asked()
    )
    client = client_of()
    for said, street in ((made["actor"], "Jalan Raya Nomor 1"), ("saya", "Jalan Kenanga Nomor 7")):
        draft = client.post(reverse("portal:start", args=["mempawah", f.SERVICE]), {"untuk": said})
        key = uuid.UUID(draft["Location"].split("/")[2])
        client.post(draft["Location"], {"kbli": "56101"})
        page = client.get(reverse("portal:page", args=[key, 4])).content.decode()
        assert f'value="{street}"' in page


@pytest.fixture
def by_name() -> None:
    """From today on the service asks for its village as a region."""
    edited = f.edited('kind = "region"\nrequired = true', old=VILLAGE_AS_TEXT, where="form.toml")
    package = read_package(edited, known_sops=linked_sops(services_root() / "mempawah" / f.SERVICE))
    office = Office.objects.get(slug="mempawah")
    catalog.propose(system(f.AT), office, f.SERVICE, package, edited, effective=f.AT.date())


def test_a_form_that_asks_for_a_region_finds_it_by_name(by_name: None) -> None:
    client = client_of()
    first = client.post(reverse("portal:start", args=["mempawah", f.SERVICE])).headers["Location"]
    key = uuid.UUID(first.split("/")[2])
    client.post(first, {"kbli": "56101"})
    page = reverse("portal:page", args=[key, 4])
    typed = {"alamat.jalan": "Jalan Melati 21", "desa-cari": "pasir", "cari": "desa"}
    found = client.post(page, typed).content.decode()
    assert found.index("Kecamatan Mempawah") < found.index(
        "Kabupaten Rokan Hulu"
    )  # the office's own come first
    assert 'value="Jalan Melati 21"' in found
    assert "desa" not in applications.own(f.actor("pemohon"), key).answers
    assert "tidak ketemu" in client.post(page, {**typed, "desa-cari": "tidakadadesaini"}).content.decode()
    wrong = client.post(page, {"alamat.jalan": "Jalan Melati 21", "desa": "61.02.01.9999"})
    assert "tidak ada di daftar" in wrong.content.decode()
    assert client.post(page, {"alamat.jalan": "Jalan Melati 21", "desa": PASIR}).status_code == 302
    mine = applications.own(f.actor("pemohon"), key)
    assert mine.answers["desa"] == PASIR
    lies = "Pasir, Kecamatan Mempawah Hilir, Kabupaten Mempawah, Kalimantan Barat"
    assert applications.shown_value(mine, "desa") == lies
    assert "Kabupaten Mempawah, Kalimantan Barat" in client.get(page).content.decode()


def test_the_region_of_a_form_is_known_too(by_name: None) -> None:
    me()
    service = in_force(Office.objects.get(slug="mempawah").pk, f.SERVICE, f.AT.date())
    made = drafts.start(f.actor("pemohon"), service)
    assert applications.known(applications.own(f.actor("pemohon"), made.key))["desa"] == PASIR


def test_who_gave_no_data_types_them_in_the_form() -> None:
    made = f.draft()
    assert set(applications.known(made)) == {"nama-pemilik"}
