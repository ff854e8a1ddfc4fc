"""How people ask to pay in parts."""

from messaging.triage.words import NOT, words

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
