# SPDX-License-Identifier: Apache-2.0
"""Commands that work on the data of an office. Each gives (exit code, JSON object, plain text)."""

from __future__ import annotations

import argparse
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from satupintu.cli import home
from satupintu.core.addresses import is_loopback

if TYPE_CHECKING:
    from satupintu.config.safety import Problem

Result = tuple[int, dict[str, Any], str]


def run(args: argparse.Namespace) -> Result:
    """Carry out one command of this room."""
    if args.command in {"demo", "serve"} and is_loopback(args.host):
        os.environ.setdefault("SATUPINTU_URL", f"http://{args.host}:{args.port}")
    if args.command == "demo":
        demo_environment(args.host, args.port)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "satupintu.config.settings")
    import django

    django.setup()
    return _COMMANDS[args.command](args)


# Serving ---------------------------------------------------------------------------------------------------------


def migrate() -> None:
    """Bring the data base up to this version."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)


def prepare() -> None:
    """Bring the data base and the static files up to this version."""
    from django.core.management import call_command

    migrate()
    call_command("collectstatic", verbosity=0, interactive=False)


def _serve(args: argparse.Namespace) -> Result:
    found = _unsafe(args.host)
    if found:
        from satupintu.cli.setup import refused

        return refused(found)
    prepare()
    return _run_processes(args.host, args.port)


def _unsafe(host: str) -> tuple[Problem, ...]:
    """What forbids serving; on loopback, under a loopback address, anybody may try what he likes."""
    from django.conf import settings

    from satupintu.config import safety
    from satupintu.door.moment import now

    if is_loopback(host) and is_loopback(urlsplit(settings.PUBLIC_URL).hostname or ""):
        return ()
    return safety.problems(safety.look(settings, os.environ, now()))


def _run_processes(host: str, port: int) -> Result:
    """The web process and the worker, until somebody asks both to stop."""
    if _taken(host, port):
        return (
            1,
            {"message": "port"},
            f"Port {port} sudah dipakai program lain. Pilih yang lain: --port {port + 1}",
        )
    web = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port),
        "--workers", "1", "--blocking-threads", "4", "--no-ws", "--log-level", "warning", "--workers-kill-timeout", "10",
        "satupintu.config.wsgi:application",
    ]  # fmt: skip
    worker = [sys.executable, "-m", "satupintu.cli", "worker"]
    if not _keep_running(web, worker):
        return 1, {"message": "crash"}, "Program berhenti terus setiap kali dijalankan. Lihat pesan di atas."
    return 0, {"ok": True}, "Selesai."


PAUSE_SECONDS = 1.0
OSS_THINKS_SECONDS = 5.0  # before the demo's own OSS answers
SHORT_LIFE_SECONDS, SHORT_LIVES = 3, 5


def _keep_running(*commands: list[str]) -> bool:
    """Run these until somebody asks to stop; one that dies by itself is started again, what it left running is ended.

    Gives False when one of them dies at once, again and again: then starting it is not what it needs.
    """
    asked, short_lives = threading.Event(), 0
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: asked.set())
    # A group for each: whatever a dead process has left can be found, and still holds our port.
    running = [(subprocess.Popen(words, process_group=0), time.monotonic()) for words in commands]
    while not asked.wait(PAUSE_SECONDS) and short_lives < SHORT_LIVES:
        for place, (process, born) in enumerate(running):
            if process.poll() is not None:
                _end_group(process.pid, signal.SIGKILL)
                short_lives = short_lives + 1 if time.monotonic() - born < SHORT_LIFE_SECONDS else 0
                again = subprocess.Popen(commands[place], process_group=0)
                running[place] = (again, time.monotonic())
    for process, _ in running:
        process.terminate()
    for process, _ in running:
        process.wait()
    return asked.is_set()


def _end_group(leader: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(leader, number)


def _taken(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def _worker(args: argparse.Namespace) -> Result:
    from satupintu.door.worker import OfficeWorker

    worker = OfficeWorker()
    worker.configure_signals()
    worker.run()
    return 0, {"ok": True}, ""


# The demo --------------------------------------------------------------------------------------------------------


def demo_environment(host: str = "127.0.0.1", port: int = 8000) -> None:
    """A mail server and a WhatsApp of the demo's own on free ports of loopback, unless a mail server is named."""
    os.environ["SATUPINTU_DEMO"] = "1"
    if "SATUPINTU_SMTP" not in os.environ:
        os.environ["SATUPINTU_SMTP"] = f"127.0.0.1:{_free_port()}"
        os.environ["SATUPINTU_OWN_MAIL"] = "1"
    if "SATUPINTU_WHATSAPP_PHONE_ID" not in os.environ:
        whatsapp = {
            "URL": f"http://127.0.0.1:{_free_port()}/v23.0",
            "PHONE_ID": "100200300",
            "ACCOUNT_ID": "400500600",
            "TOKEN": secrets.token_hex(16),
            "SECRET": secrets.token_hex(16),
            "VERIFY": secrets.token_hex(16),
        }
        os.environ.update({f"SATUPINTU_WHATSAPP_{name}": value for name, value in whatsapp.items()})
        os.environ["SATUPINTU_OWN_WHATSAPP"] = f"http://{host}:{port}/webhook/whatsapp"
    if "SATUPINTU_OSS_URL" not in os.environ:
        oss = {
            "URL": f"http://127.0.0.1:{_free_port()}/v1/kl/rba",
            "KEY": secrets.token_hex(16),
            "USER": "demo",
            "PASSWORD": secrets.token_hex(16),
        }
        os.environ.update({f"SATUPINTU_OSS_{name}": value for name, value in oss.items()})
        os.environ["SATUPINTU_OWN_OSS"] = f"http://{host}:{port}/webhook/oss"


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _own_whatsapp(at_end: ExitStack) -> None:
    """Start the demo's WhatsApp, and hand in the templates as an office would."""
    from django.conf import settings

    from satupintu.adapters.whatsapp import simulator
    from satupintu.cli.messages import hand_in, templates

    phone = simulator.Phone(
        Path(settings.HOME) / "whatsapp",
        token=settings.WHATSAPP_TOKEN,
        secret=settings.WHATSAPP_SECRET,
        webhook=os.environ["SATUPINTU_OWN_WHATSAPP"],
        reports=("sent", "delivered"),
        strict=True,
    )
    server = simulator.serve(phone, port=urlsplit(settings.WHATSAPP_URL).port or 0)
    at_end.callback(server.server_close)
    at_end.callback(server.shutdown)
    for one in templates():
        hand_in(one)


