"""Strangers, thanks, insults, machines, and what else reaches a receivables desk."""

from messaging.triage.words import NOT, word_set, words

WRONG_NUMBER = (
    words(
        r"\bnumber (?:now )?belongs to\b|\bmy name (?:is not|isn'?t|ain'?t)\b"
        r"|\b(?:is not|isn'?t|no longer) \w+'s (?:number|phone|cell)\b"
    ),
    words(
        r"\bwrong (?:#|(?:number|num|no|phone|guy)\b)|\b(?:you(?:'ve| have)?|u) (?:have |got |got"
        r" the |texted |reached |texting |must have )*(?:the )?wrong (?:number|person|guy|one"
        r"|phone|cell)"
        r"|\bmisdial\w*|\bnot (?:the|who|whoever) (?:you|person you|u)(?: are|'re| think| want)?\b",
        not_before=(
            r"of (?:hours|units|items|people|days|boxes)|on (?:the |my |your )?(?:invoice|check"
            r"|bill)"
            r"|(?:was |is )?(?:listed|printed|shown)"
        ),
    ),
    words(
        r"\b(?:do not|don'?t|dont|never) (?:know|heard|hear|recognize|done|do|did|had|have"
        r"|been|use[d]?|worked)"
        r" (?:of |any |what |who |business |an? |anything |with |about )*(?:you"
        r"|this (?:company|business|is"
        r"|person|name|number)|them|that (?:person|company|name|is)|account|customer"
        r"|the company|your company"
        r"|u\b|client|anyone|any(?:body)? (?:by|named)|(?:this|that) (?:company"
        r"|business))(?! are saying)",
        not_before=r"(?:were|was|is|are) (?:coming|going|due|sent)|(?:sent|called|texted|charged)",
    ),
    words(
        r"\bnot (?:a |your |one of your )?(?:customer|client)s?\b|\bno one (?:here |with "
        r"|by )*(?:by |with )?"
        r"(?:that|this|the) name|\bnobody (?:here )?(?:by|named|with)|\b(?:no|not a"
        r"|there is no|there's no)"
        r" (?:\w+ ){0,2}(?:here|at this number|lives here|works here)\b|\b(?:this"
        r"|number) (?:is not|isn'?t|aint"
        r"|ain'?t|is no longer) (?!right|correct|a good|the (?:right|correct|amount|total)"
        r"|what|my bill|due|our"
        r" (?:bill|invoice)|fair|accurate|mine|acceptable)(?:\w+(?:'s)? ?){1,3}(?:number"
        r"|phone|cell|anymore)?\s*"
        r"(?:$|[.!,])|\b(?:just|recently) got this (?:number|phone)|\bnew (?:owner of"
        r"|person with) this number"
        r"|\b(?:i'?m|im|i am) not (?!sure|able|paying|going|happy|in\b|the (?:one|owner)"
        r"|responsible|at|on|trying"
        r"|getting|home|here|interested|available|a (?:fan|robot|bad)|with|working|ready"
        r"|giving|done|mad|asking"
        r"|satisfied|pleased|okay|ok|comfortable|aware|seeing|receiving|rich|due|late|your"
        r"|sending|avoiding"
        r"|disputing|that|saying|gonna|allowed|an?\b|good|doing|refusing|feeling|well"
        r"|convinced|clear)[a-z]{3,}"
        r"(?: [a-z]+)?\s*(?:$|[.!,])",
        not_after=r"invoice|amount|if|sure|the",
    ),
    words(
        r"\b(?:numero|telefono|persona) (?:equivocad|incorrect|errone)\w+|\bse (?:equivoc\w+"
        r"|confundi\w+)(?: de"
        r" (?:numero|persona))?\b|\bno (?:soy|es)(?: el numero de"
        r"| el telefono de)? (?!el (?:encargado|monto|total"
        r"|precio|problema|dueno)|la (?:cantidad|encargada|duena)|lo|correct|just"
        r"|mi (?:factura|cuenta)|posible"
        r"|verdad|necesario|mucho|seguro|yo\b|quien|asi|un|una"
        r"|cierto)[a-z]{3,}(?: [a-z]+)?\s*(?:$|[.!,])|\bno"
        r" (?:los |lo |la |le )?conozco\b|\bno soy cliente\b|\bequivocado\s*$"
        r"|\baqui no (?:vive|trabaja|hay|es)"
        r"|\bnunca (?:he )?(?:hecho negocio|comprado|contratado)",
        not_after=r"factura|monto|cantidad",
    ),
)

THANKS_WORDS = word_set(
    "ok okay okey oki k kk thanks thank thanx thx ty tysm tks you u so much very got it gotcha "
    "received noted sounds good great perfect cool awesome nice sure yep yes yeah yup alright "
    "right copy that roger understood appreciate appreciated the reminder for letting me us "
    "know heads up will look into all set done no problem worries np welcome have a day one too "
    "cheers ah oh hi hello hey fine excellent and your this info update message text again "
    "lovely bless gracias muchas muy amable ok entendido recibido perfecto listo de acuerdo "
    "claro bien por el recordatorio avisar aviso esta vale igualmente bueno si buen dia "
    "enterado sale hola buenos dias buenas tardes saludos lo my friend sir mam ma'am guys team "
    "i we everyone morning afternoon evening wonderful amazing good 10-4 mil se agradece "
    "mensaje su informacion information reviewing check checking see saw aware its it's"
)

