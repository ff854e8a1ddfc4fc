"""The chain of seals: whoever touches a row is found at exactly that row."""

import threading
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction

from arbook import clock
from arbook.audit import log, redactions, sealing, verifying
from arbook.audit.models import Entry, Seal, Waiting
from tests.factories import NOW, company, customer, user
from tests.record import an_attacker

pytestmark = pytest.mark.django_db

TOUCHED = 4


@pytest.fixture
def chain() -> list[Entry]:
    """Nine sealed entries of two companies; the fifth (seal 5) is the one attacked."""
    owners = [customer(company()), customer(company())]
    person = user()
    entries = [
        log.record(
            "test.happened",
            f"Number {n}",
            about=[owners[n % 2]],
            by=person,
            at=NOW + timedelta(seconds=n),
            amount="12.50",
            share=0.25,
            nested={"b": [1, None], "a": "é"},
        )
        for n in range(9)
    ]
    sealing.seal_waiting(now=NOW)
    return entries


def _breach(**how) -> verifying.Breach | None:
    return verifying.verify(**how).breach


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

    found = _breach()

    assert (found.number, found.entry) == (5, entry.pk)
    assert found.how in ("content changed", "the seal's company was changed")


def test_a_changed_key_is_found_at_its_row(chain):
    with an_attacker() as cursor:
        cursor.execute("DELETE FROM audit_mention WHERE entry_id = %s", [chain[TOUCHED].pk])
        cursor.execute("UPDATE audit_entry SET id = 999999 WHERE id = %s", [chain[TOUCHED].pk])

    found = _breach()

    assert (found.number, found.how) == (5, "the entry is missing")


def test_a_deleted_entry_is_found_at_its_row(chain):
    with an_attacker() as cursor:
        cursor.execute("DELETE FROM audit_entry WHERE id = %s", [chain[TOUCHED].pk])

    found = _breach()

    assert (found.number, found.entry, found.how) == (
        5,
        chain[TOUCHED].pk,
        "the entry is missing",
    )


def test_a_deleted_seal_is_found_at_its_place(chain):
    with an_attacker() as cursor:
        cursor.execute("DELETE FROM audit_seal WHERE number = 5")

    found = _breach()

    assert found.number == 5
    assert "seal missing" in found.how


def test_a_deleted_seal_is_found_when_the_later_ones_close_the_gap(chain):
    with an_attacker() as cursor:
        cursor.execute("DELETE FROM audit_seal WHERE number = 5")
        for number in range(6, 10):
            cursor.execute("UPDATE audit_seal SET number = number - 1 WHERE number = %s", [number])

    assert _breach().number == 5


@pytest.mark.parametrize("column", ["digest", "about", "hash"])
def test_a_changed_seal_is_found_at_its_place(chain, column):
    with an_attacker() as cursor:
        cursor.execute(f"UPDATE audit_seal SET {column} = sha256('x') WHERE number = 5")

    assert _breach().number == 5


def test_two_swapped_seals_are_found_at_the_first(chain):
    with an_attacker() as cursor:
        cursor.execute("UPDATE audit_seal SET number = number + 100 WHERE number IN (5, 6)")
        cursor.execute("UPDATE audit_seal SET number = 211 - number - 100 WHERE number > 100")
        cursor.execute("SELECT count(*) FROM audit_seal WHERE number BETWEEN 1 AND 9")
        assert cursor.fetchone()[0] == 9

    found = _breach()

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

    found = _breach()

    assert found.number == 5
    assert found.how.startswith("order changed")


def test_two_entries_that_exchanged_their_sentences_are_found_at_the_first(chain):
    one, other = chain[TOUCHED], chain[TOUCHED + 2]
    with an_attacker() as cursor:
        for entry, said in ((one, other.said), (other, one.said)):
            cursor.execute("UPDATE audit_entry SET said = %s WHERE id = %s", [said, entry.pk])

    assert (_breach().number, _breach().how) == (5, "content changed")


def test_seals_cut_from_the_end_are_found_at_the_first_entry_without_one(chain):
    with an_attacker() as cursor:
        cursor.execute("DELETE FROM audit_seal WHERE number > 6")

    found = _breach()

    assert (found.entry, found.how) == (chain[6].pk, "seal missing")


def test_an_end_cut_off_with_its_entries_is_found_by_a_hash_written_down(chain):
    _, written_down = sealing.head()
    with an_attacker() as cursor:
        cursor.execute("DELETE FROM audit_seal WHERE number > 6")
        cursor.execute("DELETE FROM audit_mention WHERE entry_id > %s", [chain[5].pk])
        cursor.execute("DELETE FROM audit_entry WHERE id > %s", [chain[5].pk])

    assert _breach() is None
    assert "cut off" in _breach(expect=written_down).how


def test_a_hash_written_down_long_ago_is_still_in_the_chain(chain):
    _, written_down = sealing.head()
    log.record("test.happened", "Later", about=[], by=None, at=NOW)
    sealing.seal_waiting(now=NOW)

    assert _breach(expect=written_down) is None
    assert _breach(expect=written_down, first=10) is None


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

    found = _breach()

    assert (found.number, found.entry, found.how) == (5, chain[TOUCHED].pk, how)


