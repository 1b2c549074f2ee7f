# SPDX-License-Identifier: Apache-2.0
"""Rights end the moment what they rest on ends: in mid-session, at a download, with a form kept open, in the queue.

Source: security.md D4, case 3. That every address of the desk refuses at the next request is shown by the matrix's
machinery (test_matrix.py: test_rights_end_within_one_request).
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

import satupintu
from satupintu.accounts.actions import staffing
from satupintu.accounts.models import Account, Assignment
from satupintu.applications import queries as applications
from satupintu.cases import actions as cases
from satupintu.cases.models import Case
from satupintu.cli.questions import QUESTIONS
from satupintu.door.moment import at_moment
from satupintu.notices.models import Notice
from satupintu.offices.models import Office
from tests import factories as f

Stage = Callable[[str], Case]
NOW = f.AT + timedelta(hours=2)
ADMIN = "admin@mempawah.example"


@pytest.fixture
def office(stage: Stage) -> Office:
    stage("verifikasi")
    f.newcomer(ADMIN, "administrator")
    return Office.objects.get(slug="mempawah")


def client_of(email: str) -> Client:
    return f.log_in(Client(), Account.objects.get(email=email))


def end_role(office: Office, who: str) -> None:
    mine = Assignment.objects.get(person__account__email=f"{who}@mempawah.example", office=office)
    staffing.end(f.actor(ADMIN, NOW), office, mine.key, asked=f.asked())


def test_an_open_download_link_is_refused_at_the_next_request(office: Office, stage: Stage) -> None:
    case, client = stage("verifikasi"), client_of("teknis@mempawah.example")
    held = next(item.document for item in applications.items(f.application(case)) if item.document)
    assert held is not None
    link = reverse("desk:document", args=[case.key, held.key])
    with at_moment(NOW):
        assert client.get(link).status_code == 200
        end_role(office, "teknis")
        assert client.get(link).status_code == 403


def test_a_form_kept_open_is_refused_and_writes_nothing(office: Office, stage: Stage) -> None:
    case, client = stage("verifikasi"), client_of("teknis@mempawah.example")
    with at_moment(NOW):
        page = client.get(reverse("desk:outcome", args=[case.key]), {"hasil": "tolak"})
        assert page.status_code == 200
        end_role(office, "teknis")
        before = f.kinds(case)
        typed = {"command_id": str(uuid.uuid4()), "outcome": "tolak", "alasan": "Alamat tidak sesuai."}
        answer = client.post(reverse("desk:outcome", args=[case.key]), typed)
    assert (answer.status_code, f.kinds(case)) == (403, before)


def test_a_deputy_who_stands_at_the_signature_when_his_days_end_signs_nothing(
    office: Office, stage: Stage
) -> None:
    case, until = stage("tanda-tangan"), NOW + timedelta(minutes=5)
    staffing.name_deputy(
        f.actor("kadis", NOW), office, f.actor("koordinator").person,
        letter="800/2", since=NOW, until=until, asked=f.asked(),
    )  # fmt: skip
    client, address = client_of("koordinator@mempawah.example"), reverse("desk:sign", args=[case.key])
    with at_moment(NOW):
        client.get(reverse("desk:file", args=[case.key]), {"lihat": "draf"})
    before = f.kinds(case)
    with at_moment(until):
        late = client.post(address, {"command_id": str(uuid.uuid4())})
    assert (late.status_code, f.kinds(case)) == (403, before)
    with at_moment(until - timedelta(milliseconds=1)):
        assert client.post(address, {"command_id": str(uuid.uuid4())}).status_code == 302


def test_what_is_queued_for_an_officer_goes_to_those_who_hold_the_role_when_it_runs(
    office: Office, stage: Stage
) -> None:
    """A notice to the head that was queued before his assignment ended is not made for him afterwards."""
    f.take(f.prepare(stage("validasi"), NOW), "jf", "valid", NOW)
    end_role(office, "kadis")
    gone = Account.objects.get(email="kadis@mempawah.example")
    before = Notice.objects.filter(account=gone).count()
    f.run_jobs(NOW + timedelta(hours=1))
    assert Notice.objects.filter(account=gone).count() == before


def test_the_files_of_who_has_left_are_free_for_his_colleagues(office: Office, stage: Stage) -> None:
    case = stage("verifikasi")
    f.newcomer("rekan@mempawah.example", "tim-teknis")
    cases.claim(f.actor("teknis", NOW), case.pk, asked=f.asked())
    with f.refusal("cases.held"):
        cases.claim(f.actor("rekan@mempawah.example", NOW), case.pk, asked=f.asked())
    end_role(office, "teknis")
    f.run_jobs(NOW + timedelta(seconds=1))
    assert (f.fresh(case).holder, f.last(case).kind) == ("", "case.released")
    cases.claim(f.actor("rekan@mempawah.example", NOW), case.pk, asked=f.asked())


def test_files_go_back_by_themselves_when_the_days_of_a_letter_are_over(office: Office, stage: Stage) -> None:
    case, until = stage("verifikasi"), NOW + timedelta(days=2)
    f.newcomer("musiman@mempawah.example")
    post = staffing.Post("tim-teknis", "Tim Teknis", "SK 7", NOW, until)
    staffing.give(f.actor(ADMIN, NOW), office, post, email="musiman@mempawah.example", asked=f.asked())
    cases.claim(f.actor("musiman@mempawah.example", NOW), case.pk, asked=f.asked())
    f.run_jobs(until - timedelta(seconds=1))
    assert f.fresh(case).holder
    f.run_jobs(until)
    assert f.fresh(case).holder == ""


# No account is there before somebody was invited -----------------------------------------------------------------


def test_a_fresh_installation_has_nobody_in_it(own_data_base: dict[str, str], tmp_path: Path) -> None:
    """After every migration and after `satupintu setup`: no account, person, role or factor; one invitation at most."""
    count = """
import json, sys
from satupintu.cli import main
main(json.loads(sys.argv[1]))
from django.apps import apps
names = ("Account", "Person", "Assignment", "EmailAddress", "Authenticator", "Session", "Mandate", "Invitation")
models = {model.__name__: model.objects.count() for model in apps.get_models() if model.__name__ in names}
print(json.dumps(models), file=sys.stderr)
"""
    words = [w for q in QUESTIONS for w in (f"--{q.name.replace('_', '-')}", q.example)]
    clean = {k: v for k, v in os.environ.items() if k != "DATABASE_URL" and "SATUPINTU" not in k}
    environment = {**clean, "SATUPINTU_HOME": str(tmp_path / "home"), **own_data_base}
    call = [sys.executable, "-c", count, json.dumps(["setup", *words, "--json"])]
    done = subprocess.run(call, env=environment, capture_output=True, text=True, check=True)
    found = json.loads(done.stderr.splitlines()[-1])
    assert found.pop("Invitation") == 1
    assert set(found) == {
        "Account",
        "Person",
        "Assignment",
        "EmailAddress",
        "Authenticator",
        "Session",
        "Mandate",
    }
    assert set(found.values()) == {0}


def test_no_file_of_the_project_holds_a_password() -> None:
    """What the demo needs it draws by lot; a password written down anywhere would be everybody's."""
    package = Path(satupintu.__file__).parent
    said = re.compile(r"""(?<![\w.])(?:password|set_password\(|totp)["']?\s*[=:(]\s*["'][^"'{]{4,}["']""")
    found = [
        f"{path.name}:{n}: {line.strip()}"
        for path in sorted(package.rglob("*.py"))
        for n, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if said.search(line)
    ]
    assert found == []
