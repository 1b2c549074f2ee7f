# SPDX-License-Identifier: Apache-2.0
"""Prints: data in, PDF out. Typst runs from memory only, in a warm child process that can be killed.

A service's `permit.typ` is written by people outside this house, so the child is held by limits that do not trust
Typst: it has no free file descriptor (no file and no socket can be opened, so nothing outside is read and no package
is fetched), a bounded address space, and the parent kills it when an answer takes too long.

No Django here: the child imports this module in a fraction of a second.
Source: design §5; PDF/A-3 is ISO 19005-3, PDF/UA-1 is ISO 14289-1.
"""

from __future__ import annotations

import atexit
import base64
import datetime as dt
import importlib
import json
import os
import re
import resource
import select
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from satupintu.core.refusal import Refusal

KIT = Path(__file__).resolve().parent / "kit"
STANDARDS = ("a-3b", "ua-1")
WALL_SECONDS = 10.0
START_SECONDS = 30.0  # a busy machine may need a while to load Typst
MEMORY_BYTES = 1 << 30
MAX_FILES_BYTES = 2 << 20
JOBS_PER_CHILD = 400  # Typst keeps what it has seen; a new child now and then keeps memory flat
_ROOT = Path(__file__).resolve().parents[2]
_BOOT = (
    "import sys; sys.path.insert(0, sys.argv[1]); from satupintu.ui.prints import serve; serve(*sys.argv[2:])"
)


class ChildTooSlow(Exception):
    """The child did not answer in time and was killed."""


class ChildDied(Exception):
    """The child ended in the middle of a job: out of memory, or killed from outside."""


class Child:
    """A warm process that answers bytes with bytes, one job at a time, and is killed when it is slow.

    target: "module:function"; the function prepares (imports, warms up) in the child and returns the handler.
    seconds: wall time of one job. memory_bytes: address space of the child. free_files: descriptors the child may
    open while it works (0: neither file nor socket). Safe for threads; a forked process gets a child of its own.
    """

    def __init__(self, target: str, *, seconds: float, memory_bytes: int, free_files: int = 0) -> None:
        self._target, self._seconds = target, seconds
        self._limits = (str(memory_bytes), str(free_files), str(int(seconds) + 5))
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = self._served = self._inward = self._outward = 0
        self._room = ""
        atexit.register(self.close)

    def ask(self, job: bytes) -> bytes:
        """The answer of the child; raises ChildTooSlow or ChildDied. A worn-out child is replaced and asked again."""
        with self._lock:
            worn = self._ready()
            try:
                return self._exchange(job)
            except ChildDied:
                if not worn:
                    raise
                self._ready()
                return self._exchange(job)

    def start(self) -> None:
        """Start it now, so that it gets ready while the caller does something else; it is started by `ask` else."""
        with self._lock:
            self._ready()

    def pid(self) -> int | None:
        """Process id of the running child, None before the first job."""
        return self._process.pid if self._process and self._owner == os.getpid() else None

    def close(self) -> None:
        """End the child, if this process started it."""
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()
        process.wait()
        with suppress(OSError):  # somebody tidied up before us
            Path(self._room).rmdir()

    def _ready(self) -> bool:
        """Make sure a child runs; whether it has worked before (its memory may be worn)."""
        process = self._process
        if (
            process
            and self._owner == os.getpid()
            and process.poll() is None
            and self._served < JOBS_PER_CHILD
        ):
            return self._served > 0
        self.close()
        self._room = tempfile.mkdtemp(prefix="satupintu-")  # the child's empty working directory
        self._process = process = subprocess.Popen(
            [sys.executable, "-I", "-c", _BOOT, str(_ROOT), self._target, *self._limits],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            cwd=self._room,
            env={"PATH": os.defpath, "LANG": "C.UTF-8", "TZ": "UTC", "RAYON_NUM_THREADS": "2"},
            start_new_session=True,  # Ctrl-C in the terminal of `serve` is not for the child
        )
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("a child without pipes")
        self._inward, self._outward = process.stdin.fileno(), process.stdout.fileno()
        self._owner, self._served = os.getpid(), 0
        try:
            self._read(8, time.monotonic() + START_SECONDS)  # it says that it is ready
        except (ChildTooSlow, OSError, EOFError) as problem:
            self.close()
            raise ChildDied(self._target) from problem
        return False

    def _exchange(self, job: bytes) -> bytes:
        deadline = time.monotonic() + self._seconds
        self._served += 1
        try:
            view = memoryview(struct.pack(">Q", len(job)) + job)
            while view:
                view = view[os.write(self._inward, view[: 1 << 20]) :]
            return self._read(struct.unpack(">Q", self._read(8, deadline))[0], deadline)
        except ChildTooSlow:
            self.close()
            raise
        except (OSError, EOFError) as problem:
            self.close()
            raise ChildDied(self._target) from problem

    def _read(self, size: int, deadline: float) -> bytes:
        parts = []
        poll = select.poll()
        poll.register(self._outward, select.POLLIN | select.POLLHUP)
        while size:
            left = deadline - time.monotonic()
            if left <= 0 or not poll.poll(left * 1000):
                raise ChildTooSlow(self._target)
            part = os.read(self._outward, min(size, 1 << 20))
            if not part:
                raise EOFError
            parts.append(part)
            size -= len(part)
        return b"".join(parts)


