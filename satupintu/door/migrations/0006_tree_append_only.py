# SPDX-License-Identifier: Apache-2.0
"""From here on the data base refuses to change or delete a leaf, a kept hash of the tree, or a signed head."""

from typing import Any

from django.db import migrations

from satupintu.door import triggers


def make(apps: Any, editor: Any) -> None:
    triggers.seal_tree(editor.connection)


def drop(apps: Any, editor: Any) -> None:
    triggers.unseal_tree(editor.connection)


class Migration(migrations.Migration):
    dependencies = [("door", "0005_tree")]
    operations = [migrations.RunPython(make, drop)]
