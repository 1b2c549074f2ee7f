# SPDX-License-Identifier: Apache-2.0
"""Addresses of the vault."""

from __future__ import annotations

from django.urls import path

from satupintu.vault import views

app_name = "vault"
urlpatterns = [
    path("pemulihan", views.recovery, name="recovery"),
    path("pemulihan/sahkan", views.confirm, name="confirm"),
]
