"""What stands in the database, to be compared: one fingerprint of all, or row by row."""

from datetime import datetime

from django.apps import apps
from django.db import connection

from arbook.system import alike, changes
from arbook.system.changes import Change

# How often vendors were asked, and how fast they answered: a preview's questions count, too.
VENDORS_ASKED = {"gateways_line", "gateways_measure"}

Dump = dict[type, dict[int, dict]]


def fingerprint() -> dict[str, str]:
    """A digest of every table; two equal ones mean that nothing was written in between."""
    with connection.cursor() as cursor:
        names = sorted(set(connection.introspection.table_names(cursor)) - VENDORS_ASKED)
        found = {}
        for name in names:
            cursor.execute(
                f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), ''))"
                f' FROM "{name}" AS t'
            )
            found[name] = cursor.fetchone()[0]
        return found


def dump() -> Dump:
    """Every row that a preview may speak of."""
    return {
        model: {row.pk: changes.values(row) for row in model._base_manager.all()}
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed
        and model._meta.label_lower not in changes.UNTOLD
        and model._meta.app_label not in changes.MACHINERY
        and model._meta.label_lower != "webhooks.webhookevent"
    }


def between(before: Dump, after: Dump, *, at: datetime) -> alike.Run:
    """What really happened between two dumps."""
    found = []
    for model, rows in after.items():
        old_rows = before[model]
        for key in sorted(set(rows) | set(old_rows)):
            old, new = old_rows.get(key), rows.get(key)
            if old != new:
                found.append(Change(model, key, old, new))
    return alike.run_of(found, at)
