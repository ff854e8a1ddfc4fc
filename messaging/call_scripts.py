"""What to say on the telephone: by the oldest invoice, in the customer's language, never a threat.

Fields: {who} {invoices} {total} {due} {phone} {promised}. Words on an answering
machine name no debt: somebody else may listen.
"""

from dataclasses import dataclass

FRIENDLY, FIRM, PROMISE = "friendly", "firm", "promise"
FIRM_FROM_DAYS = 21
"""Days past due from which the tone is firm; the same day as the second text of the standard."""


@dataclass(frozen=True, slots=True)
class Script:
    """One call: how it begins, what is asked, what is left on a machine."""

    opening: str
    ask: str
    voicemail: str


_VOICEMAIL = "Hello, this is {who} with a question for you. Please call us back{phone}. Thank you."
_VOICEMAIL_ES = (
    "Hola, habla {who}, con una pregunta para usted. Por favor, llámenos{phone}. Gracias."
)

SCRIPTS = {
    (FRIENDLY, "en"): Script(
        "Hello, this is {who}. Do you have a minute about {invoices}?",
        "{total} is open, {due}. Did everything arrive as it should? When may we expect it?",
        _VOICEMAIL,
    ),
    (FIRM, "en"): Script(
        "Hello, this is {who}. I am calling about {invoices}.",
        "{total} is open, {due}. What stands in the way, and which day can you pay? If all at once "
        "is too much, we can look at a plan.",
        _VOICEMAIL,
    ),
    (PROMISE, "en"): Script(
        "Hello, this is {who}. We spoke about {invoices}.",
        "{promised} has not reached us yet. Did something come between? Which day works now?",
        _VOICEMAIL,
    ),
    (FRIENDLY, "es"): Script(
        "Hola, habla {who}. ¿Tiene un minuto para hablar de {invoices}?",
        "Quedan {total} por pagar, {due}. ¿Recibió todo bien? ¿Cuándo podemos esperarlo?",
        _VOICEMAIL_ES,
    ),
    (FIRM, "es"): Script(
        "Hola, habla {who}. Llamo por {invoices}.",
        "Quedan {total} por pagar, {due}. ¿Qué lo impide y qué día puede pagar? Si es mucho de una "
        "vez, podemos ver un plan.",
        _VOICEMAIL_ES,
    ),
    (PROMISE, "es"): Script(
        "Hola, habla {who}. Hablamos de {invoices}.",
        "{promised} todavía no nos ha llegado. ¿Pasó algo? ¿Qué día puede ser ahora?",
        _VOICEMAIL_ES,
    ),
}


def write(tone: str, language: str, values: dict[str, str]) -> Script:
    """The script with its fields filled."""
    found = SCRIPTS.get((tone, language)) or SCRIPTS[tone, "en"]
    parts = (found.opening, found.ask, found.voicemail)
    return Script(*[_capital(part.format(**values)) for part in parts])


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
