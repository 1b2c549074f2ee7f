# SPDX-License-Identifier: Apache-2.0

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0005_newest_first"),
        ("door", "0008_tree_only_grows"),
        ("offices", "0002_told_at"),
        ("permits", "0002_signatures"),
    ]

    operations = [
        migrations.CreateModel(
            name="Replacement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("state", models.CharField(default="open", max_length=10)),
                ("why", models.CharField(max_length=20)),
                ("words", models.TextField()),
                ("changes", models.JSONField()),
                ("by", models.CharField(max_length=40)),
                ("at", models.DateTimeField()),
                ("decided_by", models.CharField(blank=True, default="", max_length=40)),
                ("decided_at", models.DateTimeField(null=True)),
                ("declined", models.TextField(blank=True, default="")),
            ],
        ),
        migrations.CreateModel(
            name="SigningDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("person", models.CharField(max_length=40)),
                ("day", models.DateField()),
                ("count", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="permit",
            name="permit_number_once",
        ),
        migrations.AddField(
            model_name="batch",
            name="asked_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="permit",
            name="replaced_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="permit",
            name="version",
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AlterField(
            model_name="permit",
            name="case",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="permits",
                to="cases.case",
            ),
        ),
        migrations.AddConstraint(
            model_name="permit",
            constraint=models.UniqueConstraint(
                fields=("office", "number", "version"), name="permit_version_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="permit",
            constraint=models.UniqueConstraint(fields=("case", "version"), name="permit_case_version_once"),
        ),
        migrations.AddField(
            model_name="replacement",
            name="made",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="origin",
                to="permits.permit",
            ),
        ),
        migrations.AddField(
            model_name="replacement",
            name="permit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="replacements", to="permits.permit"
            ),
        ),
        migrations.AddField(
            model_name="signingday",
            name="office",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="offices.office"),
        ),
        migrations.AddConstraint(
            model_name="replacement",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")), fields=("permit",), name="replacement_one_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="signingday",
            constraint=models.UniqueConstraint(fields=("office", "person", "day"), name="signing_day_once"),
        ),
    ]
