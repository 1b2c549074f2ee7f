# SPDX-License-Identifier: Apache-2.0
"""The address OSS calls."""

from __future__ import annotations

from django.urls import path

from satupintu.licensing import webhooks

app_name = "licensing"
urlpatterns = [path("webhook/oss/<slug:method>", webhooks.oss, name="oss")]
