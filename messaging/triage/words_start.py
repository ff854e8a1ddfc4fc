"""How people take messages up again, and how they ask for a person."""

from messaging.triage.words import NOT, words

START = (
    words(
        r"\b(?:turn|put|switch)(?:ing)? [^.!?\n]{0,30}\bback on\b"
        r"|\bwant back in\b|\bplease restart\b"
        r"|\b(?:add|put|include) (?:me|us|my number) (?:back|again"
        r"|(?:on|in|to)\b[^.!?\n]{0,25}\bagain)\b"
        r"|\b(?:never|not|didn'?t) (?:meant?|mean) to (?:opt|stop|unsub)"
        r"|\bi (?:do|still|really) want (?:to (?:get|receive) )?(?:these|the|them|your|those)\b"
        r"|\bequivoqu\w+\b[^.!?\n]{0,30}\b(?:baja|stop|cancel\w*|alto)\b"
        r"|(?<!put a )(?<!placed a )\b(?:stop|unsubscri\w+|opt(?:ed|ing)? out"
        r"|baja)\b[^.!?\n]{0,45}\b(?:accident\w*"
        r"|mistake|error"
        r"|sin querer|equivoc\w+|toddler|kid|my son|pocket)\b"
        r"|\b(?:accident\w*|mistake|error|sin querer)\b[^.!?\n]{0,30}\b(?:stop|unsubscri\w+"
        r"|opt(?:ed)? out|baja)\b"
        r"|\b(?:activ|reactiv)\w+(?:me|nos)? de nuevo|\bvuelv\w+ a (?:mandar|enviar"
        r"|escribir)(?:me|nos)\b"
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
