"""How people say that they paid, will pay, or want to pay in parts."""

from messaging.triage.words import FILL, NOT, words

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

_WILL = (
    r"(?:i'?ll|we'?ll|ill|he'?ll|she'?ll|they'?ll|will|gonna|going to|planning (?:to|on)"
    r"|plan(?:s)? to"
    r"|intend to|shall|should be able to|should|able to|can|could|hope to|hoping to"
    r"|expect(?:ing)? to|aim to"
    r"|try to|trying to|tryna|want to|wanna|need to|have to|has to|let me|about to|'d like to"
    r"|would like to"
    r"|promise to|promise|prepared to|ready to|happy to|gotta|must|might|fixing to|finna)"
)
_LIGHT = (
    r"(?:(?:definitely|probably|just|be able to|try to|try and|go ahead and|have|get"
    r"|make sure to|make sure"
    r"|still|also|gladly|happily|be|only|certainly|surely|for sure|someone|my \w+|our \w+"
    r"|accounting|ap|the"
    r" office|absolutely|at least|get around to|finally|then|sure|to|and|i|we|you|all|both) ){0,4}"
)
_PAY = (
    r"(?:pay(?:ing)?\b(?! attention)|remit|settle|clear (?:it|this|up|the)|zelle|venmo|take care of"
    r"|taking care of|get(?:ting)? to (?:it|this|that)|handle (?:it|this|that|payment|the)"
    r"|square|catch up|knock (?:it|this|that) out"
    r"|(?:mak(?:e|ing)|submit|process|issue|release|schedule|do|start|complete|arrange"
    r"|initiate|run|set up)"
    r" (?:a |the |my |our |another |an |your |full |partial |that |this |online )*(?:payment"
    r"|transfer|wire"
    r"|ach|deposit|zelle)|(?:send(?:ing)?|mail(?:ing)?|wire|wiring|transfer(?:ring)?|bring(?:ing)?"
    r"|overnight|drop(?:ping)?|cut(?:ting)?|writ(?:e|ing)|deposit(?:ing)?|put(?:ting)?"
    r"|get(?:ting)?|hav(?:e"
    r"|ing)|giv(?:e|ing)|do(?:ing)?|submit(?:ting)?|process(?:ing)?|finish|tak(?:e"
    r"|ing))\W+(?:you |u |your"
    r" way |over |off |out |by |in |a |the |it to |that |your |my |our |this |full |to you "
    r"|guys |them |new |another |replacement )*"
    r"(?:payments?|checks?|cheque|money|funds|wire|ach|it|this|that|one|\$|\d[\d,.]*|cash"
    r"|half|rest|balance|remainder"
    r"|remaining|paid|caught up|something|some|full amount|total|invoice paid|up to date)\b)"
)
_WHEN_ES = (
    r"(?:el |este |para el |la |en |esta |hoy|manana|pasado|lunes|martes|miercoles|jueves"
    r"|viernes|sabado"
    r"|domingo|a fin|fin de|la proxima|cuando|en cuanto|despues|la otra|dentro)"
)
PROMISE = (
    words(
        r"\b(?:stop|com|swing|drop|go)(?:p?ing|e)? (?:by|in|over)\b[^.!?\n]{0,40}\b(?:pay"
        r"|check|payment"
        r"|cash|money)\b|(?:^|[.!?,;\n]\s*|\band |\bok )(?:paying|sending|mailing"
        r"|wiring) (?:it|this|that"
        r"|you|the|a|one|payment|check|\$|\d|on|by|tomorrow|today|friday|monday|half|in full)"
        r"|\b(?:still|only|then) pay (?:you|u|it)\b|\bgoing out (?:in|on|today|tomorrow|this|by)\b"
        r"|\bpay(?: \w+){0,2} when (?:i|we|my)\b"
        r"|\bin the mail (?:by |on )?(?:tomorrow|next|this|mon|tue|wed|thu|fri|sat|sun|\d)",
        not_after=NOT,
    ),
    words(
        rf"\b{_WILL} {_LIGHT}{_PAY}",
        not_after=rf"how|where|when|what|{NOT}|why|when i|when we|if i|if we"
        r"|(?:how|where|when|what)"
        r" (?:do|can|should|would|could|did) (?:i|we)|(?:do|should|would) (?:i|we)|when you"
        r"|if you|who",
        not_before=r"(?:\w+ ){0,3}(?:online|with (?:a )?(?:credit|debit|card|check|ach"
        r"|zelle|venmo|paypal|cash)"
        r"|by (?:phone|card|check"
        r"|credit)|over the phone|by text|here)\s*\?|plan\b|arrangement|(?:\w+ ){0,4}(?:until"
        r"|unless|when|once|after|till)"
        r" (?:you|it'?s|it is|the (?:work|job|order|issue|problem|invoice|bill)|this is|they|your)",
    ),
    words(
        r"\b(?:i|we|my \w+|our \w+|he|she|they)(?:'m|'re| am| are| is|'s) (?:\w+ly |just "
        r"|now )?(?:paying|"
        r"sending|mailing|wiring|making (?:a |the |my )?payment|cutting|processing"
        r"|taking care of|working"
        r" on|getting (?:it|this|that|paid|a check)|bringing|handling|dropping|doing it)",
        not_after=NOT,
        not_before=r"(?:you|u)? ?(?:a |the )?(?:copy|photo|picture)s?",
    ),
    words(
        r"\b(?:it|payment|check|cheque|this|that|invoice|bill|wire|ach|money|funds|balance"
        r"|you|everything"
        r"|remittance|one|transfer)?\W*(?:'ll|will|is going to|should|is scheduled to"
        r"|is set to|s'posed to"
        r"|supposed to|is to|gonna|can) (?:\w+ly |all |be )?(?:be (?:paid|sent|mailed|made"
        r"|processed|wired"
        r"|there|taken care|handled|released|issued|deposited|settled|in the mail|going|cut"
        r"|out|done|caught"
        r"|resolved|coming|posted|transferred|initiated|in your)|get (?:paid|sent|mailed"
        r"|taken care)|go out"
        r"|go through|hit|arrive|clear|come (?:out|through|in)|post)\b",
        not_after=rf"{NOT}|when|how|where|what|if|who",
        not_before=r"(?:\w+ ){0,3}\?|(?:once|when|after) "
        r"(?:you|the (?:work|job|issue|problem))",
    ),
    words(
        r"\byou(?:'ll| will| should|ll) (?:\w+ly )?(?:have|get|receive|see|be paid"
        r"|hear your)\b(?! (?:a "
        r"call|to|from|a letter))",
        not_after=rf"{NOT}|if|when",
    ),
    words(
        r"\b(?:scheduled|set up|queued|slated|set|lined up|on the schedule|programmed) (?:it "
        r"|this |that "
        r"|payment |the payment |a payment |to )*(?:for|to (?:go|pay|be paid|send|post)|on)\b",
        not_after=rf"{NOT}|appointment|meeting|visit|service|install\w*|job|work|delivery|you are",
    ),
    words(
        rf"\b(?:give|allow|grant|gimme|spare) ?(?:me|us)? (?:until|till|til|a (?:few|couple"
        rf"|little|bit|day"
        rf"|week|month)|\d+|one|two|three|another|some|more|time|an extension|a (?:chance|moment))"
        rf"|\b(?:have|wait|hold off|extend|push|need|move|postpone|delay|defer|give"
        rf"|due)\w*\W+{FILL}{{0,4}}?"
        rf"(?:until|till|til)\b|\bextension\b|\b(?:few|couple|couple of|some|little"
        rf"|bit) more (?:days|weeks|"
        rf"time)\b|\bmore time\b|\bgrace period\b|\bbear with\b|\b(?:hold|wait) (?:off )?(?:a"
        rf"|for a) "
        rf"(?:few|couple|bit|week|day)|\bneed (?:a |another )?(?:few|couple|week|month"
        rf"|\d+ days|two weeks)",
        not_after=NOT,
        not_before=r"(?:you|it'?s|it is|this is|they|someone|the (?:work|job|issue|problem"
        r"|repair|leak|bill|invoice|rest|remaining|missing|credit|material))\b",
    ),
    words(
        r"\b(?:pay ?(?:day|check)|payroll|pay period)\b|\b(?:i|we) (?:get|don'?t get"
        r"|do not get) paid\b"
        r"|\bget my (?:check|pay|ssi|social security|disability|refund)\b|\b(?:check|payment"
        r"|ap|ach) run\b"
        r"|\b(?:when|once|as soon as|after) (?:my|our|the|a|i|we) (?:\w+ ){0,2}(?:pays|paid"
        r"|get paid"
        r"|clears?|deposits?|funds?|gets? paid|closes|comes? through|check)"
    ),
    words(
        r"\b(?:will do|on it|getting to it|get to it|get on (?:it|this)|working on (?:it|this"
        r"|that|getting"
        r"|payment))\s*(?:$|[.!,\n]|asap|today|now|right|thank)|\bmake it right\b|\bpromise\b"
        r"|\b(?:i|we) got (?:you|u)\b|\bgood for it\b",
        not_after=NOT,
    ),
    words(
        rf"\b(?:pagare|pagaremos|pagara|liquidare|depositare|transferire|mandare|enviare|abonare"
        rf"|cubrire)\b|\b(?:voy|vamos|va|van) a (?:pagar|depositar|mandar|enviar|transferir"
        rf"|liquidar|hacer"
        rf"|cubrir|ponerme|abonar)\w*|\b(?:lo|la|le|les|te|se lo|se la|los) (?:pago|mando"
        rf"|deposito|transfiero"
        rf"|envio|liquido|cubro|pagamos|mandamos|depositamos|pago todo)\b|\b(?:pago|pagamos"
        rf"|deposito|mando"
        rf"|liquido|transfiero) (?:todo |el resto |lo demas |completo |\$?\d+ )?{_WHEN_ES}"
        rf"|\b(?:mando|envio"
        rf"|hago|hacemos|realizo|mandamos|le hago) (?:el|un|su) (?:pago|cheque|deposito)"
        rf"|\b(?:puedo|podria"
        rf"|podemos|podre|podremos|pienso|espero|quedo en|quiero|planeo) (?:\w+ )?pagar\w*"
        rf"|\bel pago (?:sale"
        rf"|va|se hara|se hace|estara|sera)\b|\bmanana (?:mismo )?(?:sin falta|pago|paso)",
        not_after=(
            r"no|como|donde|ya|cuando|cuanto|no (?:lo|la|le|les|te|se)|(?:hice|hizo|mande"
            r"|envie) el|el|un|su|mi|del|plan de"
        ),
        not_before=(
            r"(?:\w+ ){0,2}hasta que|ayer|la semana pasada|(?:la|una) (?:foto|copia)"
            r"|(?:\w+ ){0,2}con "
            r"tarjeta\s*\?|en (?:partes|abonos|pagos|cuotas)"
        ),
    ),
    words(
        r"\b(?:deme|denme|dame|me (?:da|dan|puede dar|pueden dar|podria dar)|nos (?:da|dan)"
        r"|necesito"
        r"|necesitamos|espere\w*|aguant\w+|permit\w+|esper(?:ar|en"
        r"|e)\w*) (?:\w+ ){0,3}?(?:hasta|tiempo|dias"
        r"|semanas?|chance|oportunidad|plazo|prorroga|para el|al)\b|\bmas tiempo\b"
        r"|\bprorroga\b|\bunos dias"
        r"\b|\bcuando (?:me paguen|cobre|me depositen|reciba)|\ben cuanto (?:pueda|me|cobre|reciba)"
        r"|\bsin falta\b",
        not_before=r"(?:que|a que) (?:arregl|termin|corrij|entreg|me resuelv|revis)\w+",
    ),
)