def serve(target: str, memory_bytes: str, free_files: str, cpu_seconds: str) -> None:
    """The life of a child: prepare, shut the doors, answer frames until the parent is gone."""
    inward, outward = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # a stray print must not break the frames
    module, _, name = target.partition(":")
    prepare: Callable[[], Callable[[bytes], bytes]] = getattr(importlib.import_module(module), name)
    handle = prepare()
    resource.setrlimit(resource.RLIMIT_AS, (int(memory_bytes),) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (3 + int(free_files),) * 2)
    outward.write(bytes(8))
    outward.flush()
    while len(head := inward.read(8)) == 8:
        job = inward.read(struct.unpack(">Q", head)[0])
        # CPU seconds per job: a child whose parent was killed must not spin for ever.
        soft = int(time.process_time()) + int(cpu_seconds)
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))
        answer = handle(job)
        outward.write(struct.pack(">Q", len(answer)) + answer)
        outward.flush()


# ---- in the child: Typst ---------------------------------------------------------------------------------------------
def kit_files() -> dict[str, bytes]:
    """The office's print kit as the templates see it: "/kit/kantor.typ" -> bytes."""
    return {
        f"/kit/{path.name}": path.read_bytes()
        for path in sorted(KIT.iterdir())
        if path.suffix in (".typ", ".svg")
    }


def kit_names() -> frozenset[str]:
    """Names of the kit's files, for the checks that only ask whether one exists."""
    return frozenset(name.removeprefix("/kit/") for name in kit_files())


def prepare_typst() -> Callable[[bytes], bytes]:
    """Load Typst, its own fonts and the kit, print one page to wake everything, and return the handler."""
    import typst

    kit, fonts, nowhere = kit_files(), typst.Fonts(include_system_fonts=False), Path.cwd()

    def handle(job: bytes) -> bytes:
        if not nowhere.is_dir():  # tidied away under a long-lived server: the next child makes its own
            os._exit(1)
        task = json.loads(job)
        files = {name: base64.b64decode(text) for name, text in task["files"].items()}
        try:
            compiler = typst.Compiler(
                input={**files, **kit, "main.typ": (files | kit)[task["main"]]},  # type: ignore[type-var]
                root=nowhere,
                font_paths=fonts,
                package_path=nowhere,
                package_cache_path=nowhere,
            )
            pdf = compiler.compile(
                format="pdf",
                sys_inputs=task["inputs"],
                pdf_standards=task["standards"],
                timestamp=task["timestamp"],
            )
        except Exception as problem:  # noqa: BLE001 - whatever Typst says goes back as words; the child lives on
            return b"E" + (getattr(problem, "diagnostic", "") or str(problem)).encode()
        return b"P" + (pdf if isinstance(pdf, bytes) else b"")

    page = b'#import "/kit/kantor.typ": *\n#let d = muat()\n#show: dokumen.with(d, judul: d.judul)\n#kop(d.kantor)'
    sample = (KIT / "contoh.json").read_text(encoding="utf-8")
    handle(_job("/pagi.typ", {"/pagi.typ": page}, {"data": sample}, STANDARDS, 0))
    return handle


