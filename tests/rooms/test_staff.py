# SPDX-License-Identifier: Apache-2.0
"""Who works in an office: roles given, ended and withheld, by one person or by two."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from satupintu.accounts import queries
from satupintu.accounts.actions import staffing
from satupintu.accounts.actions.staffing import Post
from satupintu.accounts.models import Account, Assignment, Invitation, StaffProposal
from satupintu.adapters.mail.simulator import Catcher
from satupintu.cli import main
from satupintu.core.access import SENSITIVE, Role
from satupintu.door import read
from satupintu.door.moment import at_moment
from satupintu.door.write import Asked
from satupintu.offices.models import Office
from satupintu.permits import actions as permits
from satupintu.permits.models import Permit
from tests import factories as f

Stage = Callable[[str], Any]
DAY = timedelta(days=1)
ADMIN, SECOND = "admin@mempawah.example", "admin2@mempawah.example"
NEW = "baru@mempawah.example"


@pytest.fixture
def office(stage: Stage) -> Office:
    """Mempawah with its people and two administrators."""
    stage("verifikasi")
    for email in (ADMIN, SECOND):
        f.newcomer(email, "administrator")
    return Office.objects.get(slug="mempawah")


def post(role: str = "front-officer", since: datetime = f.AT, **other: Any) -> Post:
    return Post(role=role, title="Petugas", letter="SK 9/2026", since=since, **other)


def give(office: Office, post: Post, email: str, who: str = ADMIN, **more: Any) -> Any:
    return staffing.give(f.actor(who), office, post, email=email, asked=f.asked(), **more)


def open_proposal(office: Office) -> StaffProposal:
    return StaffProposal.objects.get(office=office, state="open")


def answer(office: Office, who: str = SECOND, *, accept: bool = True, at: datetime = f.AT) -> Any:
    return staffing.answer(f.actor(who, at), open_proposal(office).key, accept=accept, asked=f.asked())


def kinds(office: Office) -> list[str]:
    return [line.kind for line in read.history(office)]


def roles(who: str, office: Office, at: datetime = f.AT) -> set[Role]:
    return set(f.actor(who, at).roles_in(office.pk))


# One person ------------------------------------------------------------------------------------------------------


def test_a_role_is_given_and_ends_by_its_letter(office: Office) -> None:
    f.newcomer(NEW)
    said = give(office, post("arsiparis", until=f.AT + 10 * DAY), NEW)
    assert said["what"] == "assigned"
    assert [roles(NEW, office, f.AT + n * DAY) for n in (0, 9, 10)] == [
        {Role.ARCHIVIST},
        {Role.ARCHIVIST},
        set(),
    ]
    given = Assignment.objects.get(key=said["assignment"])
    assert (given.letter, given.valid_to) == ("SK 9/2026", f.AT + 10 * DAY)
    assert kinds(office)[-1] == "staff.assigned"
    assert read.verify().ok


def test_a_person_may_hold_several_roles_but_none_twice(office: Office) -> None:
    give(office, post("arsiparis"), "fo@mempawah.example")
    assert roles("fo", office) == {Role.FRONT_OFFICER, Role.ARCHIVIST}
    with f.refusal("staff.same-role", 409):
        give(office, post("arsiparis"), "fo@mempawah.example")


def test_an_assignment_ends_at_once_or_on_its_day(office: Office) -> None:
    mine = Assignment.objects.get(person__account__email="fo@mempawah.example")
    later = f.AT + 3 * DAY
    staffing.end(f.actor(ADMIN), office, mine.key, on=later, asked=f.asked())
    assert [bool(roles("fo", office, at)) for at in (later - timedelta(milliseconds=1), later)] == [
        True,
        False,
    ]
    staffing.end(f.actor(ADMIN), office, mine.key, asked=f.asked())
    assert roles("fo", office) == set()
    with f.refusal("staff.unknown", 404):
        staffing.end(f.actor(ADMIN), office, mine.key, asked=f.asked())


def test_what_has_been_cannot_be_ended_earlier(office: Office) -> None:
    mine = Assignment.objects.get(person__account__email="fo@mempawah.example")
    with f.refusal("staff.dates", 422):
        staffing.end(f.actor(ADMIN), office, mine.key, on=f.AT - DAY, asked=f.asked())


def test_the_last_administrator_stays(office: Office) -> None:
    both = [Assignment.objects.get(person__account__email=email) for email in (ADMIN, SECOND)]
    staffing.end(f.actor(SECOND), office, both[1].key, asked=f.asked())
    with f.refusal("staff.last-administrator", 422):
        staffing.end(f.actor(ADMIN), office, both[0].key, asked=f.asked())


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"role": "pemohon"}, "staff.role"),
        ({"role": "sistem"}, "staff.role"),
        ({"role": "raja"}, "staff.role"),
        ({"letter": " "}, "staff.dates"),
        ({"until": f.AT}, "staff.dates"),
        ({"since": f.AT + 2 * DAY, "until": f.AT + DAY}, "staff.dates"),
    ],
)
def test_a_letter_that_cannot_be_is_refused(office: Office, wrong: dict[str, Any], code: str) -> None:
    whole: dict[str, Any] = {
        "role": "arsiparis",
        "title": "Arsiparis",
        "letter": "SK 1",
        "since": f.AT,
        **wrong,
    }
    with f.refusal(code, 422):
        give(office, Post(**whole), NEW)


@pytest.mark.parametrize("who", ["kadis", "jf", "fo", "auditor", f.APPLICANT, "semua@kampar.example"])
def test_nobody_else_gives_a_role(office: Office, who: str) -> None:
    if "kampar" in who:
        f.newcomer(who, "administrator", office="kampar")
    with f.nothing_left(Exception) as no:
        give(office, post(), NEW, who)
    assert no.value.code in ("access.role", "access.not-yours")  # type: ignore[attr-defined]


# Two persons -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", sorted(SENSITIVE))
def test_a_sensitive_role_needs_a_second_person(office: Office, role: Role) -> None:
    f.newcomer(NEW)
    assert give(office, post(role.value), NEW)["what"] == "proposed"
    assert roles(NEW, office) == set()
    with f.refusal("staff.same-person", 403):
        answer(office, ADMIN)
    assert answer(office)["what"] == "confirmed"
    assert roles(NEW, office) == {role}
    assert kinds(office)[-2:] == ["staff.confirmed", "staff.assigned"]


def test_nobody_confirms_his_own_promotion(office: Office) -> None:
    give(office, post("auditor"), SECOND)
    with f.refusal("staff.same-person", 403):
        answer(office, SECOND)
    answer(office, "kadis")
    assert Role.AUDITOR in roles(SECOND, office)


def test_the_same_human_under_two_names_is_one(office: Office) -> None:
    """Two accounts with one employee number do not make two persons."""
    Assignment.objects.filter(person__account__email__in=(ADMIN, SECOND)).update(nip="1980 01")
    f.newcomer(NEW)
    give(office, post("auditor"), NEW)
    with f.refusal("staff.same-person", 403):
        answer(office, SECOND)


def test_a_refused_or_withdrawn_proposal_does_nothing(office: Office) -> None:
    f.newcomer(NEW)
    give(office, post("auditor"), NEW)
    kept = open_proposal(office)
    assert answer(office, accept=False)["what"] == "refused"
    give(office, post("auditor"), NEW)
    other = open_proposal(office)
    with f.refusal("staff.not-yours", 403):
        staffing.withdraw(f.actor(SECOND), other.key, asked=f.asked())
    staffing.withdraw(f.actor(ADMIN), other.key, asked=f.asked())
    for row in (kept, other):
        with f.refusal("staff.answered", 409):
            staffing.answer(f.actor(SECOND), row.key, accept=True, asked=f.asked())
    assert roles(NEW, office) == set()


def test_a_click_twice_confirms_once(office: Office) -> None:
    f.newcomer(NEW)
    give(office, post("auditor"), NEW)
    command = Asked.of(uuid.uuid4())
    key = open_proposal(office).key
    once, twice = (staffing.answer(f.actor(SECOND), key, accept=True, asked=command) for _ in range(2))
    assert once == twice
    assert Assignment.objects.filter(person__account__email=NEW).count() == 1


def test_a_proof_grown_old_confirms_nothing(office: Office) -> None:
    f.newcomer(NEW)
    give(office, post("auditor"), NEW)
    tired = queries.actor_of(Account.objects.get(email=SECOND), f.AT, proof=queries.Proof(second_factor=True))
    with f.refusal("access.stale", 403):
        staffing.answer(tired, open_proposal(office).key, accept=True, asked=f.asked())


@pytest.fixture
def console(capsys: pytest.CaptureFixture[str]) -> Callable[..., dict[str, Any]]:
    """`satupintu staff …`, and its answer."""

    def say(*words: str) -> dict[str, Any]:
        with at_moment(f.AT):
            main(["staff", *words, "--json"])
        answer: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
        return answer

    return say


def test_the_console_confirms_only_where_nobody_else_could(
    stage: Stage, console: Callable[..., dict[str, Any]]
) -> None:
    stage("verifikasi")
    f.newcomer(ADMIN, "administrator")
    office = Office.objects.get(slug="mempawah")
    Assignment.objects.filter(office=office, role="kepala-dinas").update(valid_to=f.AT)
    f.newcomer(NEW)
    give(office, post("kepala-dinas"), NEW)
    listed = console("proposals", "--office", "mempawah")
    assert [row["role"] for row in listed["proposals"]] == ["kepala-dinas"]
    assert console("confirm", listed["proposals"][0]["proposal"])["ok"]
    assert roles(NEW, office) == {Role.HEAD}
    give(office, post("auditor"), NEW)
    refused = console("confirm", str(open_proposal(office).key))
    assert (refused["ok"], refused["message"]) == (False, "staff.console-closed")
    assert not console("confirm", "bukan-kode")["ok"]


# Deputies --------------------------------------------------------------------------------------------------------


def named(office: Office, who: str = "jf", since: datetime = f.AT, days: int = 5) -> Any:
    return staffing.name_deputy(
        f.actor("kadis"), office, f.actor(who).person,
        letter="800/21/2026", since=since, until=since + days * DAY, asked=f.asked(),
    )  # fmt: skip


def test_a_deputy_begins_and_ends_by_himself(office: Office) -> None:
    named(office, "koordinator", f.AT + DAY)
    before, within, after = (roles("koordinator", office, f.AT + n * DAY) for n in (0, 1, 6))
    assert [Role.HEAD in held for held in (before, within, after)] == [False, True, False]
    (acting,) = (c for c in f.actor("koordinator", f.AT + DAY).capacities if c.role is Role.HEAD)
    assert (acting.acting, acting.behalf) == ("plh", f.actor("kadis").person)


def test_a_deputys_paper_and_the_record_say_plh_and_for_whom(office: Office, stage: Stage) -> None:
    named(office, "koordinator")
    case = stage("tanda-tangan")
    permits.sign(f.actor("koordinator"), case.pk, asked=f.asked())
    block = Permit.objects.get(case=case).data["penanda"]
    assert block["jabatan"].startswith("Plh. ")
    assert block["nama"] == f.actor_name("koordinator")
    taken = next(line for line in read.history(case) if line.kind == "permit.number-taken")
    assert (taken.role, taken.data["acting"]) == ("kepala-dinas", "plh")
    assert taken.data["behalf"] == f.actor("kadis").person
    assert read.verify().ok


def test_four_eyes_hold_across_a_delegation(office: Office, stage: Stage) -> None:
    """Who validated the file does not sign it as deputy: the same human is the same human."""
    case = stage("tanda-tangan")
    validator = f.actor("jf")
    named(office, "jf")
    assert validator.person in {line.person for line in read.history(case)}
    with f.refusal("sop.four-eyes"):
        permits.sign(f.actor("jf"), case.pk, asked=f.asked())


@pytest.mark.parametrize(
    ("who", "code"), [("kadis", "staff.deputy-outside"), (f.APPLICANT, "staff.deputy-outside")]
)
def test_a_deputy_comes_from_the_office_and_is_another(office: Office, who: str, code: str) -> None:
    with f.refusal(code, 422):
        named(office, who)


def test_one_deputy_at_a_time_and_none_of_a_deputy(office: Office) -> None:
    named(office, "jf")
    with f.refusal("staff.deputy-twice", 409):
        named(office, "koordinator", f.AT + 4 * DAY)
    with f.refusal("staff.deputy-names", 403):
        staffing.name_deputy(
            f.actor("jf"), office, f.actor("koordinator").person,
            letter="x", since=f.AT, until=f.AT + DAY, asked=f.asked(),
        )  # fmt: skip


def test_the_head_ends_his_deputy_himself(office: Office) -> None:
    named(office, "jf")
    acting = Assignment.objects.get(acting="plh")
    staffing.end(f.actor("kadis"), office, acting.key, asked=f.asked())
    assert Role.HEAD not in roles("jf", office)


def test_a_deputy_goes_with_whom_he_stood_for(office: Office) -> None:
    named(office, "jf")
    head = Assignment.objects.get(office=office, role="kepala-dinas", acting="")
    staffing.end(f.actor(ADMIN), office, head.key, asked=f.asked())
    assert Role.HEAD not in roles("jf", office)


def proposed(office: Office, acting: str, who: str = "jf") -> Any:
    return staffing.propose_deputy(
        f.actor(ADMIN), office, f.actor(who).person, acting=acting,
        letter="800/1", since=f.AT, until=f.AT + DAY, asked=f.asked(),
    )  # fmt: skip


def test_two_administrators_name_a_deputy_for_a_head_who_is_away(office: Office) -> None:
    proposed(office, "plh")
    assert Role.HEAD not in roles("jf", office)
    with f.refusal("staff.same-person", 403):
        answer(office, ADMIN)
    answer(office)
    assert Role.HEAD in roles("jf", office)


def test_plt_is_for_a_vacant_post_and_plh_for_a_held_one(office: Office) -> None:
    with f.refusal("staff.post-held", 422):
        proposed(office, "plt")
    Assignment.objects.filter(office=office, role="kepala-dinas").update(valid_to=f.AT)
    with f.refusal("staff.post-vacant", 422):
        proposed(office, "plh")
    proposed(office, "plt")
    answer(office)
    made = Assignment.objects.get(acting="plt")
    assert made.title.startswith("Plt. ")
    assert made.stands_for is None


# Invitations -----------------------------------------------------------------------------------------------------


@pytest.fixture
def letters(postbox: Catcher, tmp_path: Path) -> Callable[[], list[Any]]:
    """Every mail that has left, oldest first."""

    def sent() -> list[Any]:
        f.run_jobs(f.AT + timedelta(minutes=1))
        files = sorted((tmp_path / "mail").glob("*.eml"))
        return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in files]

    return sent


def link(mail: Any) -> str:
    found = re.search(r"https?://[^/]+(/mulai/\S+)", mail.get_content())
    assert found is not None
    return found[1]


def join(address: str, at: datetime = f.AT, client: Client | None = None) -> Any:
    client = client or Client()
    with at_moment(at):
        seen = client.get(address)
        if seen.status_code != 302:
            return seen
        return client.post(reverse("account_join"), {"name": "Orang Baru", "password1": "kuda lumping tujuh"})


def test_a_link_brings_somebody_new_into_his_role_once(
    office: Office, letters: Callable[[], list[Any]]
) -> None:
    assert give(office, post("arsiparis", until=f.AT + 90 * DAY, nip="1990"), NEW)["what"] == "invited"
    (mail,) = letters()
    assert mail["to"] == NEW
    assert join(link(mail)).status_code == 302
    made = Assignment.objects.get(person__account__email=NEW)
    assert (made.role, made.nip, made.valid_to) == ("arsiparis", "1990", f.AT + 90 * DAY)
    assert join(link(mail)).status_code == 410
    assert link(mail).rsplit("/", 1)[1] not in str(f.everything())


@pytest.mark.parametrize("days", [1, 3, 7])
def test_a_link_ends_when_its_days_are_over(
    office: Office, letters: Callable[[], list[Any]], days: int
) -> None:
    give(office, post(), NEW, days=days)
    address, last = link(letters()[0]), f.AT + days * DAY
    late = join(address, last)
    assert (late.status_code, "sudah tidak berlaku" in late.content.decode()) == (410, True)
    assert join(address, last - timedelta(milliseconds=1)).status_code == 302


@pytest.mark.parametrize("days", [0, 8, -1])
def test_a_link_lasts_a_day_to_a_week(office: Office, days: int) -> None:
    with f.refusal("staff.days", 422):
        give(office, post(), NEW, days=days)


def test_a_cancelled_or_replaced_link_works_no_more(office: Office, letters: Callable[[], list[Any]]) -> None:
    give(office, post(), NEW)
    give(office, post(), NEW)
    first, second = (link(mail) for mail in letters())
    assert join(first).status_code == 410
    row = Invitation.objects.get(expires_at__gt=f.AT)
    staffing.cancel_invitation(f.actor(ADMIN), office, row.pk, asked=f.asked())
    assert join(second).status_code == 410
    assert not Account.objects.filter(email=NEW).exists()


def test_a_sensitive_role_sends_no_link_before_the_second_person(
    office: Office, letters: Callable[[], list[Any]]
) -> None:
    give(office, post("auditor"), NEW)
    assert letters() == []
    answer(office)
    assert join(link(letters()[0])).status_code == 302
    assert roles(NEW, office) == {Role.AUDITOR}


# Pages -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def now() -> Iterator[None]:
    with at_moment(f.AT):
        yield


def client_of(who: str) -> Client:
    email = who if "@" in who else f"{who}@mempawah.example"
    return f.log_in(Client(), Account.objects.get(email=email))


GOOD = {
    "surel": "fo@mempawah.example", "peran": "arsiparis", "jabatan": "Arsiparis", "surat": "SK 3",
    "mulai": "4/3/2026", "sampai": "", "hari": "1",
}  # fmt: skip


def send(client: Client, name: str, *args: Any, **fields: str) -> Any:
    return client.post(
        reverse(f"desk:{name}", args=args), {"command_id": str(uuid.uuid4()), **fields}, follow=True
    )


def test_the_page_shows_who_holds_what(office: Office, now: None) -> None:
    named(office, "koordinator")
    page = client_of(ADMIN).get(reverse("desk:staff")).content.decode()
    for words in ("Siapa memegang apa", "SK contoh 001/2026", "Plh. mewakili", "tanpa batas waktu"):
        assert words in page
    seen_by_head = client_of("kadis").get(reverse("desk:staff")).content.decode()
    assert reverse("desk:staff_give") not in seen_by_head
    assert reverse("desk:staff_deputy") in seen_by_head


def test_the_form_says_what_is_wrong_and_keeps_what_was_typed(office: Office, now: None) -> None:
    client = client_of(ADMIN)
    wrong = {
        **GOOD,
        "surel": "tanpa-tanda",
        "peran": "pemohon",
        "mulai": "31/2/2026",
        "sampai": "1/1/2020",
        "hari": "9",
    }
    page = send(client, "staff_give", **wrong)
    text = page.content.decode()
    assert page.status_code == 422
    for words in (
        "Alamat surel belum lengkap",
        "Pilih peran dari daftar",
        "Pilih 1, 3, atau 7 hari",
        "tanpa-tanda",
    ):
        assert words in text, words
    assert Assignment.objects.filter(role="arsiparis", person__account__email=GOOD["surel"]).count() == 0


def test_the_pages_give_confirm_and_end(office: Office, now: None) -> None:
    admin, second = client_of(ADMIN), client_of(SECOND)
    assert "Peran diberikan" in send(admin, "staff_give", **GOOD).content.decode()
    mine = Assignment.objects.get(role="arsiparis", person__account__email=GOOD["surel"])
    assert mine.valid_from == f.AT  # the day has begun: from now on
    assert "Usulan tersimpan" in send(admin, "staff_give", **{**GOOD, "peran": "auditor"}).content.decode()
    row = open_proposal(office)
    page = second.get(reverse("desk:staff_proposal", args=[row.key])).content.decode()
    assert "Yang berubah bila disahkan" in page
    assert "sudah memegang: arsiparis, petugas loket depan" in page
    own = admin.get(reverse("desk:staff_proposal", args=[row.key])).content.decode()
    assert "Benar, sahkan" not in own
    assert "Usulan disahkan" in send(second, "staff_proposal", row.key, jawab="sahkan").content.decode()
    assert "Penugasan diakhiri" in send(admin, "staff_end", mine.key, sampai="10/3/2026").content.decode()
    mine.refresh_from_db()
    assert mine.valid_to == datetime(2026, 3, 10, 17, tzinfo=UTC)  # midnight after the 10th in Mempawah


def test_the_page_of_deputies(office: Office, now: None) -> None:
    person = f.actor("jf").person
    typed = {"orang": person, "surat": "800/3", "mulai": "4/3/2026", "sampai": "6/3/2026"}
    assert "Plh. ditunjuk" in send(client_of("kadis"), "staff_deputy", **typed).content.decode()
    refused = send(client_of(ADMIN), "staff_deputy", **{**typed, "jenis": "plh"})
    assert (refused.status_code, "sudah ada Plh. atau Plt." in refused.content.decode()) == (409, True)


def test_an_old_proof_is_asked_again_before_confirming(office: Office) -> None:
    f.newcomer(NEW)
    give(office, post("auditor"), NEW)
    client = f.log_in(Client(), Account.objects.get(email=SECOND), f.AT - timedelta(minutes=16))
    with at_moment(f.AT):
        address = reverse("desk:staff_proposal", args=[open_proposal(office).key])
        sent = client.post(
            address, {"command_id": str(uuid.uuid4()), "jawab": "sahkan"}, headers={"referer": address}
        )
    assert sent.status_code == 302
    assert sent["Location"].startswith(reverse("account_reauthenticate"))
    assert open_proposal(office)


def test_another_offices_people_are_nobodys_business(office: Office, now: None) -> None:
    f.newcomer("semua@kampar.example", "administrator", office="kampar")
    far = client_of("semua@kampar.example")
    mine = Assignment.objects.get(person__account__email="fo@mempawah.example")
    assert far.get(reverse("desk:staff_end", args=[mine.key])).status_code == 404
    assert far.get(reverse("desk:staff"), {"kantor": "mempawah"}).status_code == 404
    give(office, post("auditor"), ADMIN)
    assert far.get(reverse("desk:staff_proposal", args=[open_proposal(office).key])).status_code == 404


def test_how_many_queries_the_page_asks(
    office: Office, now: None, django_assert_max_num_queries: Any
) -> None:
    client = client_of(ADMIN)
    client.get(reverse("desk:staff"))
    with django_assert_max_num_queries(12):
        client.get(reverse("desk:staff"))
