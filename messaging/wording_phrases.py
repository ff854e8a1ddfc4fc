"""What our texts must not say, as data: (pattern, the reason in a sentence).

Carriers close a campaign for third-party collection, threats and shouting; the sender is the
creditor and speaks as such. English and Spanish.
"""


def _words(line: str) -> frozenset[str]:
    return frozenset(line.split())


THIRD_PARTY = (
    (
        r"\bon behalf of\b|\b(?:en|de) (?:nombre|parte) de (?:nuestro|su|la empresa)",
        "The sender is the creditor itself and never writes on behalf of somebody.",
    ),
    (
        r"\b(?:debt|bill) collect(?:or|ors|ion|ing)\b|\bcobrador(?:es|a|as)?\b",
        "Carriers forbid third-party debt collection by text.",
    ),
    (
        r"\bcollections? (?:agency|agencies|agent|firm|department|dept)\b"
        r"|\b(?:agencia|empresa|despacho) de (?:cobranzas?|cobros?)\b",
        "Carriers forbid third-party debt collection by text.",
    ),
    (
        r"\b(?:sent|turned over|handed over|assigned|placed|referred|going|go) "
        r"(?:in)?to collections?\b|\b(?:enviad[oa]|pasad[oa]|mandad[oa])s? a cobranzas?\b",
        "Naming collections reads as third-party collection and as a threat.",
    ),
    (
        r"\bthis is an attempt to collect a debt\b"
        r"|\bwe (?:represent|have been (?:hired|retained))\b"
        r"|\bour client,|\bnuestro cliente,|\brepresentamos a\b|\bthe creditor\b|\bel acreedor\b",
        "This is how an agency speaks; the business speaks for itself.",
    ),
)

THREATS = (
    (
        r"\b(?:legal|court) (?:action|proceedings)\b|\blaw ?suits?\b|\bsue (?:you|your)\b"
        r"|\b(?:take|taking|see) you (?:to|in) court\b"
        r"|\b(?:acci[oó]n(?:es)? legal(?:es)?|demandar(?:le|lo|emos)?|demanda judicial)\b",
        "A reminder must not threaten with the law.",
    ),
    (
        r"\b(?:attorneys?|lawyers?|sheriff|police|arrest(?:ed)?|warrant|garnish\w*|jail|lien)\b"
        r"|\b(?:abogad[oa]s?|polic[ií]a|arrest(?:o|ado|ada)|c[aá]rcel|embarg\w+)\b",
        "A reminder must not threaten with lawyers, officers or seizure.",
    ),
    (
        r"\bcredit (?:bureaus?|rating|score|report)\b"
        r"|\b(?:bur[oó] de cr[eé]dito|historial de cr[eé]dito)\b",
        "A reminder must not threaten with credit reporting.",
    ),
    (
        r"\bor else\b|\b(?:face|suffer) (?:the )?consequences\b|\bde lo contrario\b"
        r"|\blast chance\b|\bwe know where\b|\b[uú]ltima oportunidad\b|\bconsecuencias\b",
        "This reads as a threat.",
    ),
)

PRESSURE = (
    (
        r"\b(?:act|pay|respond|call) (?:now|immediately|at once)\b|\burgent(?:ly|e)?\b"
        r"|\bimmediate(?:ly)? (?:payment|attention|action)\b|\bde inmediato\b|\binmediatamente\b",
        "Urgency of this kind trips carrier filters and adds nothing to a due date.",
    ),
    (
        r"\b(?:dead ?beat|delinquent|shame\w*|irresponsible|moros[oa]s?|irresponsable)\b",
        "Words about the person do not belong in a reminder.",
    ),
    (r"!{2,}|\?{2,}|!\?|\?!|¡{2,}", "Repeated marks shout."),
)

STOP_HINT = (
    r"\b(?:reply|text|responda|responde|env[ií]e)\W+(?:\w+\W+){0,6}?(?:stop|alto|parar)\b"
    r"|\bstop (?:to|para)\b"
)
HELP_HINT = r"\bhelp\b|\bayuda\b"

SHORTENERS = _words(
    "bit.ly tinyurl.com goo.gl t.co ow.ly is.gd buff.ly rebrand.ly cutt.ly shorturl.at tiny.cc "
    "rb.gy t.ly bl.ink lnkd.in s.id v.gd soo.gd qr.ae x.co short.io tny.im bit.do dub.sh"
)

ENDINGS = _words(
    "com net org io co us biz info app dev me ly link pay page site shop store online xyz top "
    "club ai gov edu mx ca uk de example test"
)
"""Last labels that make a bare "name.ending" a link; anything else is a full stop without space."""

ABBREVIATIONS = _words(
    "LLC LLP LTD INC PLLC USA ACH PDF HVAC STOP STOPALL HELP START YES CPA DBA EIN EFT ASAP "
    "INFO QBO USD AYUDA ALTO FAQ CST EST PST MST RSVP PO AP AR NY CT CA TX UK EU"
)
