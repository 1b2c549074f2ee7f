# SPDX-License-Identifier: Apache-2.0
"""The parts of a page, rendered: what people hear, what comes back, what cannot be injected."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template import engines
from django.template.loader import get_template
from django.test import RequestFactory
from django.utils.datastructures import MultiValueDict

from satupintu.core import forms
from satupintu.ui import parts, views
from satupintu.ui.fields import KINDS, FieldView, Option, chosen_file, field_of, problems_of, texts_of
from satupintu.ui.formats import TimeLeft
from satupintu.ui.icons import ICONS, icon
from satupintu.ui.lane import Lane, LaneActor, LaneStep

pytestmark = pytest.mark.anyday

EVIL = '"><script>alert(1)</script>'
VOID = {"input", "meta", "link", "br", "hr", "img"}


class Page(HTMLParser):
    """A small reader of what was rendered: every element with its attributes; open ones must be closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)
        assert self.open == [], f"not closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.elements if name == tag]

    @property
    def ids(self) -> list[str]:
        return [str(attrs["id"]) for _tag, attrs in self.elements if "id" in attrs]


def draw(text: str, **context: Any) -> Page:
    return Page(engines["django"].from_string("{% load satupintu %}" + text).render(context))


def view(kind: str, **more: Any) -> FieldView:
    options = (
        (Option("a", "Satu"), Option("b", "Dua", group="Kecamatan"))
        if kind in ("choice", "region", "kbli", "select")
        else ()
    )
    return FieldView(
        **({"id": "q", "name": "q", "label": "Pertanyaan", "kind": kind, "options": options} | more)
    )


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_name_and_says_its_mistake(kind):
    page = draw(
        "{% errors fields %}{% for f in fields %}{% field f %}{% endfor %}",
        fields=[view(kind, error="Tulis angka.", hint="Lihat pelat.")],
    )
    ids = Counter(page.ids)
    assert [one for one, times in ids.items() if times > 1] == []
    assert page.text.count("Tulis angka.") == 2
    links = [attrs["href"] for attrs in page.all("a")]
    assert links == ["#q"]
    assert "q" in ids
    described = [attrs["aria-describedby"] for _tag, attrs in page.elements if attrs.get("aria-describedby")]
    assert described
    assert all(one in ids for text in described for one in str(text).split())
    labelled = {attrs["for"] for attrs in page.all("label")}
    for box in page.all("input") + page.all("select") + page.all("textarea"):
        assert box["id"] in labelled


def test_the_kinds_of_form_toml_can_all_be_drawn():
    assert forms.KINDS.keys() <= KINDS.keys()


def test_an_unknown_kind_is_refused_where_it_is_made():
    with pytest.raises(ValueError, match="unknown kind"):
        FieldView("q", "q", "Q", "rahasia")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("file", "password", "tick")])
def test_what_was_typed_comes_back_and_cannot_break_out(kind):
    options = (Option(EVIL, EVIL),) if kind in ("choice", "region", "select", "yes-no") else ()
    page = draw("{% field f %}", f=view(kind, value=EVIL, options=options, label=EVIL, error=EVIL))
    assert page.all("script") == []
    values = [attrs.get("value") for attrs in page.all("input") + page.all("option")]
    assert EVIL in values or EVIL in page.text


def test_few_choices_are_all_shown_and_many_are_a_list():
    few = view("choice", options=tuple(Option(str(n), str(n)) for n in range(6)))
    many = view("choice", options=tuple(Option(str(n), str(n)) for n in range(7)))
    assert len(draw("{% field f %}", f=few).all("input")) == 6
    assert len(draw("{% field f %}", f=many).all("option")) == 8  # and the empty one


def test_the_chosen_one_is_marked_once():
    page = draw("{% field f %}", f=view("yes-no", value="tidak"))
    assert [box["value"] for box in page.all("input") if "checked" in box] == ["tidak"]
    page = draw("{% field f %}", f=view("region", value="b"))
    assert [box["value"] for box in page.all("option") if "selected" in box] == ["b"]


def test_an_optional_question_says_so_and_a_required_one_has_no_star():
    assert "(boleh dikosongkan)" in draw("{% field f %}", f=view("text", required=False)).text
    assert "(boleh" not in draw("{% field f %}", f=view("text")).text


def test_the_question_can_be_the_heading():
    assert draw("{% field f %}", f=view("text", ask=True)).all("h1")
    assert draw("{% field f %}", f=view("choice", ask=True)).all("h1")
    assert not draw("{% field f %}", f=view("text")).all("h1")


