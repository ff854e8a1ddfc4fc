"""Triage: what a customer's reply means, by rules that can be read and a learned second opinion.

`read` is the whole interface. The rules are data (the `words_...` modules); `normal` finds the
customer's own words, `idioms` covers turns of phrase, `dates` and `amounts` read facts,
`second_opinion` says what the reply is like, `reader` decides.
"""

from messaging.triage.reader import read
from messaging.triage.reading import INTENTS, Context, Reading
from messaging.triage.special import carrier_word

__all__ = ["INTENTS", "Context", "Reading", "carrier_word", "read"]
