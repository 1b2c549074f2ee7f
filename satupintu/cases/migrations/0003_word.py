# SPDX-License-Identifier: Apache-2.0
from django.db import migrations, models
from django.db.models.deletion import CASCADE


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0002_told_at"),
        ("offices", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Word",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "case_id", "word", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("year", models.PositiveSmallIntegerField()),
                ("word", models.BinaryField()),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False, on_delete=CASCADE, related_name="words", to="cases.case"
                    ),
                ),
                ("office", models.ForeignKey(db_index=False, on_delete=CASCADE, to="offices.office")),
            ],
            options={
                "indexes": [models.Index(fields=["office", "year", "word", "case"], name="word_newest")]
            },
        ),
    ]
