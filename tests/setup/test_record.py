"""The daily look through the record: how far it got, and who hears of a breach."""

from datetime import timedelta

import psycopg
import pytest
from django.db import connection

from arbook import clock
from arbook.audit import log, sealing
from arbook.audit.models import Check, Entry, Waiting
from arbook.companies.models import Role
from arbook.outbox.models import Effect
from arbook.setup import record
from arbook.setup.work import one_round
from tests.factories import NOW, company, customer, member
from tests.record import an_attacker

pytestmark = pytest.mark.django_db


@pytest.fixture
def harbor():
    harbor = company(name="Harbor")
    member(harbor, Role.OWNER)
    return harbor


def _record(harbor, count=3) -> list[Entry]:
    about = [customer(harbor)]
    return [log.record("test.happened", f"{n}", about=about, by=None, at=NOW) for n in range(count)]


def _touch(entry: Entry) -> None:
    with an_attacker() as cursor:
        cursor.execute("UPDATE audit_entry SET said = 'x' WHERE id = %s", [entry.pk])


def _alerts() -> list[str]:
    return [one.payload["text"] for one in Effect.objects.filter(kind="alerts.mail")]


def test_each_day_begins_where_the_last_one_ended_and_each_week_at_the_beginning(harbor):
    for day in range(9):
        _record(harbor, 2)
        record.check(NOW + timedelta(days=day))

    first = list(Check.objects.values_list("first", flat=True))
    assert first == [1, 3, 5, 7, 9, 11, 13, 1, 17]
    assert Check.objects.last().number == 18


def test_a_breach_is_told_to_the_company_it_happened_to(harbor):
    member(company(name="Juniper"), Role.OWNER)
    entries = _record(harbor)
    one_round()
    _touch(entries[1])

    with pytest.raises(record.RecordTouched, match=f"entry {entries[1].pk}: content changed"):
        record.check(NOW)

    assert len(_alerts()) == 1
    assert f"entry {entries[1].pk}: content changed" in _alerts()[0]
    assert Effect.objects.get(kind="alerts.mail").company == harbor


def test_a_breach_is_told_once_and_stays_until_it_is_mended(harbor):
    entries = _record(harbor)
    one_round()
    _touch(entries[1])
    for day in range(3):
        with pytest.raises(record.RecordTouched):
            record.check(NOW + timedelta(days=day))

    assert len(_alerts()) == 1


def test_an_end_cut_off_between_two_days_is_found(harbor):
    entries = _record(harbor)
    record.check(NOW)
    with an_attacker() as cursor:
        cursor.execute("DELETE FROM audit_seal WHERE number = 3")
        cursor.execute("DELETE FROM audit_mention WHERE entry_id = %s", [entries[2].pk])
        cursor.execute("DELETE FROM audit_entry WHERE id = %s", [entries[2].pk])

    with pytest.raises(record.RecordTouched, match="missing"):
        record.check(NOW + timedelta(days=1))


def test_an_old_breach_is_found_by_the_weekly_whole_look(harbor):
    entries = _record(harbor)
    record.check(NOW)
    _touch(entries[0])
    record.check(NOW + timedelta(days=1))

    with pytest.raises(record.RecordTouched):
        record.check(NOW + timedelta(days=8))


def test_a_sealer_at_rest_is_told(harbor):
    entry = _record(harbor, 1)[0]
    Waiting.objects.filter(entry=entry).update(since=clock.system() - timedelta(hours=1))

    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [sealing.LOCK])
        record.check(NOW)

    assert "1 entries of the record wait for a seal" in _alerts()[0]
    assert Check.objects.get().breach == ""


def test_the_workers_round_seals_what_was_recorded(harbor):
    entries = _record(harbor)

    one_round()

    assert all(entry.seal.number for entry in entries)
