# SPDX-License-Identifier: Apache-2.0
"""Addresses of the house itself."""

from __future__ import annotations

from django.urls import path

from satupintu.ui import views

app_name = "ui"
urlpatterns = [path("tampilan", views.display, name="display")]
