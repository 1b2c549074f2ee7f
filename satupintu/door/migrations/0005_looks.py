# SPDX-License-Identifier: Apache-2.0
"""Who looked at what: a second record (door/looks.py)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("door", "0004_told_at"),
    ]

    operations = [
        migrations.CreateModel(
            name="Look",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("office_id", models.BigIntegerField()),
                ("day", models.DateField()),
                ("number", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                ("person", models.CharField(max_length=40)),
                ("role", models.CharField(max_length=40)),
                ("subject", models.CharField(max_length=80)),
                ("what", models.CharField(max_length=60)),
                ("why", models.CharField(max_length=10)),
                ("network", models.CharField(max_length=64)),
                ("previous", models.CharField(max_length=64)),
                ("seal", models.CharField(max_length=64)),
            ],
            options={
                "indexes": [models.Index(fields=["subject", "-at"], name="look_newest")],
                "constraints": [
                    models.UniqueConstraint(fields=("office_id", "day", "number"), name="look_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="LookDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("office_id", models.BigIntegerField()),
                ("day", models.DateField()),
                ("number", models.PositiveIntegerField(default=0)),
                (
                    "head",
                    models.CharField(
                        default="0000000000000000000000000000000000000000000000000000000000000000",
                        max_length=64,
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("office_id", "day"), name="look_day_once")],
            },
        ),
    ]
