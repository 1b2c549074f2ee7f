# SPDX-License-Identifier: Apache-2.0
"""A service folder: read from disk with suspicion, understood whole, every mistake found at once.

What a stranger hands in may be a trap: links out of the folder, pipes, enormous files, a layout that reads the
server's files. Nothing here follows a link, opens what is no plain file, or runs anything. Source: docs/services.md.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import string
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from satupintu.core.forms import FormSpec, parse_form
from satupintu.core.numbers import permit_number
from satupintu.core.sop.language import DOCUMENT, Mistake, Sop
from satupintu.core.sop.reading import TOP, Table, parse
from satupintu.core.sop.soundness import soundness
from satupintu.core.telling import faults, short_form

MOST_FILE_BYTES = 256 * 1024
MOST_FOLDER_BYTES = 2 * 1024 * 1024
MOST_FILES = 64

NEEDED = {
    "layanan": ("sop.toml", "service.toml", "form.toml", "permit.typ", "texts.id.toml"),
    "sop": ("sop.toml", "texts.id.toml"),
}
COMPONENTS = (
    "persyaratan", "prosedur", "jangka_waktu", "biaya", "produk", "pengaduan", "dasar_hukum", "sarana", "kompetensi",
    "pengawasan", "jumlah_pelaksana", "jaminan_pelayanan", "jaminan_keamanan", "evaluasi",
)  # fmt: skip
PLACES_IN_NOTICES = frozenset({"layanan", "resi", "tanggal", "jumlah", "alasan", "tautan"})
_TEXTS = re.compile(r"texts\.([a-z]{2})\.toml")
_LAYOUT = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\.typ")
_LINK = re.compile(r"([a-z0-9]+(?:-[a-z0-9]+)*)(?:/([a-z0-9]+(?:-[a-z0-9]+)*))?")
_LONGEST_LINE = 8000  # the TOML reader is slow on keys of thousands of parts
_LINE = re.compile(r"\(?at line (\d+), column (\d+)\)?")


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a folder. file: the one at fault, a missing or foreign one too."""

    file: str
    where: str
    message: str


class Unsound(Exception):
    """A folder cannot be used; `problems` says all that is wrong with it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{p.file}: {p.where}: {p.message}" for p in self.problems))


@dataclass(frozen=True, slots=True)
class Component:
    """One of the 14 components of a service standard. assumed: shown with "contoh" beside it."""

    text: str
    assumed: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class Requirement:
    """What the applicant hands in. sentences: ready words for the officer's checklist."""

    id: str
    label: str
    kind: str
    required: bool = True
    max_mb: int = 5
    basis: str = ""
    hint: str = ""
    sentences: tuple[str, ...] = ()
    assumed: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class Tariff:
    """What the service costs from a day on."""

    amount_rupiah: int
    basis: str
    from_: date
    assumed: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class Archive:
    """How the finished file is kept."""

    code: str
    retention: str
    active_years: int
    assumed: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class ServiceSpec:
    """All that `service.toml` says: the service standard. assumed: top keys whose values are examples."""

    name: str
    code: str
    channel: str
    product: str
    signature: str
    number_format: str
    validity: str
    sheet: str
    kbli: tuple[str, ...]
    summary: str
    search_words: tuple[str, ...]
    minutes: int | None
    components: dict[str, Component]
    requirements: dict[str, Requirement]
    tariffs: tuple[Tariff, ...]
    archive: Archive | None
    assumed: frozenset[str] = frozenset()

    def tariff_on(self, day: date) -> Tariff | None:
        """The tariff in force on a day; None before the first."""
        past = [tariff for tariff in self.tariffs if tariff.from_ <= day]
        return max(past, key=lambda tariff: tariff.from_, default=None)


@dataclass(frozen=True, slots=True)
class Package:
    """A service folder, understood. digest: SHA-256 (hex) of its canonical content, the id of a published version."""

    kind: str
    service: ServiceSpec | None
    sop: Sop
    form: FormSpec | None
    texts: dict[str, dict[str, str]]
    files: Mapping[str, bytes] = field(repr=False)
    digest: str

    @property
    def name(self) -> str:
        """What people call it: the service's name, or the SOP's where there is no product."""
        return self.service.name if self.service else self.sop.identity.name


