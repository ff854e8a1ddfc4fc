"""What the check of the wall says, and that it never keeps migrate from raising it."""

from django.core import checks
from django.db import connection

from arbook.wall.checks import wall_stands


def _said() -> list[checks.CheckMessage]:
    return wall_stands(databases=["default"])


def test_the_wall_of_a_migrated_database_stands(db):
    assert _said() == []


def test_a_table_without_its_policy_is_told_and_migrate_may_begin(db):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE customers_customer DISABLE ROW LEVEL SECURITY")

    (said,) = _said()

    assert said.id == "wall.W002"
    assert "customers_customer" in said.msg
    assert said.level < checks.ERROR


def test_roles_that_migrate_can_make_keep_nobody_from_migrating(db):
    with connection.cursor() as cursor:
        cursor.execute("ALTER ROLE arbook_tenants RENAME TO arbook_tenants_of_yesterday")

    assert all(said.level < checks.ERROR for said in _said())
