# SPDX-License-Identifier: Apache-2.0
"""Switches, refusals and troubles as a browser meets them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.test import RequestFactory

from satupintu.core.refusal import Refusal
from satupintu.ui import views
from satupintu.ui.context import COOKIE, look
from satupintu.ui.decorators import no_store, refusals_on_form, refusals_shown
from satupintu.ui.middleware import HouseRules

pytestmark = pytest.mark.anyday
ask = RequestFactory()


@pytest.fixture(autouse=True)
def plain_static(settings):
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.TEMPLATES = [
        settings.TEMPLATES[0]
        | {
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "satupintu.ui.context.look",
                ]
            }
        }
    ]


def said(answer: HttpResponse) -> str:
    return answer.content.decode()


def test_a_switch_is_kept_in_a_cookie_and_leads_back():
    answer = views.display(ask.get("/tampilan", {"huruf": "besar", "kembali": "/lacak"}))
    assert (answer.status_code, answer["Location"]) == (302, "/lacak")
    assert answer.cookies[COOKIE].value == "besar"
    assert answer.cookies[COOKIE]["httponly"]
    request = ask.get("/tampilan", {"kontras": "tinggi"})
    request.COOKIES[COOKIE] = "besar.lain.<script>"
    assert views.display(request).cookies[COOKIE].value == "besar.kontras"
    request = ask.get("/tampilan", {"huruf": "biasa"})
    request.COOKIES[COOKIE] = "besar.tanpa-pintasan"
    assert views.display(request).cookies[COOKIE].value == "tanpa-pintasan"


@pytest.mark.parametrize(
    "away", ["https://jahat.example/", "//jahat.example", "javascript:alert(1)", "/\\jahat.example", ""]
)
def test_no_switch_leads_away_from_the_office(away):
    assert views.display(ask.get("/tampilan", {"kembali": away}))["Location"] == "/"


def test_a_switch_is_only_ever_read():
    assert views.display(ask.post("/tampilan")).status_code == 405


def test_the_screen_is_as_the_person_wished():
    request = ask.get("/lacak?nomor=1")
    request.COOKIES[COOKIE] = "besar.kontras.tanpa-pintasan"
    display = look(request)["display"]
    assert (display.large, display.high, display.keys, display.back) == (True, True, False, "/lacak?nomor=1")
    assert look(ask.post("/kirim?x=1"))["display"].back == "/kirim"
    assert 'class="text-large contrast-high"' in said(views.not_found(request))


def refuse(code: str, status: int = 409, **values: Any) -> Callable[[HttpRequest], HttpResponse]:
    @refusals_shown
    def page(request: HttpRequest) -> HttpResponse:
        raise Refusal(code, status=status, **values)

    return page


def test_a_refusal_has_its_status_its_words_and_the_way_back():
    answer = refuse("sop.no-reason", 422)(
        ask.post("/berkas/x/ambil", HTTP_REFERER="http://testserver/berkas/x")
    )
    assert answer.status_code == 422
    assert "Alasan belum ditulis." in said(answer)
    assert "Tulis alasan yang bisa dipahami pemohon." in said(answer)
    assert 'href="http://testserver/berkas/x"' in said(answer)


def test_the_way_back_never_leads_elsewhere():
    answer = refuse("sop.no-reason")(ask.post("/x", HTTP_REFERER="https://jahat.example/"))
    assert "jahat" not in said(answer)


def test_a_conflict_says_that_somebody_was_faster_and_keeps_what_was_written():
    sent = {
        "catatan": "Angka daya tidak terbaca di foto.",
        "sandi": "rahasia123456789012345",
        "csrfmiddlewaretoken": "x" * 64,
    }
    answer = refuse("door.changed")(ask.post("/berkas/x", sent))
    assert answer.status_code == 409
    assert "Berkas ini baru saja diubah" in said(answer)
    assert "Angka daya tidak terbaca di foto." in said(answer)
    assert "rahasia" not in said(answer)
    assert "x" * 64 not in said(answer)


def test_what_is_not_yours_does_not_exist():
    answer = refuse("access.not-yours", 404)(ask.get("/berkas/x"))
    assert answer.status_code == 404
    assert said(answer) == said(views.not_found(ask.get("/berkas/x")))


def test_a_refused_form_comes_back_with_what_was_typed():
    calls = []

    @refusals_on_form
    def page(request: HttpRequest) -> HttpResponse:
        calls.append(request.method)
        if request.method == "POST":
            raise Refusal("applications.no-note", status=422)
        return HttpResponse(f"{look(request)['refused'].what} [{request.POST['catatan']}]")

    answer = page(ask.post("/kembalikan", {"catatan": "buram"}))
    assert answer.status_code == 422
    assert said(answer) == "Belum ada catatan untuk hal yang dikembalikan. [buram]"
    assert calls == ["POST", "GET"]


@pytest.mark.parametrize("second", ["redirect", "refusal"])
def test_a_form_that_cannot_be_shown_again_is_answered_by_a_page(second):
    @refusals_on_form
    def page(request: HttpRequest) -> HttpResponse:
        if request.method == "POST" or second == "refusal":
            raise Refusal("cases.ended")
        return redirect("/lain")

    answer = page(ask.post("/x"))
    assert answer.status_code == 409
    assert "Berkas ini sudah selesai." in said(answer)


def test_a_page_that_was_only_read_is_not_asked_twice():
    calls = []

    @refusals_on_form
    def page(request: HttpRequest) -> HttpResponse:
        calls.append(1)
        raise Refusal("cases.ended")

    assert page(ask.get("/x")).status_code == 409
    assert len(calls) == 1


def test_what_is_no_refusal_goes_on():
    @refusals_shown
    def page(request: HttpRequest) -> HttpResponse:
        raise KeyError("nik")

    with pytest.raises(KeyError):
        page(ask.get("/"))


class Session:
    accessed = True


def test_personal_pages_are_kept_nowhere():
    answer = no_store(lambda request: HttpResponse())(ask.get("/saya"))
    assert "no-store" in answer["Cache-Control"]
    request = ask.get("/saya")
    request.session = Session()
    assert "no-store" in HouseRules(lambda _request: HttpResponse())(request)["Cache-Control"]
    public = HouseRules(lambda _request: HttpResponse())(ask.get("/"))
    assert not public.has_header("Cache-Control")
    assert "geolocation=(self)" in public["Permissions-Policy"]


def test_a_refusal_nobody_caught_still_has_words():
    rules = HouseRules(lambda _request: HttpResponse())
    answer = rules.process_exception(ask.get("/x"), Refusal("sop.four-eyes", status=403))
    assert answer is not None
    assert answer.status_code == 403
    assert "empat mata" in said(answer)
    assert rules.process_exception(ask.get("/x"), KeyError()) is None


def test_every_trouble_has_a_page_in_plain_words():
    request = ask.get("/x")
    for view, status, words in [
        (views.bad_request, 400, "tidak bisa kami baca"),
        (views.forbidden, 403, "tidak punya hak"),
        (views.not_found, 404, "tidak ada"),
        (views.too_many, 429, "Terlalu banyak percobaan"),
        (views.csrf_failed, 403, "terlalu lama terbuka"),
    ]:
        answer = view(request)
        assert answer.status_code == status
        assert words in said(answer)
    assert views.bad_request(request, RequestDataTooBig()).status_code == 413
    assert views.bad_request(request, SuspiciousOperation()).status_code == 400


def test_the_page_of_our_own_mistake_gives_a_code_that_is_in_the_log(caplog):
    with caplog.at_level(logging.ERROR):
        answer = views.server_error(ask.get("/berkas/x"))
    assert answer.status_code == 500
    code = said(answer).partition('class="code">')[2][:6]
    assert code.startswith("K-")
    assert code in caplog.text
    assert "Traceback" not in said(answer)
