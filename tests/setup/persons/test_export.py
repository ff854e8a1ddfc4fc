"""A person's data in one file."""

import csv
import io
import json
import zipfile

import pytest

from arbook.audit import log
from arbook.audit.models import Entry
from arbook.setup import persons
from customers import profile
from customers.person import PersonUnknown, of_address
from messaging import inbound
from tests import factories
from tests.factories import NOW
from tests.setup.persons.traces import MAIL, NUMBER

pytestmark = pytest.mark.django_db


def test_the_file_holds_everything_about_the_person(harbor, rosalind, boss):
    other = factories.customer(harbor, name="Somebody Else")
    log.record("customer.note", "Not about her", about=[other], by=boss, at=NOW)
    file = io.BytesIO()

    counts = persons.export(persons.of_customer(rosalind), file, by=boss, now=NOW)

    archive = zipfile.ZipFile(file)
    found = json.loads(archive.read("person.json"))
    assert found["customer"][0]["name"] == "Rosalind Quimby"
    assert {one["address"] for one in found["contacts"]} == {NUMBER, MAIL}
    assert found["consent"][0]["wording"] == "she said yes"
    assert found["messages"][0]["body"].startswith("This is Rosalind")
    assert found["receipts"][0]["body"] == "Dear Rosalind, thank you"
    assert found["promises"][0]["amount"] == "80.00"
    assert found["disputes"][0]["reason"] == "my late husband never saw it"
    assert found["notes"][0]["text"] == "Rosalind calls back, my late hours"
    assert found["decisions"][0]["sentence"] == "Rosalind Quimby owes nothing."
    assert found["payments"][0]["posting__quickbooks_id"] == "77"
    assert any("wrote: This is Rosalind" in one["said"] for one in found["record"])
    assert "Somebody" not in json.dumps(found)
    assert counts == {kind: len(found[kind]) for kind in counts}
    assert {f"{kind}.csv" for kind, count in counts.items() if count} | {"person.json"} == set(
        archive.namelist()
    )
    assert Entry.objects.get(verb="person.exported").by == boss


def test_no_cell_of_the_file_is_a_formula(harbor, rosalind, boss):
    profile.note(rosalind, text="=HYPERLINK(1)", by=boss, now=NOW)
    file = io.BytesIO()

    persons.export(persons.of_customer(rosalind), file, by=boss, now=NOW)

    text = zipfile.ZipFile(file).read("notes.csv").decode("utf-8-sig")
    assert [row["text"] for row in csv.DictReader(io.StringIO(text))][1] == "'=HYPERLINK(1)"


def test_an_address_alone_is_a_person_too(harbor):
    inbound.receive(
        harbor,
        channel="sms",
        sender=NUMBER,
        body="Who are you?",
        vendor_id="SM9",
        received_at=NOW,
        now=NOW,
    )

    found = persons.gather(of_address(harbor, "(860) 555-0177"))

    assert [one["body"] for one in found["messages"]] == ["Who are you?"]
    assert found["customer"] == []
    with pytest.raises(PersonUnknown):
        of_address(harbor, "nobody in particular")
