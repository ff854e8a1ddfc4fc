"""Opt-outs so plain that nothing beside them can mean otherwise."""

from messaging.triage.words import NOT, words
from messaging.triage.words_stop import AT_TIMES

_OURS = r"(?:list|texts?|messages?|reminders?|alerts?|system|database|computer|records?|sms|thread)"
PLAIN_STOP = (
    words(
        r"(?:^|[.!?:;\n]\s*)(?:(?:ok|okay|please|pls|plz|just|so|yes|then|now) *,? +){0,2}stop"
        r"(?: (?:it|now|please|pls|already|this|that))*\s*(?=$|[.!\n])",
        not_after=r"(?:said|told|says|saying|reads?|word|button|yelled|shouted)\b[^.!?\n]{0,20}",
    ),
    words(
        r"\b(?:put|stick|shove) a (?:sock|cork) in it\b"
        r"|^\W*(?:(?:oh|just|please|pls|ok|will you|would you|can you|could you|guys) ){0,3}"
        r"(?:shut (?:the \w+ )?up|shut it|zip it|pipe down|stfu|hush up|callense|callate|silencio)"
        r"(?: (?:already|now|please|pls|with (?:this|that|these|it)|ya|por favor|everyone"
        r"|you (?:guys|people|all)))*\W*$"
    ),
    words(
        r"\b(?:if|that|let|make|hope|better|should|must|want|like|needs? to|had|prefer|see|dejen"
        r"|que)"
        r" (?:\w+ ){0,4}?(?:be|were|was|is) (?:the |your |my )?(?:very )?last (?:\w+ )?(?:text"
        r"|message"
        r"|msg|e-?mail|reminder|one|time)s?(?: of these| that)? (?:i|we|you) (?:\w+ )?(?:get"
        r"|receive"
        r"|see|hear|send|text|write)\b"
        r"|\b(?:i'?m|we'?re|i am|we are) (?:so |now |all |officially )?(?:done|finished|through)"
        r" (?:getting|receiving|reading|seeing|hearing) (?!the (?:quote|estimate|bid))",
        not_before=r"[^.!?\n]{0,40}\?",
    ),
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
        not_before=AT_TIMES,
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

KEEP = words(
    r"\b(?:do not|don'?t|dont|never|no need to|needn'?t) (?:ever |please |you ever |you dare )?"
    r"(?:stop|quit|cease|end|discontinue|cancel|turn off|take me off|remove me|unsubscribe me)\b"
    r"(?! (?:until|till))"
    r"|\bkeep (?:the |these |those |them |your |'?em |on |sending |my |all |text |bill |friendly )*"
    r"(?:texts |reminders |messages |alerts |notices |notes |nudges )?coming\b"
    r"|\b(?:want|happy|glad|like|love) to keep (?:getting|receiving|hearing|them|these)\b"
    r"|\bno (?:dejen|paren|dejes|deje|pare) de (?:mandar|enviar|avisar|escribir|record)\w*"
)
"""Asks for the opposite: our messages shall go on."""

FEWER = (
    words(
        r"\bfewer (?:of |texts?|messages?|reminders?|e-?mails?|notices?|alerts?|times)"
        r"|\bless (?:often|frequent\w*|of (?:these|them))\b"
        r"|\b(?:not|n't) (?:\w+ ){0,4}?(?:every ?(?:single )?day|daily|so (?:many|often|frequent\w*"
        r"|much)|that (?:many|often)|(?:two|three|four|five|\d+) (?:times|of (?:them"
        r"|these)) (?:a|per"
        r"|in (?:a|one)) \w+)\b"
        r"|\b(?:one|once|1|two|twice)(?: (?:text|reminder|message|e-?mail|notice))?(?: (?:a|per"
        r"|each"
        r"|every) (?:day|week|month))? (?:is|would be|will do) (?:enough|plenty|fine|sufficient|ok"
        r"|okay|good)\b"
        r"|\b(?:once|one (?:text|reminder|message|e-?mail)|twice) (?:a|per|each|every) (?:day"
        r"|week|month)\b"
        r"|\b(?:una|1|dos) (?:vez|veces) (?:a|por) (?:la |el )?(?:semana|mes|dia)\b"
        r"|\bmenos (?:seguido|mensajes|recordatorios|textos)\b|\bno (?:tan seguido|tantos"
        r"|todos los dias)\b",
    ),
    words(
        r"\b(?:texts?|texting|sms|text messages?|messages?|msgs?)(?: (?:me|us|here|on|to|at|this"
        r"|my|number"
        r"|cell|phone|line)){0,4} (?:is|are|works?|'s) (?:\w+ly |totally |just |still "
        r"|always )?(?:ok"
        r"|okay|fine|good|better|best|perfect|great|preferred|welcome|all ?right)\b"
        r"|\b(?:just|only|rather|instead|always|please|can|prefer you|better to) text (?:me|us)\b"
        r"|\btext (?:me|us) (?:here|instead)\b|\bi (?:do |always |only )?(?:answer|read|see|like"
        r"|prefer"
        r"|check) (?:the |your |my )?(?:texts?|messages)\b"
        r"|\b(?:mejor|prefiero)(?: por)? (?:un )?(?:mensaje|texto)s?\b",
        not_after=rf"{NOT}|if|think|when|sure",
        channel="sms",
    ),
)
"""Our messages may go on: at other times, less often, or instead of calls and letters."""
