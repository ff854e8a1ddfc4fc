"""Whoever touches a row is found at exactly that row."""

import pytest

from arbook.audit import log, sealing, verifying
from tests.audit.chain.breaches import TOUCHED, breach
from tests.factories import NOW
from tests.record import an_attacker

pytestmark = pytest.mark.django_db


def test_an_untouched_chain_is_in_order(chain):
    found = verifying.verify()

    assert found.breach is None
    assert (found.entries, found.number, found.redacted, found.waiting) == (9, 9, 0, 0)
    assert found.hash == sealing.head()[1]


@pytest.mark.parametrize(
    "change",
    [
        "company_id = (SELECT id FROM companies_company ORDER BY id DESC LIMIT 1)",
        "company_id = NULL",
        "verb = 'test.other'",
        "said = 'Number 4!'",
        "at = at + interval '1 microsecond'",
        "by_id = NULL",
        "cause_id = (SELECT min(id) FROM audit_entry)",
        'data = data || \'{"amount": "12.51"}\'',
        "data = jsonb_set(data, '{share}', '0.250000000000000000001')",
        "data = jsonb_set(data, '{nested,b,0}', '\"1\"')",
        "data = data - 'nested'",
        "salt = gen_random_uuid()",
        "salt = NULL",
    ],
)
def test_a_changed_column_is_found_at_its_row(chain, change):
    entry = chain[TOUCHED]
    change_is_real = change.replace("ORDER BY id DESC", f"WHERE id <> {entry.company_id}")
    with an_attacker() as cursor:
        cursor.execute(f"UPDATE audit_entry SET {change_is_real} WHERE id = %s", [entry.pk])

    found = breach()

    assert (found.number, found.entry) == (5, entry.pk)
    assert found.how in ("content changed", "the seal's company was changed")


def test_a_changed_key_is_found_at_its_row(chain):
    with an_attacker() as cursor:
        cursor.execute("DELETE FROM audit_mention WHERE entry_id = %s", [chain[TOUCHED].pk])
        cursor.execute("UPDATE audit_entry SET id = 999999 WHERE id = %s", [chain[TOUCHED].pk])

    found = breach()

    assert (found.number, found.how) == (5, "the entry is missing")


def test_a_deleted_entry_is_found_at_its_row(chain):
    with an_attacker() as cursor:
        cursor.execute("DELETE FROM audit_entry WHERE id = %s", [chain[TOUCHED].pk])

    found = breach()

    assert (found.number, found.entry, found.how) == (
        5,
        chain[TOUCHED].pk,
        "the entry is missing",
    )


def test_a_deleted_seal_is_found_at_its_place(chain):
    with an_attacker() as cursor:
        cursor.execute("DELETE FROM audit_seal WHERE number = 5")

    found = breach()

    assert found.number == 5
    assert "seal missing" in found.how


def test_a_deleted_seal_is_found_when_the_later_ones_close_the_gap(chain):
    with an_attacker() as cursor:
        cursor.execute("DELETE FROM audit_seal WHERE number = 5")
        for number in range(6, 10):
            cursor.execute("UPDATE audit_seal SET number = number - 1 WHERE number = %s", [number])

    assert breach().number == 5


@pytest.mark.parametrize("column", ["digest", "about", "hash"])
def test_a_changed_seal_is_found_at_its_place(chain, column):
    with an_attacker() as cursor:
        cursor.execute(f"UPDATE audit_seal SET {column} = sha256('x') WHERE number = 5")

    assert breach().number == 5


def test_two_swapped_seals_are_found_at_the_first(chain):
    with an_attacker() as cursor:
        cursor.execute("UPDATE audit_seal SET number = number + 100 WHERE number IN (5, 6)")
        cursor.execute("UPDATE audit_seal SET number = 211 - number - 100 WHERE number > 100")
        cursor.execute("SELECT count(*) FROM audit_seal WHERE number BETWEEN 1 AND 9")
        assert cursor.fetchone()[0] == 9

    found = breach()

    assert (found.number, found.entry) == (5, chain[TOUCHED + 1].pk)
    assert found.how.startswith("order changed")


