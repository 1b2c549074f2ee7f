# SPDX-License-Identifier: Apache-2.0
"""The address WhatsApp reports to."""

from __future__ import annotations

from django.urls import path

from satupintu.notices import webhooks

app_name = "notices"
urlpatterns = [path("webhook/whatsapp", webhooks.whatsapp, name="whatsapp")]
