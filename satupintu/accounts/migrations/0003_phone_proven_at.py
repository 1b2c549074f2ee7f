# SPDX-License-Identifier: Apache-2.0
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_invitation")]

    operations = [
        migrations.AddField(
            model_name="person", name="phone_proven_at", field=models.DateTimeField(null=True)
        ),
    ]
