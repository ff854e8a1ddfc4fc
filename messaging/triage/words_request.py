"""How people ask for a copy, for another contact, or for an answer."""

from messaging.triage.words import NOT, words

_EMAIL = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"

_THING = r"(?:invoice|bill|statement|receipt|pdf|paperwork|copy|details|breakdown|factura|recibo)s?"

_ROLE = (
    r"(?:account(?:ant|ing|s payable)|a/?p\b|bookkeeper|office|billing|husband|wife|son"
    r"|daughter|boss"
    r"|manager|owner|partner|corporate|headquarters|head office|finance|cpa|assistant"
    r"|secretary|property"
    r" manager|landlord|tenant|insurance|attorney|lawyer|controller|someone else|purchasing"
    r"|the new)"
)

COPY = (
    words(
        rf"\b(?:re-?send|send|e-?mail|text|forward|get|need|have|see|give|provide|fax|share"
        rf"|attach|want"
        rf"|receive|mail|shoot|drop)\W+(?:it |me |us |over |out |to me |a |an |the |that "
        rf"|this |my |our |your"
        rf" |another |copy |copies |of |new |updated |latest |full |original |current "
        rf"|actual |detailed"
        rf" |itemized |please |also |again |pdf |paper |\w+@\S+ |last |month'?s |all "
        rf"|outstanding )*{_THING}\b",
        not_after=rf"{NOT}|will|'ll|going to|ill|you|did you|who|stop"
        r"|already|can'?t|to|when you|why",
        not_before=r"(?:to|directly to|over to|\w+ to) (?:my|our|the|"
        + _ROLE
        + r"|\S+@)|(?:is )?(?:wrong"
        r"|incorrect|off|corrected|fixed|paid|payment)|of (?:the |my |our )?(?:check|payment"
        r"|cancelled)",
    ),
    words(
        rf"\b(?:can|could|may|please|pls|need|like|want|mind)(?: you| i| we| someone| to| u"
        rf"| have| get| pls|"
        rf" please){{0,4}} (?:re-?send|send|e-?mail|text|forward|get|have|see|mail|fax)"
        rf"\W+(?:it |me |us |over |to me |a |an |the |that |this |my |our |your |another "
        rf"|copy |copies |of"
        rf" |new |updated |last |full |original |itemized |detailed )*{_THING}\b",
        not_before=r"(?:to|directly to|over to) (?:my|our|the (?:office|account)|"
        + _ROLE
        + r"|\S+@)",
    ),
    words(
        rf"\bcop(?:y|ies) of (?:the |my |our |that |this |your |all |each )?(?:\w+ )?{_THING}"
        rf"|\b{NOT} (?:have|see|find|receive|received|get|got|seen|gotten|locate|ever (?:got"
        rf"|received))"
        rf" (?:a |an |the |that |this |any |your |my |our |such )?(?:\w+ )?{_THING}\b"
        rf"|\b(?:lost|misplaced|can'?t"
        rf" find|cannot find|deleted|threw away|never got|never received|missing) (?:the |my "
        rf"|that |your |a"
        rf" |an )?{_THING}\b|^\W*(?:{_THING}|copy)(?: (?:please|pls|plz))?\W*$"
        rf"|\b{_THING} (?:copy )?(?:please"
        rf"|pls|plz)\b|\bresend\b|\bre-send\b|\bcopy (?:please|pls)",
        not_after=r"sent|attached|here is|here's|i have|will send",
    ),
    words(
        r"\b(?:copia|reenvi\w+|remit\w+)\b|\b(?:mand|envi|pas|comp?art)\w*(?:me|nos|melo|mela"
        r"|la|lo)? ?(?:por"
        r" favor |otra vez |de nuevo |a mi )*(?:la |una |mi |el |otra |esa |su )?(?:copia"
        r"|factura|recibo|estado"
        r" de cuenta|invoice|pdf)\b|\bestado de cuenta\b|\bno (?:me |nos |he |hemos )*(?:lleg"
        r"|recib|teng|encuentr"
        r"|encontr|vist|vi)\w* (?:la|una|ninguna|esa|su|mi|el) (?:factura|copia|recibo"
        r"|invoice)|\b(?:perdi|no"
        r" tengo|no encuentro) (?:la|mi) factura|\bfactura por favor\b",
        not_after=r"ya (?:le )?|no me",
        not_before=(
            r"(?:a mi|al|a la) (?:contador|esposo|esposa|jefe|oficina)|del? (?:cheque|pago"
            r"|deposito)"
        ),
    ),
)

