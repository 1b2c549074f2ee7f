# SPDX-License-Identifier: Apache-2.0
"""Django's view of this room."""

from django.apps import AppConfig


class BusinessesConfig(AppConfig):
    name = "satupintu.businesses"
