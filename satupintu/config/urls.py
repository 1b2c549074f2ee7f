# SPDX-License-Identifier: Apache-2.0
"""Every address of the system, in Indonesian, lower case."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("satupintu.ui.urls")),
]