def _own_oss(at_end: ExitStack) -> None:
    """Start the demo's OSS: it takes a permohonan, thinks for a while, and calls back."""
    from django.conf import settings

    from satupintu.adapters.oss import simulator

    other = simulator.Oss(
        settings.OSS_KEY,
        settings.OSS_USER,
        settings.OSS_PASSWORD,
        webhook=os.environ["SATUPINTU_OWN_OSS"],
        follow=True,
        delay=OSS_THINKS_SECONDS,
    )
    server = simulator.serve(other, port=urlsplit(settings.OSS_URL).port or 0)
    at_end.callback(server.server_close)
    at_end.callback(server.shutdown)


def _demo(args: argparse.Namespace) -> Result:
    if home.path().exists():
        words = "Folder data ini milik kantor yang sebenarnya. Pakai SATUPINTU_HOME lain untuk demo."
        return 1, {"message": "office"}, words
    if not args.walk_only and args.host not in {"127.0.0.1", "localhost", "::1"}:
        return 2, {"message": "host"}, "Demo hanya dijalankan di komputer sendiri (127.0.0.1)."
    from django.conf import settings

    from satupintu.adapters.mail import simulator
    from satupintu.cli import demo
    from satupintu.door.moment import now
    from satupintu.offices.jobs import seal_record

    prepare()
    with ExitStack() as at_end:
        if os.environ.get("SATUPINTU_OWN_MAIL"):
            controller, _ = simulator.serve(Path(settings.HOME) / "mail", port=settings.EMAIL_PORT)
            at_end.callback(controller.stop)
        made = demo.Demo(logins=demo.load(now()))
        if os.environ.get("SATUPINTU_OWN_WHATSAPP"):
            _own_whatsapp(at_end)
            demo.reach_by_whatsapp(now())
        if os.environ.get("SATUPINTU_OWN_OSS"):
            _own_oss(at_end)
        say: Callable[[str], None] = (lambda line: None) if "json" in args else print
        made.permits.append(demo.Walk(now(), say=say).run())
        seal_record.call()
        if args.walk_only:
            return 0, made.to_json(), _demo_text(made, args)
        made.logins = demo.second_version(now())
        made.logins = demo.oss_issues(now())
        print(_demo_text(made, args), flush=True)
        code, answer, words = _run_processes(args.host, args.port)
        return code, {**made.to_json(), **answer}, words


def _demo_text(made: Any, args: argparse.Namespace) -> str:
    permit = made.permits[-1]
    lines = [
        "",
        f"Izin bertanda tangan: {permit['file']}",
        f"Nomor {permit['number']}, kode cek {permit['code']}",
        f"Periksa keasliannya: satupintu permit verify {permit['file']}",
        "",
        "Masuk dengan (hanya untuk demo ini):",
        *(f"  {row['email']:<34} {row['password']:<14} {row['role']} {row['office']}" for row in made.logins),
    ]
    lines += ["", *_secrets(made)]
    if not args.walk_only:
        lines += [
            "",
            f"Buka http://{args.host}:{args.port}/ . Surat demo: http://{args.host}:{args.port}/surat-demo",
        ]
    return "\n".join(lines)