def test_an_entry_slipped_in_behind_the_sealers_back_is_found(chain):
    with an_attacker() as cursor:
        cursor.execute(
            "INSERT INTO audit_entry (verb, said, at, data) VALUES ('a', 'b', now(), '{}')"
            " RETURNING id"
        )
        slipped = cursor.fetchone()[0]

    assert (_breach().entry, _breach().how) == (slipped, "seal missing")


def test_the_first_of_several_breaches_is_named(chain):
    with an_attacker() as cursor:
        cursor.execute(
            "UPDATE audit_entry SET said = 'x' WHERE id IN (%s, %s)", [chain[7].pk, chain[3].pk]
        )

    assert _breach().entry == chain[3].pk
    assert _breach(first=5).entry == chain[7].pk


def test_one_companys_entries_are_verified_alone(chain):
    mine, theirs = chain[0].company, chain[1].company
    with an_attacker() as cursor:
        cursor.execute("UPDATE audit_entry SET said = 'x' WHERE id = %s", [chain[3].pk])

    assert _breach(company=mine.pk) is None
    assert verifying.verify(company=mine.pk).entries == 5
    assert _breach(company=theirs.pk).entry == chain[3].pk


def test_an_entry_moved_out_of_a_company_is_missed_there(chain):
    mine = chain[0].company
    with an_attacker() as cursor:
        cursor.execute(
            "UPDATE audit_seal SET company_id = %s WHERE number = 5", [chain[1].company_id]
        )

    assert _breach(company=mine.pk).entry == chain[TOUCHED].pk
    assert _breach().number == 5


# --- Sealing -------------------------------------------------------------------------------------


def test_a_batch_is_sealed_by_a_handful_of_statements(django_assert_max_num_queries, chain):
    for n in range(50):
        log.record("test.happened", f"More {n}", about=[], by=None, at=NOW)

    with django_assert_max_num_queries(8):
        assert sealing.seal_waiting(now=NOW) == 50


def test_what_was_taken_back_leaves_no_gap(chain):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        log.record("test.happened", "Taken back", about=[], by=None, at=NOW)
        raise ZeroDivisionError
    log.record("test.happened", "After it", about=[], by=None, at=NOW)

    assert sealing.seal_waiting(now=NOW) == 1
    assert verifying.verify().number == 10


def test_entries_that_nobody_seals_are_reported(chain):
    entry = log.record("test.happened", "Alone", about=[], by=None, at=NOW)
    waits = Waiting.objects.get(entry=entry)

    assert sealing.unsealed_since(now=waits.since)[0] == 0
    assert sealing.unsealed_since(now=waits.since + timedelta(minutes=11)) == (1, waits.since)


def _in_threads(count: int, act) -> None:
    def run(number):
        try:
            act(number)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.django_db(transaction=True)
def test_writers_and_sealers_side_by_side_leave_one_unbroken_chain():
    owner = customer(company())

    def write_and_seal(number):
        for n in range(40):
            with transaction.atomic():
                log.record("test.happened", f"{number}/{n}", about=[owner], by=None, at=NOW)
                if n % 7 == 0:
                    transaction.set_rollback(True)
            if n % 5 == number:
                sealing.seal_batch(now=NOW)

    _in_threads(4, write_and_seal)
    sealing.seal_waiting(now=NOW)

    found = verifying.verify()
    assert found.breach is None
    assert found.entries == Entry.objects.count() == Seal.objects.count() == 4 * 34
    assert not Waiting.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_entry_committed_late_is_sealed_late():
    started, may_end = threading.Event(), threading.Event()

    def slow(number):
        with transaction.atomic():
            log.record("test.happened", "Slow", about=[], by=None, at=NOW)
            started.set()
            may_end.wait(10)

    writer = threading.Thread(target=lambda: (slow(0), connections.close_all()))
    writer.start()
    started.wait(10)
    log.record("test.happened", "Quick", about=[], by=None, at=NOW)
    assert sealing.seal_waiting(now=NOW) == 1
    may_end.set()
    writer.join()
    assert sealing.seal_waiting(now=NOW) == 1

    assert [seal.entry.said for seal in Seal.objects.select_related("entry")] == ["Quick", "Slow"]
    assert _breach() is None


@pytest.mark.django_db(transaction=True)
def test_a_sealer_killed_in_the_middle_leaves_no_half_sealed_batch():
    for n in range(20):
        log.record("test.happened", f"Number {n}", about=[], by=None, at=NOW)

    def killed(number):
        with transaction.atomic():
            sealing.seal_batch(now=NOW)
            # Another sealer at the same time finds the door locked and does nothing.
            _in_threads(1, lambda _: counts.append(sealing.seal_batch(now=NOW)))
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                pids.append(cursor.fetchone()[0])
            _in_threads(1, lambda _: _kill(pids[0]))
            Entry.objects.count()

    counts, pids, trouble = [], [], []

    def run(number):
        try:
            killed(number)
        except Exception as error:
            trouble.append(error)

    _in_threads(1, run)

    assert trouble and counts == [0]
    assert not Seal.objects.exists()
    assert sealing.seal_waiting(now=NOW) == 20
    assert _breach() is None


