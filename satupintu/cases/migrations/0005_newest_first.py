# SPDX-License-Identifier: Apache-2.0
from django.db import migrations, models

from satupintu.door.indexing import AddIndexBeside


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("cases", "0004_words_of_titles")]

    operations = [
        AddIndexBeside(
            model_name="case",
            index=models.Index(fields=["office", "-opened_at", "-id"], name="case_newest_first"),
        ),
    ]
