# SPDX-License-Identifier: Apache-2.0
"""Django's view of this room."""

from django.apps import AppConfig


class VaultConfig(AppConfig):
    name = "satupintu.vault"
