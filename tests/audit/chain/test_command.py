"""The command seals, prints the head and verifies."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from arbook import clock
from arbook.audit import log
from arbook.audit.models import Waiting
from tests.audit.chain.breaches import TOUCHED
from tests.factories import NOW
from tests.record import an_attacker

pytestmark = pytest.mark.django_db


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
