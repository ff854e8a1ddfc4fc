"""The form that a seal covers: anybody can compute it again, and no two entries share it."""

import json
import uuid
from hashlib import sha256

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arbook.audit import canonical, log, sealing
from arbook.audit.models import Entry, Seal
from tests.factories import NOW, company, customer

pytestmark = pytest.mark.django_db

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


def _stored(entry: Entry) -> tuple:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {canonical.COLUMNS} FROM audit_entry e WHERE e.id = %s", [entry.pk])
        return cursor.fetchone()


def _of_an_export(entry: Entry) -> bytes:
    """The digest as a stranger computes it, from the documentation alone."""
    fields = {
        "at": entry.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "by": entry.by_id,
        "cause": entry.cause_id,
        "company": entry.company_id,
        "data": entry.data,
        "entry": entry.pk,
        "said": entry.said,
        "salt": str(entry.salt),
        "verb": entry.verb,
    }
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode("utf-8")).digest()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(said=TEXT, data=st.dictionaries(TEXT, JSON, max_size=4))
def test_a_stranger_computes_the_same_digest_from_an_export(said, data):
    entry = Entry(verb="test.happened", said=said, at=NOW, data=data)
    log.record_many([(entry, [])])
    entry.refresh_from_db()
    sealing.seal_waiting(now=NOW)

    assert bytes(entry.seal.digest) == _of_an_export(entry)


@given(one=JSON, other=JSON)
def test_what_differs_is_written_differently(one, other):
    def text(data):
        return canonical.content(
            (1, 2, "v", "s", "at", None, None, json.dumps(data), str(uuid.UUID(int=1)))
        )

    assert (text(one) == text(other)) == (
        json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    )


@pytest.mark.parametrize(
    ("one", "other"), [("0.1", "0.10000000000000000001"), ("1.5", '"1.5"'), ("1e2", "100.0")]
)
def test_fractions_keep_every_digit(one, other):
    def text(number):
        return canonical.content((1, 2, "v", "s", "at", None, None, f'{{"n":{number}}}', None))

    assert text(one) != text(other)


def test_the_hash_of_a_seal_is_made_of_the_one_before_it():
    for n in range(3):
        log.record("test.happened", f"{n}", about=[customer(company())], by=None, at=NOW)
    sealing.seal_waiting(now=NOW)

    previous = bytes(32)
    for seal in Seal.objects.all():
        about = {
            "entry": seal.entry_id,
            "mentions": sorted(seal.entry.mentions.values_list("subject_type", "subject_id")),
        }
        said = json.dumps(about, sort_keys=True, separators=(",", ":")).encode()
        assert bytes(seal.about) == sha256(said).digest()
        previous = sha256(previous + bytes(seal.digest) + bytes(seal.about)).digest()
        assert bytes(seal.hash) == previous


def test_numbers_that_no_machine_reads_have_no_digest():
    row = (1, 2, "v", "s", "at", None, None, f'{{"n":{"9" * 5000}}}', None)

    assert canonical.digest(row) == b""
    assert _stored(log.record("test.happened", "", about=[], by=None, at=NOW))[9] is None