def _job(
    main: str, files: Mapping[str, bytes], inputs: Mapping[str, str], standards: Sequence[str], stamp: int
) -> bytes:
    packed = {name: base64.b64encode(content).decode() for name, content in files.items()}
    task = {
        "main": main,
        "files": packed,
        "inputs": dict(inputs),
        "standards": list(standards),
        "timestamp": stamp,
    }
    return json.dumps(task).encode()


# ---- in the parent ---------------------------------------------------------------------------------------------------
_press = Child("satupintu.ui.prints:prepare_typst", seconds=WALL_SECONDS, memory_bytes=MEMORY_BYTES)
_proof = Child("satupintu.ui.prints:prepare_typst", seconds=WALL_SECONDS, memory_bytes=MEMORY_BYTES)
"""A template under suspicion is tried in a child of its own, so that it cannot hold up the day's prints."""


def qr_svg(text: str) -> str:
    """A QR code as one filled SVG path: no hairlines between the modules, sharp on every printer."""
    return _qr(text)[0]


def _qr(text: str) -> tuple[str, int]:
    import segno  # here, because the child that prints and most commands draw none

    code = segno.make(_segments(text), error="m", micro=False)  # type: ignore[arg-type]  # takes parts, too
    matrix = [list(row) for row in code.matrix]
    runs = []
    for y, row in enumerate(matrix):
        x = 0
        while x < len(row):
            width = next((w for w in range(len(row) - x) if not row[x + w]), len(row) - x)
            if width:
                runs.append(f"M{x} {y}h{width}v1h-{width}z")
            x += width or 1
    size = len(matrix) + 8  # quiet zone of 4 modules, ISO/IEC 18004
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-4 -4 {size} {size}">'
        f'<path fill="#fff" d="M-4 -4h{size}v{size}h-{size}z"/><path d="{"".join(runs)}"/></svg>'
    ), size


def _segments(text: str) -> list[str]:
    """The text in parts: a long run of figures at its end takes 3⅓ bits a figure in a part of its own, not 8."""
    figures = re.search(r"[0-9]{20,}$", text)
    at = figures.start() if figures else len(text)
    return [part for part in (text[:at], text[at:]) if part]


def compile_pdf(
    template: str,
    data: Mapping[str, Any],
    *,
    files: Mapping[str, bytes] | None = None,
    variant: str = "",
    qr: str | None = None,
    standards: Sequence[str] = STANDARDS,
) -> bytes:
    """A PDF of a template, filled from `data` alone, with `data` embedded as JSON; the same data, the same bytes.

    template: a name in `files` (a service folder: its `permit.typ`), else in the kit. variant: "besar", "rol", joined
    by commas. qr: the text of the QR code. Raises Refusal `print.failed` (reason: what Typst says) or `print.too-slow`.
    """
    return _compile(_press, template, data, files or {}, variant, qr, standards)


