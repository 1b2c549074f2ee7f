# SPDX-License-Identifier: Apache-2.0
"""Addresses of the public and of applicants. Fixed words stand before an office's slug."""

from __future__ import annotations

from django.urls import path

from satupintu.portal.views import mailbox, proof, public

app_name = "portal"
urlpatterns = [
    path("", public.offices, name="offices"),
    path("lacak", proof.track, name="track"),
    path("cek", proof.check, name="check"),
    path("cek/<str:code>", proof.check_code, name="check_code"),
    path("surat-demo", mailbox.mailbox, name="mailbox"),
    path("<slug:office>/", public.home, name="home"),
    path("<slug:office>/layanan", public.services, name="services"),
    path("<slug:office>/layanan/<slug:service>", public.service, name="service"),
]
