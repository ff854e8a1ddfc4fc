"""The command exports and erases."""

import zipfile
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.setup.persons.traces import traces

pytestmark = pytest.mark.django_db


def _command(*words) -> str:
    out = StringIO()
    call_command("person", *map(str, words), stdout=out)
    return out.getvalue()


def test_the_command_exports_and_erases_after_a_yes(harbor, rosalind, tmp_path):
    who = ["--company", "harbor", "--customer", rosalind.pk]

    said = _command("export", *who, tmp_path / "person.zip")
    assert "2 contacts" in said
    assert zipfile.is_zipfile(tmp_path / "person.zip")
    assert "stays: 1 line of the consent ledger" in _command("erase", *who)
    assert traces()
    with pytest.raises(CommandError, match="who asked"):
        _command("erase", *who, "--yes")
    assert "erased:" in _command("erase", *who, "--yes", "--reason", "Letter")

    assert traces(but=("customers_consentevent",)) == []


@pytest.mark.parametrize(
    "who",
    [
        ["--company", "nobody", "--customer", "1"],
        ["--company", "harbor", "--customer", "0"],
        ["--company", "harbor", "--address", "nowhere"],
    ],
)
def test_the_command_knows_whom_it_speaks_of(harbor, who):
    with pytest.raises(CommandError):
        _command("erase", *who)
