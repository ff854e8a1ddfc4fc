"""What a dispute seems to be about is read from the customer's words."""

import pytest

from messaging import contested

WORDS = [
    ("You charged us twice for the same job", "duplicate"),
    ("Nos cobraron dos veces", "duplicate"),
    ("We never received the second pallet", "not_received"),
    ("The parts haven't arrived", "not_received"),
    ("Nunca recibimos el pedido", "not_received"),
    ("I didn't order this", "not_ordered"),
    ("We never authorized the extra work", "not_ordered"),
    ("The pump is leaking again, come and fix it", "quality"),
    ("El trabajo llegó dañado", "quality"),
    ("We only got 8 of the 10 boxes", "quantity"),
    ("You billed 12 hours, it was 9", "quantity"),
    ("We are tax exempt", "tax"),
    ("Take off the late fee", "tax"),
    ("That is more than you quoted", "price"),
    ("You overcharged me", "price"),
    ("El precio no es el acordado", "price"),
    ("This bill is wrong", "other"),
    ("", "other"),
]


@pytest.mark.parametrize(("words", "kind"), WORDS)
def test_the_reason_of_a_dispute_is_guessed_from_the_words(words, kind):
    assert contested.kind_of(words) == kind