def _secrets(made: Any) -> list[str]:
    """What the demo's officers put into an authenticator app, if one likes; the page computes the codes too."""
    rows = [row for row in made.logins if row.get("totp")]
    words = (
        ["Langkah kedua mereka: kode di halaman /kode-demo, atau kunci ini di aplikasi pengaman:"]
        if rows
        else []
    )
    return [*words, *(f"  {row['email']:<34} {row['totp']}" for row in rows)]


# Publishing and checking -----------------------------------------------------------------------------------------


def _publish(args: argparse.Namespace) -> Result:
    from satupintu.catalog import actions
    from satupintu.core.access import system
    from satupintu.core.package import Unsound, linked_sops, load_folder, read_package
    from satupintu.core.refusal import Refusal
    from satupintu.door.moment import now
    from satupintu.offices.queries import office

    prepare()
    folder = args.folder.resolve()
    try:
        at_office = office(args.office)
        content = load_folder(folder)
        package = read_package(content, known_sops=linked_sops(folder))
        row = actions.propose(
            system(now()), at_office, folder.name, package, content, effective=args.effective
        )
    except Unsound as problem:
        found = [{"file": p.file, "where": p.where, "message": p.message} for p in problem.problems]
        return (
            1,
            {"ok": False, "problems": found},
            "\n".join(f"{p['file']} {p['where']}: {p['message']}" for p in found),
        )
    except Refusal as refusal:
        return 1, {"ok": False, "message": refusal.code}, words_of_refusal(refusal)
    answer = {
        "ok": True,
        "service": folder.name,
        "digest": row.digest,
        "status": row.status,
        "effective": str(row.effective),
    }
    return 0, answer, f"{row.name}: {row.status}, berlaku {row.effective}"


def words_of_refusal(refusal: Any) -> str:
    """What happened and what to do, in one line."""
    from satupintu.ui.refusals import words_of

    what, do = words_of(refusal)
    return f"{what} {do}"


_VERDICTS = {
    "genuine": "Asli. Berkas ini sama persis dengan yang kami terbitkan.",
    "altered": "Berubah. Berkas ini menyebut izin kami, tetapi isinya tidak sama dengan yang kami terbitkan.",
    "copy": "Salinan. Berkas ini tidak bertanda tangan; yang sah adalah berkas yang kami terbitkan.",
    "revoked": "Dicabut. Berkas ini pernah kami terbitkan, dan sekarang tidak berlaku.",
    "replaced": "Digantikan. Berkas ini pernah kami terbitkan; sekarang versi lain yang berlaku.",
    "not-ours": "Bukan dari kami. Berkas ini tidak ada dalam daftar izin kantor.",
    "signing": "Sedang ditandatangani.",
}


def _verify_permit(args: argparse.Namespace) -> Result:
    from satupintu.permits.queries import GENUINE, check_file

    try:
        data = args.file.read_bytes()
    except OSError:
        return (
            2,
            {"message": "berkas tidak terbaca"},
            f"Berkas {args.file} tidak terbaca. Periksa nama dan tempatnya.",
        )
    found = check_file(data)
    answer: dict[str, Any] = {"verdict": found.verdict}
    lines = [_VERDICTS[found.verdict]]
    if found.permit is not None:
        answer |= {"number": found.permit.number, "code": found.permit.code, "facts": dict(found.facts)}
        lines += [f"{label}: {value}" for label, value in found.facts]
    return (0 if found.verdict == GENUINE else 1), answer, "\n".join(lines)


def _signer(args: argparse.Namespace) -> Result:
    """From which day the permits of this office are signed in which way."""
    from satupintu.core.access import system
    from satupintu.core.refusal import Refusal
    from satupintu.door.moment import now
    from satupintu.offices import actions
    from satupintu.offices.queries import office
    from satupintu.ui.refusals import refused

    migrate()
    try:
        found = office(args.office)
        actions.set_rule(
            system(now()), found.pk, name="signer", value=args.hand, since=args.effective, basis=args.basis
        )
    except Refusal as refusal:
        said = refused(refusal)
        return 1, {"message": refusal.code}, f"{said.what} {said.do}"
    answer = {"office": args.office, "signer": args.hand, "effective": args.effective.isoformat()}
    return (
        0,
        answer,
        f"{found.name}: surat ditandatangani dengan {args.hand} mulai {args.effective.isoformat()}.",
    )


_COMMANDS: Mapping[str, Callable[[argparse.Namespace], Result]] = {
    "serve": _serve,
    "worker": _worker,
    "demo": _demo,
    "service-publish": _publish,
    "signer": _signer,
    "permit-verify": _verify_permit,
}
