"""How people end messages, take them up again and ask for a person."""

from messaging.triage.words import FILL, NOT, word_set, words

CARRIER = {
    **dict.fromkeys(
        ("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"), "stop"
    ),
    **dict.fromkeys(("help", "info"), "help"),
    **dict.fromkeys(("start", "unstop", "yes"), "start"),
}
"""Single words that carriers act on themselves. YES is one for them, not proof for us."""

STOP_WORDS = word_set(
    "stop st0p stopall unsubscribe cancel end quit revoke optout unsub remove stpo sotp stopp "
    "sstop "
    "unsuscribe unsubcribe unsubscrib alto parar pare basta cancelar detener baja salir "
    "desuscribir eliminar stopit desist"
)
HELP_WORDS = frozenset({"help", "info", "ayuda", "informacion", "hlp"})
START_WORDS = frozenset({"start", "unstop", "resume", "resubscribe", "restart", "iniciar"})
POLITE_WORDS = word_set(
    "please pls plz kindly now thanks thank you immediately all it this por favor gracias ya "
    "everything the ok okay just sir asap right i said me hi hello hola mensajes texts"
)

_NOISE = (
    r"text|txt|sms|messag|msg|mssg|reminder|notification|notice|alert|contact|spam|harass|bother"
    r"|bug(?:ging)? me|annoy|e-?mail|communicat|blowing up|hitting me|send|bombard|pester|ping"
    r"|writing|reaching out|remind|calling|calls|hounding|nagging"
)
_BETWEEN = (
    r"(?:(?:all|any|the|these|this|those|your|with|please|me|us|future|further|more|of|so|many|damn"
    r"|constant|automated|automatic|annoying|stupid|freaking|fucking|dumb|silly|endless)\W+){0,4}"
)
_AT_TIMES = (
    r"(?:me |us |here )?(?:at (?:work|night|this hour|\d)|before \d|after \d|during|while"
    r"|on (?:my day"
    r"|weekends?|sundays?|saturdays?)|in the (?:morning|evening|middle)|so (?:early|late)"
    r"|this (?:early|late)|back\b|en la noche|de noche|tan (?:tarde|temprano)|los domingos"
    r"|antes de|despues de)"
)
_NOT_STOP = (
    rf"(?:(?:please )?(?:{NOT}|no need to|why did you|did you|you can'?t|not asking you to)"
    r"(?: (?:want|ask|mean|say|tell|need|have)(?: you)?(?: to)?)?)(?: ever| just)?"
)
_PAST_OPT_OUT = (
    rf"(?:{NOT}(?: (?:want|mean|ask|wish|try|trying|meant))?(?: to)?|did i|accidentally|by accident"
    r"|by mistake|if i|after i|undo (?:my|the))"
)
_NOT_THE_TEXTS = (
    r"[^.!?\n]{0,40}\b(?:paper|postal|by (?:post|fax)|fax(?:es)?|(?:old|wrong|previous) "
    r"(?:address|e-?mail|number)|the (?:crew|truck|driver|product|shipment|material)s?)\b"
)

