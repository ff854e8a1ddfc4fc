"""What a customer seems to contest, from their own words: a first guess, a person decides.

The surer sign comes first: a second bill is also a wrong amount.
"""

import re

from invoices.models import Dispute

Kind = Dispute.Kind
NOT = r"(?:\b(?:never|not|no)|n['’]t|\b(?:did|have|has)nt)"

SIGNS = [
    (
        Kind.DUPLICATE,
        r"\b(?:twice|double|duplicate\w*|same (?:job|work|invoice|bill)|already billed"
        r"|dos veces|doble|duplicad\w+)\b",
    ),
    (
        Kind.NOT_RECEIVED,
        rf"{NOT} (?:\w+ ){{0,2}}(?:received?|got|get|arrived?|delivered|came"
        r"|show(?:ed)? up|delivery|recib\w+|lleg\w+|entreg\w+)\b"
        r"|\b(?:missing|lost) (?:delivery|shipment|package)\b"
        r"|\bnunca (?:lo |la |nos |me )?(?:recib\w+|lleg\w+|entreg\w+)",
    ),
    (
        Kind.NOT_ORDERED,
        rf"{NOT} (?:\w+ )?(?:order(?:ed)?|authori[sz]ed?|ask(?:ed)? for"
        r"|request(?:ed)?|hired?|agreed? to|approved?|pedimos|ped[ií]|orden[eéo]\w*|autoric\w+)\b",
    ),
    (
        Kind.QUALITY,
        r"\b(?:damaged?|broken?|defect\w*|poor|bad (?:job|work)|quality|leak\w*|unfinished"
        r"|not finished|incomplete|fail(?:s|ed|ing)?|doesn.?t work|does not work|not working|redo"
        r"|dañad\w+|rot[oa]s?|mal (?:hecho|trabajo)|calidad|defectuos\w+)\b",
    ),
    (
        Kind.QUANTITY,
        r"\b(?:only (?:got|received|ordered)|quantity|short(?:ed| of)?|missing|too many|hours"
        r"|how many|units|pieces|faltan?|cantidad|horas)\b",
    ),
    (
        Kind.TAX,
        r"\b(?:tax(?:es)?|tax.exempt|exempt|(?:late|service|finance|processing|fuel) charges?"
        r"|fees?|interest|impuestos?|recargos?|cargos? por)\b",
    ),
    (
        Kind.PRICE,
        r"\b(?:overcharg\w+|over.?bill\w+|price[sd]?|quoted?|estimated?|rate|too (?:much|high)"
        r"|agreed|wrong amount|discount|cobr\w+ (?:de )?m[aá]s|precio|cotiz\w+|demasiado)\b",
    ),
]
FOUND = [(kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in SIGNS]


def kind_of(words: str) -> str:
    """The reason the words point to; ``other`` when they name none."""
    return next((kind for kind, sign in FOUND if sign.search(words)), Kind.OTHER)