def test_an_upload_says_types_and_limit_first_and_offers_the_camera():
    page = draw("{% field f %}", f=view("file", max_bytes=2 << 20))
    assert "PDF, JPG, atau PNG. Paling besar 2 MB." in page.text
    camera, disk = page.all("input")
    assert camera["capture"] == "environment"
    assert disk["name"] == "q"
    files = MultiValueDict({"q_foto": [SimpleUploadedFile("foto.jpg", b"x")]})
    assert chosen_file(files, "q").name == "foto.jpg"
    files["q"] = SimpleUploadedFile("a.pdf", b"y")
    assert chosen_file(files, "q").name == "a.pdf"
    assert chosen_file(MultiValueDict(), "q") is None


def test_a_password_never_comes_back():
    assert "rahasia-sekali" not in str(
        draw("{% field f %}", f=view("password", value="rahasia-sekali")).elements
    )


def test_an_address_is_asked_in_its_boxes_and_comes_back():
    question = forms.Question("alamat", "Di mana usahanya?", "address")
    kept = forms.clean(question, {"alamat.jalan": "Jl. Melur 21", "alamat.rt": "3"})
    page = draw("{% field f %}", f=field_of(question, texts_of(question, kept), "Tulis jalan."))
    boxes = {box["name"]: box["value"] for box in page.all("input")}
    assert boxes == {
        "alamat.jalan": "Jl. Melur 21",
        "alamat.rt": "003",
        "alamat.rw": "",
        "alamat.kode-pos": "",
    }
    assert {"q-alamat", "q-alamat-h", "q-alamat-e"} <= set(page.ids)
    assert "RT, RW, dan kode pos boleh dikosongkan." in page.text


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("rupiah", "1,5 juta"),
        ("number", "150"),
        ("date", "17-8-2026"),
        ("yes-no", "ya"),
        ("yes-no", "tidak"),
        ("point", "-0.346, 109.012"),
        ("nib", "1234567890123"),
        ("long-text", "satu\ndua"),
        ("address", "Jl. Melur 21"),
    ],
)
def test_a_kept_answer_shown_again_is_the_same_answer(kind, typed):
    question = forms.Question("t", "T", kind)
    kept = forms.clean(question, {"t": typed})
    shown = texts_of(question, kept)
    assert forms.clean(question, shown) == kept
    boxes = field_of(question, shown)
    assert any(box.value for box in (boxes.parts or (boxes,)))


def test_nothing_kept_is_nothing_shown():
    assert texts_of(forms.Question("t", "T", "text"), None) == {}


def test_the_summary_of_mistakes_has_their_words_in_order():
    fields = [view("text", id="a", error="Satu."), view("text", id="b"), view("text", id="c", error="Tiga.")]
    assert [(p.href, p.text) for p in problems_of(fields)] == [("#a", "Satu."), ("#c", "Tiga.")]
    assert draw("{% errors fields %}", fields=[view("text")]).elements == []


def test_a_barred_outcome_says_why_and_cannot_be_pressed():
    buttons = [
        parts.OutcomeButton("valid", "Teruskan", post="/x", missing=("2 baris belum diperiksa",)),
        parts.OutcomeButton("kembalikan", "Kembalikan", href="/kembalikan", key="b"),
        parts.OutcomeButton("rapat", "Minta rapat", post="/rapat", hidden=(("command_id", "7f"),)),
    ]
    page = draw("{% outcomes items %}", items=buttons)
    barred, sent = page.all("button")
    assert "disabled" in barred
    assert barred["aria-describedby"] in page.ids
    assert "Belum bisa: 2 baris belum diperiksa." in page.text
    assert len(page.all("form")) == 1
    assert sent["value"] == "rapat"
    assert {"type": "hidden", "name": "command_id", "value": "7f"} in page.all("input")


def test_the_open_row_is_a_form_and_the_others_are_links():
    rows = [
        parts.CheckRow("ktp", 1, "KTP", "?baris=1", verdict="sesuai"),
        parts.CheckRow(
            "nib", 2, "NIB", "?baris=2", sentences=("Nama berbeda.",), note="Nama berbeda.", open=True
        ),
    ]
    page = draw("{% checklist items post='/periksa' %}", items=rows)
    assert [box["value"] for box in page.all("input") if box["type"] == "radio"] == list(parts.VERDICT_WORDS)
    assert [box["href"] for box in page.all("a")] == ["?baris=1"]
    assert [one for one in page.all("option") if "selected" in one]
    assert not draw("{% checklist items %}", items=rows).all("form")


