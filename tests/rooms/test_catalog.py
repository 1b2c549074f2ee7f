# SPDX-License-Identifier: Apache-2.0
"""Publishing a service: two persons, a date, and a content that never changes; and who has authority (S6)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from satupintu.accounts.models import Account
from satupintu.cases.models import Case
from satupintu.catalog import actions, queries
from satupintu.catalog.folders import from_json, services_root
from satupintu.catalog.models import Kbli, ServiceVersion
from satupintu.catalog.sheets import house_of, house_of_folder
from satupintu.core.access import Actor, system
from satupintu.core.package import Package, linked_sops, load_folder, read_package
from satupintu.door.models import Event
from satupintu.door.read import verify
from satupintu.offices.models import Office
from tests import factories as f

TODAY = f.AT.date()
SOON = TODAY + timedelta(days=7)
Content = dict[str, bytes]


@pytest.fixture
def office(stage: Callable[[str], Case]) -> Office:
    stage("verifikasi")
    return Office.objects.get(slug="mempawah")


@pytest.fixture
def content(office: Office) -> tuple[Package, Content]:
    """The service with one word changed: another content, so another version."""
    return changed("Sedang dinilai", "Sedang diperiksa")


def changed(old: str, new: str) -> tuple[Package, Content]:
    folder = services_root() / "mempawah" / f.SERVICE
    files = dict(load_folder(folder))
    assert old.encode() in files["texts.id.toml"]
    files["texts.id.toml"] = files["texts.id.toml"].replace(old.encode(), new.encode())
    return read_package(files, known_sops=linked_sops(folder)), files


def administrator(office: Office, email: str = "admin1@mempawah.example") -> Actor:
    account = Account.objects.filter(email=email).first() or f.newcomer(email, "administrator")
    return f.actor(account.email)


def propose(
    actor: Actor, office: Office, content: tuple[Package, Content], day: date = SOON
) -> ServiceVersion:
    return actions.propose(actor, office, f.SERVICE, *content, effective=day)


# Publishing ------------------------------------------------------------------------------------------------------


def test_without_an_administrator_the_command_line_publishes_at_once(
    office: Office, content: tuple[Package, Content]
) -> None:
    version = propose(system(f.AT), office, content)
    assert (version.status, version.approved_by) == ("approved", "sistem")
    told = Event.objects.filter(subject=version.subject).order_by("number")
    assert [event.kind for event in told] == ["service.proposed", "service.approved"]
    assert told[1].data == {"digest": version.digest, "alone": True}
    assert verify().ok


def test_with_an_administrator_the_command_line_only_proposes(
    office: Office, content: tuple[Package, Content]
) -> None:
    administrator(office)
    version = propose(system(f.AT), office, content)
    assert (version.status, version.approved_by) == ("proposed", "")
    assert queries.in_force(office.pk, f.SERVICE, SOON).pk != version.pk


def test_dates_of_the_command_line_are_free_only_while_it_is_alone(
    office: Office, content: tuple[Package, Content]
) -> None:
    past = TODAY - timedelta(days=20)
    assert propose(system(f.AT), office, content, past).status == "approved"
    administrator(office)
    other = changed("Sedang dinilai", "Sedang ditimbang")
    with f.refusal("catalog.day-past", 422):
        propose(system(f.AT), office, other, past)
    assert propose(system(f.AT), office, other, TODAY).status == "proposed"


def test_one_proposes_and_another_approves(office: Office, content: tuple[Package, Content]) -> None:
    one, other = administrator(office), administrator(office, "admin2@mempawah.example")
    version = propose(one, office, content)
    with f.refusal("catalog.same-person", 403):
        actions.approve(one, version.pk, asked=f.asked())
    assert queries.in_force(office.pk, f.SERVICE, SOON).pk != version.pk
    asked = f.asked()
    actions.approve(other, version.pk, asked=asked)
    actions.approve(other, version.pk, asked=asked)
    version.refresh_from_db()
    assert (version.status, version.approved_by, version.version) == ("approved", other.person, 2)
    assert queries.in_force(office.pk, f.SERVICE, SOON).pk == version.pk


def test_what_is_approved_is_not_approved_again(office: Office, content: tuple[Package, Content]) -> None:
    one, other = administrator(office), administrator(office, "admin2@mempawah.example")
    version = propose(one, office, content)
    actions.approve(other, version.pk, asked=f.asked())
    with f.refusal("catalog.approved"):
        actions.approve(other, version.pk, asked=f.asked())


def test_nobody_but_an_administrator_of_the_office_publishes(
    office: Office, content: tuple[Package, Content]
) -> None:
    version = propose(administrator(office), office, content)
    for who in ("fo", "teknis", "jf", "koordinator", "kadis", "arsip", "auditor"):
        with f.refusal("access.role", 403):
            propose(f.actor(who), office, content)
        if who != "kadis":  # the head of office is the second person where there is one administrator
            with f.refusal("access.role", 403):
                actions.approve(f.actor(who), version.pk, asked=f.asked())
    f.newcomer("admin@kampar.example", "administrator", office="kampar")
    for stranger in (f.actor("admin@kampar.example"), f.actor("pemohon")):
        with f.refusal("access.not-yours", 404):
            propose(stranger, office, content)
        with f.refusal("access.not-yours", 404):
            actions.approve(stranger, version.pk, asked=f.asked())


def test_a_version_holds_from_its_day_on_and_the_former_until_then(
    office: Office, content: tuple[Package, Content]
) -> None:
    former = queries.in_force(office.pk, f.SERVICE, TODAY)
    version = propose(system(f.AT), office, content)
    days = (SOON - timedelta(days=1), SOON, SOON + timedelta(days=400))
    assert [queries.in_force(office.pk, f.SERVICE, day).pk for day in days] == [
        former.pk,
        version.pk,
        version.pk,
    ]
    with f.refusal("catalog.no-service", 404):
        queries.in_force(office.pk, f.SERVICE, date(2000, 1, 1))
    with f.refusal("catalog.no-service", 404):
        queries.in_force(office.pk, "tidak-ada", TODAY)


def test_the_same_content_is_the_same_version(office: Office, content: tuple[Package, Content]) -> None:
    version = propose(system(f.AT), office, content)
    before = f.everything()
    again = propose(system(f.AT), office, content, SOON + timedelta(days=1))
    assert (again.pk, again.effective) == (version.pk, SOON)
    assert f.everything() == before


def test_a_published_content_is_kept_byte_by_byte(office: Office, content: tuple[Package, Content]) -> None:
    package, files = content
    version = propose(system(f.AT), office, content)
    assert from_json(ServiceVersion.objects.get(pk=version.pk).files) == files
    assert queries.package_of(version).digest == package.digest == version.digest
    with pytest.raises(DatabaseError), transaction.atomic():
        ServiceVersion.objects.filter(slug=f.SERVICE).update(digest=version.digest)


def test_an_application_ends_under_the_version_it_was_sent_under(
    office: Office, content: tuple[Package, Content], stage: Callable[[str], Case]
) -> None:
    case = stage("verifikasi")
    pinned = case.service_id
    propose(system(f.AT), office, content, TODAY)
    case = f.prepare(f.take(f.examine(case), "teknis", "lengkap"))
    assert f.fresh(case).service_id == pinned


# Finding ---------------------------------------------------------------------------------------------------------


def test_a_service_is_found_by_the_words_people_use(office: Office) -> None:
    slugs = [version.slug for version in queries.services(office.pk, TODAY)]
    assert slugs == [f.SERVICE]  # linked procedures are no services
    package = queries.package_of(queries.in_force(office.pk, f.SERVICE, TODAY))
    assert package.service is not None
    for words in (package.service.search_words[0].upper(), f"{package.service.search_words[0]} xyzzy"):
        assert [v.slug for v in queries.services(office.pk, TODAY, words=words)] == [f.SERVICE]
    assert queries.services(office.pk, TODAY, words="xyzzy") == []


def test_only_the_newest_version_is_offered(office: Office, content: tuple[Package, Content]) -> None:
    version = propose(system(f.AT), office, content)
    assert [v.pk for v in queries.services(office.pk, SOON)] == [version.pk]
    assert version.pk not in [v.pk for v in queries.services(office.pk, TODAY)]


# Authority -------------------------------------------------------------------------------------------------------


def test_a_kbli_of_another_authority_says_where_to_go(office: Office) -> None:
    assert queries.require_authority("2020", "56101").authority == "kabupaten"
    elsewhere = Kbli.objects.exclude(authority="kabupaten").first()
    assert elsewhere is not None
    with f.refusal("catalog.kbli-elsewhere", 422) as no:
        queries.require_authority("2020", elsewhere.code)
    assert no.value.values == {
        "kbli": elsewhere.code,
        "title": elsewhere.title,
        "refer_to": elsewhere.refer_to,
    }
    assert elsewhere.refer_to
    with f.refusal("catalog.kbli-unknown", 422):
        queries.require_authority("2020", "00000")
    with f.refusal("catalog.kbli-unknown", 422):
        queries.require_authority("2017", "56101")


def test_a_kbli_is_found_by_digits_and_by_plain_words(office: Office) -> None:
    assert all(row.code.startswith("5610") for row in queries.kbli_like("2020", "56 10"))
    assert "56101" in [row.code for row in queries.kbli_like("2020", "restoran")]
    assert queries.kbli_like("2020", "restoran xyzzy") == []
    assert len(queries.kbli_like("2020", "", limit=3)) == 3


def test_loading_the_starter_set_again_changes_nothing(office: Office) -> None:
    path = queries.KBLI_LIST
    before = list(Kbli.objects.filter(version="2020").order_by("pk").values())
    assert actions.load_kbli(path, version="2020") == len(before)
    assert list(Kbli.objects.filter(version="2020").order_by("pk").values()) == before


def test_the_house_of_an_office_knows_its_sops_by_name(office: Office) -> None:
    house = house_of(office)
    assert house.kop == (
        "Pemerintah Kabupaten Mempawah",
        "Dinas Penanaman Modal, Koperasi, Usaha Kecil dan Menengah dan Pelayanan Terpadu Satu Pintu",
    )
    assert house.example
    assert house.letterhead()["alamat"] == office.address
    assert house.sops["konsultasi"] == "Pelayanan Konsultasi Perizinan Berusaha"
    from_the_folder = house_of_folder(services_root() / "mempawah" / "sertifikat-standar")
    assert (house.kop, house.contacts) == (from_the_folder.kop, from_the_folder.contacts)


def test_a_linked_sop_is_called_as_it_was_published_last_and_not_as_only_proposed(office: Office) -> None:
    row = ServiceVersion.objects.get(office=office, slug="konsultasi")
    name = row.name
    for digest, status, other, shown in (
        ("1" * 64, ServiceVersion.PROPOSED, "Usulan", name),
        ("2" * 64, ServiceVersion.APPROVED, "Konsultasi Baru", "Konsultasi Baru"),
    ):
        row.pk, row.digest, row.status, row.name, row.effective = None, digest, status, other, SOON
        row.key = uuid4()
        row.save()
        assert house_of(office).sops["konsultasi"] == shown
