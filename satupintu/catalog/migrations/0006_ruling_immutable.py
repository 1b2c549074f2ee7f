# SPDX-License-Identifier: Apache-2.0
"""From here on the data base refuses to change or delete what two persons ruled."""

from typing import Any

from django.db import migrations

from satupintu.door import triggers


def freeze(apps: Any, editor: Any) -> None:
    triggers.freeze(editor.connection, triggers.RULINGS)


def thaw(apps: Any, editor: Any) -> None:
    triggers.thaw(editor.connection, triggers.RULINGS)


class Migration(migrations.Migration):
    dependencies = [("catalog", "0005_ruling")]
    operations = [migrations.RunPython(freeze, thaw)]
