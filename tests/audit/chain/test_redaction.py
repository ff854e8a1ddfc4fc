"""Words taken out the one allowed way, and every other way found."""

import pytest
from django.db import connection

from arbook.audit import log, redactions, sealing, verifying
from tests.audit.chain.breaches import TOUCHED, breach
from tests.factories import NOW
from tests.record import an_attacker

pytestmark = pytest.mark.django_db


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

    found = breach()

    assert (found.number, found.how) == (5, "content changed")


def test_a_redacted_entry_changed_once_more_is_a_breach(chain):
    redactions.redact(chain[TOUCHED], said="Taken out.", by=None, reason="r", now=NOW)
    sealing.seal_waiting(now=NOW)
    with an_attacker() as cursor:
        cursor.execute("UPDATE audit_entry SET said = 'x' WHERE id = %s", [chain[TOUCHED].pk])

    assert breach().number == 5


def test_a_redaction_whose_act_was_touched_is_a_breach(chain):
    act = redactions.redact(chain[TOUCHED], said="Taken out.", by=None, reason="r", now=NOW)
    sealing.seal_waiting(now=NOW)
    with an_attacker() as cursor:
        cursor.execute("UPDATE audit_entry SET said = 'x' WHERE id = %s", [act.pk])

    assert breach().number == 5
