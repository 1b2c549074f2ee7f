# SPDX-License-Identifier: Apache-2.0
"""Everybody who has a person but no user name yet gets one, by the rule of today."""

from typing import Any

from django.db import migrations

from satupintu.core.identifier import new_user_name


def give(apps: Any, editor: Any) -> None:
    accounts = apps.get_model("accounts", "Account").objects
    taken = set(accounts.exclude(username=None).values_list("username", flat=True))
    for account in accounts.filter(username=None, person__isnull=False).select_related("person"):
        while (drawn := new_user_name(account.person.name)) in taken:
            pass
        taken.add(drawn)
        account.username = drawn
        account.save(update_fields=["username"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_login")]
    # back: the column itself goes with 0003
    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
