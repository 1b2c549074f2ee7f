# SPDX-License-Identifier: Apache-2.0
"""What makes an installation unsafe: each rule alone, its words, and a sound installation that breaks none."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from satupintu import RELEASED
from satupintu.config import safety
from satupintu.config.safety import Installation, Oss, WhatsApp, file_system, problems
from satupintu.core.addresses import is_loopback

KEY = bytes(range(32))
ON = WhatsApp("100200300", "https://graph.facebook.com/v23.0", "0123456789abcdef" * 2, "kata-jabat-tangan")
OSS = Oss("https://oss.example/v1/kl/rba", "kunci-contoh", "kampar", "kata-sandi-contoh-16")
SOUND = Installation(
    url="https://izin.kampar.example",
    smtp="surat.kampar.example:25",
    sender="DPMPTSP Kampar <layanan@kampar.example>",
    demo=False,
    debug=False,
    hosts=("izin.kampar.example", "127.0.0.1"),
    secret="0123456789abcdef" * 6,
    keys={Path("a.key"): KEY},
    open_to_others=(),
    file_system="ext4",
    today=RELEASED,
    whatsapp=ON,
    oss=OSS,
)
BROKEN = {
    "debug": {"debug": True},
    "demo": {"demo": True},
    "url-missing": {"url": ""},
    "url-http": {"url": "http://izin.kampar.example"},
    "signing-http": {"signing": "http://esign.kampar.example"},
    "hosts": {"hosts": ("*",)},
    "smtp-missing": {"smtp": ""},
    "sender": {"sender": "Satu Pintu <tanpa-balas@satupintu.example>"},
    "whatsapp-secret": {"whatsapp": replace(ON, secret="")},
    "whatsapp-http": {"whatsapp": replace(ON, url="http://graph.example")},
    "oss-half": {"oss": replace(OSS, user="")},
    "oss-http": {"oss": replace(OSS, url="http://oss.example/v1/kl/rba")},
    "oss-password": {"oss": replace(OSS, password="pendek")},
    "open-to-others": {"open_to_others": (Path("keys"),)},
    "secret-weak": {"secret": "django-insecure-" + "0123456789abcdef" * 6},
    "key-weak": {"keys": {Path("a.key"): bytes(32)}},
    "network-file-system": {"file_system": "nfs4"},
    "clock": {"today": RELEASED - timedelta(days=2)},
}


def test_a_sound_installation_breaks_no_rule():
    assert problems(SOUND) == ()


def test_an_office_without_whatsapp_needs_no_secret_for_it():
    assert problems(replace(SOUND, whatsapp=WhatsApp())) == ()


def test_an_office_without_oss_needs_nothing_of_it():
    assert problems(replace(SOUND, oss=Oss())) == ()


def test_oss_half_set_up_is_found_whatever_is_missing():
    for name in ("url", "key", "user", "password"):
        found = problems(replace(SOUND, oss=replace(OSS, **{name: ""})))
        assert [one.code for one in found] == ["oss-half"]


def test_no_rule_is_without_its_example():
    assert {rule.code for rule in safety.RULES} == BROKEN.keys()


@pytest.mark.parametrize("code", BROKEN)
def test_each_unsafe_setting_breaks_its_rule_alone(code):
    (found,) = problems(replace(SOUND, **BROKEN[code]))
    assert found.code == code
    assert found.what.endswith(".")
    assert "{" not in str(found)


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("hosts", {"hosts": ()}),
        ("hosts", {"hosts": ("127.0.0.1",)}),
        ("whatsapp-secret", {"whatsapp": replace(ON, verify="")}),
        ("whatsapp-secret", {"whatsapp": replace(ON, phone="", secret="pendek")}),
        ("secret-weak", {"secret": "pendek"}),
        ("secret-weak", {"secret": "a" * 60}),
        ("key-weak", {"keys": {Path("a.key"): KEY[:31]}}),
        ("clock", {"today": RELEASED + timedelta(days=3651)}),
        ("network-file-system", {"file_system": "cifs"}),
        ("network-file-system", {"file_system": "fuse.sshfs"}),
    ],
)
def test_the_same_is_found_in_other_shapes(code, change):
    assert [it.code for it in problems(replace(SOUND, **change))] == [code]


def test_a_problem_says_which_file_and_which_address():
    assert "keys/x.key" in problems(replace(SOUND, open_to_others=(Path("keys/x.key"),)))[0].what
    assert "http://izin.kampar.example" in problems(replace(SOUND, url="http://izin.kampar.example"))[0].what


def test_http_on_this_machine_alone_is_safe():
    for host in ("127.0.0.1", "localhost", "[::1]"):
        at = replace(SOUND, url=f"http://{host}:8000", hosts=(host.strip("[]"),))
        assert problems(at) == ()


def test_loopback_is_told_from_all_addresses():
    assert [is_loopback(it) for it in ("127.0.0.1", "127.8.0.1", "::1", "localhost")] == [True] * 4
    assert [is_loopback(it) for it in ("0.0.0.0", "::", "10.0.0.1", "localhost.example", "")] == [False] * 5


MOUNTS = "/dev/sda1 / ext4 rw 0 0\nserver:/x /srv nfs4 rw 0 0\n/dev/sdb /srv/data\\040ku xfs rw 0 0\n"


@pytest.mark.parametrize(
    ("path", "kind"), [("/var/x", "ext4"), ("/srv/a/b", "nfs4"), ("/srv/data ku/x", "xfs"), ("/srvx", "ext4")]
)
def test_the_file_system_is_that_of_the_nearest_mount(path, kind):
    assert file_system(Path(path), MOUNTS) == kind


def test_without_mounts_the_file_system_is_not_known():
    assert file_system(Path("/srv"), "") == ""
