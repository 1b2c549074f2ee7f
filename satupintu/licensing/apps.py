# SPDX-License-Identifier: Apache-2.0
"""Django's view of this room."""

from django.apps import AppConfig


class LicensingConfig(AppConfig):
    name = "satupintu.licensing"