def test_two_seals_that_exchanged_their_entries_are_found_at_the_first(chain):
    one, other = chain[TOUCHED].pk, chain[TOUCHED + 2].pk
    with an_attacker() as cursor:
        cursor.execute("ALTER TABLE audit_seal DROP CONSTRAINT audit_seal_entry_id_key")
        cursor.execute(
            "UPDATE audit_seal SET entry_id = %s::bigint + %s::bigint - entry_id"
            " WHERE entry_id IN (%s, %s)",
            [one, other, one, other],
        )

    found = breach()

    assert found.number == 5
    assert found.how.startswith("order changed")


def test_two_entries_that_exchanged_their_sentences_are_found_at_the_first(chain):
    one, other = chain[TOUCHED], chain[TOUCHED + 2]
    with an_attacker() as cursor:
        for entry, said in ((one, other.said), (other, one.said)):
            cursor.execute("UPDATE audit_entry SET said = %s WHERE id = %s", [said, entry.pk])

    assert (breach().number, breach().how) == (5, "content changed")


def test_seals_cut_from_the_end_are_found_at_the_first_entry_without_one(chain):
    with an_attacker() as cursor:
        cursor.execute("DELETE FROM audit_seal WHERE number > 6")

    found = breach()

    assert (found.entry, found.how) == (chain[6].pk, "seal missing")


def test_an_end_cut_off_with_its_entries_is_found_by_a_hash_written_down(chain):
    _, written_down = sealing.head()
    with an_attacker() as cursor:
        cursor.execute("DELETE FROM audit_seal WHERE number > 6")
        cursor.execute("DELETE FROM audit_mention WHERE entry_id > %s", [chain[5].pk])
        cursor.execute("DELETE FROM audit_entry WHERE id > %s", [chain[5].pk])

    assert breach() is None
    assert "cut off" in breach(expect=written_down).how


def test_a_hash_written_down_long_ago_is_still_in_the_chain(chain):
    _, written_down = sealing.head()
    log.record("test.happened", "Later", about=[], by=None, at=NOW)
    sealing.seal_waiting(now=NOW)

    assert breach(expect=written_down) is None
    assert breach(expect=written_down, first=10) is None


@pytest.mark.parametrize(
    ("attack", "how"),
    [
        (
            "INSERT INTO audit_mention (entry_id, subject_type, subject_id)"
            " VALUES (%s, 'invoices.invoice', 1)",
            "a mention was added",
        ),
        ("DELETE FROM audit_mention WHERE entry_id = %s", "a mention was removed"),
        ("UPDATE audit_mention SET subject_id = 0 WHERE entry_id = %s", "a mention was changed"),
        (
            "UPDATE audit_mention SET subject_type = 'a.b' WHERE entry_id = %s",
            "a mention was changed",
        ),
    ],
)
def test_a_touched_mention_is_found_at_its_entry(chain, attack, how):
    with an_attacker() as cursor:
        cursor.execute(attack, [chain[TOUCHED].pk])

    found = breach()

    assert (found.number, found.entry, found.how) == (5, chain[TOUCHED].pk, how)


def test_an_entry_slipped_in_behind_the_sealers_back_is_found(chain):
    with an_attacker() as cursor:
        cursor.execute(
            "INSERT INTO audit_entry (verb, said, at, data) VALUES ('a', 'b', now(), '{}')"
            " RETURNING id"
        )
        slipped = cursor.fetchone()[0]

    assert (breach().entry, breach().how) == (slipped, "seal missing")


def test_the_first_of_several_breaches_is_named(chain):
    with an_attacker() as cursor:
        cursor.execute(
            "UPDATE audit_entry SET said = 'x' WHERE id IN (%s, %s)", [chain[7].pk, chain[3].pk]
        )

    assert breach().entry == chain[3].pk
    assert breach(first=5).entry == chain[7].pk


def test_one_companys_entries_are_verified_alone(chain):
    mine, theirs = chain[0].company, chain[1].company
    with an_attacker() as cursor:
        cursor.execute("UPDATE audit_entry SET said = 'x' WHERE id = %s", [chain[3].pk])

    assert breach(company=mine.pk) is None
    assert verifying.verify(company=mine.pk).entries == 5
    assert breach(company=theirs.pk).entry == chain[3].pk


def test_an_entry_moved_out_of_a_company_is_missed_there(chain):
    mine = chain[0].company
    with an_attacker() as cursor:
        cursor.execute(
            "UPDATE audit_seal SET company_id = %s WHERE number = 5", [chain[1].company_id]
        )

    assert breach(company=mine.pk).entry == chain[TOUCHED].pk
    assert breach().number == 5
