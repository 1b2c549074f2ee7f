# SPDX-License-Identifier: Apache-2.0
"""From here on the data base refuses to change or delete a leaf, a kept hash of the tree, or a signed head."""

from typing import Any

from django.db import migrations

from satupintu.door import triggers


def make(apps: Any, editor: Any) -> None:
    for table in triggers.TREE:
        triggers.seal_record(editor.connection, table)


def drop(apps: Any, editor: Any) -> None:
    for table in triggers.TREE:
        triggers.unseal_record(editor.connection, table)


class Migration(migrations.Migration):
    dependencies = [("door", "0007_tree")]
    operations = [migrations.RunPython(make, drop)]
