"""How people say that they have paid."""

from messaging.triage.words import NOT, words

_LATER = (
    r"(?:will|'ll|ll|to be|going to|gonna|should|shall|can|could|would|must|may|might"
    r"|needs? to|have to|has"
    r" to|get|gets|getting|when|once|if|after|until|till|unless|before|as soon as|want|try"
    r"|trying to|plan"
    r" to)"
)
_NOT_YET = (
    rf"(?:{NOT}|{_LATER}|un|is it|was it|has it|has (?:this|that)|have you|did you|did (?:i"
    rf"|we)|is this"
    rf"|is that|was this|were you|who|how much)(?: (?:ever|even|been|be|get|have|it|this|that"
    rf"|i|we|you|yet"
    r"|all|fully|actually|already|just|he|she|they|my \w+|our \w+|is|are|has|have)){0,4}"
)
PAID = (
    words(
        r"\b(?:just|already) (?:mailed|sent|wired|dropped|submitted|overnighted) (?:it|that|this)\b"
        r"|\b(?:i|we) (?:mailed|wired|overnighted) (?:it|that)\b"
        r"|^\W*(?:sent|mailed|wired)(?: it| today| yesterday)?\W*$",
    ),
    words(
        r"\b(?:already|just|have|has|'ve|been|was|were|is|are|got|it'?s|i|we|he|she|they|wife"
        r"|husband"
        r"|office|accountant|bookkeeper|ap|boss|partner|fully|all) (?:\w+ly |all |since "
        r"|both |now )?"
        r"(?:re)?paid\b",
        not_after=_NOT_YET,
        not_before=r"(?:by (?:end|friday|monday|tuesday|wednesday|thursday|the \d)|for (?:a |the )?"
        r"(?:service|work|product)s? (?:i|we|that))",
    ),
    words(
        r"^\W*(?:paid|payed|pd|payment (?:sent|made|submitted|done|complete\w*))\b",
        not_before=r"(?:when|until|after)\b",
    ),
    words(
        r"\b(?:invoice|inv|bill|it|this|that|balance|account|one|amount|#?\d{3,})\s+(?:was "
        r"|is |has been |"
        r"were |been )?(?:already |all )?paid\b",
        not_after=rf"{_NOT_YET}|has|was|is|did|if|whether",
    ),
    words(
        r"\bpaid (?:in full|this|it|that|already|you|on|by (?:check|card|cash|ach|phone|zelle"
        r"|credit|wire)"
        r"|via|with|online|yesterday|last|the (?:invoice|bill|full|balance|whole|amount)"
        r"|through|\$|\d"
        r"|half|today|earlier|up|off|cash|monday|tuesday|wednesday|thursday|friday|over|thru"
        r"|everything"
        r"|all)",
        not_after=_NOT_YET,
    ),
    words(
        r"\b(?:sent|mailed|wired|transferred|zelled|venmoed|venmo'd|zelle'd|paypaled"
        r"|overnighted|dropped"
        r"(?: off)?|submitted|remitted|deposited|made|posted|processed|initiated|issued"
        r"|handed|gave|cut)"
        r"\W+(?:(?:you|u|out|over|in|off|it|them|him|her|guys|your \w+|via)\W+){0,3}(?:the "
        r"|a |my |our"
        r" |your |that |this |another |full |in |two |\d+ )*(?:payments?|checks?|money|funds"
        r"|wire|ach|zelle"
        r"|venmo|cash|deposit|transfer|eft|\$\s?\d|balance|remittance)\b",
        not_after=(
            rf"(?:{NOT}|{_LATER}|you|they|is|are|be|being|gets?)(?: (?:be|have|get|it|been"
            rf"|already"
            r"|just|i|we|yet)){0,3}"
        ),
        not_before=r"(?:reminder|link|request|plan|instructions|info)",
    ),
    words(
        r"\b(?:payment|check|cheque|wire|ach|zelle|money|funds|transfer|remittance"
        r"|eft)\W+(?:#?\s?\d+\W+)?"
        r"(?:(?:was|were|has been|have been|is|has|had|already|just|got|it|for this|for it"
        r"|that) ){0,3}"
        r"(?:sent|mailed|made|in the mail|submitted|went (?:out|through)|cleared|cashed"
        r"|gone out|processed"
        r"|delivered|dropped|on its way|on the way|posted|completed?|wired|initiated"
        r"|deposited|issued"
        r"|released|cut|hit)\b",
        not_after=rf"{NOT}|until the|once the|when the|after the|if the",
        not_before=r"(?:once|when|after|until|by (?:friday|monday|the \d))",
    ),
    words(
        r"\bin the mail\b(?! (?:by |on )?(?:tomorrow|next|this|mon|tue|wed|thu|fri|sat|sun|\d))"
        r"|\bcheck'?s in the\b",
        not_after=rf"{_LATER}(?: \w+){{0,3}}|{NOT}",
    ),
    words(
        r"\b(?:took|taken) care of\b(?! business)|\btook care of\b",
        not_after=rf"(?:{_LATER}|{NOT})(?: \w+){{0,3}}",
    ),
    words(
        r"\byou (?:guys |people |all |already |have |just |ve |'ve )*(?:took|taken|charged"
        r"|deducted|debited"
        r"|cashed|withdrew|pulled|drafted|ran|deposited) (?:it|this|that|the (?:money|payment"
        r"|check|full)|my"
        r" (?:card|account|check|bank)|our (?:card|account|check|bank)|\$|money|payment|out)",
        not_before=r"(?: too)? ?(?:twice|double|too much)|[^.\n]{0,20}\b(?:twice|wrong|too much)",
    ),
    words(
        r"\b(?:was|were|been|got|already|just) (?:charged|debited|deducted|withdrawn|drafted"
        r"|taken|cashed"
        r"|auto ?paid|settled|cleared)\b|\b(?:came|went|taken) out of (?:my|our) (?:account"
        r"|bank|card)"
        r"|\b(?:cleared|shows (?:paid|as paid|it (?:paid|cleared))|posted)(?: on| in| from"
        r"| at)? (?:my|our)\b|\bshows? (?:it |that it |this |as |that )?(?:has |as "
        r"|was )?(?:paid|cleared|posted)\b"
        r"|\b(?:confirmation|receipt) (?:number|#|no)\b|\b(?:zelled|venmoed|venmo'd"
        r"|zelle'd) (?:it|you|u)"
        r"\b|\bpayment (?:confirmation|receipt)\b|\bi (?:zelled|wired|venmoed|transferred)\b",
        not_after=rf"{NOT}|{_LATER}|be",
        not_before=r"(?:me |us )?(?:twice|double|too much|incorrectly|wrong|extra|more"
        r"|for (?:something"
        r"|work|hours|parts|items?|stuff))",
    ),
    words(
        r"\b(?:ya|acabo de|acabamos de) (?:lo |la |se |le |les |te |los |las |esta |fue "
        r"|hice |hicimos |"
        r"realice |mande |envie |deposite |transferi |quedo )*(?:pag\w+|deposit\w+"
        r"|transfer\w+|envi\w+"
        r"|mand\w+|liquid\w+|cubr\w+|abon\w+|el (?:pago|deposito|cheque)|la transferencia)\b",
        not_after=r"no|cuando|si|que",
        not_before=r"(?:el |al )?(?:manana|lunes|martes|miercoles|jueves|viernes)\b|(?:la|una|mi)"
        r" (?:factura|copia|foto)",
    ),
    words(
        r"\b(?:hice|hicimos|realice|realizamos|mande|mandamos|envie|enviamos|efectue|hizo"
        r"|mando) (?:ya )?"
        r"(?:el|la|un|una|su) (?:pago|deposito|transferencia|cheque|zelle|giro)\b|\b(?:lo|la"
        r"|le|les|se)"
        r" (?:pague|pagamos|deposite|transferi|liquide|pago (?:ayer|la semana pasada"
        r"|el mes pasado))\b"
        r"|\bpague\b(?! (?:en|aqui|por favor|usted))|\b(?:esta|fue|quedo|estan) (?:pagad"
        r"|liquidad|cubiert)"
        r"[oa]s?\b|^\W*pagad[oa]\b|\b(?:pagamos|pago|deposite) (?:ayer|la semana pasada"
        r"|el mes pasado)",
        not_after=r"no|no (?:lo|la|se|le)|cuando|si|aun no|todavia no|que|no esta",
    ),
)
