# SPDX-License-Identifier: Apache-2.0
"""What makes an installation unsafe, in words for the person who runs it.

Asked by `satupintu setup` before anything is made, and by `satupintu serve` before it listens to others than this
machine. Source: abuse case 10 (default or first passwords, an installation left open); OWASP ASVS 5.0, V13.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from satupintu import RELEASED
from satupintu.core.addresses import is_loopback, is_private_way

NETWORK_FILE_SYSTEMS = re.compile(
    r"nfs\d?|cifs|smb\d?|smbfs|9p|afs|ceph|lustre|davfs|fuse\.(sshfs|glusterfs|s3fs|rclone|ceph.*)"
)
CLOCK_AHEAD = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class WhatsApp:
    """How messages go by WhatsApp; nothing is set where they do not.

    phone: id of the sending number. secret: of the app, it signs reports. verify: the word of the webhook's handshake.
    """

    phone: str = ""
    url: str = ""
    secret: str = ""
    verify: str = ""

    @property
    def listens(self) -> bool:
        """Is anything of it switched on: sending, or the webhook?"""
        return bool(self.phone or self.secret)


@dataclass(frozen=True, slots=True)
class Oss:
    """How the installation speaks with OSS; nothing is set where it does not. password: OSS signs its calls with it."""

    url: str = ""
    key: str = ""
    user: str = ""
    password: str = ""


@dataclass(frozen=True, slots=True)
class Installation:
    """All that the safety of an installation depends on.

    url, smtp: as told, "" where nobody told. secret: what signs the sessions. keys: key files and their bytes.
    open_to_others: files and folders that other users of the machine may read. file_system: of the SQLite file, ""
    for PostgreSQL or where it cannot be seen. today: by the machine's clock. whatsapp: how it is set, if it is.
    signing: address of the service that gets the head's passphrase. oss: how it is set, if it is.
    """

    url: str
    smtp: str
    sender: str
    demo: bool
    debug: bool
    hosts: tuple[str, ...]
    secret: str
    keys: Mapping[Path, bytes]
    open_to_others: tuple[Path, ...]
    file_system: str
    today: date
    signing: str = ""
    whatsapp: WhatsApp = WhatsApp()
    oss: Oss = Oss()

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is unsafe, and what to do; code is for machines."""

    code: str
    what: str
    do: str

    def __str__(self) -> str:
        return f"{self.what} {self.do}"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of safety. broken: gives what breaks it, shown as {it} in the words; nothing when it is kept."""

    code: str
    broken: Callable[[Installation], object]
    what: str
    do: str


RULES = (
    Rule(
        "debug",
        lambda i: i.debug,
        "Mode DEBUG menyala: halaman galat membuka isi sistem kepada siapa saja.",
        "Pakai pengaturan bawaan: hapus DJANGO_SETTINGS_MODULE dari lingkungan.",
    ),
    Rule(
        "demo",
        lambda i: i.demo,
        "Mode demo menyala: surat semua orang terbuka dan cetakan bertanda CONTOH.",
        "Hapus SATUPINTU_DEMO dari lingkungan.",
    ),
    Rule(
        "url-missing",
        lambda i: not i.host,
        "Alamat kantor di internet belum diisi.",
        "Isi --url atau SATUPINTU_URL, misalnya https://izin.kampar.example",
    ),
    Rule(
        "url-http",
        lambda i: i.host and not i.url.startswith("https://") and not is_loopback(i.host) and i.url,
        "Alamat {it} tidak memakai https: kata sandi bisa dibaca di jalan.",
        "Pasang sertifikat TLS di peladen depan, lalu pakai alamat https://.",
    ),
    Rule(
        "signing-http",
        lambda i: i.signing and not is_private_way(i.signing) and i.signing,
        "Alamat layanan tanda tangan {it} tidak memakai https: frasa sandi kepala dinas bisa dibaca di jalan.",
        "Pakai alamat https:// di SATUPINTU_BSRE.",
    ),
    Rule(
        "hosts",
        lambda i: "*" in i.hosts or not i.hosts or (i.host and i.host not in i.hosts),
        "ALLOWED_HOSTS kosong, berisi *, atau tidak memuat alamat kantor.",
        "Tulis nama alamat kantor saja di ALLOWED_HOSTS, tanpa *.",
    ),
    Rule(
        "smtp-missing",
        lambda i: not i.smtp,
        "Server surat belum diisi: kode masuk dan pemberitahuan tidak akan sampai.",
        "Isi --smtp atau SATUPINTU_SMTP, misalnya surat.kampar.example:25",
    ),
    Rule(
        "sender",
        lambda i: i.sender.rstrip(">").endswith("@satupintu.example"),
        "Surat masih memakai pengirim karangan.",
        "Isi SATUPINTU_MAIL_FROM dengan surel kantor.",
    ),
    Rule(
        "whatsapp-secret",
        lambda i: i.whatsapp.listens and (len(i.whatsapp.secret) < 16 or len(i.whatsapp.verify) < 16),
        "WhatsApp menyala tanpa rahasia yang kuat: laporan palsu tidak bisa dibedakan dari yang asli.",
        "Isi SATUPINTU_WHATSAPP_SECRET dari halaman aplikasi Meta, dan SATUPINTU_WHATSAPP_VERIFY paling sedikit 16 huruf.",
    ),
    Rule(
        "whatsapp-http",
        lambda i: i.whatsapp.phone and not i.whatsapp.url.startswith("https://") and i.whatsapp.url,
        "Alamat WhatsApp {it} tidak memakai https: kunci dan nomor orang bisa dibaca di jalan.",
        "Hapus SATUPINTU_WHATSAPP_URL supaya dipakai alamat resminya.",
    ),
    Rule(
        "oss-half",
        lambda i: any((i.oss.url, i.oss.key, i.oss.user, i.oss.password))
        and not all((i.oss.url, i.oss.key, i.oss.user, i.oss.password)),
        "Hubungan ke OSS baru diatur sebagian: permohonan tidak sampai, atau jawabannya tidak diterima.",
        "Isi SATUPINTU_OSS_URL, _KEY, _USER, dan _PASSWORD dari pengelola OSS, atau hapus semuanya.",
    ),
    Rule(
        "oss-http",
        lambda i: i.oss.url and not is_private_way(i.oss.url) and i.oss.url,
        "Alamat OSS {it} tidak memakai https: data pemohon dan kunci kantor bisa dibaca di jalan.",
        "Pakai alamat https:// di SATUPINTU_OSS_URL.",
    ),
    Rule(
        "oss-password",
        lambda i: i.oss.password and len(i.oss.password) < 16,
        "Kata sandi OSS terlalu pendek: jawaban palsu bisa dikira dari OSS.",
        "Minta SATUPINTU_OSS_PASSWORD paling sedikit 16 huruf kepada pengelola OSS.",
    ),
    Rule(
        "open-to-others",
        lambda i: ", ".join(map(str, i.open_to_others)),
        "Pengguna lain di komputer ini bisa membaca {it}.",
        "Tutup: chmod 700 untuk folder, chmod 600 untuk berkas.",
    ),
    Rule(
        "secret-weak",
        lambda i: len(i.secret) < 50 or len(set(i.secret)) < 10 or i.secret.startswith("django-insecure-"),
        "Kunci rahasia sesi terlalu lemah atau bawaan.",
        "Hapus keys/django.key di folder data; kunci baru dibuat sendiri dan semua orang masuk lagi.",
    ),
    Rule(
        "key-weak",
        lambda i: ", ".join(str(path) for path, data in i.keys.items() if len(data) < 32 or len(set(data)) < 16),
        "Kunci ini terlalu lemah: {it}.",
        "Pulihkan kunci yang asli dari cadangan. Jangan buat sendiri: data lama tak akan terbaca.",
    ),
    Rule(
        "network-file-system",
        lambda i: NETWORK_FILE_SYSTEMS.fullmatch(i.file_system) and i.file_system,
        "Folder data ada di jaringan ({it}): SQLite bisa rusak di sana.",
        "Pindahkan SATUPINTU_HOME ke cakram komputer ini, atau pakai PostgreSQL (DATABASE_URL).",
    ),
    Rule(
        "clock",
        lambda i: not -timedelta(days=1) <= i.today - RELEASED <= CLOCK_AHEAD and i.today,
        "Jam komputer salah: katanya hari ini {it}. Tanggal janji dan tanda tangan ikut salah.",
        "Betulkan tanggal dan jamnya, nyalakan penyelarasan waktu (NTP).",
    ),
)  # fmt: skip


def problems(installation: Installation) -> tuple[Problem, ...]:
    """Everything that is unsafe; empty when all is well."""
    found = ((rule, rule.broken(installation)) for rule in RULES)
    return tuple(Problem(rule.code, rule.what.format(it=it), rule.do) for rule, it in found if it)


def look(settings: Any, environ: Mapping[str, str], at: datetime) -> Installation:
    """The installation as it is. settings: Django's. environ: of the process. at: aware, the machine's time."""
    home, keys = Path(settings.HOME), Path(settings.KEYS)
    files = sorted(keys.glob("*.key"))
    secrets = [Path(path) for path in (settings.BSRE_ACCOUNT, settings.PKCS11_PIN) if path]
    database = settings.DATABASES["default"]
    on_disk = database["ENGINE"].endswith("sqlite")
    return Installation(
        url=environ.get("SATUPINTU_URL", ""),
        smtp=environ.get("SATUPINTU_SMTP", ""),
        sender=settings.DEFAULT_FROM_EMAIL,
        demo=settings.DEMO,
        debug=settings.DEBUG,
        hosts=tuple(settings.ALLOWED_HOSTS),
        secret=settings.SECRET_KEY,
        keys={path: path.read_bytes() for path in files},
        open_to_others=tuple(path for path in (home, keys, *files, *secrets) if _open(path)),
        file_system=file_system(Path(database["NAME"]), _mounts()) if on_disk else "",
        today=at.date(),
        signing=settings.BSRE_URL,
        whatsapp=WhatsApp(
            phone=settings.WHATSAPP_PHONE_ID,
            url=settings.WHATSAPP_URL,
            secret=settings.WHATSAPP_SECRET,
            verify=settings.WHATSAPP_VERIFY,
        ),
        oss=Oss(settings.OSS_URL, settings.OSS_KEY, settings.OSS_USER, settings.OSS_PASSWORD),
    )


def file_system(path: Path, mounts: str) -> str:
    """The kind of file system a path lies on. mounts: the text of /proc/self/mounts; "" when it says nothing."""
    found = (Path("/"), "")
    for line in mounts.splitlines():
        _device, place, kind, *_rest = line.split(" ")
        point = Path(place.replace(r"\040", " "))
        if path.is_relative_to(point) and len(point.parts) >= len(found[0].parts):
            found = (point, kind)
    return found[1]


def _mounts() -> str:
    try:
        return Path("/proc/self/mounts").read_text("utf-8")
    except OSError:  # not Linux
        return ""


def _open(path: Path) -> bool:
    return path.exists() and bool(path.stat().st_mode & 0o077)
