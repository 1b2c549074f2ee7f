# SPDX-License-Identifier: Apache-2.0
"""Every address of the system, in Indonesian, lower case."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("satupintu.ui.urls")),
    path("", include("satupintu.accounts.urls")),
    path("", include("satupintu.notices.urls")),
    path("", include("satupintu.licensing.urls")),
    path("", include("satupintu.desk.urls")),
    path("", include("satupintu.vault.urls")),
    # Last: an office's slug stands at the root.
    path("", include("satupintu.portal.urls")),
]

handler400 = "satupintu.ui.views.bad_request"
handler403 = "satupintu.ui.views.forbidden"
handler404 = "satupintu.ui.views.not_found"
handler429 = "satupintu.ui.views.too_many"
handler500 = "satupintu.ui.views.server_error"
