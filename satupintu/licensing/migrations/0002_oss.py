# SPDX-License-Identifier: Apache-2.0


import uuid

import django.db.models.deletion
from django.db import migrations, models

import satupintu.door.fields


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0006_filed_for"),
        ("door", "0008_tree_only_grows"),
        ("licensing", "0001_products"),
        ("offices", "0002_told_at"),
    ]

    operations = [
        migrations.CreateModel(
            name="HandOver",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("state", models.CharField(default="waiting", max_length=10)),
                ("said", models.CharField(blank=True, default="", max_length=10)),
                ("why", models.CharField(blank=True, default="", max_length=10)),
                ("words", satupintu.door.fields.EncryptedField(blank=True, default="")),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("begun_at", models.DateTimeField()),
                ("at", models.DateTimeField()),
                ("next_at", models.DateTimeField(null=True)),
                ("oss_id", models.CharField(blank=True, db_index=True, default="", max_length=25)),
                ("nib", models.CharField(blank=True, db_index=True, default="", max_length=13)),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="hand_over", to="cases.case"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OssMessage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("method", models.CharField(max_length=30)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("raw", satupintu.door.fields.EncryptedField()),
                ("oss_id", models.CharField(blank=True, db_index=True, default="", max_length=25)),
                ("state", models.CharField(default="waiting", max_length=12)),
                ("note", models.CharField(blank=True, default="", max_length=200)),
                ("times", models.PositiveIntegerField(default=1)),
                ("taken_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "hand_over",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="licensing.handover",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OssProduct",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("kind", models.CharField(max_length=4)),
                ("number", models.CharField(max_length=150)),
                ("licence", models.CharField(blank=True, db_index=True, default="", max_length=25)),
                ("project", models.CharField(blank=True, default="", max_length=25)),
                ("reference", models.CharField(blank=True, default="", max_length=26)),
                ("day", models.DateField(null=True)),
                ("verified", models.BooleanField()),
                ("address", satupintu.door.fields.EncryptedField(blank=True, default="")),
                ("changed_at", models.DateTimeField()),
                (
                    "file",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="door.storedfile"
                    ),
                ),
                (
                    "hand_over",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="products",
                        to="licensing.handover",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ChannelRuling",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("kind", models.CharField(max_length=5)),
                ("productive", models.BooleanField()),
                ("title", models.CharField(max_length=200)),
                ("number", models.CharField(max_length=80)),
                ("dated", models.DateField()),
                ("day", models.DateField()),
                ("since", models.DateTimeField(null=True)),
                ("state", models.CharField(default="open", max_length=12)),
                ("proposed_by", models.CharField(max_length=40)),
                ("proposed_at", models.DateTimeField()),
                ("answered_by", models.CharField(blank=True, default="", max_length=40)),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "office",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="channel_rulings",
                        to="offices.office",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["office", "state", "-since"], name="channel_of_office")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("office",),
                        name="channel_proposed_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("title", ""), _negated=True), models.Q(("number", ""), _negated=True)
                        ),
                        name="channel_has_an_instrument",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "oss"), ("productive", True)),
                            ("kind", "local"),
                            _connector="OR",
                        ),
                        name="channel_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "confirmed"), _negated=True),
                            models.Q(
                                ("since__isnull", False),
                                models.Q(("answered_by", models.F("proposed_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="channel_by_two_persons",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="handover",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "answered"), models.Q(("said", ""), _negated=True)),
                    models.Q(models.Q(("state", "answered"), _negated=True), ("said", "")),
                    _connector="OR",
                ),
                name="hand_over_answered",
            ),
        ),
        migrations.AddIndex(
            model_name="ossmessage",
            index=models.Index(fields=["state", "-taken_at"], name="oss_messages_by_state"),
        ),
        migrations.AddConstraint(
            model_name="ossproduct",
            constraint=models.UniqueConstraint(
                fields=("hand_over", "kind", "reference"), name="oss_product_once"
            ),
        ),
    ]
