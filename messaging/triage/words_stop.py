"""How people end messages."""

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
STOP_PHRASES = frozenset(
    {
        *(
            "opt out",
            "no mas",
            "s t o p",
            "sto p",
            "st op",
            "s top",
            "off",
            "turn off",
            "switch off",
        ),
        *("shut up", "shut off", "zip", "hush", "silence", "stfu", "put a sock in", "callate"),
        *("callense", "enough", "give a rest", "cut out", "leave me be"),
    }
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
AT_TIMES = (
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
        r"\b(?:them|these|those|it|this|reminders|messages|texts|e-?mails|notices|alerts) (?:all )?"
        r"(?:to be |can be |could be |should be |may be )?(?:switched|turned|shut|cut) off\b|"
        rf"\b(?:switch|turn|shut|cut)(?:ed|ing)? (?:(?:them|these|those|it|all|the|your|of|this"
        rf"|automat\w+|text|sms|e-?mail|reminder|bot|robot|thing|{_SAID})\s){{1,6}}?off\b"
        rf"|\b(?:switch|turn|shut|cut) off (?:(?:all|the|your|these|those|automat\w+|text|sms"
        rf"|e-?mail|reminder)\s){{0,4}}{_SAID}\b"
        r"|\boff (?:of )?(?:the|your|this|that|ur) (?:\w+ ){0,2}(?:reminder|mailing|text\w*|sms"
        r"|contact|distribution|e-?mail|call|messag\w*|calling)s? ?(?:list|thing|program"
        r"|service)?\b",
        not_after=NOT,
    ),
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
        not_before=AT_TIMES,
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
        not_after=NOT,
        not_before=r"(?:(?:the|this|that|your|my) )?(?:account|auto ?pay|invoice|schedule|route"
        r"|calendar|rotation|waitlist"
        r"|lease|contract|policy"
        r"|project|job"
        r"|hook|bill)\b",
    ),
    words(
        r"\b(?:remove|delete|lose|forget|erase) (?:me|us|my (?:phone |cell )?(?:number|contact)"
        r"|this (?:phone |cell )?number)\b(?! (?:from|off|about|if|to))",
        not_after=NOT,
    ),
    words(
        rf"\b(?:leave out|skip|drop|lose|kill|axe|nix|ditch|spare (?:me|us)) (?:the |these |your "
        rf"|all "
        rf"|those |any |auto\w* |text |e-?mail |payment )*{_SAID}\b"
        r"|\b(?:take|remove|get|drop|pull) \S+@\S+ (?:off|from|out of)\b"
        r"|\b(?:let|make) (?:this|that) (?:be )?(?:the|your) (?:very )?last\b"
        r"|\bun[ -]subscri\w*|\bunsub(?:scri\w*|cri\w*)?\b|\bunsuscri\w*",
        not_after=_PAST_OPT_OUT,
    ),
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
        not_before=AT_TIMES,
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
