# SPDX-License-Identifier: Apache-2.0
"""From here on the data base refuses to change or delete a published version."""

from typing import Any

from django.db import migrations
from django.db.models import F

from satupintu.door import triggers


def fill(apps: Any, editor: Any) -> None:
    """Whoever proposed a version had handed it in himself, and it was approved when it was made."""
    versions = apps.get_model("catalog", "ServiceVersion").objects
    versions.update(made_by=F("proposed_by"))
    versions.filter(status="approved").update(approved_at=F("at"))


def freeze(apps: Any, editor: Any) -> None:
    triggers.freeze(editor.connection)


def thaw(apps: Any, editor: Any) -> None:
    triggers.thaw(editor.connection)


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_publishing")]
    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(freeze, thaw),
    ]