_SAID = (
    r"(?:texts?|texting|messages|messaging|reminders?|notices|notifications|alerts|e-?mails|msgs)"
)
STOP = (
    words(
        rf"\b{_SAID}\W+(?:\w+\W+){{0,3}}?(?:ends?|stops?|ceased?|over with|not (?:wanted|welcome"
        rf"|ok))\b"
        rf"|\b(?:end|stop|halt) (?:of|to|with) (?:all |the |these |your |any |more )*{_SAID}\b"
        r"|\bdo not (?:call|contact|text|disturb) (?:list|registry)\b"
        r"|\bhow (?:many times|often) do i (?:have|need) to (?:type|text|reply|send)"
        r" (?:it|stop|the word|this)\b"
        r"|\bbe(?:ing)? left (?:alone|in peace)\b|\bleave (?:me|us) (?:be|in peace)\b"
        r"|\bwhat part of (?:stop|no)\b"
        r"|\b(?:stfu|shut up|shut it|done|cut it out|give it a rest) with (?:the|your|these|all)\b"
        r"|\b(?:i'd like|i want|want|would like|get me) off\b(?! (?:the hook|work|this bill))"
        r"|\b(?:did not|didn'?t|never) opt(?:ed)? in\b"
        r"|\b(?:take|remove|delete|drop) (?:this|our|my) (?:\w+ )?(?:number|phone|address|e-?mail"
        r"|mailbox|inbox|cell|line) (?:off|out|from)\b(?! (?:the |this |your )?(?:invoice|bill"
        r"|account)\b)"
        r"|\b(?:olvid\w+|olvidense) (?:de )?(?:este|mi|ese) (?:numero|telefono|celular)"
        r"|\b(?:me )?niego a recibir\b|\bme salgo\b"
        r"|\bforget (?:you (?:ever )?had )?(?:this|my|our) (?:number|phone|cell)",
        not_after=rf"{NOT}|why did (?:the|my|your)|when (?:did|do) (?:the|my|your)|did (?:the|my"
        rf"|your)|until|keep (?:the|your)",
        not_before=r"(?:ed|ped)\b| (?:coming|by|in)\b",
    ),
    words(
        rf"\b(?:stop|quit|cease|discontinue|halt|end)\W+{_BETWEEN}(?:{_NOISE})\w*",
        not_after=_NOT_STOP,
        not_before=_NOT_THE_TEXTS,
    ),
    words(
        r"(?:^|[.!?;,\n]\s*|\bplease |\bpls |\bplz |\bjust |\band |\bto |\bmake (?:it|this|them) )"
        r"stop(?: it| this)?(?: please| now| pls| thanks| already)*\s*(?:$|[.!,;:\n-])",
        not_after=rf"{NOT}|bus|truck|pit|going|have|had|try|trying",
        not_before=r"by\b|in\b|over\b|at\b",
    ),
    words(
        r"^\W*(?:please |pls |plz |ok |just )?stop\b",
        not_before=(
            r"(?:by|in|over|at|on|off|through|payments?|paying|work\w*|watch|loss|sign|light"
            r"|service|delivery|order|shipping|shipment|production"
            r"|(?:my|our|the|this|your|all) (?:\w+ )?(?:work|job|payments?|checks?|service|project"
            r"|crew|truck|leak|order|delivery|account|subscription|auto ?pay))\b"
        ),
    ),
    words(
        r"\b(?:do not|don'?t|dont|never|no longer|not to|stop) (?:ever |please |you )?(?:text"
        r"|txt|message"
        r"|msg|contact|e-?mail|sms|write|bother|spam|bug|notify|remind|disturb|harass)(?:ing)?"
        r"(?: or call| or contact| or message| to)? (?:me|us|this (?:number|phone|line)|here"
        r"|my (?:phone"
        r"|number|cell)|our (?:number|phone|office))\b",
        not_after=r"why|if you|or i|so i|reason you|so they",
        not_before=_AT_TIMES,
    ),
    words(
        r"\b(?:do not|don'?t|dont|never) (?:call or |please )?(?:text|txt|contact|message|disturb)"
        r"(?: again| anymore| any more|\s*$|\s*[.!,])",
        not_after=r"why|if you",
    ),
    words(
        r"\b(?:do not|don'?t|dont|never) (?:be )?send(?:ing)? (?:me |us )?(?:any |more "
        r"|these |this |those"
        rf"|such |your |another ){{0,3}}(?:{_NOISE})",
        not_before=_NOT_THE_TEXTS,
    ),
    words(
        r"\bno (?:more |further )(?:text|message|msg|reminder|sms|notification|contact"
        r"|e-?mail|call|of"
        r" these|communication)\w*|\bno (?:texts?|texting|sms|messages)(?: please"
        r"| pls)?\s*(?:$|[.!,])",
        not_after=r"there (?:will|should) be|(?:got|getting|received|see|saw|have|had)",
    ),
    words(
        r"\b(?:take|remove|delete|drop|get|pull|scratch|strike) (?:me|us|my (?:name|number"
        r"|phone|cell"
        r"|info\w*|contact\w*)|(?:this|our) (?:number|phone|contact))(?: number)? (?:off|from"
        r"|out of)\b",
        not_before=r"(?:(?:the|this|that|your|my) )?(?:account|auto ?pay|invoice"
        r"|lease|contract|policy"
        r"|project|job"
        r"|hook|bill)\b",
    ),
    words(
        r"\b(?:remove|delete|lose|forget|erase) (?:me|us|my (?:phone |cell )?(?:number|contact)"
        r"|this (?:phone |cell )?number)\b(?! (?:from|off|about|if|to))",
        not_after=NOT,
    ),
    words(r"\bunsub(?:scri\w*|cri\w*)?\b|\bunsuscri\w*", not_after=_PAST_OPT_OUT),
    words(
        r"\bopt(?:ing|ed)?[ -]?(?:me |us )?out\b|\boptout\b",
        not_after=_PAST_OPT_OUT,
        not_before=r"of (?:the |my |our |your )?(?:service|warranty|auto|insurance|plan|program"
        r"|contract"
        r"|renewal|paper)",
    ),
    words(
        r"\bleave (?:me|us) alone\b|\bgo away\b|\bknock it off\b|\bquit it\b|\bbuzz off\b"
        r"|\benough (?:with|of) (?:the|these|your) \w+|\benough (?:already|texts|messages)\b"
        r"|\bget lost\b"
    ),
    words(
        r"\b(?:no longer|do not|don'?t|dont|never|not) (?:want|wish|care|like|need|interested"
        r"|consent"
        rf"|authorize)\W+(?:to |in |you ){{0,2}}{FILL}{{0,4}}?(?:texts?|texting|texted"
        rf"|messages?|messaged"
        r"|messaging|contacted|contact|reminders?|hear from|sms|notifications?|notified"
        r"|alerts?|msgs?"
        r"|bothered|communications?)\b",
        not_after=r"why|if you|i hope you",
        not_before=(
            r"(?:to |with )?(?:the wrong|my (?:husband|wife)|you to (?:stop|miss))"
            r"|about anything else"
        ),
    ),
    words(
        r"\b(?:revoke|revoking|withdraw|withdrawing|rescind|take back) (?:my |our |all "
        r"|any )*(?:consent"
        r"|permission|authorization)\b|\b(?:not|don'?t|never) (?:have|had|gave|given"
        r"|give)? ?(?:you |u )?"
        r"(?:my |our |any )?(?:permission|consent) to (?:text|contact|message)\w*"
        r"|\bnever (?:consented|agreed|opted in|signed up|subscribed)\b(?: to| for)?"
        rf" ?{FILL}{{0,3}}(?:texts?|messages?|sms|texting|messaging|reminders|this|these)\b"
    ),
    words(
        r"\bcease and desist\b|\bdo[ -]?not[ -]?(?:call|text|contact|disturb) (?:list|registry)"
        r"|\bdnc\b|\bblock(?:ing|ed)? (?:you|your number|this number|these)\b"
        r"|\btcpa\b|\b(?:i|we)(?:'ll| will| am going to|'m going to) (?:report|block) (?:you"
        r"|this)\b"
    ),
    words(
        r"\b(?:text|message|contact|msg)(?:ing)? (?:me|us) (?:any ?more|again)\b",
        not_after=r"can|may|could|please|free to|ok to|okay to|fine to|welcome to|start"
        r"|when you|you|to",
    ),
    words(
        r"\be-?mails? only\b|\bonly (?:ever )?(?:use |by |via |through |contact (?:me|us) (?:by"
        r"|via|through) "
        r"|communicate (?:by|via) |respond to )?e-?mails?\b"
        r"|\b(?:contact|reach|notify|communicate with) (?:me|us) (?:only |just |strictly )?"
        r"(?:by|via|through|thru|over) e-?mail\b"
        r"|\b(?:by|via|through) e-?mail (?:only|instead|from now on|going forward|rather than)"
        r"|\b(?:prefer|rather (?:have|get|use)|switch to|stick (?:to|with)|keep it (?:to|on|in)) "
        r"(?:an )?e-?mails?\b"
        r"|\b(?:just|please) use (?:my )?e-?mail\b"
        r"|\be-?mail (?:me|us)? ?(?:instead|from now on|rather than text)"
        r"|\binstead of (?:a )?(?:text|sms|txt)\w*",
        not_after=r"(?:invoice|bill|statement|copy|receipt|pdf)[^.\n]{0,25}",
        channel="sms",
    ),
    words(
        r"\bno (?:me |nos )?(?:escriba|manden|mande\b|envie|contact\w+|molest\w+|texte\w+|llam\w+"
        r"|escrib\w+|notifi\w+)(?:n\b|\b)\s*(?:mas\b|mensajes?|textos?|nada|est[oe]s?"
        r"|recordatorios?"
        r"|a este|por (?:texto|mensaje|aqui)|por favor|$|[.!,])",
        not_after=r"por que|si",
        not_before=_AT_TIMES,
    ),
    words(
        r"\b(?:deje|dejen|dejar|deja|pare|paren|parar)(?:me|nos)? de (?:enviar|mandar"
        r"|escribir|molestar"
        r"|contactar|textear|llamar|mensajear|chingar|joder|estar)\w*",
        not_after=r"no",
    ),
    words(
        r"\b(?:ya )?no (?:quiero|queremos|deseo|deseamos|necesito|autorizo)(?: que)?(?: me| nos)? ?"
        rf"(?:recib\w+|mas|sus|estos|esos|envi\w+|mand\w+|escrib\w+|contact\w+)?\s*{FILL}{{0,3}}?"
        r"(?:mensajes?|textos?|recordatorios?|sms|escriban|contacten|llamen|manden|envien"
        r"|notificaciones)"
    ),
    words(
        r"\bno (?:mas|more) ?(?:mensajes?|textos?|recordatorios?|sms|por favor|please|$|[.!])"
        r"|\bbasta (?:de|ya|con)\b|\bya basta\b|\balto a\b|\bcancel\w+ (?:los |estos |mis )?"
        r"(?:mensajes|textos|suscripcion|recordatorios)"
    ),
    words(
        r"\b(?:quit|borr|elimin|saqu|sac|remuev|remov|retir)(?:e|en|a|ar)(?:me|nos)\b"
        r"|\b(?:quit|borr|elimin|sac)(?:e|en|ar) mi (?:numero|telefono|nombre)"
        r"|\b(?:de|den|dar|dame|darme|deme|denme|quiero la) ?(?:me |nos )?(?:de )?baja\b"
        r"|\bdejeme en paz\b|\bdejenme en paz\b|\bno molest\w+"
    ),
    words(
        r"\b(?:solo|solamente|unicamente|mejor|prefiero)(?: por| al| el| un)? ?(?:correo|e-?mail)\b"
        r"|\bpor (?:correo|e-?mail) (?:solamente|nada mas|unicamente|mejor)|\ben (?:vez|lugar) de "
        r"(?:texto|mensaje)s?",
        not_after=r"(?:factura|copia|estado)[^.\n]{0,25}",
        channel="sms",
    ),
)

