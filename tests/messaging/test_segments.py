import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.segments import GSM_BASIC, GSM_EXTENSION, LIKE_FOR_LIKE, measure, plain


@pytest.mark.parametrize(
    ("text", "encoding", "units", "parts", "left"),
    [
        ("", "GSM-7", 0, 0, 160),
        ("Hello", "GSM-7", 5, 1, 155),
        ("a" * 160, "GSM-7", 160, 1, 0),
        ("a" * 161, "GSM-7", 161, 2, 145),
        ("a" * 306, "GSM-7", 306, 2, 0),
        ("a" * 307, "GSM-7", 307, 3, 152),
        ("a" * 459, "GSM-7", 459, 3, 0),
        ("ñéüÑ¿¡ß", "GSM-7", 7, 1, 153),
        ("€" * 80, "GSM-7", 160, 1, 0),
        ("€" * 81, "GSM-7", 162, 2, 143),
        ("^{}\\[~]|€", "GSM-7", 18, 1, 142),
        ("á", "UCS-2", 1, 1, 69),
        ("á" * 70, "UCS-2", 70, 1, 0),
        ("á" * 71, "UCS-2", 71, 2, 63),
        ("á" * 134, "UCS-2", 134, 2, 0),
        ("á" * 135, "UCS-2", 135, 3, 66),
        ("😀" * 35, "UCS-2", 70, 1, 0),
        ("😀" * 67, "UCS-2", 134, 3, 65),
        ("a" * 100 + "’", "UCS-2", 101, 2, 33),
        ("`", "UCS-2", 1, 1, 69),
        ("ç", "UCS-2", 1, 1, 69),
    ],
)
def test_a_text_is_counted_as_the_carriers_bill_it(text, encoding, units, parts, left):
    size = measure(text)

    assert (size.encoding, size.units, size.parts, size.left) == (encoding, units, parts, left)


def test_an_extension_character_is_not_torn_between_two_parts():
    assert measure("a" * 152 + "€" + "a" * 151).parts == 2
    assert measure("a" * 152 + "€" + "a" * 152).parts == 3


def test_offending_characters_are_named_with_their_positions():
    offenders = measure("It’s due 😀").offenders

    assert [(each.character, each.position) for each in offenders] == [("’", 2), ("😀", 9)]
    assert offenders[0].name == "RIGHT SINGLE QUOTATION MARK"


@pytest.mark.parametrize(
    ("text", "spared"),
    [
        ("It’s “due” – now…", 'It\'s "due" - now...'),
        ("a\u00a0b\u200bc", "a bc"),
        ("3 × ½", "3 x 1/2"),
        ("cafe\u0301", "café"),
        ("• one\r\n• two", "- one\n- two"),
    ],
)
def test_typographic_characters_become_plain_ones(text, spared):
    assert plain(text) == spared
    assert measure(plain(text)).encoding == "GSM-7"


@pytest.mark.parametrize("text", ["pagó", "mañana", "Ångström", "😀", "日本"])
def test_characters_that_carry_meaning_stay(text):
    assert plain(text) == text


def test_the_alphabet_has_the_size_of_the_standard_and_every_stand_in_is_in_it():
    assert len(GSM_BASIC) == 127
    assert len(GSM_EXTENSION) == 10
    assert all(set(spared) <= GSM_BASIC | GSM_EXTENSION for spared in LIKE_FOR_LIKE.values())


@given(st.text())
def test_parts_always_hold_the_whole_text(text):
    size = measure(text)
    room = {"GSM-7": (160, 153), "UCS-2": (70, 67)}[size.encoding]

    assert plain(plain(text)) == plain(text)
    assert 0 <= size.left <= room[0]
    if size.parts > 1:
        assert size.units <= size.parts * room[1] - size.left
        assert size.units > room[0]
