"""Turns of phrase in which a strong word does not mean what it says alone.

"Stop by", "quit my job", "end of the month", "stop charging me": nobody asks for silence there.
The strong word is covered, each letter in its place, before anything looks for an opt-out.
"""

import re
from functools import lru_cache

_SPEAKING = (
    r"(?:text|messag|msg|txt|send|contact|bother|spam|harr?as+|remind|e-?mail|writ|bug|annoy|notif"
    r"|pester|hound|nag|bomb|blow(?:ing)? (?:up|me|my)|hit|ping|reach|disturb|fuck|fuk|fk|frea?k"
    r"|frick|frigg|damn|constant|call(?:ing)? and|blast|stalk|it|with"
    r"|all|the|these|those"
    r"|this|being|doing|using|keep|ask|begg|nag|hassl)"
)


def _needed(pattern: str) -> tuple[str, ...]:
    """How the words that a pattern covers begin: without one of them it need not be tried."""
    depth, ways = 0, [""]
    for letter in pattern[pattern.index("(?P<x>") + 6 :]:
        depth += (letter == "(") - (letter == ")")
        if depth < 0:
            break
        if letter == "|" and not depth:
            ways.append("")
        else:
            ways[-1] += letter
    begins = [re.match(r"[a-z ]*(?![?*{])", way)[0] for way in ways]
    return tuple(dict.fromkeys(begins))


