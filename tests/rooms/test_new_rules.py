# SPDX-License-Identifier: Apache-2.0
"""A draft begun under one version and sent under the next: the applicant is told, and types nothing twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from satupintu.accounts.models import Account
from satupintu.applications import actions, queries
from satupintu.applications.models import Document
from satupintu.cases.models import Case
from satupintu.catalog import actions as catalog
from satupintu.catalog.folders import from_json, services_root
from satupintu.catalog.models import ServiceVersion
from satupintu.catalog.queries import in_force
from satupintu.cli import demo
from satupintu.core.access import Actor, system
from satupintu.core.package import linked_sops, read_package
from satupintu.door.moment import at_moment
from satupintu.offices.models import Office
from tests import factories as f


@pytest.fixture
def me(stage: Callable[[str], Case]) -> Actor:
    stage("verifikasi")
    return f.actor("pemohon")


@pytest.fixture
def stranger(me: Actor) -> Actor:
    return f.actor(f.newcomer("orang@contoh.example").email)


@pytest.fixture
def service(me: Actor) -> ServiceVersion:
    return in_force(Office.objects.get(slug="mempawah").pk, f.SERVICE, f.AT.date())


def second_version(service: ServiceVersion, *edits: tuple[str, str, str]) -> ServiceVersion:
    """The service with (file, old, new) replaced, in force from today on."""
    content = from_json(service.files)
    for name, old, new in edits:
        assert old.encode() in content[name], old
        content[name] = content[name].replace(old.encode(), new.encode(), 1)
    package = read_package(content, known_sops=linked_sops(services_root() / "mempawah" / f.SERVICE))
    return catalog.propose(system(f.AT), service.office, f.SERVICE, package, content, effective=f.AT.date())


NEW_RULES = (
    ("form.toml", 'id = "nama-usaha"', 'id = "nama-dagang"'),
    (
        "service.toml",
        "[[tariff]]",
        '[[requirement]]\nid = "npwp"\nlabel = "NPWP"\nkind = "upload"\n\n[[tariff]]',
    ),
)


def test_a_draft_goes_on_under_the_rules_of_the_day_it_is_sent(me: Actor, service: ServiceVersion) -> None:
    """Begun under the first version, sent when the second is in force: what fits stays, what is new is asked for."""
    made, finished = f.draft(), f.draft(**{"nama-usaha": "Warung Lain"})
    before, documents = made.answers, Document.objects.filter(item__application=made).count()
    newer = second_version(service, *NEW_RULES)
    with f.refusal("applications.service-changed"):
        actions.send(me, made.key, ticked=f.statements(made), asked=f.asked())
    actions.renew(me, made.key)
    made = queries.own(me, made.key)
    assert made.service_id == newer.pk
    assert made.answers == {name: value for name, value in before.items() if name != "nama-usaha"}
    assert Document.objects.filter(item__application=made).count() == documents
    assert [i.requirement.id for i in queries.items(made) if i.missing] == ["npwp"]
    with f.refusal("applications.incomplete", 422):
        actions.send(me, made.key, ticked=f.statements(made), asked=f.asked())
    actions.attach(me, made.key, "npwp", name="a.png", data=f.picture())
    f.fill(made, **{"nama-dagang": "Warung Baru"})
    case = f.send(made)
    assert case.service_id == newer.pk
    assert queries.own(me, finished.key).service_id == service.pk  # nobody touches a draft but its owner


def test_a_draft_of_the_rules_in_force_is_left_as_it_is(me: Actor, stranger: Actor) -> None:
    made = f.draft()
    before = f.everything()
    actions.renew(me, made.key)
    assert f.everything() == before
    with f.refusal("access.not-yours", 404):
        actions.renew(stranger, made.key)


def test_an_application_that_was_sent_keeps_its_rules(me: Actor, service: ServiceVersion) -> None:
    case = f.sent()
    second_version(service, *NEW_RULES)
    with f.refusal("applications.sent"):
        actions.renew(me, f.application(case).key)
    assert f.fresh(case).service_id == service.pk


def test_the_page_of_new_rules_says_what_changed_and_what_is_dropped(
    me: Actor, service: ServiceVersion, client: Client
) -> None:
    made = f.draft()
    client.force_login(
        Account.objects.get(email=f.APPLICANT), backend="satupintu.accounts.stages.OfficeBackend"
    )
    second_version(service, *NEW_RULES)
    with at_moment(f.AT):
        for name, args in (("review", []), ("documents", []), ("page", [1])):
            answer = client.get(reverse(f"portal:{name}", args=[made.key, *args]))
            assert (answer.status_code, answer.headers["Location"].endswith("/aturan-baru")) == (302, True)
        page = client.get(reverse("portal:renew", args=[made.key])).content.decode()
        assert "Persyaratan baru: NPWP (wajib)." in page
        assert demo.Walk.ANSWERS["nama-usaha"] in page  # what is dropped can still be copied
        assert client.post(reverse("portal:renew", args=[made.key])).status_code == 302
        assert client.get(reverse("portal:review", args=[made.key])).status_code == 200
        assert client.get(reverse("portal:renew", args=[made.key])).status_code == 302
