# SPDX-License-Identifier: Apache-2.0
"""Addresses of the public and of applicants. Fixed words stand before an office's slug."""

from __future__ import annotations

from django.urls import path

from satupintu.portal.views import (
    actor,
    documents,
    mailbox,
    mandates,
    mine,
    offline,
    progress,
    proof,
    public,
    record,
    sheets,
    ways,
    wizard,
)

APPLICATION = "permohonan/<uuid:key>"
SERVICE = "<slug:office>/layanan/<slug:service>"
RECORD = "transparansi/<slug:office>"
app_name = "portal"
urlpatterns = [
    path("", public.offices, name="offices"),
    path("lacak", proof.track, name="track"),
    path("cek", proof.check, name="check"),
    path("cek/luring", offline.offline, name="offline"),
    path("cek/kunci.json", offline.keys, name="proof_keys"),
    path("cek/penjaga.js", offline.worker, name="offline_worker"),
    path("cek/<str:code>", proof.check_code, name="check_code"),
    path("cek/<str:code>/bukti.json", record.permit, name="permit_proof"),
    path("transparansi", record.records, name="records"),
    path(RECORD, record.record, name="record"),
    path(f"{RECORD}/kepala.json", record.heads, name="record_heads"),
    path(f"{RECORD}/kunci.pem", record.key, name="record_key"),
    path(f"{RECORD}/bukti/<int:order>.json", record.leaf, name="record_leaf"),
    path(f"{RECORD}/sambungan/<int:old>-<int:new>.json", record.joined, name="record_joined"),
    path("surat-demo", mailbox.mailbox, name="mailbox"),
    path("saya", mine.mine, name="mine"),
    path("saya/dibuka", mine.looked_at, name="looked_at"),
    path("saya/dibaca", mine.read, name="read"),
    path("saya/kabar", ways.ways, name="ways"),
    path("saya/pelaku-usaha", actor.actors, name="actor"),
    path("saya/pelaku-usaha/isi", actor.fill, name="actor_new"),
    path("saya/pelaku-usaha/<uuid:actor>/ubah", actor.change, name="actor_change"),
    path("saya/pelaku-usaha/<uuid:actor>/pengurus", actor.people, name="actor_people"),
    path("saya/pelaku-usaha/pengurus/<uuid:member>/jawab", actor.answer, name="actor_answer"),
    path("saya/pelaku-usaha/<uuid:actor>/pengurus/<uuid:member>/akhiri", actor.end, name="actor_end"),
    path("kuasa", mandates.mandates, name="mandates"),
    path("kuasa/beri", mandates.give, name="mandate_give"),
    path("kuasa/<uuid:mandate>/jawab", mandates.answer, name="mandate_answer"),
    path(APPLICATION, progress.application, name="application"),
    path(f"{APPLICATION}/isi/<int:number>", wizard.page, name="page"),
    path(f"{APPLICATION}/dokumen", documents.documents, name="documents"),
    path(f"{APPLICATION}/dokumen/<slug:requirement>", documents.document, name="document"),
    path(f"{APPLICATION}/dari-oss/<uuid:paper>", progress.from_oss, name="from_oss"),
    path(f"{APPLICATION}/berkas/<uuid:document>", documents.file, name="file"),
    path(f"{APPLICATION}/periksa", wizard.review, name="review"),
    path(f"{APPLICATION}/aturan-baru", wizard.renew, name="renew"),
    path(f"{APPLICATION}/terkirim", wizard.sent, name="sent"),
    path(f"{APPLICATION}/tanda-terima.pdf", wizard.receipt, name="receipt"),
    path(f"{APPLICATION}/perbaikan", progress.correct, name="correct"),
    path(f"{APPLICATION}/tarik", progress.withdraw, name="withdraw"),
    path(f"{APPLICATION}/ajukan-lagi", progress.reopen, name="reopen"),
    path(f"{APPLICATION}/unduh", progress.download, name="download"),
    path(f"{APPLICATION}/izin.pdf", progress.permit, name="permit"),
    path(f"{APPLICATION}/izin-huruf-besar.pdf", progress.large_copy, name="large_copy"),
    path(f"{APPLICATION}/buang", mine.discard, name="discard"),
    path("<slug:office>/", public.home, name="home"),
    path("<slug:office>/layanan", public.services, name="services"),
    path(SERVICE, public.service, name="service"),
    path(f"{SERVICE}/standar", sheets.standar, name="standar"),
    path(f"{SERVICE}/standar.pdf", sheets.standar_pdf, name="standar_pdf"),
    path(f"{SERVICE}/sop", sheets.sop, name="sop"),
    path(f"{SERVICE}/sop.pdf", sheets.sop_pdf, name="sop_pdf"),
    path(f"{SERVICE}/poster.pdf", sheets.poster, name="poster"),
    path(f"{SERVICE}/mulai", wizard.start, name="start"),
]