def load_folder(path: str | os.PathLike[str]) -> dict[str, bytes]:
    """The files of a service folder, by name. Safe on any folder.

    Raises Unsound: a link, a sub-folder, no plain file, a foreign name, or too much of anything.
    """
    files, problems = _load(Path(os.path.abspath(path)))  # noqa: PTH100 - resolve() would follow links
    if problems:
        raise Unsound(problems)
    return files


def read_package(
    files: Mapping[str, bytes], *, known_sops: Mapping[str, Sop] | None = None, published: bool = False
) -> Package:
    """Understand the files of one folder.

    known_sops: the linked SOPs by the names this one uses; None leaves the links unchecked. published: it was sound when
    it was published, and a rule about its words that came later does not make it unreadable. Raises Unsound.
    """
    package, problems = understand(files, known_sops=known_sops, published=published)
    if problems:
        raise Unsound(problems)
    return package


def understand(
    files: Mapping[str, bytes],
    *,
    known_sops: Mapping[str, Sop] | None = None,
    kit: Iterable[str] | None = None,
    published: bool = False,
) -> tuple[Package, tuple[Problem, ...]]:
    """The same for a folder that may be wrong: what could be understood, for showing only, and every mistake.

    kit: names of the office's print templates; None leaves templates outside the folder unchecked. published: as in
    `read_package`.
    """
    reader = _Reader(files, known_sops, kit=kit, published=published)
    package = reader.read()
    return package, tuple(dict.fromkeys(reader.problems))


