# SPDX-License-Identifier: Apache-2.0

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0006_filed_for"),
        ("door", "0008_tree_only_grows"),
        ("offices", "0002_told_at"),
        ("permits", "0003_versions"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="permit",
            name="permit_case_version_once",
        ),
        migrations.AddField(
            model_name="draft",
            name="replaces",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="permits.permit"
            ),
        ),
        migrations.AddField(
            model_name="permit",
            name="part",
            field=models.CharField(blank=True, default="", max_length=20),
        ),
        migrations.AddField(
            model_name="permit",
            name="replaces",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="next",
                to="permits.permit",
            ),
        ),
        migrations.AddConstraint(
            model_name="permit",
            constraint=models.UniqueConstraint(
                fields=("case", "part", "version"), name="permit_part_version_once"
            ),
        ),
    ]
