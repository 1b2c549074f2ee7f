# SPDX-License-Identifier: Apache-2.0

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0002_filed_for"),
    ]

    operations = [
        migrations.AddField(
            model_name="application",
            name="pinned",
            field=models.JSONField(default=dict),
        ),
    ]
