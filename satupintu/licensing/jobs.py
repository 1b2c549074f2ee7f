# SPDX-License-Identifier: Apache-2.0
"""What happens by itself while a product is not verified: its holder is reminded, and after the last day it lapses."""

from __future__ import annotations

from django_tasks import task


@task()
def remind(product_id: int) -> None:
    """Look at an unverified product once a day."""