def links_of(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """The linked SOPs that these files name; none where `sop.toml` cannot be read."""
    data = _Reader(files, None).toml("sop.toml", quiet=True)
    return () if data is None else parse(data)[0].links


def check_folder(path: str | os.PathLike[str], *, kit: Iterable[str] | None = None) -> list[Problem]:
    """Every mistake in a service folder at once; empty when it may be published.

    Linked SOPs are looked for inside the `services/` tree the folder stands in, and must be sound themselves.
    kit: names of the office's print templates; None leaves templates outside the folder unchecked.
    """
    folder = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow links
    files, problems = _load(folder)
    if not files and any(problem.where == "folder" for problem in problems):
        return problems
    reader = _Reader(files, None, kit=kit, refused={problem.file for problem in problems})
    reader.links = _linked(folder, reader)
    reader.read()
    return list(dict.fromkeys((*problems, *reader.problems)))


def linked_sops(path: str | os.PathLike[str]) -> dict[str, Sop]:
    """The sound SOPs that this folder's SOP names, found in its `services/` tree; for `read_package`."""
    folder = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow links
    return _linked(folder, _Reader(load_folder(folder), None))


def digest_of(files: Mapping[str, bytes]) -> str:
    """SHA-256 (hex) over the files by name, each with its length; line ends as LF, so an editor does not matter."""
    total = hashlib.sha256()
    for name in sorted(files):
        content = files[name].replace(b"\r\n", b"\n")
        total.update(f"{name}\n{len(content)}\n".encode())
        total.update(content)
    return total.hexdigest()


# From disk


def _load(folder: Path) -> tuple[dict[str, bytes], list[Problem]]:
    name, problems = folder.name, list[Problem]()
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        message = (
            "Ini bukan folder yang dapat dibuka, atau sebuah tautan. Sebut folder layanan yang sebenarnya."
        )
        return {}, [Problem(name, "folder", message)]
    files: dict[str, bytes] = {}
    room = MOST_FOLDER_BYTES
    try:
        names = sorted(entry.name for entry in os.scandir(handle))
        if len(names) > MOST_FILES:
            message = f"Ada {len(names)} berkas, batasnya {MOST_FILES}. Sisakan hanya berkas layanan."
            return {}, [Problem(name, "folder", message)]
        for each in names:
            shown = each.encode("utf-8", "backslashreplace").decode()
            if not known_name(each):
                problems.append(
                    Problem(shown, "nama", f"Berkas ini bukan bagian layanan. Hapus “{shown}” dari folder.")
                )
                continue
            content = _open(handle, each)
            if isinstance(content, str):
                problems.append(Problem(shown, "berkas", content))
            elif len(content) > room:
                message = f"Isi folder lebih dari {MOST_FOLDER_BYTES // 1024} KiB. Ringkas berkas-berkasnya."
                problems.append(Problem(shown, "berkas", message))
            else:
                files[each] = content
                room -= len(content)
    finally:
        os.close(handle)
    return files, problems


def known_name(name: str) -> bool:
    """Is this a name that a service folder may hold?"""
    return name in NEEDED["layanan"] or bool(_TEXTS.fullmatch(name) or _LAYOUT.fullmatch(name))


def _open(folder: int, name: str) -> bytes | str:
    """The bytes of one plain file; or, in Indonesian, why it is not read."""
    try:
        # A pipe would wait for ever without O_NONBLOCK; a link would lead out of the folder.
        handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    except OSError:
        return "Berkas ini tautan atau tidak dapat dibuka. Ganti dengan berkas biasa."
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            return "Ini bukan berkas biasa. Ganti dengan berkas biasa, tanpa folder di dalamnya."
        with os.fdopen(os.dup(handle), "rb") as stream:
            content = stream.read(MOST_FILE_BYTES + 1)
    finally:
        os.close(handle)
    if len(content) > MOST_FILE_BYTES:
        return f"Berkas ini lebih dari {MOST_FILE_BYTES // 1024} KiB. Ringkas isinya."
    return content


def _linked(folder: Path, reader: _Reader) -> dict[str, Sop]:
    """The linked SOPs by name; what is wrong with them is told to the reader."""
    found: dict[str, Sop] = {}
    data = reader.toml("sop.toml", quiet=True)
    if data is None:
        return found
    for link in parse(data)[0].links:
        match = _LINK.fullmatch(link)
        where = f"SOP tertaut “{link}”"
        if not match:
            message = "Nama ini bukan folder. Tulis nama folder di sebelah, atau “kantor/nama”."
            reader.problems.append(Problem("sop.toml", where, message))
            continue
        office, name = (folder.parent.parent / match[1], match[2]) if match[2] else (folder.parent, match[1])
        files = {} if office.is_symlink() else _load(office / name)[0]
        shown = f"../{link}/sop.toml" if not match[2] else f"../../{link}/sop.toml"
        if "sop.toml" not in files:
            message = (
                f"Folder SOP “{link}” belum ada di samping folder ini. Buat folder itu, atau hapus namanya."
            )
            reader.problems.append(Problem(shown if files else "sop.toml", where, message))
            continue
        sop = _sound_link(_Reader(files, None), shown, reader)
        if sop is not None:
            found[link] = sop
    return found


def _sound_link(other: _Reader, shown: str, reader: _Reader) -> Sop | None:
    data = other.toml("sop.toml")
    reader.problems.extend(Problem(shown, problem.where, problem.message) for problem in other.problems)
    if data is None:
        return None
    sop, mistakes = parse(data)
    mistakes += soundness(sop)
    if sop.kind != "sop":
        mistakes.append(Mistake(TOP, "SOP tertaut harus kind = “sop”. Ganti kind, atau tautkan SOP lain."))
    reader.problems.extend(Problem(shown, mistake.where, mistake.message) for mistake in mistakes)
    return None if mistakes else sop


# Understanding


class _Reader:
    """Reads one folder's files and collects what is wrong with them."""

    def __init__(
        self,
        files: Mapping[str, bytes],
        links: Mapping[str, Sop] | None,
        *,
        kit: Iterable[str] | None = None,
        refused: Iterable[str] = (),
        published: bool = False,
    ) -> None:
        self.files, self.links, self.refused = files, links, frozenset(refused)
        self.published = published
        self.kit = None if kit is None else frozenset(kit)
        self.problems: list[Problem] = []

    def wrong(self, file: str, where: str, message: str) -> None:
        self.problems.append(Problem(file, where, message))

    def take(self, file: str, mistakes: Iterable[Mistake]) -> None:
        self.problems.extend(Problem(file, mistake.where, mistake.message) for mistake in mistakes)

    def read(self) -> Package:
        data = self.toml("sop.toml")
        sop, mistakes = parse(data if data is not None else {})
        if data is not None:
            self.take("sop.toml", mistakes)
            self.take("sop.toml", soundness(sop, self.links))
        kind = sop.kind if data is not None else "layanan"
        self.names(kind)
        has_service = "service.toml" in self.files and kind == "layanan"
        service = self.service() if has_service else None
        form = self.form() if "form.toml" in self.files and kind == "layanan" else None
        texts = self.texts()
        if data is not None:
            self.words(sop, texts)
            if not self.published:
                name = service.name if service else "" if has_service else sop.identity.name
                self.short_forms(sop, texts, name)
            self.together(sop, service, form)
        for name in self.files:
            if name.endswith(".typ"):
                self.layout(name)
        return Package(kind, service, sop, form, texts, dict(self.files), digest_of(self.files))

    def names(self, kind: str) -> None:
        """What must be there is there, and nothing else."""
        for name in NEEDED[kind]:
            if name not in self.files and name not in self.refused:
                self.wrong(name, "berkas", f"Berkas {name} belum ada. Tambahkan ke folder ini.")
        for name in self.files:
            if not known_name(name):
                self.wrong(name, "nama", f"Berkas ini bukan bagian layanan. Hapus “{name}” dari folder.")
            elif kind == "sop" and name not in NEEDED["sop"] and not _TEXTS.fullmatch(name):
                self.wrong(
                    name, "nama", "Folder kind = “sop” hanya berisi sop.toml dan teks. Hapus berkas ini."
                )

    def toml(self, name: str, *, quiet: bool = False) -> dict[str, Any] | None:
        """The tables of one file; None where it is missing or cannot be read."""
        if name not in self.files:
            return None
        content = self.files[name].replace(b"\r\n", b"\n")
        where, message = "berkas", "Tabel bersarang terlalu dalam. Tulis tabel tanpa bersarang."
        try:
            text = content.decode("utf-8-sig")
            long = next((n for n, line in enumerate(text.split("\n"), 1) if len(line) > _LONGEST_LINE), None)
            if long is None:
                return tomllib.loads(text)
            where, message = (
                f"baris {long}",
                f"Baris ini lebih dari {_LONGEST_LINE} huruf. Pecah menjadi beberapa baris.",
            )
        except UnicodeDecodeError as problem:
            line = content[: problem.start].count(b"\n") + 1
            where, message = f"baris {line}", "Ada huruf yang tidak terbaca. Simpan berkas ini sebagai UTF-8."
        except ValueError as problem:  # TOMLDecodeError; or a number of thousands of figures
            where, message = _toml_problem(str(problem), content)
        except RecursionError:
            pass
        if not quiet:
            self.wrong(name, where, message)
        return None

    # service.toml

    def service(self) -> ServiceSpec | None:
        data = self.toml("service.toml")
        if data is None:
            return None
        mistakes: list[Mistake] = []
        top = Table(data, TOP, mistakes)
        archive = top.table("archive") if "archive" in data else None
        service = ServiceSpec(
            name=top.text("name", required=True),
            code=top.text("code", required=True),
            channel=top.one_of("channel", ("oss", "local"), "local", required=True),
            product=top.one_of("product", ("nib", "ss", "izin", "pb-umku", "sk"), "izin", required=True),
            signature=top.one_of("signature", ("electronic", "wet"), "electronic"),
            number_format=top.text("number_format", required=True),
            validity=top.text("validity"),
            sheet=top.one_of("sheet", ("one", "two"), "one"),
            kbli=_kbli(top),
            summary=top.text("summary", required=True),
            search_words=top.texts("search_words"),
            minutes=top.whole("minutes", low=1),
            components=_components(top),
            requirements=top.keyed("requirement", _requirement),
            tariffs=tuple(_tariff(row) for row in top.rows("tariff", required=True)),
            archive=None if archive is None else _archive(archive),
            assumed=_assumed_keys(top),
        )
        top.done()
        _number_format(top, service.number_format)
        self.take("service.toml", mistakes)
        return service

    def form(self) -> FormSpec | None:
        data = self.toml("form.toml")
        if data is None:
            return None
        form, mistakes = parse_form(data)
        self.take("form.toml", mistakes)
        return form

    # texts

    def texts(self) -> dict[str, dict[str, str]]:
        found = {}
        for name in sorted(self.files):
            language = _TEXTS.fullmatch(name)
            data = self.toml(name) if language else None
            if language and data is not None:
                found[language[1]] = dict(self.flat(name, data, ""))
        return found

    def flat(self, file: str, data: Mapping[str, Any], above: str) -> Iterable[tuple[str, str]]:
        """Keys with dots for tables inside tables; every value must be words."""
        for key, value in data.items():
            name = f"{above}{key}"
            if isinstance(value, dict) and name.count(".") < 8:
                yield from self.flat(file, value, f"{name}.")
            elif isinstance(value, str) and value.strip():
                yield name, value
                self.places(file, name, value)
            else:
                self.wrong(file, name, "Teks ini kosong atau bukan teks. Isi kata-katanya dalam tanda kutip.")

    def places(self, file: str, key: str, text: str) -> None:
        """The placeholders of a notice are those that can be filled."""
        if not key.startswith("notice."):
            return
        try:
            used = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
        except ValueError:
            self.wrong(file, key, "Kurung kurawal tidak berpasangan. Tulis pengganti seperti {resi}.")
            return
        for name in sorted(used - PLACES_IN_NOTICES):
            known = ", ".join(f"{{{place}}}" for place in sorted(PLACES_IN_NOTICES))
            self.wrong(file, key, f"Pengganti {{{name}}} tidak dikenal. Pakai: {known}.")

    def words(self, sop: Sop, texts: Mapping[str, Mapping[str, str]]) -> None:
        """Every status and notice has its words, in every language the folder speaks."""
        wanted = {status.public: f"[[status]] {status.at}" for status in sop.statuses.values()}
        for notice in sop.notices:
            for part in ("subject", "body"):
                wanted[f"notice.{notice.text}.{part}"] = f"[[notice]] {notice.on}"
        for language, words in texts.items():
            for key, place in wanted.items():
                if key and key not in words:
                    message = (
                        f"Teks “{key}” belum ada; dipakai oleh {place} pada sop.toml. Tambahkan baris itu."
                    )
                    self.wrong(f"texts.{language}.toml", key, message)

    def short_forms(self, sop: Sop, texts: Mapping[str, Mapping[str, str]], service: str) -> None:
        """Every notice can travel by WhatsApp: by its short form, or by its body where there is none."""
        to: dict[str, bool] = {}
        for notice in sop.notices:
            named = {sop.actors[name].is_ for name in notice.to if name in sop.actors}
            to[notice.text] = to.get(notice.text, False) or any(who.startswith("party") for who in named)
        for language, words in texts.items():
            for name, to_applicant in to.items():
                if f"notice.{name}.body" not in words:
                    continue  # that it is missing has been said
                short = f"notice.{name}.whatsapp"
                key = short if short in words else f"notice.{name}.body"
                for fault in faults(short_form(words, name), service=service, to_applicant=to_applicant):
                    more = "" if key == short else f" Atau tulis bentuk pendeknya pada “{short}”."
                    self.wrong(f"texts.{language}.toml", key, f"{fault}{more}")

    # Between the files

    def together(self, sop: Sop, service: ServiceSpec | None, form: FormSpec | None) -> None:
        works = {work: step.id for step in sop.steps.values() for work in step.work}
        if form is not None:
            for work, step in works.items():
                document = work.removeprefix(DOCUMENT)
                if document != work and document not in form.documents:
                    message = f"Langkah “{step}” membuat dokumen “{document}”. Tambahkan [[document]] dengan id itu."
                    self.wrong("form.toml", f"[[document]] {document}", message)
            for spec in form.documents.values():
                self.template(spec.id, spec.template)
        if service is None:
            return
        if "archive" in works and service.archive is None:
            message = f"Langkah “{works['archive']}” mengarsipkan. Tambahkan tabel [archive] dengan code dan retention."
            self.wrong("service.toml", "[archive]", message)
        if "checklist" in works and not service.requirements:
            message = f"Langkah “{works['checklist']}” memeriksa persyaratan. Tambahkan sedikitnya satu [[requirement]]."
            self.wrong("service.toml", "[[requirement]]", message)

    def template(self, document: str, name: str) -> None:
        if not _LAYOUT.fullmatch(name):
            message = f"Nama “{name}” bukan berkas Typst. Tulis misalnya “berita-acara.typ”, tanpa folder."
        elif name not in self.files and self.kit is not None and name not in self.kit:
            message = (
                f"Berkas “{name}” tidak ada di folder ini maupun di perlengkapan cetak. Tambahkan berkasnya."
            )
        else:
            return
        self.wrong("form.toml", f"[[document]] {document}", message)

    def layout(self, name: str) -> None:
        """A layout is fed only by data: it names no package and no file outside its folder and the kit."""
        try:
            text = self.files[name].decode("utf-8")
        except UnicodeDecodeError as problem:
            line = self.files[name][: problem.start].count(b"\n") + 1
            self.wrong(
                name, f"baris {line}", "Ada huruf yang tidak terbaca. Simpan berkas ini sebagai UTF-8."
            )
            return
        if not text.strip():
            self.wrong(name, "berkas", "Berkas ini kosong. Isi tata letak dokumennya.")
        for line, path in _paths_in(text):
            trouble = self.path(path)
            if trouble:
                self.wrong(name, f"baris {line}", trouble)

    def path(self, path: str) -> str:
        """What is wrong with a path that a layout reads; "" when nothing is."""
        if path.startswith("@"):
            return f"Paket “{path}” diambil dari luar. Hapus; pakai /kit/ dan berkas di folder ini."
        if ".." in path.split("/") or "\\" in path or "://" in path:
            return f"“{path}” keluar dari folder layanan. Pakai /kit/ atau berkas di folder ini."
        if path.startswith("/kit/"):
            kit = path.removeprefix("/kit/")
            return (
                ""
                if self.kit is None or kit in self.kit
                else f"“{path}” tidak ada di perlengkapan cetak. Periksa namanya."
            )
        if path.removeprefix("/") in self.files:
            return ""
        if path.startswith("/"):
            return f"“{path}” membaca berkas di luar folder layanan. Pakai /kit/ atau berkas di folder ini."
        return f"“{path}” tidak ada di folder ini. Tambahkan berkasnya, atau periksa namanya."


def _toml_problem(message: str, content: bytes) -> tuple[str, str]:
    """The line, and in Indonesian what to do, of a TOML syntax mistake."""
    found = _LINE.search(message)
    last = content.count(b"\n") + (not content.endswith(b"\n"))
    line = int(found[1]) if found else max(last, 1)
    reason = _LINE.sub("", message).strip().rstrip(".")
    lower = reason.lower()
    if "overwrite" in lower or "twice" in lower or "already" in lower or "mutate" in lower:
        remedy = "Kunci atau tabel ini sudah tertulis sebelumnya. Hapus salah satunya."
    elif "string" in lower or "newline" in lower or "character" in lower:
        remedy = "Tanda kutip belum ditutup atau ada tanda yang tidak boleh. Periksa tanda kutipnya."
    elif "'='" in lower:
        remedy = 'Setelah nama kunci harus ada tanda =. Tulis kunci = "nilai".'
    elif "value" in lower:
        remedy = "Nilai setelah tanda = tidak terbaca. Teks harus dalam tanda kutip."
    else:
        remedy = "Tulisan pada baris ini tidak terbaca. Periksa tanda kutip, kurung, dan tanda =."
    column = f", kolom {found[2]}" if found else ""
    return f"baris {line}{column}", f"{remedy} ({reason})"


def _assumed_keys(top: Table) -> frozenset[str]:
    """`assumed` at the top is a list of the keys beside it whose values are examples."""
    keys = top.ids("assumed")
    for key in keys:
        if key not in top.data or key == "assumed":
            top.wrong(f"assumed menyebut “{key}”, yang tidak ada di sini. Tulis nama kunci di bagian ini.")
    return frozenset(keys)


def _kbli(top: Table) -> tuple[str, ...]:
    """KBLI codes carry their version: "2020/56101"; a bare code is of the version the office works with."""
    codes = top.ids("kbli", most=2000)
    for code in codes:
        if not re.fullmatch(r"(20(17|20|25)/)?[0-9]{5}", code):
            top.wrong(
                f"KBLI “{code}” tidak terbaca. Tulis lima angka, dengan versinya bila perlu: 2020/56101."
            )
    return codes


def _number_format(top: Table, text: str) -> None:
    if not text:
        return
    try:
        permit_number(text, 1, date(2026, 1, 1))
    except ValueError as problem:
        top.wrong(f"number_format: {problem}")


def _components(top: Table) -> dict[str, Component]:
    """The 14 components, in their lawful order."""
    table = top.table("components", required=True)
    found = {}
    for name in COMPONENTS:
        table.asked.add(name)
        part = Table(table.data.get(name, {}), f"[components.{name}]", top.mistakes)
        if name not in table.data:
            part.wrong(f'Komponen “{name}” belum ada. Tambahkan [components.{name}] dengan text = "…".')
            continue
        found[name] = Component(
            part.text("text", required=True).strip(), part.flag("assumed"), part.text("source")
        )
        part.done()
    table.done()
    return found


def _requirement(row: Table) -> Requirement:
    return Requirement(
        id=row.text("id"),
        label=row.text("label", required=True),
        kind=row.one_of("kind", ("upload", "data-template", "confirm"), "upload", required=True),
        required=row.flag("required", default=True),
        max_mb=row.whole("max_mb", 5, low=1) or 5,
        basis=row.text("basis"),
        hint=row.text("hint"),
        sentences=row.texts("sentences"),
        assumed=row.flag("assumed"),
        source=row.text("source"),
    )


def _tariff(row: Table) -> Tariff:
    row.asked.add("from")
    value = row.data.get("from")
    day = value if type(value) is date else None
    if isinstance(value, str):
        try:
            day = date.fromisoformat(value)
        except ValueError:
            day = None
    if day is None:
        row.wrong('“from” belum berisi tanggal. Tulis misalnya from = "2026-01-01".')
    tariff = Tariff(
        row.whole("amount_rupiah", required=True) or 0,
        row.text("basis", required=True),
        day or date.max,
        row.flag("assumed"),
        row.text("source"),
    )
    row.done()
    return tariff


def _archive(table: Table) -> Archive:
    archive = Archive(
        table.text("code", required=True),
        table.text("retention", required=True),
        table.whole("active_years", 0) or 0,
        table.flag("assumed"),
        table.text("source"),
    )
    table.done()
    return archive


# What is left open ends with its line or the file: so the look is over in one pass, whatever a stranger wrote.
_COMMENT_OR_STRING = re.compile(
    r'//[^\n]*|/\*.*?(?:\*/|\Z)|"((?:[^"\\\n]|\\.)*+)\\?(?:"|(?=\n)|\Z)', re.DOTALL
)
_MOST_PATHS = 50
_READS = re.compile(
    r"(?:\b(?:read|image|json|csv|toml|yaml|xml|cbor|plugin|bibliography)\s*(?:\.\s*\w+\s*)?\(\s*"
    r"|\b(?:import|include)\s*\(?\s*|\b(?:source|path)\s*:\s*)$"
)


def _paths_in(text: str) -> list[tuple[int, str]]:
    """Line and path of every string that a Typst file reads, or that looks as if it led outside.

    A look at the words only: the compiler's own root, an empty folder, is the wall.
    """
    found: list[tuple[int, str]] = []
    line, counted = 1, 0
    for match in _COMMENT_OR_STRING.finditer(text):
        path = match[1]
        if path is None or len(found) == _MOST_PATHS:
            continue
        line, counted = line + text.count("\n", counted, match.start()), match.start()
        reads = _READS.search(text[max(0, match.start() - 60) : match.start()])
        if reads or re.match(r"@[a-z]+/|/(?!kit/)[\w.]+/|(?:[^/]*/)*?\.\./", path[:4096]):
            found.append((line, path[:200]))
    return found
