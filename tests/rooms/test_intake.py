# SPDX-License-Identifier: Apache-2.0
"""What people hand in, good and hostile: real files, made here (abuse cases 13 to 15)."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String
from PIL import Image

from satupintu.core.refusal import Refusal
from satupintu.door.intake import Upload, accept, clean_name
from tests import factories as f

MB = 1024 * 1024
Pdf = pikepdf.Pdf


def take(data: bytes, name: str = "ktp.pdf", *, max_bytes: int = 5 * MB) -> Upload:
    return accept(name, data, max_bytes=max_bytes)


def refused(data: bytes, name: str = "ktp.pdf", *, max_bytes: int = 5 * MB) -> str:
    with pytest.raises(Refusal) as no:
        take(data, name, max_bytes=max_bytes)
    assert no.value.status == 422
    assert no.value.values["name"] == clean_name(name)
    return no.value.code


def pdf(change: Callable[[Pdf], object] = lambda pdf: None, **how: object) -> bytes:
    """An honest page, and what was done to it."""
    made, out = Pdf.new(), io.BytesIO()
    made.add_blank_page(page_size=(200, 300))
    change(made)
    made.save(out, **how)
    return out.getvalue()


# Good files ------------------------------------------------------------------------------------------------------


def test_an_honest_pdf_is_kept_as_it_is() -> None:
    data = pdf()
    assert take(data, "Akta Pendirian.pdf") == Upload("Akta Pendirian.pdf", "application/pdf", data)


def test_a_pdf_under_another_name_gets_its_own(db: None) -> None:
    assert take(pdf(), "scan.jpg").name == "scan.pdf"
    assert take(pdf(), "").name == "berkas.pdf"


def test_links_and_a_first_page_to_open_are_no_danger() -> None:
    def link(made: Pdf) -> None:
        uri = Dictionary(S=Name.URI, URI=String("https://oss.go.id"))
        note = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=uri)
        made.pages[0].Annots = made.make_indirect(Array([made.make_indirect(note)]))
        made.Root.OpenAction = Array([made.pages[0].obj, Name.Fit])

    assert take(pdf(link)).mime == "application/pdf"


@pytest.mark.parametrize(("kind", "mime"), [("PNG", "image/png"), ("JPEG", "image/jpeg")])
def test_a_picture_is_written_anew(kind: str, mime: str) -> None:
    upload = take(f.picture(kind=kind), "foto")
    assert upload.mime == mime
    with Image.open(io.BytesIO(upload.data)) as seen:
        assert (seen.format, seen.size) == (kind, (60, 40))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK"])
def test_pictures_of_every_mode_are_taken(mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (8, 6)).save(out, "JPEG" if mode == "CMYK" else "PNG")
    with Image.open(io.BytesIO(take(out.getvalue()).data)) as seen:
        assert seen.size == (8, 6)


def test_the_name_is_only_a_name() -> None:
    assert clean_name("../../etc/passwd") == "passwd"
    assert clean_name("C:\\Dokumen\\KTP Sari.pdf") == "KTP Sari.pdf"
    assert clean_name("a\x00b\n<c>\u202egnp.exe") == "abcgnp.exe"
    assert clean_name(" .. ") == "berkas"
    assert len(clean_name("x" * 500)) == 120


# Size ------------------------------------------------------------------------------------------------------------


def test_five_megabytes_pass_and_one_byte_more_does_not() -> None:
    data = pdf()
    data += b"\n" * (5 * MB - len(data))
    assert take(data).mime == "application/pdf"
    with pytest.raises(Refusal) as no:
        take(data + b"\n")
    assert (no.value.code, no.value.values["size"], no.value.values["limit"]) == (
        "upload.too-big",
        5 * MB + 1,
        5 * MB,
    )


def test_a_file_of_five_point_one_megabytes_is_refused() -> None:
    assert refused(pdf() + b" " * int(5.1 * MB)) == "upload.too-big"


def test_an_empty_file_is_refused() -> None:
    assert refused(b"") == "upload.empty"


# What is no PDF and no picture -----------------------------------------------------------------------------------

HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
STRANGERS = {
    "html named .pdf": HTML,
    "html with a pdf in it": HTML + b"\n" + b"%PDF-1.7\n",
    "svg": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "gif": f.picture(kind="GIF"),
    "gif with script": b"GIF89a/*" + b"\x00" * 20 + b"*/=1;alert(1)",
    "bmp": f.picture(kind="BMP"),
    "tiff": f.picture(kind="TIFF"),
    "webp": f.picture(kind="WEBP"),
    "zip": b"PK\x05\x06" + b"\x00" * 18,
    "elf": b"\x7fELF\x02\x01\x01" + b"\x00" * 60,
    "text": b"halo",
    "postscript": b"%!PS-Adobe-3.0\n%%EOF",
    "nul": b"\x00" * 100,
}


@pytest.mark.parametrize("what", STRANGERS)
def test_a_stranger_is_refused_whatever_its_name(what: str) -> None:
    for name in ("ktp.pdf", "ktp.jpg", "ktp.png"):
        assert refused(STRANGERS[what], name) == "upload.kind"


@pytest.mark.parametrize("front", [HTML, b"\n", b"GIF89a", b"\xef\xbb\xbf", b" " * 900])
def test_a_pdf_with_something_in_front_is_refused(front: bytes) -> None:
    assert refused(front + pdf()) == "upload.kind"


# PDFs that act ---------------------------------------------------------------------------------------------------


def script() -> Dictionary:
    return Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def _names(made: Pdf) -> None:
    made.Root.Names = Dictionary(
        JavaScript=Dictionary(Names=Array([String("a"), made.make_indirect(script())]))
    )


def _open(made: Pdf) -> None:
    made.Root.OpenAction = made.make_indirect(script())


def _open_stream(made: Pdf) -> None:
    made.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=made.make_stream(b"app.alert(1)"))


def _next(made: Pdf) -> None:
    made.Root.OpenAction = Dictionary(
        S=Name.GoTo, D=Array([]), Next=Array([Dictionary(S=Name.GoTo), script()])
    )


def _launch(made: Pdf) -> None:
    made.Root.OpenAction = Dictionary(S=Name.Launch, F=String("cmd.exe"))


def _page_action(made: Pdf) -> None:
    made.pages[0].AA = Dictionary(O=Dictionary(S=Name.URI, URI=String("http://x.example")))


def _annotation(made: Pdf) -> None:
    note = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=script())
    made.pages[0].Annots = Array([made.make_indirect(note)])


def _embedded(made: Pdf) -> None:
    made.attachments["virus.exe"] = b"MZ"


def _attached_file(made: Pdf) -> None:
    stream = made.make_stream(b"MZ", Type=Name.EmbeddedFile)
    spec = Dictionary(Type=Name.Filespec, F=String("a.exe"), EF=Dictionary(F=stream))
    note = Dictionary(Type=Name.Annot, Subtype=Name.FileAttachment, Rect=Array([0, 0, 9, 9]), FS=spec)
    made.pages[0].Annots = Array([made.make_indirect(note)])


def _xfa(made: Pdf) -> None:
    made.Root.AcroForm = Dictionary(Fields=Array([]), XFA=made.make_stream(b"<xdp/>"))


def _submit(made: Pdf) -> None:
    made.Root.OpenAction = Dictionary(S=Name.SubmitForm, F=String("http://x.example"))


def _remote(made: Pdf) -> None:
    made.Root.OpenAction = Dictionary(S=Name.GoToR, F=String("\\\\x.example\\a.pdf"))


def _rich(made: Pdf) -> None:
    note = Dictionary(Type=Name.Annot, Subtype=Name.RichMedia, Rect=Array([0, 0, 9, 9]))
    made.pages[0].Annots = Array([made.make_indirect(note)])


def _unreferenced(made: Pdf) -> None:
    made.Root.Leftover = Array([Array([Array([made.make_indirect(script())])])])


ACTIVE = {
    "JavaScript by name": _names,
    "OpenAction JavaScript": _open,
    "JavaScript in a stream": _open_stream,
    "JavaScript as the next action": _next,
    "Launch": _launch,
    "action of a page": _page_action,
    "JavaScript behind a link": _annotation,
    "embedded file": _embedded,
    "file attachment": _attached_file,
    "XFA": _xfa,
    "SubmitForm": _submit,
    "GoToR": _remote,
    "RichMedia": _rich,
    "deep in arrays": _unreferenced,
}


@pytest.mark.parametrize("what", ACTIVE)
def test_a_pdf_that_can_act_is_refused(what: str) -> None:
    assert refused(pdf(ACTIVE[what])) == "upload.active"


@pytest.mark.parametrize("mode", ["generate", "disable"])
def test_it_does_not_hide_in_an_object_stream(mode: str) -> None:
    hidden = pdf(_open, object_stream_mode=getattr(pikepdf.ObjectStreamMode, mode))
    assert (b"JavaScript" in hidden) is (mode == "disable")
    assert refused(hidden) == "upload.active"


def test_it_does_not_hide_behind_escaped_letters() -> None:
    plain = pdf(_open, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    assert (
        refused(plain.replace(b"/JavaScript", b"/J#61vaScrip#74").replace(b"/JS", b"/#4AS"))
        == "upload.active"
    )


def test_it_does_not_hide_in_a_later_revision() -> None:
    """The first revision is honest; an update appended to it brings the script."""
    base = pdf(object_stream_mode=pikepdf.ObjectStreamMode.disable)
    root = base.index(b"/Type /Catalog")
    number = int(base[: base.rindex(b" 0 obj", 0, root)].split()[-1])
    begin, end = base.rindex(b"<<", 0, root), base.index(b"endobj", root)
    body = base[begin:end].replace(
        b"/Type /Catalog", b"/Type /Catalog /OpenAction << /S /JavaScript /JS (1) >>"
    )
    update = b"%d 0 obj\n%s\nendobj\n" % (number, body)
    xref = len(base) + len(update)
    size, former = int(base.split(b"/Size ")[1].split()[0]), int(base.split(b"startxref")[1].split()[0])
    table = (
        b"xref\n%d 1\n%010d 00000 n \ntrailer\n<< /Size %d /Root %d 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n"
    )
    data = base + update + table % (number, len(base), size, number, former, xref)
    assert take(base).mime == "application/pdf"
    assert refused(data) == "upload.active"


def test_a_tower_of_arrays_ends_in_a_refusal_not_in_a_crash() -> None:
    tower = b"[" * 5000 + b"]" * 5000
    data = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R /X " + tower + b" >>\nendobj\n"
    data += b"2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n"
    assert refused(data) in {"upload.active", "upload.broken"}


@pytest.mark.parametrize("password", ["rahasia", ""])
def test_an_encrypted_pdf_is_refused(password: str) -> None:
    locked = pdf(encryption=pikepdf.Encryption(user=password, owner="pemilik"))
    assert refused(locked) == "upload.encrypted"


@pytest.mark.parametrize("data", [b"%PDF-1.7\n%%EOF", b"%PDF-1.7\n" + b"\x00" * 500, pdf()[:120]])
def test_a_pdf_that_is_broken_is_refused(data: bytes) -> None:
    assert refused(data) == "upload.broken"


def test_a_pdf_without_pages_is_refused() -> None:
    made, out = Pdf.new(), io.BytesIO()
    made.save(out)
    assert refused(out.getvalue()) == "upload.broken"


# Pictures that harm ----------------------------------------------------------------------------------------------


def png(width: int, height: int) -> bytes:
    """A PNG of any size in a few bytes: every row is empty."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(b"\x00" * (1 + (width + 7) // 8)) for _ in range(min(height, 200)))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", rows + packer.flush()) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [7_100, 10_000, 20_000, 60_000])
