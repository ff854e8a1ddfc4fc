"""How people contest a bill, the amount or the work."""

from messaging.triage.words import NOT, words

_THING = r"(?:invoice|bill|statement|receipt|pdf|paperwork|copy|details|breakdown|factura|recibo)s?"

DISPUTE = (
    words(
        r"\bsupposed to (?:be|cost) \$?\d"
        r"|\b(?:isn'?t|is not|not|wasn'?t) (?:even |yet |actually )?due\b"
        r"|\bnet \d+ (?:per|terms|as)|\b(?:our|my|the) terms (?:are|were|is)\b"
        r"|\b(?:send|show|need|want|provide)(?: me| us)? (?:some |the )?(?:proof|evidence)\b"
        r"|\b(?:remove|waive|take off|drop) (?:the |this |that )?(?:finance|service|sales|late)? ?"
        r"(?:charge|fee|interest|tax)(?:e?s)?\b",
        not_after=r"if|when|why",
    ),
    words(
        r"\bdisput\w*|\bcontest(?:ing|ed)?\b|\b(?:over|mis|double)[ -]?(?:charg|bill)\w*"
        r"|\b(?:billed|charged"
        r"|charge|charging|bill) (?:me |us )?(?:twice|double|too much|incorrectly|wrong|extra"
        r"|more than)\b"
        r"|\bchargeback\b|\b(?:invoiced) (?:twice|wrong)",
        not_after=rf"{NOT}",
    ),
    words(
        rf"\b{NOT} (?:really |actually |even )?(?:owe|responsible for|liable)\b"
        rf"|\b{NOT} (?:what|the (?:price"
        r"|amount|quote)) (?:i|we|you) (?:agreed|ordered|were|was|quoted|discussed|signed)"
        r"|\b(?:agreed|quoted"
        r"|quote|estimate|estimated)(?: price| amount| was| said| on| to| us| me| for| at"
        r"| you){0,3} "
        r"\$?\d[\d,.]*|\b(?:different|higher|more) than (?:\w+ )?(?:the )?(?:quot|estimat|agree)\w*"
        r"|\bnever (?:ordered|agreed|authorized|approved|asked for|requested|bought|purchased"
        r"|hired)\b(?! to"
        r" (?:text|messages|receive))|\b(?:did not|didn'?t|didnt) (?:order|authorize|approve"
        r"|ask for|request"
        r"|agree|buy|hire)\b(?! (?:you )?to (?:text|receive|get))"
    ),
    words(
        r"\b(?:amount|total|balance|invoice|bill|price|charge|rate|hours|quantity|tax|number"
        r"|figure|math"
        r"|this|that|it|something)s? (?:\w+ )?(?:is|are|was|looks?|seems?|isn'?t|aren'?t|'s"
        r"|not|has|does"
        r" not|doesn'?t|were)(?: \w+ly| way| still| not| all| too| a bit| an| really| the"
        r"| look| seem| add"
        r"| to be){0,3} (?:wrong|incorrect|off\b|too high|high|inaccurate|not right|right"
        r"|correct|accurate"
        r"|error|errors|mistake|excessive|up\b)",
        not_after=rf"what|if|{NOT}|link|make sure|confirm",
        not_before=r"on (?:my|our) (?:end|side)",
    ),
    words(
        r"\b(?:wrong|incorrect) (?:amount|total|balance|price|invoice|bill|quantity|hours"
        r"|item|items|charge"
        r"|rate|po|product|size|order|parts?|number of)\b|\b(?:error|mistake"
        r"|discrepanc\w+) (?:on|in|with)"
        r"|\b(?:that|this)(?:'s| is) (?:not right|wrong|incorrect|a mistake|an error)"
        r"|\bnot (?:right|correct"
        r"|accurate)\b|\bshould (?:be|have been) (?:only )?\$?\d|\bdoes ?n[o']?'?t (?:match|add up)"
        r"|\bwhy (?:is|was|are|did) (?:it|this|the (?:bill|invoice|total|price)|you"
        r"|there)(?: charg\w+| so)"
        r"|\bwhy (?:was|were|am|are) (?:i|we) (?:being )?(?:charged|billed)|\bcharg(?:ed"
        r"|ing) (?:me |us )?for"
        r" (?:something|work|hours|parts|items?|stuff|services?|things?|a)\b|\bnot (?:my"
        r"|our) (?:bill|charge"
        r"|debt)\b"
    ),
    words(
        rf"\b(?:never|{NOT}|still waiting (?:on|for)|haven'?t|waiting (?:on|for)) (?:even "
        rf"|yet |fully )?"
        rf"(?:got|get|receiv\w*|deliver\w*|complet\w*|finish\w*|done|fix\w*|show\w* up|came"
        rf"|come back|install"
        rf"\w*|repair\w*|resolv\w*|honor\w*|perform\w*|provid\w*)\b(?! (?:paid|it"
        rf"|an? {_THING}|the {_THING}"
        rf"|any {_THING}|that {_THING}|this {_THING}|your|my|our|payment|a (?:text|message"
        rf"|link|e-?mail|call)"
        rf"|the (?:text|message|link|e-?mail|check)|to (?:it|this)))(?= (?:the|a|all|our|my"
        rf"|any|what|half|some"
        rf"|everything|up|on time|in full|as|back|\d|most|these|those)|\s*$|[.!,?;])",
        not_after=r"paid|if|when|please|payment|check|i was|we were|been paid|are",
    ),
    words(
        r"\b(?:is|was|were|are|arrived|came|still|got|received|it's|all|half)(?: \w+ly| all"
        r"| still| it| the|"
        r" in| a| them| also){0,3} (?:damaged|defective|broken|leaking|missing|faulty"
        r"|unfinished|incomplete"
        r"|cracked|scratched|short|not working|ruined|crooked|useless)\b|\b(?:arrived"
        r"|delivered|came) late\b|\b(?:poor|bad|shoddy|terrible"
        r"|sloppy|crappy|horrible|lousy|awful) (?:work|job|quality|service|workmanship)"
        r"|\b(?:not|un)"
        r" ?(?:happy|satisfied|pleased) with|\bunsatisf\w+|\b(?:needs?|has"
        r"|have) to be (?:fixed|corrected"
        r"|redone|adjusted|repaired|replaced|revised)|\bneeds (?:fixing|correcting)"
        r"|\b(?:does not|doesn'?t"
        r"|did not|didn'?t|won'?t|stopped) work(?:ing)?\b|\b(?:still|keeps) (?:leak|break"
        r"|broken|drip|fail)\w*"
        r"|(?<!i'll )(?<!we'll )(?<!will )(?<!can )\b(?:redo|re-do) (?:the|it|this)",
        not_after=r"link|page|website|site|card|payment|portal|login|app",
        not_before=r"(?:\w+ ){0,2}(?:payment|fee)"
        r"|on (?:the |my )?payment|(?:to |on )?(?:pay|the bill)",
    ),
    words(
        r"\b(?:refus\w+|declin\w+) to pay\b|\b(?:i|we)(?:'m| am|'re| are|'ll)? (?:won'?t"
        r"|will not|not (?:going"
        r" to|gonna)|ain'?t|never|not) (?:be )?pay(?:ing)?\b|\bnot paying (?:for|this|that|it"
        r"|you|a|any|the"
        r"|one|full)|\bwon'?t (?:be )?pay(?:ing)?\b|\b(?:withhold|holding back|stop(?:ped"
        r"|ping)? payment)(?:\w*)(?![^.!?\n]{0,40}\b(?:lost|stolen|mistake|wrong address))"
        r"|\bnot paying\b",
        not_before=r"(?:late|it late|on time|today|until (?:the )?(?:\d|mon|tue|wed|thu"
        r"|fri|sat|sun|next|eom|end|payday|i\b|we\b))",
    ),
    words(
        r"\b(?:cancell?ed|returned|sent back|refused) (?:the|this|that|it|my|our|those|these"
        r"|them|all|service"
        r"|most|half|\d+)(?: \w+){0,2} (?:back|months?|weeks?|before|in|on|order|service"
        r"|subscription|items"
        r"|goods|parts|contract|account|job|product|materials?)?|\b(?:credit|refund"
        r"|discount)(?: memo)? (?:for"
        r"|was|is|never|not|missing|wasn'?t|that|you|on|should)|\b(?:owe|owed|promised"
        r"|due) (?:me|us) (?:a |an"
        r" |money|\$)|\b(?:apply|applied|missing|minus|less|deduct|take off) (?:the |my |our "
        r"|a )?(?:credit"
        r"|discount|deposit|late fee)|\b(?:late|extra|hidden|service|finance) (?:fee"
        r"|charge)s? (?:is|was|should|"
        r"are|isn'?t|not|removed|waived|off)|\b(?:remove|waive|take off|drop) (?:the |this "
        r"|that )?(?:late )?"
        r"(?:fee|charge|interest)|\brevised? (?:the )?(?:invoice|bill)|\bcorrected (?:invoice"
        r"|bill)|\b(?:fix"
        r"|correct|adjust|revise) (?:the |this |your |my |that )?(?:invoice|bill|amount|price"
        r"|total)",
        not_after=r"card|check|checks|payment",
    ),
    words(
        r"\bscam\w*|\bfraud\w*|\bunauthorized\b|\brip(?:ped|ping)?[ -]?(?:me |us )?off\b"
        r"|\bfalse (?:charge"
        r"|bill)\w*|\bbogus\b",
        not_after=rf"{NOT}|is this a|is this|this a|sounds like a|a",
    ),
    words(
        r"\bno (?:(?:le|les|lo|la) )?(?:debo|debemos|reconozco|reconocemos|ordene|pedi"
        r"|pedimos|autorice"
        r"|contrate|estoy de acuerdo|estamos de acuerdo|estoy conforme)\b|\b(?:me"
        r"|nos) (?:estan? )?(?:cobr\w+)"
        r" (?:de mas|doble|dos veces|mal|algo|un|por)|\bcobr\w+ (?:de mas|doble|dos veces"
        r"|incorrect\w+|indebid"
        r"\w+)|\b(?:esta|estan|estuvo|tiene|viene|hay|salio)(?: \w+){0,2}? (?:mal\b"
        r"|incorrect\w*|equivocad\w*"
        r"|un error|errores|error)|\b(?:monto|cantidad|precio|total|factura|cuenta) (?:no es"
        r"|equivocad\w+"
        r"|incorrect\w+|esta mal|no coincide|no cuadra)|\bno es (?:lo que|el (?:monto|precio"
        r"|total)|la cantidad"
        r"|correct\w+)",
        not_after=r"numero",
    ),
    words(
        r"\bno (?:he |hemos |nos |me |han |ha |lo |la )*(?:recib\w+|llego|llegaron|entreg\w+"
        r"|termin\w+|arregl"
        r"\w+|instal\w+|hicieron|cumplieron|funciona\w*|sirve\w*)\b(?! (?:la|mi|su|ninguna|el"
        r"|esa|tu|una)?"
        r" ?(?:factura|copia|correo|enlace|link|recibo|mensaje|estado|pago))|\bdefectuos\w+"
        r"|\b(?:llego|llegaron"
        r"|vino|vinieron|estaba|salio) (?:\w+ )?(?:danad\w+|rot\w+|incomplet\w+|mal\w*)"
        r"|\breclam\w+|\bdisputa"
        r"\w*|\bmal (?:hecho|trabajo|servicio)\b"
        r"|\b(?:trabajo|servicio) (?:\w+ ){0,2}(?:mal|incompleto|no)\b|\bme deben\b"
        r"|\bcargo (?:extra|de mas)"
        r"|\binconforme\b",
        not_after=r"enlace|link|pagina",
    ),
    words(
        r"\bno (?:lo |la |les |le |pienso |vamos a |voy a |quiero )+pag\w+",
        not_before=r"(?:antes|el|este|hoy|todavia|aun|hasta (?:el|la|manana|que (?:me|cobre)))\b",
    ),
)