CONTACT_CHANGE = (
    words(
        rf"\b(?:send|forward|e-?mail|direct|address|submit|mail|text|cc|copy|route"
        rf"|bill)(?:ed)?\b[^.!?\n]{{0,40}}"
        rf"\b(?:to|at|cc)\W+(?:my |our |the |your |her |his |their )?(?:\w+ )?(?:{_ROLE}|{_EMAIL})",
        not_after=rf"{NOT}|i|we|already|i'?ll|we'?ll|will|'ll|i have|i can|have",
        not_before=r"(?:\W*(?:and )?(?:i|we)(?:'ll| will))",
    ),
    words(
        rf"\b(?:contact|call|text|reach(?: out to)?|talk (?:to|with)|speak (?:to|with)"
        rf"|message|get with|check"
        rf" with|try|ask|deal with|see)\W+(?:my |our |the |with |her |his |to )?(?:\w+ )?{_ROLE}\b",
        not_after=(
            rf"{NOT}|i'?ll|we'?ll|i will|we will|(?:i|we|he|she)(?:'m|'ll|'d)? (?:\w+ )?(?:to|can"
            rf"|will)"
            r"|let me|i|gotta|can i|could i|should i|had"
        ),
    ),
    words(
        rf"\b(?:contact|call|text|reach(?: out to)?|e-?mail|message|talk to|speak to"
        rf"|speak with) (?!me |us |back |it |this |that )(?:\w+ )"
        rf"{{1,3}}?(?:instead|at (?:\(?\d{{3}}|{_EMAIL})|about (?:this|billing|payment"
        rf"|invoices)|for (?:billing"
        r"|payment|invoices|this)|regarding|from now on|going forward)\b",
        not_after=rf"{NOT}|i'?ll|will|can i|how do i|who (?:do|should|can) (?:i|we)|need to",
        not_before=r"(?:of )?text",
    ),
    words(
        rf"\b(?:no longer|{NOT})(?: \w+ly| even| the one who| be)? (?:work(?:ing|ed)? (?:for"
        rf"|at|there|here|with)"
        r"|employed (?:there|here|at|by)|with (?:the|that|this) (?:company|business|firm)|own"
        r"|manage|handle"
        r"|in charge of|responsible for (?:the )?(?:billing|payments?|paying|bills|invoices"
        r"|account)"
        r"|the (?:owner|contact|right (?:person|contact|number)|one (?:who|that|to|for)|person)"
        r"|do (?:the )?(?:billing|books|bills)|deal with|live (?:there|here|at))\b",
        not_after=r"you|they|it|why|what|the (?:work|job|link|page)",
        not_before=r"(?:amount|charge|bill)\b",
    ),
    words(
        r"\b(?:new|different|correct|right|updated|change|changed|update|better|another"
        r"|other) (?:my |our |the"
        r" |your |billing |phone |e-?mail |mailing |cell |contact |of )*(?:number|e-?mail"
        r"|address|contact"
        r"|bookkeeper|accountant|owner|manager|phone|person|records)\b|\b(?:handles?"
        r"|takes care of|does|pays"
        r"|deals with|manages) (?:all )?(?:the |our |my |that |of )?(?:bills|billing|invoices"
        r"|payments|accounts"
        r"|books|payables|a/?p)\b|\b(?:sold|transferred) (?:the |my |our )?(?:business"
        r"|company|house|property"
        r"|building)\b|\bunder new (?:management|ownership)\b|\bwrong (?:person|contact"
        r"|department|e-?mail"
        r"|address)\b|\bmoved to\b|\buse (?:this|my other|the) (?:number|e-?mail|address)\b"
        r"|\b(?:is|are) the (?:one|person|contact|right person) (?:to|who|for)\b",
        not_after=(
            rf"{NOT}|what is your|what's your|your|do you have a|is there (?:a|another)|did you"
            rf"|get a"
        ),
        not_before=r"(?:to pay|card|account)\b",
    ),
    words(
        rf"\bya no (?:trabajo|trabaja|soy|estoy|manejo|vivo|es|me encargo)\b|\b(?:contact"
        rf"|habl|llam|escrib|mand"
        rf"|envi|dirij|comuniqu)\w*(?:me|le|lo|la|las|los|selo|sela"
        rf"|se)?\W+(?:\w+ ){{0,3}}?(?:a|con|al)\W+(?:mi"
        rf" |la |el |su |nuestr[oa] |\w+ )?(?:contador\w*|espos[oa]|jef[ea]|oficina"
        rf"|encargad[oa]|gerente|duen[oa]"
        rf"|hij[oa]|contabilidad|{_EMAIL}|corporativo|hermano|socio|administrador\w*)"
        rf"|\b(?:nuevo|otro|cambi\w+"
        rf"|el) (?:mi |de |el |es )*(?:numero|correo|direccion|telefono|domicilio)\b"
        rf"|\b(?:encargad[oa]|responsable"
        rf"|quien (?:paga|maneja|ve eso|se encarga)) (?:es|de)\b|\bpersona (?:equivocada"
        rf"|incorrecta)\b"
        rf"|\bse encarga\b|\blo (?:maneja|ve|lleva)\b",
        not_after=r"no|voy a|tengo que|dejeme|equivocado de",
    ),
)