def _compile(
    child: Child,
    template: str,
    data: Mapping[str, Any],
    files: Mapping[str, bytes],
    variant: str,
    qr: str | None,
    standards: Sequence[str],
) -> bytes:
    near = {"/" + name.lstrip("/"): content for name, content in files.items()}
    if sum(map(len, near.values())) > MAX_FILES_BYTES:
        raise Refusal("print.failed", status=422, template=template, reason="berkas templat lebih dari 2 MiB")
    main = "/" + template.lstrip("/")
    if main not in near:
        main = f"/kit/{template}"
        if not re.fullmatch(r"[a-z0-9-]+\.typ", template) or not (KIT / template).is_file():
            raise Refusal(
                "print.failed", status=422, template=template, reason=f"templat {template} tidak ada"
            )
    inputs = {"data": json.dumps(data, ensure_ascii=False, sort_keys=False, default=str), "varian": variant}
    if qr is not None:
        svg, modules = _qr(qr)
        inputs |= {"qr": svg, "qr_petak": str(modules)}
    try:
        answer = child.ask(_job(main, near, inputs, standards, _timestamp(data)))
    except ChildTooSlow:
        raise Refusal("print.too-slow", status=503, template=template) from None
    except ChildDied:
        raise Refusal(
            "print.failed", status=422, template=template, reason="templat memakai terlalu banyak memori"
        ) from None
    if answer[:1] != b"P":
        reason = answer[1:].decode(errors="replace").replace("main.typ", template)
        raise Refusal("print.failed", status=422, template=template, reason=reason)
    return answer[1:]


def _timestamp(data: Mapping[str, Any]) -> int:
    """Seconds of the document's own date, so that no print depends on the clock of the machine."""
    try:
        day = dt.date.fromisoformat(str(data["dokumen"]["tanggal"])[:10])
    except (KeyError, TypeError, ValueError):
        day = dt.date(2000, 1, 1)
    return int(dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC).timestamp())


def sample_data() -> dict[str, Any]:
    """Invented data every permit template must be able to print (`kit/contoh.json`)."""
    sample: dict[str, Any] = json.loads((KIT / "contoh.json").read_text(encoding="utf-8"))
    return sample


_REASONS = (
    (
        re.compile(r"failed to download package|package not found|searched at \S*/-|\(@|package"),
        "memakai paket dari luar (@…)",
    ),
    (re.compile(r"would escape|access denied"), "membaca berkas di luar folder"),
    (re.compile(r"file not found|failed to load"), "membaca berkas yang tidak ada di folder atau di /kit"),
)


def expect_template() -> None:
    """A template will be checked soon: its child may already load Typst. Errors are said by the check itself."""
    with suppress(ChildDied):
        _proof.start()


def check_template(files: Mapping[str, bytes], template: str = "permit.typ") -> str | None:
    """What is wrong with a service's template, in Indonesian, or None: it is printed once with invented data.

    files: the service folder by name. The template may read only its folder and `/kit/…`; it must end in 10 seconds.
    """
    if template not in files:
        return f"{template} tidak ada. Salin dari layanan lain, lalu sesuaikan."
    try:
        pdf = _compile(
            _proof,
            template,
            sample_data(),
            files,
            "",
            "https://satupintu.example/cek/KX7P-3MWR-QT9H",
            STANDARDS,
        )
    except Refusal as refusal:
        return _in_words(refusal, template)
    return None if pdf.startswith(b"%PDF-") else f"{template} tidak menghasilkan PDF."


def _in_words(refusal: Refusal, template: str) -> str:
    if refusal.code == "print.too-slow":
        return f"{template} belum selesai dicetak dalam {WALL_SECONDS:.0f} detik. Periksa perulangan yang tidak berakhir."
    reason = str(refusal.values.get("reason", ""))
    line = re.search(re.escape(template) + r":(\d+)", reason)
    place = f"{template} baris {line[1]}" if line else template
    first = reason.removeprefix("error: ").split("\n")[0]
    for pattern, words in _REASONS:
        if pattern.search(first):
            return f"{place} {words}. Pakai hanya berkas di folder layanan dan /kit/."
    return f"{place} tidak dapat dicetak: {first}"
