import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbook import phones


@pytest.mark.parametrize(
    ("text", "e164", "extension"),
    [
        ("(860) 555-0100", "+18605550100", ""),
        ("860.555.0100", "+18605550100", ""),
        ("1-860-555-0100", "+18605550100", ""),
        ("+1 860 555 0100", "+18605550100", ""),
        ("8605550100", "+18605550100", ""),
        ("860 555 0100 x12", "+18605550100", "12"),
        ("860 555 0100 ext. 12", "+18605550100", "12"),
        ("860 555 0100 #12", "+18605550100", "12"),
        ("tel:+18605550100", "+18605550100", ""),
        ("８６０-555-0100", "+18605550100", ""),
        ("1-800-FLOWERS", "+18003569377", ""),
        ("011 44 20 7946 0958", "+442079460958", ""),
        ("+52 55 1234 5678", "+525512345678", ""),
    ],
)
def test_every_spelling_of_a_number_becomes_one(text, e164, extension):
    parsed = phones.parse(text)

    assert (parsed.e164, parsed.extension) == (e164, extension)


@pytest.mark.parametrize("text", ["+15555550100", "(555) 555-0199", "+1 555 555 0123"])
def test_a_fictitious_number_is_possible_though_not_valid(text):
    parsed = phones.parse(text)

    assert parsed.is_possible
    assert not parsed.is_valid


@pytest.mark.parametrize(
    "text", ["", None, "call Bob", "555-0100", "12", "+999123", "0", ";ext=5", "1" * 300, 5, "n/a"]
)
def test_what_is_no_number_is_none(text):
    assert phones.parse(text) is None


@pytest.mark.parametrize(
    ("field", "numbers"),
    [
        (
            "860-555-0100 / 860-555-0101 x 12; cell (203) 555 0199",
            [("+18605550100", ""), ("+18605550101", "12"), ("+12035550199", "")],
        ),
        ("8605550100,8605550101", [("+18605550100", ""), ("+18605550101", "")]),
        ("8605550100 8605550101", [("+18605550100", ""), ("+18605550101", "")]),
        ("Bob 860.555.0100 Sue 860.555.0101", [("+18605550100", ""), ("+18605550101", "")]),
        (
            "(555) 555-0100 or 555 555 0199 ext 4",
            [("+15555550100", ""), ("+15555550199", "4")],
        ),
        ("since 05/12/2026 860-555-0100", [("+18605550100", "")]),
        ("860-555-0100, 1 (860) 555-0100", [("+18605550100", "")]),
        ("ask at the desk", []),
        (None, []),
    ],
)
def test_a_field_with_several_numbers_gives_each_once_in_order(field, numbers):
    assert [(each.e164, each.extension) for each in phones.all_in(field)] == numbers


def test_a_number_is_shown_as_its_country_writes_it():
    assert phones.display("+18605550100") == "(860) 555-0100"
    assert phones.display("+442079460958") == "+44 20 7946 0958"
    assert phones.display("unknown") == "unknown"
    assert phones.display(None) == ""


@given(st.one_of(st.text(), st.integers(), st.none(), st.text("0123456789+-() x;,/")))
def test_nothing_typed_into_a_phone_field_raises(text):
    parsed = phones.parse(text)
    several = phones.all_in(text)

    assert isinstance(phones.display(text), str)
    for each in [*several, *([parsed] if parsed else [])]:
        assert each.e164.startswith("+")
        assert each.e164[1:].isdigit()