_OURS = r"(?:list|texts?|messages?|reminders?|alerts?|system|database|computer|records?|sms|thread)"
PLAIN_STOP = (
    words(r"\byou (?:can|may|could) (?:please )?stop(?: now| already| please)?\s*[.!]*\s*$"),
    words(
        r"(?:^|[.!?,;\n]\s*)(?:please |pls |just |go )?(?:text|message|msg|txt) (?:some"
        r" ?(?:one|body)"
        r"|anyone|anybody) else\b"
    ),
    words(
        r"(?:^|[.!?,;:\n-]\s*|\b(?:please|pls|plz|just|and|ok|guys|so|now) )(?:just |pls |please )?"
        r"(?:(?:stop|quit|cease) (?:text|txt|messag|msg|sms|contact|harr?ass|spam|pester|hound"
        r"|ping)\w*"
        r"|(?:do not|don'?t|dont|never) (?:ever )?(?:text|txt|message|msg)) (?:me|us|this (?:number"
        r"|phone|line|cell)|my (?:phone|cell|number|wife|husband|kids?))\b",
        not_before=_AT_TIMES,
    ),
    words(
        r"(?:^|[.!?;\n]\s*)(?:just |please )?(?:stop|quit) (?:asking|begging|nagging|bugging"
        r"|pestering"
        r"|bothering|hassling|hounding|reminding)(?: me| us)?(?: about (?:it|this"
        r"|that))?\s*[.!]*\s*$"
    ),
    words(
        r"\b(?:take|remove|get|drop|pull) (?:me|us|my (?:cell |phone )?(?:number|digits|phone"
        r"|cell|name)"
        r"|this (?:cell |phone )?(?:number|phone|cell)|our number) (?:off|from"
        r"|out of) (?:of )?(?:your"
        rf" |the |this |that |these |those )?(?:\w+ ){{0,2}}{_OURS}\b",
        not_after=NOT,
    ),
    words(
        r"\bno (?:vuelv\w+|vayan?) a (?:usar|textear|escribir|mandar|contactar"
        r"|molestar)\w* (?:me |nos )?"
        r"(?:este|mi|a este|mas|por aqui|mensajes|nada)\b"
        r"|\bno (?:quiero|queremos) (?:que|q) (?:me|nos) (?:esten|sigan|anden"
        r"|vuelvan a) (?:avis|mand|"
        r"escrib|text|molest|contact|envi)\w*"
    ),
)
"""So plain that nothing beside it can mean otherwise."""

