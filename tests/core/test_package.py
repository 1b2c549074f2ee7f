# SPDX-License-Identifier: Apache-2.0
"""Service folders: good ones are understood, wrong ones explained, hostile ones survived."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from satupintu.core import package
from satupintu.core.package import (
    Problem,
    Unsound,
    check_folder,
    digest_of,
    linked_sops,
    load_folder,
    read_package,
)

SERVICES = Path(__file__).resolve().parents[2] / "services"
FOLDERS = sorted(path.parent for path in SERVICES.glob("*/*/sop.toml"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped service in a tree of its own, to be spoiled."""
    shutil.copytree(SERVICES / "mempawah", tmp_path / "services" / "mempawah")
    return tmp_path / "services" / "mempawah" / "sertifikat-standar"


def change(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")


def only(folder: Path) -> Problem:
    problems = check_folder(folder)
    assert len(problems) == 1, problems
    return problems[0]


@pytest.mark.parametrize("path", FOLDERS, ids=lambda path: path.name)
def test_what_we_ship_is_sound(path: Path) -> None:
    assert check_folder(path) == []


def test_a_package_holds_all_that_the_files_say(folder: Path) -> None:
    found = read_package(load_folder(folder), known_sops=linked_sops(folder))
    assert found.kind == "layanan"
    assert found.service is not None
    assert found.form is not None
    assert len(found.service.components) == 14
    assert next(iter(found.service.components)) == "persyaratan"
    assert found.service.components["biaya"].assumed
    tariff = found.service.tariff_on(date(2026, 3, 2))
    assert tariff is not None
    assert (tariff.amount_rupiah, tariff.assumed) == (0, True)
    assert found.service.tariff_on(date(2000, 1, 1)) is None
    assert found.service.requirements["ktp"].sentences
    assert [step.number for step in found.sop.steps.values()] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert {"berita-acara", "pertimbangan-teknis"} == set(found.form.documents)
    assert set(found.texts) == {"id", "en"}
    assert found.texts["id"]["notice.perbaikan.subject"]


def test_the_digest_knows_every_byte_but_not_the_editor(folder: Path) -> None:
    files = load_folder(folder)
    windows = {name: content.replace(b"\n", b"\r\n") for name, content in files.items()}
    assert digest_of(windows) == digest_of(files) == read_package(windows).digest
    assert digest_of({**files, "permit.typ": files["permit.typ"] + b" "}) != digest_of(files)
    assert digest_of({"a.typ": b"x", "b.typ": b""}) != digest_of({"a.typ": b"", "b.typ": b"x"})


@pytest.mark.parametrize("name", ["sop.toml", "service.toml", "form.toml", "permit.typ", "texts.id.toml"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert (name, "berkas") in [(problem.file, problem.where) for problem in check_folder(folder)]
    with pytest.raises(Unsound):
        read_package(load_folder(folder))


@pytest.mark.parametrize(
    "name", ["README.md", ".DS_Store", "sop.toml~", "texts.indonesia.toml", "a b.typ", "\udcff"]
)
def test_a_foreign_file_is_named(folder: Path, name: str) -> None:
    (folder / name).write_text("x")
    found = only(folder)
    assert found.file == name.encode("utf-8", "backslashreplace").decode()
    assert "bukan bagian layanan" in found.message


def _link(path: Path) -> None:
    path.unlink()
    path.symlink_to("/etc/passwd")


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _huge(path: Path) -> None:
    with path.open("wb") as stream:
        stream.truncate(1 << 40)  # a file without blocks: large only for whoever reads it


@pytest.mark.parametrize("trap", [_link, _folder, _pipe, _huge])
@pytest.mark.parametrize("name", ["texts.id.toml", "permit.typ", "sop.toml"])
def test_traps_are_named_and_not_read(folder: Path, trap: Callable[[Path], None], name: str) -> None:
    trap(folder / name)
    found = only(folder)
    assert (found.file, found.where) == (name, "berkas")
    with pytest.raises(Unsound):
        load_folder(folder)


def test_a_linked_folder_that_is_a_link_is_not_followed(folder: Path) -> None:
    real = folder.parent / "skm"
    real.rename(folder.parent.parent / "elsewhere")
    real.symlink_to(folder.parent.parent / "elsewhere")
    found = only(folder)
    assert (found.file, found.where) == ("sop.toml", "SOP tertaut “skm”")


def test_the_folder_itself_may_be_no_link_no_file_and_not_missing(folder: Path) -> None:
    (folder.parent / "link").symlink_to(folder)
    for path in (folder.parent / "link", folder / "sop.toml", folder / "tidak-ada"):
        assert only(path).where == "folder"


def test_too_many_files_and_too_much_in_them(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "MOST_FOLDER_BYTES", 20_000)
    assert any("Isi folder lebih dari" in problem.message for problem in check_folder(folder))
    for number in range(package.MOST_FILES):
        (folder / f"x{number}.typ").write_text("x")
    assert "batasnya 64" in only(folder).message


TYPOS = {
    "quote left open": ('name = "Sertifikat', 'name = "Sertifikat\n', "tanda kutip"),
    "no equals sign": ('code = "SS"', 'code "SS"', "harus ada tanda ="),
    "no quotes": ('code = "SS"', "code = SS", "dalam tanda kutip"),
    "twice": ('code = "SS"', 'code = "SS"\ncode = "ST"', "sudah tertulis"),
    "bracket left open": ("kbli = []", "kbli = [", ""),
}


@pytest.mark.parametrize("typo", TYPOS)
def test_a_slip_of_the_pen_is_shown_by_line(folder: Path, typo: str) -> None:
    old, new, message = TYPOS[typo]
    change(folder, "service.toml", old, new)
    found = only(folder)
    assert found.file == "service.toml"
    assert found.where.startswith("baris ")
    line = int(found.where.removeprefix("baris ").split(",")[0])
    text = (folder / "service.toml").read_text(encoding="utf-8")
    assert abs(line - text[: text.index(new)].count("\n") - 1) <= new.count("\n") + 1
    assert message in found.message


def test_letters_that_cannot_be_read_are_shown_by_line(folder: Path) -> None:
    for name in ("texts.id.toml", "permit.typ"):
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(b"\n\n\xff" + content)
    assert {(p.file, p.where) for p in check_folder(folder)} == {
        ("texts.id.toml", "baris 3"),
        ("permit.typ", "baris 3"),
    }


def test_tables_inside_tables_without_end_do_not_end_the_program(folder: Path) -> None:
    (folder / "texts.id.toml").write_text("a = " + "[" * 5000)
    assert any(problem.file == "texts.id.toml" for problem in check_folder(folder))


HOSTILE = {
    "deep keys": ("texts.id.toml", ".".join("a" * 3000) + ' = "x"\n'),
    "long keys": ("texts.id.toml", ".".join("a" * 120_000) + ' = "x"\n'),
    "a number without end": ("service.toml", "minutes = " + "9" * 7000),
    "a great number": ("service.toml", "minutes = 9999999999999999"),
    "many tables": ("sop.toml", '[[step]]\nid="x"\n' * 15_000),
    "many outcomes": (
        "sop.toml",
        "[[step]]\n" + "".join(f'[[step.outcome]]\nid="o{n}"\n' for n in range(7000)),
    ),
    "many facts": ("sop.toml", "[[step]]\n[[step.outcome]]\nrequires = [" + '"w:x",\n' * 30_000 + "]"),
    "comments left open": ("permit.typ", "/*" * 130_000),
    "strings left open": ("permit.typ", '"' + '\\"' * 120_000 + "\\"),
    "many paths": ("permit.typ", '#read("/etc/x")\n' * 15_000),
    "a path without end": ("permit.typ", '#read("' + "a/" * 120_000 + '../")'),
    "an import without end": ("permit.typ", "import (" + " " * 250_000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_made_to_keep_us_busy_is_refused_soon(folder: Path, name: str) -> None:
    file, content = HOSTILE[name]
    (folder / file).write_text(content)
    problems = check_folder(folder)
    assert sum(len(problem.message) for problem in problems) < 2_000_000
    if "left open" not in name and "import" not in name:
        assert file in {problem.file for problem in problems}


SERVICE = {
    "unknown key": ('code = "SS"', 'code = "SS"\nkode = "SS"', "Kunci “kode” tidak dikenal"),
    "channel": ('channel = "oss"', 'channel = "radio"', "“radio” tidak dikenal"),
    "product": ('product = "ss"', 'product = "sim"', "“sim” tidak dikenal"),
    "number format": ("{n:04d}", "{nomor}", "number_format"),
    "kbli": ("kbli = []", 'kbli = ["561"]', "KBLI “561”"),
    "summary": ("summary = ", "ringkasan = ", "Kunci “summary” belum ada"),
    "component": ("[components.biaya]", "[components.ongkos]", "[components.biaya]"),
    "requirement kind": ('kind = "upload"', 'kind = "kirim"', "“kirim” tidak dikenal"),
    "requirement twice": ('id = "nib"', 'id = "ktp"', "Id “ktp” sudah dipakai"),
    "tariff day": ('from = "2024-04-01"', 'from = "besok"', "“from” belum berisi tanggal"),
    "tariff amount": ("amount_rupiah = 0", "amount_rupiah = -1", "paling kecil 0"),
    "assumed": ("\nassumed = [", '\nassumed = ["x", ', "assumed menyebut “x”"),
    "archive": ('code = "000.8.3.3"', "code = 0", "[archive]"),
}


@pytest.mark.parametrize("name", SERVICE)
def test_a_mistake_in_the_standard_is_named(folder: Path, name: str) -> None:
    old, new, message = SERVICE[name]
    change(folder, "service.toml", old, new)
    problems = check_folder(folder)
    assert {problem.file for problem in problems} == {"service.toml"}
    assert any(message in f"{problem.where} {problem.message}" for problem in problems), problems


def test_an_archiving_step_needs_a_retention_and_a_checklist_something_to_check(folder: Path) -> None:
    text = (folder / "service.toml").read_text(encoding="utf-8")
    parts = [part for part in text.split("\n[") if not part.startswith(("archive]", "[requirement]]"))]
    (folder / "service.toml").write_text("\n[".join(parts), encoding="utf-8")
    assert [problem.where for problem in check_folder(folder)] == ["[archive]", "[[requirement]]"]


FORM = {
    "kind": ('kind = "kbli"', 'kind = "kode"', "“kode” tidak dikenal"),
    "one option": (
        'options = ["Milik sendiri", "Sewa", "Pinjam pakai"]',
        'options = ["Sewa"]',
        "sedikitnya dua",
    ),
    "options of a text": ('kind = "long-text"', 'kind = "text"\noptions = ["a", "b"]', "options hanya untuk"),
    "shown after nothing": ('question = "penguasaan"', 'question = "x"', "tidak ditanyakan sebelumnya"),
    "shown after a text": ('question = "penguasaan"', 'question = "nama-usaha"', "bukan text"),
    "shown after no answer": ('is = "Sewa"', 'is = "Beli"', "“Beli” bukan jawaban"),
    "document of no work": ('id = "berita-acara"', 'id = "berita"', "Langkah “verifikasi” membuat dokumen"),
    "template elsewhere": ('"berita-acara.typ"', '"../berita-acara.typ"', "bukan berkas Typst"),
    "statement": (
        '[[statement]]\nid = "benar"\ntext',
        '[[statement]]\nid = "benar"\nteks',
        "Kunci “text” belum ada",
    ),
}


@pytest.mark.parametrize("name", FORM)
def test_a_mistake_in_the_form_is_named(folder: Path, name: str) -> None:
    old, new, message = FORM[name]
    change(folder, "form.toml", old, new)
    problems = check_folder(folder)
    assert {problem.file for problem in problems} == {"form.toml"}
    assert any(message in problem.message for problem in problems), problems


def test_templates_are_looked_for_in_the_folder_and_the_kit(folder: Path) -> None:
    kit = ["kantor.typ", "surat.typ", "pertimbangan-teknis.typ"]
    assert [problem.where for problem in check_folder(folder, kit=kit)] == ["[[document]] berita-acara"]
    (folder / "berita-acara.typ").write_text('#import "/kit/surat.typ": *\n')
    assert check_folder(folder, kit=kit) == []


@pytest.mark.parametrize("language", ["id", "en"])
def test_words_are_there_in_every_language(folder: Path, language: str) -> None:
    name = f"texts.{language}.toml"
    lines = (folder / name).read_text(encoding="utf-8").splitlines()
    gone = ('"status.draf"', '"notice.perbaikan.body"')
    (folder / name).write_text(
        "\n".join(line for line in lines if not line.startswith(gone)), encoding="utf-8"
    )
    assert [(p.file, p.where) for p in check_folder(folder)] == [
        (name, "status.draf"),
        (name, "notice.perbaikan.body"),
    ]


def test_words_are_words_with_placeholders_that_can_be_filled(folder: Path) -> None:
    with (folder / "texts.id.toml").open("a", encoding="utf-8") as stream:
        stream.write('"notice.x.body" = "Halo {nik}"\n"notice.y.body" = "Halo {"\n"z" = 3\n"leer" = " "\n')
    assert [problem.where for problem in check_folder(folder)] == [
        "notice.x.body",
        "notice.y.body",
        "z",
        "leer",
    ]


def test_texts_may_be_written_in_tables(folder: Path) -> None:
    (folder / "texts.en.toml").write_text(_nested((folder / "texts.en.toml").read_text(encoding="utf-8")))
    assert check_folder(folder) == []


def _nested(text: str) -> str:
    """The notices as a table of tables instead of keys with dots."""
    lines = text.splitlines()
    flat = [line for line in lines if not line.startswith('"notice.')]
    deep = [
        line.removeprefix('"notice.').replace('" =', " =", 1) for line in lines if line.startswith('"notice.')
    ]
    return "\n".join([*flat, "[notice]", *deep])


LAYOUTS = {
    '#read("/etc/passwd")': "di luar folder layanan",
    '#image("../../kunci.png")': "keluar dari folder",
    '#import "@preview/tablex:0.0.8": *': "diambil dari luar",
    '#include "/kit/../../x.typ"': "keluar dari folder",
    '#json("data.json")': "tidak ada di folder ini",
    '#let p = "/etc/passwd"': "di luar folder layanan",
    '#plugin("http://x/y.wasm")': "keluar dari folder",
    '#csv(\n  "/var/lib/x.csv")': "di luar folder layanan",
}


@pytest.mark.parametrize("line", LAYOUTS)
def test_a_layout_that_reads_outside_is_shown_by_line(folder: Path, line: str) -> None:
    with (folder / "permit.typ").open("a", encoding="utf-8") as stream:
        stream.write(f"\n// the end\n{line}\n")
    found = only(folder)
    assert found.file == "permit.typ"
    text = (folder / "permit.typ").read_text(encoding="utf-8").splitlines()
    assert '"' in text[int(found.where.removeprefix("baris ")) - 1]
    assert LAYOUTS[line] in found.message


def test_a_layout_may_speak_of_paths_and_comment_them(folder: Path) -> None:
    with (folder / "permit.typ").open("a", encoding="utf-8") as stream:
        stream.write(
            '\n// #read("/etc/passwd")\n/* #import "@preview/x" */\n#text("dan/atau, 1/2, a.b@c.id")\n'
        )
    assert check_folder(folder) == []


def test_an_empty_layout_is_a_mistake(folder: Path) -> None:
    (folder / "permit.typ").write_text("\n")
    assert "kosong" in only(folder).message


def test_a_linked_sop_must_be_there(folder: Path) -> None:
    shutil.rmtree(folder.parent / "skm")
    found = only(folder)
    assert (found.file, found.where) == ("sop.toml", "SOP tertaut “skm”")


def test_a_linked_sop_may_live_in_another_office(folder: Path) -> None:
    (folder.parent / "skm").rename(folder.parent.parent / "skm")
    (folder.parent.parent / "kampar").mkdir()
    (folder.parent.parent / "skm").rename(folder.parent.parent / "kampar" / "skm")
    change(folder, "sop.toml", '"skm"', '"kampar/skm"')
    assert check_folder(folder) == []


@pytest.mark.parametrize("name", ["../skm", "/etc", "a/b/c", "Skm", ".."])
def test_a_link_that_is_no_name_is_not_followed(folder: Path, name: str) -> None:
    change(folder, "sop.toml", '"skm"', f'"{name}"')
    assert "bukan folder" in only(folder).message


def test_mistakes_of_a_linked_sop_name_its_file(folder: Path) -> None:
    change(folder.parent / "skm", "sop.toml", 'kind = "sop"', 'kind = "layanan"')
    assert {problem.file for problem in check_folder(folder)} == {"../skm/sop.toml"}
    change(folder.parent / "skm", "sop.toml", 'kind = "layanan"', "kind = ")
    assert [(p.file, p.where.split(",")[0]) for p in check_folder(folder)] == [("../skm/sop.toml", "baris 2")]


def test_a_linked_sop_must_answer_the_wait_that_starts_it(folder: Path) -> None:
    other = folder.parent / "pemeriksaan-lapangan"
    change(other, "sop.toml", 'answer = "suitable"', 'answer = "bagus"')
    assert any("ia menjawab “bagus”" in problem.message for problem in check_folder(folder))


def test_a_procedure_has_only_its_sop_and_texts(folder: Path) -> None:
    other = folder.parent / "skm"
    shutil.copy(folder / "permit.typ", other / "permit.typ")
    found = only(other)
    assert (found.file, found.where) == ("permit.typ", "nama")


def test_every_file_is_looked_at_though_one_is_wrong(folder: Path) -> None:
    change(folder, "sop.toml", 'norm = "30 menit"', 'norm = "lama"')
    change(folder, "service.toml", 'code = "SS"', "")
    change(folder, "form.toml", 'kind = "kbli"', 'kind = "x"')
    (folder / "texts.id.toml").write_text("=")
    (folder / "permit.typ").write_text('#read("/etc/passwd")')
    (folder / "x.exe").write_text("x")
    shutil.rmtree(folder.parent / "konsultasi")
    files = [problem.file for problem in check_folder(folder)]
    assert set(files) == {"sop.toml", "service.toml", "form.toml", "texts.id.toml", "permit.typ", "x.exe"}
    assert files.count("sop.toml") == 2


@settings(deadline=None, max_examples=60)
@given(
    st.dictionaries(
        st.sampled_from(["sop.toml", "service.toml", "form.toml", "permit.typ", "texts.id.toml", "x"]),
        st.binary(max_size=60)
        | st.sampled_from([b"kind = 'sop'", b"[[step]]", b"step = 1", b"identity = 'x'", b"[a]\n"]),
    )
)
def test_no_files_however_wrong_break_the_reader(files: dict[str, bytes]) -> None:
    with pytest.raises(Unsound) as said:
        read_package(files)
    assert said.value.problems
    assert all(problem.file and problem.where and problem.message for problem in said.value.problems)


def test_a_notice_that_cannot_travel_by_whatsapp_is_a_mistake(folder: Path) -> None:
    """The body counts where there is no short form; the short form, where there is one."""
    name, body = "texts.id.toml", '"notice.terbit.body" = "Kabar baik:'
    change(folder, name, body, body + " baik" * 40)
    found = only(folder)
    assert (found.file, found.where) == (name, "notice.terbit.body")
    assert "batasnya 300" in found.message
    assert "notice.terbit.whatsapp" in found.message
    assert read_package(
        load_folder(folder), published=True
    ).texts  # one published before this rule stays readable

    short = '"notice.terbit.whatsapp" = "Izin {resi} sudah terbit: {tautan}"\n'
    change(folder, name, body, short + body)
    assert check_folder(folder) == []
    change(folder, name, "Izin {resi} sudah", "Izin Anda sudah")
    found = only(folder)
    assert (found.where, "Nomor resi" in found.message) == ("notice.terbit.whatsapp", True)
