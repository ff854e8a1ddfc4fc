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
    r"|\bwant to keep (?:getting|receiving|hearing|them|these)\b"
    r"|\bno (?:dejen|paren|dejes|deje|pare) de (?:mandar|enviar|avisar|escribir|record)\w*"
)
"""Asks for the opposite: our messages shall go on."""