START = (
    words(
        r"\b(?:turn|put|switch)(?:ing)? [^.!?\n]{0,30}\bback on\b"
        r"|\bwant back in\b|\bplease restart\b"
        r"|\b(?:add|put|include) (?:me|us|my number) (?:back|again"
        r"|(?:on|in|to)\b[^.!?\n]{0,25}\bagain)\b"
        r"|\b(?:never|not|didn'?t) (?:meant?|mean) to (?:opt|stop|unsub)"
        r"|\bi (?:do|still|really) want (?:to (?:get|receive) )?(?:these|the|them|your|those)\b"
        r"|\b(?:stop|unsubscri\w+|opt(?:ed|ing)? out|baja)\b[^.!?\n]{0,45}\b(?:accident\w*"
        r"|mistake|error"
        r"|sin querer|equivoc\w+|toddler|kid|my son|pocket)\b"
        r"|\b(?:accident\w*|mistake|error|sin querer)\b[^.!?\n]{0,30}\b(?:stop|unsubscri\w+"
        r"|opt(?:ed)? out|baja)\b"
        r"|\b(?:activ|reactiv)\w+(?:me|nos)? de nuevo|\bvuelv\w+ a (?:mandar|enviar|escribir)me\b"
    ),
    words(
        r"\b(?:resume|restart|reactivate|turn (?:back )?on|continue) (?:the |my |your "
        r"|sending )*(?:text|"
        r"message|reminder|sms|notification)\w*"
        r"|\b(?:can|may|could|ok(?:ay)? to|fine to|free to|welcome to|please"
        r"|go ahead and) (?:start |begin )?"
        r"(?:text|message|send|contact)(?:ing)? (?:me |us )?(?:texts |messages |reminders )?again\b"
        r"|\bstart (?:texting|messaging|sending)(?: me| us)?\b(?! (?:the )?(?:invoice|bill)s?)"
        r"|\bopt(?:ing|ed)?[ -]?(?:me |us )?(?:back[ -]?)?in\b|\bsign me (?:back )?up\b"
        r"|\b(?:re-?subscribe|resub|unblock) ?(?:me)?\b|\bundo (?:my |the )?(?:stop|opt[ -]?out)"
        r"|\bput me back on\b|\b(?:stopped|unsubscribed|opted out"
        r"|texted stop) (?:by (?:mistake|accident)"
        r"|accidentally)|\baccidentally (?:stopped|unsubscribed|opted out|texted stop)"
        r"|\b(?:did not|didn'?t) mean to (?:stop|unsubscribe|opt out|text stop)",
        not_after=rf"{NOT}|never|did i|i never",
    ),
    words(
        r"\breanud\w+|\bvolver a recibir|\b(?:pueden?|puedes) (?:volver a )?(?:escribirme|enviarme|"
        r"mandarme|textearme)(?: de nuevo| otra vez| mensajes)?|\bactiv\w+ (?:los "
        r"|mis )?(?:mensajes"
        r"|recordatorios)"
    ),
)

