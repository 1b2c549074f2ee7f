# SPDX-License-Identifier: Apache-2.0
"""What is told about an unverified product while it waits: how long is left, and that it has lapsed.

The words belong to the installation, not to a service, as those of permits.telling do.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings

from satupintu.core import telling
from satupintu.licensing.models import Product
from satupintu.notices.actions import Message
from satupintu.ui import formats

REMINDER, LAPSED = "pemenuhan-menunggu", "pemenuhan-lewat"
PAGE = "/saya/pemenuhan"
SUBJECTS: Mapping[str, str] = {
    REMINDER: "Persyaratan usaha Anda belum dipenuhi",
    LAPSED: "Batas pemenuhan persyaratan sudah lewat",
}
TEXTS: Mapping[str, str] = {
    REMINDER: "Satu kegiatan usaha Anda belum terverifikasi dan belum boleh beroperasi. Penuhi persyaratannya paling "
    "lambat {tanggal}, tinggal {jumlah} hari: {tautan}",
    LAPSED: "Persyaratan satu kegiatan usaha Anda tidak dipenuhi sampai {tanggal}. Kegiatan itu tetap belum boleh "
    "beroperasi. Yang dapat Anda lakukan: {tautan}",
}
"""Text id -> what is said, by e-mail and by WhatsApp alike; at most 300 letters and no personal data."""


def reminder(product: Product, days: int) -> Message:
    """To the holder: how many days are left."""
    return _message(REMINDER, product, f":{days}", {"jumlah": str(days)})


def lapsed(product: Product) -> Message:
    """To the holder: the last day has passed."""
    return _message(LAPSED, product, "", {})


def _message(name: str, product: Product, round_: str, more: Mapping[str, str]) -> Message:
    assert product.fulfil_by is not None  # an unverified product has a last day
    words = {
        "tanggal": formats.long_date(product.fulfil_by),
        "tautan": f"{settings.PUBLIC_URL}{PAGE}",
        **more,
    }
    text = body = TEXTS[name]
    for place, value in words.items():
        body = body.replace("{" + place + "}", value)
    return Message(
        office_id=product.permit.office_id,
        about=product.permit.case.subject,
        source=f"product:{product.key}:{name}{round_}",
        subject=SUBJECTS[name],
        body=body,
        link=PAGE,
        template=telling.template_name(name, text),
        parameters=tuple(words[place] for place in telling.places(text)),
    )
