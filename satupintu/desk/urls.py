# SPDX-License-Identifier: Apache-2.0
"""Addresses of the officers' pages."""

from __future__ import annotations

from django.urls import path

from satupintu.desk.views import (
    acts,
    channel,
    deliveries,
    pages,
    publishing,
    reference,
    replacing,
    rulings,
    signing,
    staffing,
)

FILE = "berkas/<uuid:key>"
STAFF = "kelola/pegawai"
CATALOG = "kelola/katalog"
CODE = f"{CATALOG}/<slug:kbli_version>/<slug:kbli>"
CHANNEL = "kelola/kanal"
VERSION = "kelola/<uuid:version>"
RULING = "kelola/usulan/<uuid:ruling>"
app_name = "desk"
urlpatterns = [
    path("meja", pages.my_desk, name="worklist"),
    path(FILE, pages.file, name="file"),
    path(f"{FILE}/dokumen/<uuid:document>", pages.document, name="document"),
    path(f"{FILE}/pembaca", pages.looked_at, name="readers"),
    path(f"{FILE}/surat", pages.permit, name="permit"),
    path(f"{FILE}/ambil", acts.claim, name="claim"),
    path(f"{FILE}/serahkan", acts.hand_over, name="hand_over"),
    path(f"{FILE}/urungkan", acts.undo, name="undo"),
    path(f"{FILE}/hasil", acts.outcome, name="outcome"),
    path(f"{FILE}/kembalikan", acts.send_back, name="return"),
    path(f"{FILE}/buka", acts.open_wait, name="open"),
    path(f"{FILE}/jawab", acts.answer, name="answer"),
    path(f"{FILE}/periksa", acts.check, name="check"),
    path(f"{FILE}/bantu", acts.assist, name="assist"),
    path(f"{FILE}/buat/<slug:template>", acts.make, name="make"),
    path(f"{FILE}/draf", acts.draft, name="draft"),
    path(f"{FILE}/draf/pratinjau", pages.preview, name="preview"),
    path(f"{FILE}/tanda-tangan", acts.sign, name="sign"),
    path(f"{FILE}/arsip", acts.archive, name="archive"),
    path(f"{FILE}/usul-cabut", acts.ask_revocation, name="ask_revocation"),
    path(f"{FILE}/cabut", acts.revoke, name="revoke"),
    path(f"{FILE}/usul-ganti", replacing.ask_replacement, name="ask_replacement"),
    path(f"{FILE}/ganti", replacing.replacement, name="replacement"),
    path(f"{FILE}/ganti/pratinjau", replacing.replacement_preview, name="replacement_preview"),
    path(f"{FILE}/ganti/tolak", replacing.decline_replacement, name="decline_replacement"),
    path(f"{FILE}/ganti/tarik", replacing.withdraw_replacement, name="withdraw_replacement"),
    path(f"{FILE}/pastikan", acts.settle, name="settle"),
    path("tanda-tangan", signing.drafts, name="drafts"),
    path("tanda-tangan/<uuid:batch>", signing.batch, name="batch"),
    path("kiriman", deliveries.deliveries, name="deliveries"),
    path("kiriman/<uuid:notice>/<slug:channel>/ulang", deliveries.resend, name="resend"),
    path("kelola", publishing.services, name="services"),
    path("kelola/unggah", publishing.upload, name="upload"),
    path(STAFF, staffing.people, name="staff"),
    path(f"{STAFF}/beri", staffing.give, name="staff_give"),
    path(f"{STAFF}/pengganti", staffing.deputy, name="staff_deputy"),
    path(f"{STAFF}/tugas/<uuid:assignment>/akhiri", staffing.end, name="staff_end"),
    path(f"{STAFF}/tugas/<uuid:assignment>/pengaman", staffing.new_factor, name="staff_factor"),
    path(f"{STAFF}/undangan/<int:invitation>/batal", staffing.cancel, name="staff_cancel"),
    path(f"{STAFF}/usulan/<uuid:proposal>", staffing.proposal, name="staff_proposal"),
    path(CATALOG, reference.search, name="catalog"),
    path(CODE, reference.code, name="catalog_code"),
    path(f"{CODE}/koreksi/<slug:cell>", reference.correct, name="catalog_correct"),
    path(CHANNEL, channel.page, name="channel"),
    path(f"{CHANNEL}/usulkan", channel.propose, name="channel_propose"),
    path(f"{CHANNEL}/usulan/<uuid:channel_ruling>", channel.ruling, name="channel_ruling"),
    path(f"{CHANNEL}/kirim/<uuid:hand_over>", channel.again, name="oss_again"),
    path(VERSION, publishing.version, name="version"),
    path(f"{VERSION}/folder.zip", publishing.folder, name="folder"),
    path(f"{VERSION}/ganti", publishing.replace, name="replace_version"),
    path(f"{VERSION}/usulkan", publishing.propose, name="propose"),
    path(f"{VERSION}/tarik", publishing.withdraw, name="withdraw_version"),
    path(f"{VERSION}/kembalikan", publishing.send_back, name="send_back"),
    path(f"{VERSION}/setujui", publishing.approve, name="approve"),
    path(f"{VERSION}/buang", publishing.discard, name="discard_version"),
    path(f"{VERSION}/batalkan", rulings.recall, name="recall"),
    path(f"{VERSION}/tutup", rulings.close, name="close"),
    path(f"{VERSION}/koreksi", rulings.correct, name="correct"),
    path(RULING, rulings.ruling, name="ruling"),
    path(f"{RULING}/folder.zip", rulings.folder, name="ruling_folder"),
    path(f"{RULING}/setujui", rulings.confirm, name="confirm"),
    path(f"{RULING}/tolak", rulings.decline, name="decline"),
    path(f"{RULING}/tarik", rulings.drop, name="drop"),
    path(f"{RULING}/batalkan", rulings.reopen, name="reopen"),
]
