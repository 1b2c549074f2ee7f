# SPDX-License-Identifier: Apache-2.0
"""What a person hands in is looked at before it is kept: kind by content, size, active content (abuse cases 13, 15).

PDF: opened in a child process with limits on time and memory; refused if encrypted or able to act by itself.
JPEG, PNG: decoded and written anew, so that nothing but the picture is left (no GPS of the home, no second file).
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import PurePosixPath

import magic
from PIL import Image, ImageOps

from satupintu.core.refusal import Refusal

KINDS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}
MAX_PIXELS = 50_000_000
SECONDS = 10
MEMORY_BYTES = 512 * 2**20


@dataclass(frozen=True, slots=True)
class Upload:
    """A file fit to be kept."""

    name: str
    mime: str
    data: bytes


def accept(name: str, data: bytes, *, max_bytes: int) -> Upload:
    """The upload made safe. name: as the person's device called it; max_bytes: limit of the requirement.

    Raises Refusal upload.empty, upload.too-big, upload.kind, upload.encrypted, upload.active, upload.broken,
    upload.too-many-pixels; each names the file.
    """
    clean = clean_name(name)
    if not data:
        raise Refusal("upload.empty", status=422, name=clean)
    if len(data) > max_bytes:
        raise Refusal("upload.too-big", status=422, name=clean, size=len(data), limit=max_bytes)
    mime = magic.from_buffer(data[:65536], mime=True)
    if mime not in KINDS or (mime == "application/pdf" and not data.startswith(b"%PDF-")):
        raise Refusal("upload.kind", status=422, name=clean)
    if mime == "application/pdf":
        _look_at_pdf(clean, data)
    else:
        data = _picture_anew(clean, data, mime)
    stem = PurePosixPath(clean).stem or "berkas"
    return Upload(f"{stem}.{KINDS[mime]}", mime, data)


def clean_name(name: str) -> str:
    """The last part of the name, printable characters only, at most 120."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(c for c in last if c.isprintable() and c not in '<>:"|?*\u202e\u202d')
    return kept.strip(" .")[:120] or "berkas"


def _look_at_pdf(name: str, data: bytes) -> None:
    try:
        child = subprocess.run(
            [sys.executable, "-I", "-c", _LOOK, str(MEMORY_BYTES)],
            input=data,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        found = json.loads(child.stdout) if child.returncode == 0 else "broken"
    except (subprocess.TimeoutExpired, ValueError):
        found = "broken"
    if found:
        raise Refusal(f"upload.{found}", status=422, name=name)


# The child walks every object of the file: what could act by itself is found wherever it hides.
_LOOK = """
import io, json, resource, sys
limit = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
import pikepdf
ACTS = {"/JavaScript", "/JS", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/XFA", "/RichMedia", "/Movie",
        "/Sound", "/SubmitForm", "/ImportData", "/GoToE", "/GoToR", "/Rendition", "/AA"}
def acts(thing, depth=0):
    if depth > 60:
        return True
    if isinstance(thing, (pikepdf.Dictionary, pikepdf.Stream)):
        for key in thing.keys():
            if key in ACTS:
                return True
            value = thing.get(key)
            if isinstance(value, pikepdf.Name) and str(value) in ACTS:
                return True
            if isinstance(value, (pikepdf.Dictionary, pikepdf.Array)) and not value.is_indirect and acts(value, depth + 1):
                return True
    elif isinstance(thing, pikepdf.Array):
        return any(
            (isinstance(v, pikepdf.Name) and str(v) in ACTS)
            or (isinstance(v, (pikepdf.Dictionary, pikepdf.Array)) and not v.is_indirect and acts(v, depth + 1))
            for v in thing
        )
    return False
try:
    with pikepdf.open(io.BytesIO(sys.stdin.buffer.read())) as pdf:
        answer = "encrypted" if pdf.is_encrypted else ""
        if not answer and not len(pdf.pages):
            answer = "broken"
        if not answer and (acts(pdf.trailer) or any(acts(o) for o in pdf.objects)):
            answer = "active"
except pikepdf.PasswordError:
    answer = "encrypted"
except pikepdf.PdfError:
    answer = "broken"
print(json.dumps(answer))
"""


def _picture_anew(name: str, data: bytes, mime: str) -> bytes:
    try:
        with Image.open(io.BytesIO(data)) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise Refusal("upload.too-many-pixels", status=422, name=name)
            upright = ImageOps.exif_transpose(picture)
            out = io.BytesIO()
            if mime == "image/png":
                mode = (
                    "RGBA"
                    if upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info
                    else "RGB"
                )
                _bare(upright.convert(mode)).save(out, "PNG", optimize=False)
            else:
                _bare(upright.convert("RGB")).save(out, "JPEG", quality=85)
            return out.getvalue()
    except Refusal:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refusal("upload.too-many-pixels", status=422, name=name) from None
    except (OSError, ValueError, SyntaxError):
        raise Refusal("upload.broken", status=422, name=name) from None


def _bare(picture: Image.Image) -> Image.Image:
    """Without what Pillow would write along by itself: comments, colour profiles, texts."""
    picture.info.clear()
    return picture
