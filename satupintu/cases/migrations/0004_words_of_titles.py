# SPDX-License-Identifier: Apache-2.0
"""The words of the files that are there already.

`core.search.words` is today's on purpose: the search asks by it, so what it gives now is what must stand here.
"""

from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from django.db import migrations

from satupintu.core.search import words

AT_ONCE = 2000


def write(apps: Any, schema_editor: Any) -> None:
    case, word = apps.get_model("cases", "Case"), apps.get_model("cases", "Word")
    zones = {
        pk: ZoneInfo(zone)
        for pk, zone in apps.get_model("offices", "Office").objects.values_list("pk", "time_zone")
    }
    rows = case.objects.order_by("pk").values_list("pk", "office_id", "opened_at", "title")
    made = (
        word(case_id=pk, office_id=office, year=at.astimezone(zones[office]).year, word=one.encode())
        for pk, office, at, title in rows.iterator(AT_ONCE)
        for one in words(title)
    )
    while some := list(islice(made, AT_ONCE)):
        word.objects.bulk_create(some)


def take_away(apps: Any, schema_editor: Any) -> None:
    apps.get_model("cases", "Word").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_word")]
    operations = [migrations.RunPython(write, take_away)]
