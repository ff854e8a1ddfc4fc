"""A person is found by their names, however they are written."""

import pytest

from arbook.setup import persons
from customers.person import Names, names

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("said", "covered"),
    [
        ("Texts to (860) 555-0177 stop", "Texts to [erased] stop"),
        ("Call 860.555.0177 or 8605550177", "Call [erased] or [erased]"),
        ("+1 860 555 0177", "[erased]"),
        ("sent to ROSALIND.Quimby@mail.example.", "sent to [erased]."),
        ("rosalind quimby was added", "[erased] was added"),
        ("Rosalind's bill", "[erased]'s bill"),
        ("Invoice 18605550177001 is open", "Invoice 18605550177001 is open"),
        ("a rosalinda is a flower", "a rosalinda is a flower"),
    ],
)
def test_a_person_is_found_however_they_are_written(rosalind, said, covered):
    found = names(persons.of_customer(rosalind))

    assert found.cover(said) == covered
    assert found.cover_all({"a": [said, 5]}) == {"a": [covered, 5]}


def test_nobody_is_found_where_nobody_is_known():
    assert Names(None).cover("Anything") == "Anything"