def _kill(pid: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


# --- Redaction -----------------------------------------------------------------------------------


def test_a_redacted_entry_is_believed_and_counted(chain):
    act = redactions.redact(
        chain[TOUCHED], said="Taken out.", by=chain[0].by, reason="The law", now=NOW
    )

    assert verifying.verify().redacted == 1
    sealing.seal_waiting(now=NOW)
    found = verifying.verify()

    chain[TOUCHED].refresh_from_db()
    assert (chain[TOUCHED].said, chain[TOUCHED].data) == ("Taken out.", {})
    assert (found.breach, found.redacted, found.entries) == (None, 1, 10)
    assert act.said == "A sentence of the record was taken out: The law"
    assert act.by == chain[0].by
    assert "Number 4" not in str(act.data)


def test_an_entry_may_be_redacted_twice_and_before_it_is_sealed(chain):
    fresh = log.record("test.happened", "Fresh", about=[], by=None, at=NOW)
    for entry in (chain[TOUCHED], fresh):
        for said in ("Once", "Twice"):
            redactions.redact(entry, said=said, data={"n": 1}, by=None, reason="r", now=NOW)
    sealing.seal_waiting(now=NOW)

    assert verifying.verify().breach is None


def test_many_entries_are_redacted_by_one_act(chain):
    words = [redactions.Words(entry, "Gone") for entry in chain if entry.company_id]
    acts = redactions.redact_all(words, company=None, by=None, reason="r", now=NOW)
    sealing.seal_waiting(now=NOW)

    assert len(acts) == 1
    assert verifying.verify().redacted == 9


def test_a_redaction_without_its_act_on_record_is_a_breach(chain):
    """Whoever writes the row by hand changes the entry and is found."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_redaction"
            " (entry_id, act_id, original, redacted, said, data, reason, at)"
            " SELECT %s, %s, digest, sha256('x'), 'Nothing happened', '{}', '', now()"
            " FROM audit_seal WHERE number = 5",
            [chain[TOUCHED].pk, chain[0].pk],
        )

    found = _breach()

    assert (found.number, found.how) == (5, "content changed")


def test_a_redacted_entry_changed_once_more_is_a_breach(chain):
    redactions.redact(chain[TOUCHED], said="Taken out.", by=None, reason="r", now=NOW)
    sealing.seal_waiting(now=NOW)
    with an_attacker() as cursor:
        cursor.execute("UPDATE audit_entry SET said = 'x' WHERE id = %s", [chain[TOUCHED].pk])

    assert _breach().number == 5


def test_a_redaction_whose_act_was_touched_is_a_breach(chain):
    act = redactions.redact(chain[TOUCHED], said="Taken out.", by=None, reason="r", now=NOW)
    sealing.seal_waiting(now=NOW)
    with an_attacker() as cursor:
        cursor.execute("UPDATE audit_entry SET said = 'x' WHERE id = %s", [act.pk])

    assert _breach().number == 5


# --- Command -------------------------------------------------------------------------------------


def _command(*words: str) -> str:
    out = StringIO()
    call_command("audit", *words, stdout=out)
    return out.getvalue()


def test_the_command_seals_prints_the_head_and_verifies(chain):
    log.record("test.happened", "One more", about=[], by=None, at=NOW)

    assert _command("seal") == "1 entries sealed\n"
    number, head = _command("head").split()
    assert number == "10"
    said = _command("verify", "--expect", head)

    assert said.startswith("10 entries verified in ")
    assert f"head 10 {head}" in said
    assert "5 entries verified" in _command("verify", "--company", chain[0].company.slug)
    assert "2 entries verified" in _command("verify", "--from", "9")


def test_the_command_names_the_first_row_and_fails(chain):
    with an_attacker() as cursor:
        cursor.execute("UPDATE audit_entry SET said = 'x' WHERE id = %s", [chain[TOUCHED].pk])

    with pytest.raises(CommandError) as failed:
        _command("verify")

    assert str(failed.value) == f"TOUCHED: Seal 5, entry {chain[TOUCHED].pk}: content changed"
    assert failed.value.returncode == 1


@pytest.mark.parametrize(
    "words",
    [
        ["verify", "--expect", "not a hash"],
        ["verify", "--expect", "abcd"],
        ["verify", "--company", "nobody"],
        ["verify", "--from", "0"],
        ["verify", "--from", "100"],
    ],
)
def test_the_command_refuses_what_it_cannot_do(chain, words):
    with pytest.raises(CommandError):
        _command(*words)


def test_the_command_reports_what_waits_too_long(chain):
    entry = log.record("test.happened", "Alone", about=[], by=None, at=NOW)
    Waiting.objects.filter(entry=entry).update(since=clock.system() - timedelta(hours=1))

    assert "1 entries wait for a seal since" in _command("verify")