QUESTION = (
    words(
        r"\bhow (?:can|do|should|could) (?:i|we)\b|\bwhere (?:can|do|should) (?:i|we)\b"
        r"|\b(?:some ?one|any ?one|some ?body|you) (?:please )?explain\b"
        r"|\bno idea (?:what|who|why)\b"
        r"|\b(?:mand|envi|pas)\w*(?: \w+){0,3} (?:link|enlace|liga)\b"
    ),
    words(
        r"\b(?:link|page|site|website|portal|button|url)\b[^.!?\n]{0,25}(?:n't\b|\bnot\b"
        r"|\bwont|\bdoesnt|\bisnt|\bbroken"
        r"|\b(?:error|expired|down|invalid|blank|fail\w*|dead|trouble|problem|stuck|404)\b)"
        r"|\b(?:error"
        r"|trouble|problem|issue)s? (?:message )?(?:\w+ ){0,5}(?:link|pay(?:ing|ment)?|page"
        r"|site|online|portal"
        r"|logging|opening)\b|\b(?:can'?t|cannot|can not|cant|won'?t let me|unable to"
        r"|not able to|couldn'?t|doesn'?t"
        r" let me|tried to) (?:seem to )?(?:open|pay online|access|log ?in|click|load"
        r"|see the (?:link|page)"
        r"|view|use the link|pay (?:through|with|on|via|using))|\b(?:card"
        r"|payment)(?: \w+){0,2} (?:declined"
        r"|rejected|won'?t go|not going through|didn'?t go|did not go|failed|bounced"
        r"|keeps failing|error|won'?t"
        r" work|isn'?t working)|\blink\b[^.!?\n]{0,20}\b(?:safe|legit|real)|\bsend (?:me "
        r"|us )?(?:the |a |another"
        r" |new |that )*(?:pay(?:ment)? )?link\b|\bneed (?:the |a |another "
        r"|new )*(?:pay(?:ment)? )?link\b"
    ),
    words(
        r"\b(?:enlace|link|pagina|liga|boton)\b[^.!?\n]{0,25}\b(?:no|error|falla|mal|roto"
        r"|vencid\w+)\b|\bno (?:me"
        r" )?(?:abre|deja|carga|funciona|jala|puedo (?:abrir|entrar|pagar en linea))\b"
        r"|\b(?:no puedo|problema\w*)"
        r" (?:\w+ ){0,2}(?:enlace|link|pagina)|\btarjeta (?:\w+ )?(?:rechaz|declin)\w+"
    ),
    words(r"\?"),
    words(
        r"(?:^|[.!?,\n]\s*|\b(?:and|but|ok|also|hi|hello|hey|so|sorry|yes|pero"
        r"|hola) )(?:what(?:'?s)?|how|when"
        r"|where|which|who(?:'?s| is)?|why|do you|does (?:this|it|the)|can you (?:tell"
        r"|explain|confirm|check"
        r"|verify|clarify|let)|could you (?:tell|explain|confirm|check|verify|clarify)"
        r"|is (?:this|there|it)|are you"
        r"|did you|have you|can i|can we|could i|may i|que es|cual|cuanto|cuando|donde"
        r"|como (?:puedo|pago|le|hago|se)"
        r"|por que|quien|aceptan|puedo|tienen|me puede (?:decir|explicar|confirmar))\b",
        not_before=r"(?:ever|a (?:joke|day|great))|is this\s*$",
    ),
    words(
        r"\b(?:wondering|curious|question about|have a question|not sure (?:what|which|how"
        r"|why|if)|confus\w+"
        r"|don'?t understand|do not understand|need to know|want to know|let me know (?:how"
        r"|what|if|the|which"
        r"|where)|please (?:explain|confirm|clarify|advise|verify)|can'?t tell|no entiendo"
        r"|tengo una (?:duda"
        r"|pregunta)|quisiera saber|quiero saber|digame|me (?:puede|pueden|podria) (?:decir"
        r"|explicar|confirmar))\b"
    ),
)

NEW_BUSINESS = words(
    r"\b(?:do|does|can|could) (?:you|u|your \w+)(?: guys| all| also| still"
    r"| folks)* (?:\w+ )?(?:do|offer|sell"
    r"|install|carry|provide|come (?:out|by)|quote|service|repair"
    r"|have (?:any )?(?:availability|openings))\b"
    r"|\b(?:quote|estimate|bid) (?:for|on) (?:a|an|another|some|the new|new|my|our)\b"
    r"|\b(?:need|want|like|get)"
    r" (?:a|an|another) (?:quote|estimate|bid|new)\b|\b(?:cotizacion|presupuesto)\b"
    r"|\binterested in (?:a|your|getting|another)",
    not_after=NOT,
    not_before=r"(?:\w+ )?(?:payment|plan|discount|installment|financing|the invoice|copy)",
)
