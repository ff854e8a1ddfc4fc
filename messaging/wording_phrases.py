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
        r"\bdebt (?:recovery|settlement|resolution)\b|\brecovery (?:agency|agent|department)\b"
        r"|\b(?:agencia|empresa) (?:de recuperaci[oó]n|recuperadora)\b"
        r"|\brecuperaci[oó]n de (?:deudas?|cartera)\b|\bgestor(?:es|a|as)? de cobro\b",
        "Recovering debts is what agencies do; the business asks for its own money.",
    ),
    (
        r"\b(?:acting|writing|calling) for (?:our|the) (?:client|creditor)\b"
        r"|\bwe act for\b|\bassigned to us\b|\bpor cuenta de\b|\bnos (?:asignaron|encargaron)\b"
        r"|\bnuestro mandante\b|\bthird[- ]party (?:agency|collector|firm)\b",
        "The sender is the creditor itself and acts for nobody else.",
    ),
    (
        r"\bcollections? (?:accounts?|notice|call|letter)\b|\bcarta de cobranza\b"
        r"|\b(?:cuenta|deuda) en cobranza\b",
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
        r"|\b(?:legal (?:team|department|steps|consequences)|small claims|default judge?ment)\b"
        r"|\b(?:acci[oó]n(?:es)?|medidas|consecuencias) legal(?:es)?\b"
        r"|\bv[ií]a (?:legal|judicial)\b"
        r"|\bdemandar(?:le|lo|la|los|las|emos)?\b|\bdemanda judicial\b|\btribunal(?:es)?\b",
        "A reminder must not threaten with the law.",
    ),
    (
        r"\b(?:attorneys?|lawyers?|sheriff|police|arrest(?:ed)?|warrant|garnish\w*|jail|lien"
        r"|repossess\w*|seiz(?:e|ure)|evict\w*|prosecut\w*)\b"
        r"|\b(?:abogad[oa]s?|polic[ií]a|arrest(?:o|ado|ada)|c[aá]rcel|embarg\w+)\b",
        "A reminder must not threaten with lawyers, officers or seizure.",
    ),
    (
        r"\bcredit (?:bureaus?|rating|score|report|history|file)\b|\bblack ?list\w*\b"
        r"|\b(?:bur[oó]|historial|puntaje) (?:de cr[eé]dito|crediticio)\b|\blista negra\b",
        "A reminder must not threaten with credit reporting.",
    ),
    (
        r"\bor else\b|\b(?:face|suffer) (?:the )?consequences\b|\bde lo contrario\b"
        r"|\blast (?:chance|warning)\b|\bwe know where\b|\bwe will be forced to\b"
        r"|\b[uú]ltima (?:oportunidad|advertencia)\b|\bconsecuencias\b"
        r"|\bnos veremos (?:obligados|forzados)\b|\bat[eé]ngase\b",
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

_NUMBER = r"(?:number|no\.?|#|n[uú]mero)?[\s:#]*"
SENSITIVE = (
    (
        rf"\b(?:social security|ssn|seguro social|itin)\b[\s:#]*{_NUMBER}[\dx*-]*"
        r"|\b\d{3}-\d{2}-\d{4}\b",
        "A social security number never stands in a message.",
    ),
    (
        r"\b(?:tax id(?:entification)?|taxpayer id|ein|identificaci[oó]n fiscal|rfc)\b[\s:#]*"
        rf"{_NUMBER}\d[\d-]{{3,}}",
        "A tax number never stands in a message.",
    ),
    (
        r"\b(?:(?:bank |checking )?account|acct|routing|aba|swift"
        r"|cuenta (?:bancaria|de banco)|clabe)"
        rf"\b[\s:#]*{_NUMBER}\d[\d -]{{3,}}|\b[A-Z]{{2}}\d{{2}}(?: ?[A-Z0-9]{{4}}){{3,7}}\b",
        "Bank data never stands in a message; the pay page shows what is needed.",
    ),
    (
        r"\bcard (?:number|ending|expir\w+)\b|\b(?:cvv|cvc)2?\b|\btarjeta terminada\b"
        r"|\bn[uú]mero de (?:la |su )?tarjeta\b"
        r"|\b(?:text|send|reply with)(?: us)?(?: your| the| a)? (?:credit |debit )?card\b"
        r"|\benv[ií]e(?:nos)? (?:su |la )?tarjeta\b",
        "Card data is never written or asked for by message; the pay page takes it.",
    ),
    (
        r"\b(?:date of birth|dob|fecha de nacimiento|diagnos\w+|diagn[oó]stic\w+"
        r"|patient (?:id|name|number|record|file)s?|expediente m[eé]dico|historia cl[ií]nica"
        r"|prescriptions?|receta m[eé]dica|(?:treatment|surgery) (?:of|for)|tratamiento de)\b",
        "Health and birth are nobody's business on a lock screen; use the neutral text.",
    ),
    (
        r"\b(?:password|passcode|pin code|contraseña|one[- ]time code)\b",
        "Passwords and codes never stand in a message.",
    ),
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