HELP = (
    words(
        r"\b(?:call|phone|ring) (?:me|us)\b(?! (?:a|an|when|if|stupid|crazy)\b)"
        r"|\bgive (?:me|us) a (?:call|ring)\b|\b(?:need|want|like|able|can i|could i|may i"
        r"|can we|have to)"
        r" ?(?:to )?(?:speak|talk|chat)\b|\b(?:have|can|could|get) (?:some ?(?:one|body)"
        r"|a (?:person|human"
        r"|manager|rep\w*)|the (?:owner|manager)|your (?:boss|manager)) (?:to )?(?:call"
        r"|contact|phone|reach"
        r"|help)|\b(?:real|live|actual) (?:person|human)\b|\bspeak (?:to|with) (?:a|an|some"
        r"|the|your)"
        r"|\b(?:customer service|representative|operator|agent)\s*(?:please|pls)?\s*$|\bhelp me\b"
        r"|\bneed (?:some )?help\b|\bcall back\b",
        not_after=rf"{NOT}|will|'ll|when you|when they|tried to|trying to|you|you'll",
        not_before=r"remember|keep|stay|track|budget|plan",
    ),
    words(
        r"\b(?:llame|llamen|llama|marque|marquen)(?:me|nos)\b|\b(?:me|nos) (?:puede|pueden"
        r"|podria|podrian)"
        r" (?:llamar|marcar)|\bhablar con (?:alguien|una persona|un|el|la)|\bnecesito ayuda\b"
        r"|\bquiero hablar\b",
        not_after=r"no",
    ),
)