THANKS_CORE = word_set(
    "ok okay okey oki k kk thanks thank thanx thx ty tysm tks got gotcha received noted sounds "
    "great perfect cool awesome nice sure yep yeah yup alright roger understood appreciate "
    "appreciated aware copy worries np problem welcome cheers fine excellent gracias entendido "
    "recibido perfecto listo acuerdo claro bien vale bueno enterado agradece sale 10-4 "
    "wonderful saw look lovely amable good"
)

THANKS_MARKS = frozenset("👍👌🙏😊🙂❤✅😀😁🤝💯🫡☺👏😃")

ABUSIVE = words(
    r"\bf+u+c+k+\w*|\bf\*+\w*|\bfck\w*|\bfuk\w*|\bgo to hell\b|\bscrew (?:you|u|off)\b"
    r"|\b(?:ass ?hole|bitch\w*"
    r"|bastard|dick ?head|jerks?|idiots?|morons?|crooks?|thieves|thief|scumbags?|losers?"
    r"|stupid|dumb ?ass\w*|pos\b"
    r"|piss off|bite me|kiss my|shove it|eat shit|bullshit|shit\w*|suck it|you suck|clowns?"
    r"|scammers?|parasites?"
    r"|vultures?|bloodsuckers?|trash|pathetic)\b|\b(?:pendej\w+|ching\w+|put[oa]s?\b"
    r"|cabron\w*|vete a la|vayanse"
    r" a la|idiotas?|estupid\w+|mierda|rateros?|ladron\w*|imbecil\w*|verga|no mames|culer\w+)"
)

AUTO_REPLY = (
    words(
        r"\bout of (?:the )?office\b|\bauto(?:matic|mated)?[ -]?(?:reply|response"
        r"|respond\w*)\b|\bi(?:'m| am|'ll be"
        r"| will be)? (?:currently )?(?:out|away|on vacation|on leave|on pto|traveling"
        r"|unavailable)\b[^.!?\n]{0,40}"
        r"\b(?:until|till|returning|return|back|with limited|and will|through|no access)\b"
        r"|\bi(?:'m| am) (?:driving"
        r"|in a meeting|busy|at work)\b[^.!?\n]{0,40}\b(?:get back|later|notification"
        r"|call you|text you|auto)"
        r"|\bi'?ll (?:get back to you|call you back|text you back) (?:later|soon|when"
        r"|as soon)|\b(?:sorry, ?)?i"
        r" can'?t talk right now|\b(?:mailbox|inbox|number|e-?mail|account"
        r"|address) (?:is )?(?:\w+ )?(?:not"
        r" (?:monitored|checked|in service)|unmonitored|no longer (?:monitored|active|in use"
        r"|in service)|full)"
        r"|\bdo not disturb\b(?! list)|\bthank you for (?:contacting|your (?:e-?mail|message"
        r"|inquiry)|reaching out"
        r"|e-?mailing|messaging|calling)\b|\bwe (?:have )?received your (?:message|e-?mail"
        r"|inquiry|request)\b|\bour"
        r" (?:office|business|store) (?:is|hours)\b|\bfuera de (?:la )?oficina\b"
        r"|\brespuesta automatica\b|\bgracias"
        r" por (?:contactar\w*|comunicarse|su mensaje|escribir)\b|\bestoy (?:manejando"
        r"|conduciendo)\b|\bthis is an"
        r" automated\b|\bticket (?:#|has been|number)|\bgracias por su correo\b",
        not_after=NOT,
    ),
    words(
        r"\bserver will (?:keep|continue|go on) (?:trying|to try|to retry)"
        r"|\bwill (?:be )?retr(?:y|ied) (?:for|until)"
        r"|\bdelivery (?:has been |is |was )?delayed\b"
        r"|\b(?:delivery (?:status|has failed|failure|incomplete)|undeliver\w+|mail delivery"
        r"|mailer-daemon|message"
        r" (?:not delivered|could not be|wasn'?t delivered|blocked)|address not found"
        r"|recipient (?:address )?rejected"
        r"|user unknown|does not accept (?:text|sms|incoming)|unable to receive (?:text|sms)"
        r"|landline)\b|\b550 5"
    ),
)

