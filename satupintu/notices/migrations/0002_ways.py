# SPDX-License-Identifier: Apache-2.0
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

ID = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    """WhatsApp beside e-mail: what people prefer, what WhatsApp reports, and the morning's digest of failures."""

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("notices", "0001_initial"),
        ("offices", "0002_told_at"),
    ]

    operations = [
        migrations.AddField("notice", "template", models.CharField(blank=True, default="", max_length=160)),
        migrations.AddField("notice", "parameters", models.JSONField(default=list)),
        migrations.AddField("notice", "prompt", models.BooleanField(default=False)),
        migrations.AddField(
            "delivery", "carrier_id", models.CharField(blank=True, default="", max_length=200)
        ),
        migrations.AddField("delivery", "first_at", models.DateTimeField(null=True)),
        migrations.CreateModel(
            name="Digest",
            fields=[
                ("id", ID),
                ("day", models.DateField()),
                (
                    "office",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="offices.office"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=["office", "day"], name="digest_once")],
            },
        ),
        migrations.CreateModel(
            name="Preference",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="preference",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("email", models.BooleanField(default=True)),
                ("whatsapp", models.BooleanField(default=False)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Report",
            fields=[
                ("id", ID),
                ("carrier_id", models.CharField(max_length=200)),
                ("status", models.CharField(max_length=20)),
                ("code", models.PositiveIntegerField(default=0)),
                ("at", models.DateTimeField()),
                ("taken_at", models.DateTimeField()),
                (
                    "delivery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reports",
                        to="notices.delivery",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=["carrier_id", "status"], name="report_once")],
            },
        ),
    ]
