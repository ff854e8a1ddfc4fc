"""Triage: what a customer's reply means, by rules that can be read.

`read` is the whole interface. The rules are data (the `words_...` modules);
`normal` finds the customer's own words, `dates` and `amounts` read facts, `reader` decides.
"""

from messaging.triage.reader import carrier_word, read
from messaging.triage.reading import INTENTS, Context, Reading

__all__ = ["INTENTS", "Context", "Reading", "carrier_word", "read"]