def test_the_worklist_says_what_is_left_in_words_too():
    left = TimeLeft("late", "\N{MINUS SIGN}3 hari kerja", "lewat")
    row = parts.WorkRow(
        left,
        "SP-6102-26-000123",
        "/berkas/x",
        EVIL,
        "Sertifikat Standar",
        "4 Validasi",
        "kemarin",
        action="Ambil",
        post="/ambil",
    )
    page = draw("{% worklist items 'Menunggu saya' %}", items=[row])
    assert "lewat" in page.text
    assert page.all("caption")
    assert page.all("script") == []
    assert [attrs.get("class") for attrs in page.all("tr")][1] == "late"


def test_small_parts_render():
    text = (
        "{% tag 'ok' word %}{% assumed %}{% turn 'Giliran Anda' yours=True %}<p>a</p>{% endturn %}{% note 'warn' %}<p>{{ word }}</p>{% endnote %}"
        "{% empty %}<p>b</p>{% endempty %}{% verdict 'altered' 'Diubah' %}<p>c</p>{% endverdict %}{% doors doors across=True %}{% facts facts %}"
        "{% ledger ledger %}{% summary summary %}{% rows rows %}{% file file %}{% progress at %}{% history history %}{% lane lane %}"
        "{% nav links %}{% left left %}{% mark %}{{ 5347738|ukuran }}{{ 125|lama }}{{ 1500|rupiah }}{{ 'ABCDEFGH'|kode }}{{ none|tanggal }}"
    )
    page = draw(
        text,
        word=EVIL,
        doors=[
            parts.Door(1, "Daftar", "done"),
            parts.Door(2, "Kajian", "late", meta="lewat norma"),
            parts.Door(3, "Putusan"),
        ],
        facts=[parts.Fact("Biaya", "Rp 0", assumed=True)] * 3,
        ledger=[parts.LedgerRow("pause", "Jam berhenti.", "Selasa", paused=True)],
        summary=parts.Summary("s", "Usaha", (parts.SummaryRow("Nama", "", href="#", gap=True),)),
        rows=[parts.ListRow("/x", "Sertifikat", "kecil", "Draf", "draft")],
        file=parts.StoredFile("a.pdf", kind="stop", word="Tidak bisa dibuka", href="/a"),
        at=parts.Progress(2, 3),
        history=[parts.HistoryRow("kemarin", EVIL, paused=True)],
        lane=Lane((LaneActor("a", "Pemohon"),), (LaneStep(1, "a", EVIL, "now", 20, 3),), source="SOP 1"),
        links=[parts.NavLink("/", "Depan", icon="door")],
        left=TimeLeft("held", "Jam berhenti", "menunggu"),
        none=None,
    )
    assert page.all("script") == []
    assert "Belum diisi" in page.text
    assert "contoh" in page.text
    assert "sekarang, terlambat" in page.text
    assert "5,1 MB" in page.text
    assert parts.Progress(2, 3).marks == ("done", "now", "")


def test_a_sign_that_does_not_exist_is_found_at_once():
    with pytest.raises(KeyError):
        icon("tidak-ada")
    assert all(Page(str(icon(name))).elements for name in ICONS)


@pytest.mark.parametrize(
    "name",
    [
        "base",
        "staff",
        "question",
        "trouble",
        "refusal",
        "400",
        "403",
        "404",
        "409",
        "413",
        "429",
        "csrf",
        "500",
    ],
)
def test_every_page_of_the_house_is_whole(name, plain_static):
    request = RequestFactory().get("/berkas/x")
    request.frame = parts.Frame(
        office="Kantor",
        nav=(parts.NavLink("/meja", "Meja", also=("/berkas",)),),
        person="N. Hapsari",
        search="/meja",
        demo=True,
    )
    html = get_template(f"ui/{name}.html").render(
        {"fields": [view("text")], "code": "K-7Q4M", "said": None, "back": "/"}, request
    )
    page = Page(html.replace("<!DOCTYPE html>", ""))
    assert page.all("html")[0]["lang"] == "id"
    assert len(page.all("main")) == 1
    assert [one for one, times in Counter(page.ids).items() if times > 1] == []
    assert "javascript" not in html
    if name not in ("500",):
        assert page.all("a")[0]["href"] == "#isi"
        assert page.all("aside")


@pytest.fixture
def plain_static(settings):
    """Pages without collected files: the manifest is a matter of serving, not of these parts."""
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    return views
