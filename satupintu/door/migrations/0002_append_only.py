# SPDX-License-Identifier: Apache-2.0
"""From here on the data base refuses to change or delete an event."""

from typing import Any

from django.db import migrations

from satupintu.door import triggers


def make(apps: Any, editor: Any) -> None:
    triggers.seal_record(editor.connection)


def drop(apps: Any, editor: Any) -> None:
    triggers.unseal_record(editor.connection)


class Migration(migrations.Migration):
    dependencies = [("door", "0001_initial")]
    operations = [migrations.RunPython(make, drop)]