SPAM = words(
    r"\bcompanies like yours\b|\bcollection (?:lawyers|attorneys|agency) (?:\w+ )?recover"
    r"|\bdear business owner\b|\brank\w*(?: \w+| #?\d){0,3} on google\b"
    r"|\bare unpaid invoices hurting\b|\b(?:congratulations|congrats)\b[^.!?\n]{0,40}\b(?:won"
    r"|winner|selected|prize|approved)"
    r"|\byou(?:'ve| have) (?:won"
    r"|been (?:selected|approved|pre-?approved))|\b(?:crypto|bitcoin|btc|forex|casino|viagra"
    r"|seo services|backlinks"
    r"|followers|sugar daddy|onlyfans|merchant cash|business (?:loan|funding)|working capital"
    r"|work from home|free gift"
    r"|gift card|no credit check|get approved|cash offer|weight loss|hot singles)\b|\bpage (?:1"
    r"|one) of google\b|\bearn \$\d[^.!?\n]{0,20}\b(?:day|week|home)\b|\b(?:rank|ranking) (?:your"
    r"|on) (?:website|google)|\bclick (?:here"
    r"|below) to (?:claim|win|get)|\bhas"
    r" ganado\b|\b\d{4,8} is your (?:\w+ ){0,2}code\b|\byour (?:\w+ ){0,2}code is:? ?\d{4,}"
    r"|\b(?:added|invited) to the \w+ portal\b|\bactivate your account within\b"
    r"|\bdear (?:sir|friend|madam)\b[^\n]{0,60}\b(?:manufactur\w+|factory|supplier of|we supply"
    r"|exporter)"
    r"|\bfelicidades\b[^.!?\n]{0,30}\bgan"
)

OTHER = (
    words(
        r"\bbankrupt\w*|\bchapter (?:7|11|13|seven|eleven|thirteen)\b|\binsolven\w*"
        r"|\breceivership\b|\b(?:going|went|go)"
        r" out of business\b|\b(?:clos|shut)\w* (?:down |up )?(?:the |our |my )(?:business"
        r"|company|shop|doors)\b"
        r"|\b(?:business|company) (?:is|has) (?:closed|dissolved|shut)|\bbancarrota\b"
        r"|\bquiebra\b|\bassignment for the"
        r" benefit\b|\bcerr\w+ (?:el|mi|nuestro) (?:negocio|empresa)"
    ),
    words(
        r"\bpass(?:ed)? away\b|\b(?:he|she|husband|wife|father|mother|dad|mom) (?:has )?passed\b"
        r"|\bdeceased\b|\b(?:he|she|father|mother|husband|wife|dad|mom"
        r"|owner|brother|\w+) (?:has"
        r" |just |recently )?died\b|\bestate of\b|\bfuneral\b|\bhospice\b|\bfalleci\w+"
        r"|\bmurio\b|\bdifunt[oa]\b|\b(?:in"
        r" the|at the) hospital\b|\bhospitalized\b|\ben el hospital\b"
    ),
    words(
        r"\b(?:charge|run|use|bill|put it on|hit|debit) (?:it |this |that )?(?:to |on )?(?:my"
        r"|our|the) (?:credit |debit"
        r" |amex |visa |same |bank |usual )*(?:card|account|amex|visa)\b|\bcard on file\b"
        r"|\bauthoriz\w+ (?:you )?to"
        r" (?:charge|debit|run)|\b(?:cobre|cargue|pase)\w* (?:\w+ )?(?:a )?(?:mi|la) tarjeta",
        not_after=(
            rf"{NOT}|you|did you|you already|why did you|can i|could i|may i|how do i|trying to"
            rf"|tried to|i|to"
        ),
    ),
    words(
        r"\b(?:cancel|terminate|discontinue|stop|end)(?:ling|ing)? (?:my |our |the |all "
        r"|your |this )*(?:service"
        r"|subscription|account|contract|order|appointment|membership|policy|job|work|project"
        r"|delivery|maintenance"
        r"|visit|auto ?pay)s?\b|\bcancel\w* (?:el |la |mi |mis |su )*(?:servicio|cita|pedido"
        r"|orden|contrato|cuenta)",
        not_after=rf"{NOT}|i already|we already|already",
    ),
    words(
        r"\b(?:re-?schedul\w+|appointment|be (?:there|here) (?:at|by|around|soon)"
        r"|see you (?:at|on|tomorrow|monday"
        r"|tuesday|wednesday|thursday|friday|then|there|soon)|on my way|running (?:late"
        r"|behind)|stop(?:ping)? (?:by|in"
        r"|over)|come by|swing by|coming (?:by|over)|drop by|gate code|what time"
        r"|pick(?:ing)? (?:it |them )?up"
        r"|delivery (?:on|for|date)|cita\b|paso (?:por|a))\b",
        not_after=NOT,
    ),
    words(
        r"\b(?:can'?t|cannot|can not|cant|unable to|not able to|couldn'?t|could not"
        r"|no (?:lo )?puedo|no (?:lo )?podemos)"
        r" (?:\w+ ){0,2}?(?:pay|afford|make (?:the |this |a |my )?payment|pagar)\w*"
        r"|\b(?:lost my job|laid off|no money"
        r"|broke\b|hardship|tight right now|struggling|cash flow|slow (?:month|season"
        r"|right now)|behind on (?:bills"
        r"|everything)|no tengo dinero|sin trabajo|sin dinero|no tengo (?:con que|trabajo)"
        r"|(?:don'?t|do not) have"
        r" (?:the |any |it|that |enough )?(?:money|funds|cash|right now))\b",
        not_before=r"(?:\w+ ){0,2}(?:online"
        r"|with (?:the|this|your)|on (?:the|your) (?:site|page|link|website|portal)|through"
        r"|using|en linea)",
    ),
)
