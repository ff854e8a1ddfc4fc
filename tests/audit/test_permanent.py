"""The database refuses to change the record, whoever asks and however."""

import pytest
from django.db import IntegrityError, connection, transaction

from arbook.audit import log, redactions, sealing
from arbook.audit.models import Check, EntryIsPermanent, Mention, Redaction, Seal
from tests.factories import NOW, company, customer
from tests.record import TABLES, let_tables_be_emptied

pytestmark = pytest.mark.django_db


@pytest.fixture
def recorded():
    """One row in each of the record's tables."""
    owner = customer(company())
    entry = log.record("test.happened", "It happened", about=[owner], by=None, at=NOW, amount=5)
    sealing.seal_waiting(now=NOW)
    redactions.redact(entry, said="Taken out", by=None, reason="asked for", now=NOW)
    Check.objects.create(at=NOW, first=1, number=1, hash=b"1" * 32)
    return entry


def _refused(sql: str, *values) -> None:
    with (
        pytest.raises(IntegrityError, match="The record is permanent"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql, values)


@pytest.mark.parametrize("table", TABLES)
def test_no_row_of_the_record_is_deleted(recorded, table):
    _refused(f"DELETE FROM {table}")


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("audit_entry", "said"),
        ("audit_entry", "verb"),
        ("audit_mention", "subject_type"),
        ("audit_redaction", "reason"),
        ("audit_check", "breach"),
    ],
)
def test_no_row_of_the_record_is_changed(recorded, table, column):
    _refused(f"UPDATE {table} SET {column} = 'another'")


def test_no_seal_is_changed(recorded):
    _refused("UPDATE audit_seal SET number = number + 100")


@pytest.mark.parametrize("table", TABLES)
def test_no_table_of_the_record_is_emptied(recorded, table):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER audit_never_emptied")
    _refused(f"TRUNCATE {table} CASCADE")
    let_tables_be_emptied()


def test_a_superuser_in_a_replicas_role_is_refused_too(recorded):
    with connection.cursor() as cursor:
        cursor.execute("SHOW is_superuser")
        assert cursor.fetchone()[0] == "on"
        cursor.execute("SET LOCAL session_replication_role = replica")

    _refused("DELETE FROM audit_entry")
    _refused("UPDATE audit_entry SET said = 'It did not'")


def test_every_guard_of_a_fresh_database_fires_always(recorded):
    """All but the one that tests lift in their own database; see tests/record.py."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger"
            " WHERE tgname IN ('audit_kept', 'audit_permanent', 'audit_never_emptied')"
        )
        found = {(table, name): fires for table, name, fires in cursor.fetchall()}

    wanted = {(table, name) for table in TABLES for name in ("audit_kept", "audit_never_emptied")}
    assert set(found) == wanted | {("audit_entry", "audit_permanent")}
    lifted = {key for key, fires in found.items() if fires != "A"}
    assert lifted == {(table, "audit_never_emptied") for table in TABLES}


def test_a_sealed_entry_gets_no_further_mention(recorded):
    with (
        pytest.raises(IntegrityError, match="no further mention"),
        transaction.atomic(),
    ):
        Mention.objects.create(entry=recorded, subject_type="customers.customer", subject_id=9)


def test_an_entry_changes_only_into_the_words_of_its_redaction(recorded):
    recorded.refresh_from_db()
    assert (recorded.said, recorded.data, recorded.salt) == ("Taken out", {}, None)

    _refused("UPDATE audit_entry SET said = 'Other words' WHERE id = %s", recorded.pk)
    _refused("UPDATE audit_entry SET said = 'Taken out', verb = 'other' WHERE id = %s", recorded.pk)


@pytest.mark.parametrize("model", [Seal, Redaction, Check])
def test_our_own_code_is_told_before_the_database_is(recorded, model):
    with pytest.raises(EntryIsPermanent):
        model.objects.all().delete()
    with pytest.raises(EntryIsPermanent):
        model.objects.first().delete()