_COVERED = [
    (_needed(pattern), re.compile(pattern))
    for pattern in (
        # visits and places
        r"\b(?P<x>stop(?:ped|ping|s)?) (?:by|in(?! (?:the )?(?:mess|text|remind|send))|over|off"
        r"|on my"
        r" way|at(?! once)|up|outside|along|for (?:gas|lunch|coffee|a minute|now at))\b",
        # things that are not ours to stop
        r"\b(?:you|they|he|she|crew|guys|men|workers|painters?|team) (?:just |all |guys |both )?"
        r"(?P<x>quit|stopped) (?:half|on (?:us|me|day)|before|after|early|coming|showing|working|in"
        r" the middle|when|without|at )",
        r"\b(?:put|placed|has|had|with) (?:a |an )?(?P<x>stop) (?:payment |order )?(?:on"
        r"|to) (?:my|the"
        r"|our|that|this|it)\b",
        r"\b(?:van|truck|car|dumpster|trailer|debris|trash|ladder|pile|container|equipment|mess"
        r"|line"
        r"|lumber|scaffold\w*|cones?|machine|charge|fee|item|tax|stain|tools?|bin|porta\w*)\b"
        r"[^\n]{0,80}?\b(?P<x>remove|take|haul|move|pull) (?:it|that|this|them)\b(?! (?:off"
        r"|from) (?:my"
        r" )?(?:number|phone|list))",
        r"\b(?:something|some ?thing'?s|math|total|count|figures?|numbers?|hours|amount|clock"
        r"|timing"
        r"|system|software)(?:'s| is| was| are| looks?| seems?) (?:way |a bit |a little |really )?"
        r"(?P<x>off)\b",
        r"\b(?P<x>stop) (?:the (?:press(?:es)?|clock|bleeding|car|truck|van|music|bus)|press"
        r"|being (?!(?:\w+ )?(?:text|messag|contact|remind|bother))|me if)",
        r"\b(?:don'?t|do not|not|never|won'?t|no need|n't)(?: \w+)? (?:need|have|going|planning"
        r"|trying"
        r"|mean|meant|about|plan) to (?P<x>unsubscribe|opt out|stop|cancel|quit)\b",
        r"\byou dare (?P<x>stop|quit|unsubscribe|cancel)\b",
        r"\b(?:not|n't|never|won't|nor|no one|or) (?:\w+ ){0,2}?(?:tell|telling|ask|asking|want"
        r"|need"
        r"|saying|order) (?:for )?(?:you|u|ya|y'?all|them)(?: guys)? to (?P<x>stop|quit|cancel"
        r"|unsubscribe|end|remove)\b",
        r"\b(?P<x>unsubscribe|stop|opt[ -]?out)\s?\?+ ?(?:lol |haha )?(?:nah|no\b|nope|never"
        r"|not me)",
        r"\b(?P<x>unsubscribed|unsubscribe|opted[ -]out|opt[ -]out|opting out)"
        r"(?: (?:me|us|him|her|them|it|(?:my|our|the|this)(?: \w+){1,3}?))? (?:from|of) (?:the"
        r" |that |your |my |our |this )?(?:\w+ ){0,3}?(?:plan|program|service|warranty|contract"
        r"|coverage|insurance|membership|portal|package|renewal|upgrade|add-?on|charge|fee"
        r"|treatment"
        r"|tier|cleaning|mowing|visit|delivery|route|box|lesson|class|spraying)(?:s|es)?\b",
        r"\b(?:that|it|them|those|one|fees?|charges?|line|tax|surcharge)(?: \w+)? (?P<x>removed"
        r"|deleted|dropped|taken off)\b",
        r"\b(?:bus|truck|pit|traffic|full|rest|next|one|whistle) (?P<x>stop)s?\b",
        r"\b(?P<x>knock) (?:that|this|those|them|some|a|the|\$?\d+)(?: \w+){0,2} off\b",
        r"\b(?P<x>unsubscribe|remove|take) me (?:from|off) (?:of )?nothing\b",
        r"\b(?:don'?t|do not|dont|never) (?P<x>forget) to\b",
        r"\b(?P<x>enough) said\b",
        r"\b(?P<x>cancel) (?:that|this|the|my) (?:last |previous |earlier )?(?:message|text|one)\b",
        # time
        r"\b(?P<x>end)(?: of|ing)? (?:of )?(?:the |this |next |my |that |each )?(?:business |work"
        r" ?)?"
        r"(?:day|week|month|year|quarter|shift|summer|season|fiscal|pay|eom|\w+uary|march|april|may"
        r"|june|july|august|\w+ember|october)\b",
        r"\b(?:week|month|year|the|dead|tail|back|front|other|far|my|our|your|high|low|at the|in"
        r" the)"
        r"[ -]?(?P<x>end)(?! (?:all |of (?:the )?)?(?:texts?|messages|these|this))\b",
        r"\b(?P<x>end) of (?:the |this |that |my |our )?(?:conversation|story|discussion|rant"
        r"|message|line"
        r"|topic|subject|statement|speech|list|road|block|street|driveway|session|contract|lease"
        r"|term"
        r"|trial|promo\w*|project|job|tour|book|visit)\b",
        # other things that end
        r"\b(?P<x>quit|quitting|left) (?:my|his|her|the|that|our|using|working|smoking)\b",
        r"\b(?P<x>stop(?:ped|ping)?)(?: a| the| my)? payments?\b",
        rf"\b(?P<x>stop|quit)(?: please)? (?!{_SPEAKING})[a-z]+ing\b",
        r"\b(?P<x>stop(?:ped)?|quit|end(?:ed)?|cancel(?:l?ed)?) (?:my |our |the |your |all |this )*"
        r"(?:\w+ )?(?:service|subscription|delivery|deliveries|contract|plan|auto ?pay|work|job"
        r"|project"
        r"|order|lawn|water|maintenance|membership|policy|crew|mowing|cleaning)s?\b",
        r"\b(?:can'?t|won'?t|never|don'?t|do not|dont|not|cannot|without|no paren|no dejen)"
        r"(?: \w+)? (?P<x>stop|quit)(?:ping)?\b(?! (?:texting|sending) me)",
        r"\b(?P<x>stop|quit) sending (?:me |us |out )?(?:your |the |any |more |that "
        r"|those )*(?:\w+ )?"
        r"(?:paper|guys?|men|people|crews?|techs?|drivers?|trucks?|workers?|someone|somebody|anyone"
        r"|cases|boxes|products?|supplies|samples)\b",
        r"\b(?P<x>stop|quit|end) (?:the|this|that|your|all|adding|those) (?:\w+ )?(?:interest|fees?"
        r"|charges?|work|job|penalt\w+|surcharges?|mowing|service|billing)\b",
        r"\b(?P<x>no more|enough) (?:visits?|work|cleanings?|mowing|deliver\w+|of your (?:crew|guys"
        r"|work|service))\b",
        r"\b(?P<x>enough) to (?:pay|cover|send)\b",
        r"\b(?:have|has|had|got|with|is|be|not|just|about) (?P<x>enough) (?:for|to|money|cash"
        r"|left|by|in"
        r"|on)\b",
        r"\b(?:do not|don'?t|dont|no need to) (?P<x>contact|call|notify|write) (?:my"
        r"|the) (?:insurance|bank|employer|boss|landlord|lender|bookkeeper|accountant)\b",
        r"\b(?P<x>alto) (?:precio|costo|cobro|monto)\b",
        r"\b(?:muy|mas|tan) (?P<x>alto)\b",
        r"\b(?P<x>stop|quit) (?:calling|phoning|ringing)\b(?![^.!?\n]{0,25}\b(?:text|messag|or"
        r" writ))",
        r"\b(?:never|don'?t|do not|dont|not) (?:ever )?(?P<x>stop|quit)(?:ping)?\b",
        r"\b(?P<x>no (?:me )?llam\w+)\b(?=[^.\n]{0,25}\b(?:mensaje|texto))",
        r"\b(?P<x>no) llamadas\b",
        # buttons and words spoken of
        r"\b(?P<x>unsubscribe|stop|opt[ -]?out|cancel) (?:button|link|sign|word|box|light"
        r"|banner|page"
        r"|pop-?up|footer|option|screen)",
        r"\b(?:said|says|saying) (?:to |i can |i could )?(?:reply|text|send|type|answer) [\"']?"
        r"(?P<x>stop|end|quit|cancel)\b",
        r"\b(?P<x>unsubscribe)\s*[|\u00b7\u2022]",
        r"\b(?P<x>remove|take|delete|drop|pull)(?: me| us)?(?: off| from)? (?:of )?(?:the |that "
        r"|this |my |your )*"
        r"(?:\w+ )?(?:fee|charge|interest|tax|line|item|surcharge|discount|auto ?pay|invoice"
        r"|bill)s?\b",
        r"\b(?P<x>out) of (?:the |my |our |your )?(?:service|warranty|insurance|plan|program"
        r"|contract|renewal|paper)",
        r"\b(?P<x>basta) con (?!lo|los|las|la|el|esto|esos|estos|sus|tanto)",
        r"\bnot (?:a |the )?(?P<x>wrong number)\b",
        r"\b(?P<x>paro|pararme|pararse|para) (?:por|en|a|el|la|alla|ahi)\b",
    )
]


@lru_cache(maxsize=64)
def covered(own: str) -> str:
    """The folded text with such words covered; every other letter keeps its place."""
    if not _ANY.search(own):
        return own
    for needed, pattern in _COVERED:
        if not any(map(own.__contains__, needed)):
            continue
        for match in reversed(list(pattern.finditer(own))):
            start, end = match.span("x")
            own = own[:start] + "_" * (end - start) + own[end:]
    return own


_ANY = re.compile(
    r"stop|quit|forget|end\b|knock|ending|left|remove|take|delete|drop|pull|out|cancel|wrong"
    r"|basta|para"
    r"|unsub|enough|no more|alto|opted|haul|move|off\b"
    r"|do ?n[o']?'?t (?:contact|call|notify|write)|no need"
)
