"""How people say that they will pay, and what they make it depend on."""

from messaging.triage.words import FILL, NOT, words

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
    r"|guys |them |new |another |replacement |last |other |final |remaining )*"
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
        r"\b(?:rest|other half|remainder|remaining half|the balance|el resto|lo demas)(?: of it)?,?"
        r" (?:(?:by |at |on )?(?:the )?end of|next|this|tomorrow|tonight|(?:by|on) (?:the \d|\d|mon"
        r"|tue|wed|thu|fri|sat|sun)|a fin)"
    ),
    words(
        r"\b(?:comin[g']?|on (?:its|it'?s|the) way|headed|heading)(?: \w+){0,3}? (?:your way"
        r"|to (?:you|u)|over)?"
        r" ?(?:today|tonight|tomorrow|this|next|by|on|mon|tue|wed|thu|fri|sat|sun)",
        not_after=rf"{NOT}|(?:guys|crew|tech|he|she|they|you|driver|someone)(?: \w+){{0,2}}",
    ),
    words(
        r"\b(?:los otros|las otras|la otra mitad|la otra|lo demas|el resto|lo que falta)(?: \d+)?"
        r" (?:van|va|salen?|se (?:lo|los)|para|quedan?|el)\b"
    ),
    words(
        r"\b(?:other|second|last|rest|remaining|remainder|balance)(?: half| part| one| of it"
        r"| \$?\d[\d,.]*)? (?:goes"
        r"|go|is going|will go|is coming|comes|will be|will come|follows|to follow)\b"
    ),
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
        r"\b(?:hare|haremos|realizare|realizaremos|harem)\w* (?:el|la|su|una?|ese|esa) (?:pago"
        r"|deposito"
        r"|transferencia|envio|abono)\b"
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

CONDITION = words(
    r"\b(?:fix|finish|redo|repair|replace|come back|correct|deliver|complete|send some(?:one"
    r"|body)|arregl\w+|termin\w+"
    r"|cumpl\w+)\b[^.!?\n]{0,50}\b(?:and|then|y|entonces)\b[^.!?\n]{0,12}"
    r"\b(?:(?:i|we|you)(?:'?ll| will| can)\b[^.!?\n]{0,12}\b(?:pay|be paid|remit|get (?:your"
    r"|paid))|(?:les?|te) pago)"
    r"|"
    rf"\b(?:{NOT} (?:going to |gonna |be )?(?:pay|paying|send|release|releasing)"
    rf"|hold(?:ing)? (?:the |my |our"
    rf" )?(?:payment|check)|withhold\w*|pay|paid|payment|no (?:me )?pag\w+|pago|pagamos|pagare)\b"
    rf"[^.!?\n]{{0,40}}?\b(?:until|till|unless|once|when|after|as soon as|hasta que|cuando|si no) "
    rf"(?:(?:you|u|your|the|this|that|it|its|it's|they|someone|my|le|nos|me|la|el|los|las"
    rf"|ustedes|usted|se|no)"
    rf" ){{0,3}}(?:{FILL}{{0,3}}?)(?:fix|finish|complet|repair|correct|deliver|resolv|done"
    rf"|replac|work(?:s|ing)"
    rf"|redo|credit|adjust|show up|come back|explain|out of my|gone\b|clean|remov|revis|arregl"
    rf"|termin|entreg|corrij|corrig"
    rf"|repar|cumpl)\w*"
)
"""Payment withheld until something is put right: a dispute, whatever else is promised."""