PLAN = (
    words(
        r"\bmake (?:small |some |a few )?payments\b", not_after=NOT, not_before=r"on time|online"
    ),
    words(
        r"\b(?:payment|pay|repayment|installment) (?:plan|arrangement|schedule|option)s?\b"
        r"|\bpayment"
        r" arrangements?\b|\binstall?ments?\b|\b(?:monthly|weekly|biweekly|bi-weekly|smaller"
        r"|partial"
        r"|several|multiple|two|three|four|five|six|2|3|4|5|6|equal|few|couple"
        r"|couple of) (?:equal |monthly"
        r" |weekly |smaller |separate |more )?payments\b|\b(?:in|into) (?:\w+ )?(?:parts"
        r"|pieces|chunks|halves"
        r"|thirds)\b|\bsplit (?:it|this|that|the|up|payment|between|over|into)|\bspread (?:it"
        r"|this|that|out"
        r"|the|them|over)|\bpay (?:it |this )?(?:off )?(?:a little|little by|over (?:time|the"
        r"|\w+ months)|bit"
        r" by)|\bpartial payments?\b|\bwork (?:something|some ?thing|it) out\b"
        r"|\barrange(?:ment)?s? (?:for |to"
        r" )?(?:pay|something)|\bbreak (?:it|this) (?:up|down|into)",
        not_after=rf"{NOT}|made|made (?:a|two|three|several)|our|per (?:our|the)|the existing",
    ),
    words(
        r"\bhalf (?:now|today|tomorrow|of it|this|on|by|next|friday|monday|upfront|down|and|at)"
        r"|\b(?:and |other |the )(?:other |second )?half\b|\b(?:the )?(?:rest|remainder"
        r"|remaining|other half"
        r"|balance|difference) (?:\w+ ){0,3}?(?:on|by|next|in|later|at|end|two|the (?:\d|week"
        r"|month|first)"
        r"|tomorrow|this|friday|monday|over|when)\b|\bpart (?:of it|now|today|this)"
        r"|\bsome (?:of it )?"
        r"(?:now|today|this week)\b|\b50/50\b|\bpay (?:some|part|a portion|half|something)\b",
        not_after=rf"{NOT}|the first|paid|paid (?:the|you)|sent|for the|hour and a",
    ),
    words(
        r"(?:\$\s?\d[\d,.]*|\b\d{2,6}|dollars|bucks|something|payment) (?:a|per|each|every"
        r"|/) ?(?:month|week"
        r"|other week|two weeks|paycheck|pay ?day|friday|mo\b|wk\b|2 weeks|payday)"
        r"|\b(?:monthly|weekly|every"
        r" (?:month|week|two weeks|other week|friday|paycheck|pay ?day|2 weeks)|per month"
        r"|per week|a month"
        r"|a week|each month|each week)\b(?=[^.!?\n]{0,30}\b(?:until|till|pay|paid|off|start))"
        r"|(?:pay|send|do|give|make|afford|manage)[^.!?\n]{0,30}\b(?:per (?:month|week)"
        r"|a month|monthly|every"
        r" (?:month|week|two weeks|other|friday|paycheck)|weekly|each (?:month|week))\b",
        not_after=r"charge|charged|fee|service|subscription|rate of",
    ),
    words(
        r"\bplan(?:es)? de pagos?\b|\ben (?:partes|abonos|pagos|cuotas|parcialidades|varios|plazos"
        r"|mensualidades|(?:dos|tres|cuatro|2|3|4) (?:pagos|partes|abonos))\b|\babon(?:os"
        r"|ando|itos)\b|\bcuotas\b|\bmensualidades\b"
        r"|\bparcialidades\b|\bpoco a poco\b|\b(?:dos|tres|cuatro|2|3|4) pagos\b"
        r"|\bla (?:otra )?mitad\b"
        r"|\bel resto (?:\w+ ){0,2}?(?:el|en|la|para|a|despues)\b|\bpor (?:mes|semana)\b"
        r"|\bcada (?:mes|semana"
        r"|viernes|quincena|lunes|15|dos)\b|\bal mes\b|\bquincenal\w*|\bmensual(?:es|mente)?\b"
        r"|\bparte (?:ahora|hoy)\b|\bllegar a un (?:acuerdo|arreglo)\b|\bun arreglo\b"
        r"|\bpagos? (?:chicos"
        r"|pequenos|parcial\w*)",
        not_after=r"no|pague|ya pague|mande",
    ),
)

CONDITION = words(
    rf"\b(?:{NOT} (?:going to |gonna |be )?(?:pay|paying|send|release|releasing)"
    rf"|hold(?:ing)? (?:the |my |our"
    rf" )?(?:payment|check)|withhold\w*|pay|paid|payment|no (?:me )?pag\w+|pago|pagamos|pagare)\b"
    rf"[^.!?\n]{{0,40}}?\b(?:until|till|unless|once|when|after|as soon as|hasta que|cuando|si no) "
    rf"(?:(?:you|u|your|the|this|that|it|its|it's|they|someone|my|le|nos|me|la|el|los|las"
    rf"|ustedes|usted|se|no)"
    rf" ){{0,3}}(?:{FILL}{{0,3}}?)(?:fix|finish|complet|repair|correct|deliver|resolv|done"
    rf"|replac|work(?:s|ing)"
    rf"|redo|credit|adjust|show up|come back|explain|revis|arregl|termin|entreg|corrij|corrig"
    rf"|repar|cumpl)\w*"
)
"""Payment withheld until something is put right: a dispute, whatever else is promised."""