def test_a_picture_of_more_than_fifty_million_pixels_is_not_unpacked(side: int) -> None:
    bomb = png(side, side)
    assert len(bomb) < 100_000
    assert refused(bomb, "bom.png") == "upload.too-many-pixels"


def gps_photo() -> bytes:
    picture, out = Image.new("RGB", (80, 60), "green"), io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Kamera Rumah"
    exif[0x0112] = 6  # to be turned by a quarter
    exif.get_ifd(0x8825).update({1: "S", 2: (0.0, 2.0, 11.0), 3: "E", 4: (108.0, 57.0, 1.0)})
    picture.save(out, "JPEG", exif=exif, comment=b"rahasia")
    return out.getvalue()


def test_where_a_photo_was_taken_is_forgotten_and_it_stands_upright() -> None:
    before = gps_photo()
    assert b"Kamera Rumah" in before
    with Image.open(io.BytesIO(before)) as seen:
        assert seen.getexif().get_ifd(0x8825)
    upload = take(before, "rumah.jpg")
    assert b"Kamera" not in upload.data
    assert b"rahasia" not in upload.data
    with Image.open(io.BytesIO(upload.data)) as seen:
        assert dict(seen.getexif()) == {}
        assert seen.size == (60, 80)


def test_the_words_in_a_png_are_forgotten() -> None:
    from PIL.PngImagePlugin import PngInfo

    words, out = PngInfo(), io.BytesIO()
    words.add_text("Comment", "rumah di Jalan Melati")
    Image.new("RGB", (9, 9)).save(out, "PNG", pnginfo=words)
    assert b"Jalan Melati" in out.getvalue()
    assert b"Jalan Melati" not in take(out.getvalue(), "a.png").data


@pytest.mark.parametrize("tail", [HTML, b"PK\x03\x04 second file", b"<?php system($_GET[0]); ?>"])
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_second_file_behind_a_picture_is_left_behind(kind: str, tail: bytes) -> None:
    assert tail not in take(f.picture(kind=kind) + tail, "a").data


def test_a_photo_that_was_cut_off_is_refused() -> None:
    whole = gps_photo()
    assert refused(whole[: len(whole) // 2], "rumah.jpg") == "upload.broken"
    assert refused(f.picture(kind="JPEG")[:10], "rumah.jpg") in {"upload.broken", "upload.kind"}


def test_a_png_that_was_cut_off_is_refused() -> None:
    data = f.picture(300, 200)
    assert refused(data[: len(data) - 30], "a.png") == "upload.broken"


@pytest.mark.parametrize("at", [20, 30, 60, 70])
def test_a_png_with_a_changed_byte_is_refused_or_only_a_picture(at: int) -> None:
    data = bytearray(f.picture(300, 200))
    data[at] ^= 0x55
    try:
        kept = take(bytes(data), "a.png").mime
    except Refusal as no:
        kept = no.code
    assert kept in {"image/png", "upload.broken", "upload.too-many-pixels"}
