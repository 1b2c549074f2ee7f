# SPDX-License-Identifier: Apache-2.0
"""From here on the data base refuses to change or delete a look."""

from typing import Any

from django.db import migrations

from satupintu.door import triggers


def make(apps: Any, editor: Any) -> None:
    triggers.seal_record(editor.connection, triggers.LOOKS)


def drop(apps: Any, editor: Any) -> None:
    triggers.unseal_record(editor.connection, triggers.LOOKS)


class Migration(migrations.Migration):
    dependencies = [("door", "0005_looks")]
    operations = [migrations.RunPython(make, drop)]
