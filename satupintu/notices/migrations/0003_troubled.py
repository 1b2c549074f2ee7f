# SPDX-License-Identifier: Apache-2.0
from django.db import migrations, models

from satupintu.door.indexing import AddIndexBeside


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("notices", "0002_ways")]

    operations = [
        AddIndexBeside(
            model_name="delivery",
            index=models.Index(
                fields=["state", "-at"],
                condition=models.Q(state__in=("menunggu", "belum-pasti", "gagal")),
                name="delivery_troubled",
            ),
        ),
    ]
