"""The house's own texts. A company's Template rows replace them one by one.

Merge fields: {business} {name} {invoices} {total} {due} {link} {lines} {reply_to} {phone}
{set_aside}.
Texts for phones keep to the GSM alphabet: Spanish is worded around á, í, ó and ú, which it lacks.
How to stop is added by ``compose``, so that no edited template can lose it.
"""

from dataclasses import dataclass

VERSION = 1


@dataclass(frozen=True, slots=True)
class Text:
    subject: str
    body: str


_MAIL_END = "\n\n{lines}\n\nPay online: {link}\n\n{set_aside}"
_MAIL_END_ES = "\n\n{lines}\n\nPagar en línea: {link}\n\n{set_aside}"
_ANSWER = (
    "If you have already paid, or something looks wrong, just reply to this message and a person "
    "will answer.\n\nThank you,\n{business}"
)
_ANSWER_ES = (
    "Si ya pagó o algo no está bien, responda a este mensaje y una persona le contestará."
    "\n\nGracias,\n{business}"
)

MAIL = {
    "invoice": (
        Text(
            "{invoices} from {business}",
            "Hello {name},\n\nhere is a short note about {invoices}: {total} is open, {due}."
            + _MAIL_END
            + _ANSWER,
        ),
        Text(
            "{invoices} de {business}",
            "Hola {name}:\n\nun breve aviso sobre {invoices}: quedan {total} por pagar, {due}."
            + _MAIL_END_ES
            + _ANSWER_ES,
        ),
    ),
    "upcoming": (
        Text(
            "Coming up: {invoices} from {business}",
            "Hello {name},\n\na word ahead of time: {total} is open on {invoices}, {due}."
            + _MAIL_END
            + _ANSWER,
        ),
        Text(
            "Recordatorio: {invoices} de {business}",
            "Hola {name}:\n\nle recordamos que quedan {total} por pagar de {invoices}, {due}."
            + _MAIL_END_ES
            + _ANSWER_ES,
        ),
    ),
    "reminder": (
        Text(
            "{total} open on {invoices} from {business}",
            "Hello {name},\n\n{total} is still open on {invoices}, {due}. Could you tell us when "
            "we can expect it?" + _MAIL_END + _ANSWER,
        ),
        Text(
            "{total} por pagar de {invoices} de {business}",
            "Hola {name}:\n\ntodavía quedan {total} por pagar de {invoices}, {due}. ¿Podría "
            "decirnos cuándo lo recibiremos?" + _MAIL_END_ES + _ANSWER_ES,
        ),
    ),
    "firm": (
        Text(
            "Please look at {invoices} from {business}",
            "Hello {name},\n\nour books still show {total} open on {invoices}, {due}. Please pay "
            "it or tell us what stands in the way; we are glad to find a date that works."
            + _MAIL_END
            + _ANSWER,
        ),
        Text(
            "Por favor, revise {invoices} de {business}",
            "Hola {name}:\n\nnuestros libros muestran {total} por pagar de {invoices}, {due}. Le "
            "pedimos que pague o nos diga qué lo impide; con gusto acordamos una fecha."
            + _MAIL_END_ES
            + _ANSWER_ES,
        ),
    ),
    "neutral": (
        Text(
            "A message from {business}",
            "Hello {name},\n\nplease see the open items of your account here: {link}\n\n"
            "Questions? Just reply to this message.\n\nThank you,\n{business}",
        ),
        Text(
            "Un mensaje de {business}",
            "Hola {name}:\n\nvea aquí los detalles de su cuenta: {link}\n\n"
            "¿Preguntas? Responda a este mensaje.\n\nGracias,\n{business}",
        ),
    ),
    "receipt": (
        Text(
            "Thank you: {total} received by {business}",
            "Hello {name},\n\nthank you. We received {total} for {invoices} on {due}.\n\n{lines}"
            "\n\nThis is your receipt. Questions? Just reply to this message.\n\n{business}",
        ),
        Text(
            "Gracias: {business} recibió {total}",
            "Hola {name}:\n\ngracias. Recibimos {total} por {invoices} el {due}.\n\n{lines}"
            "\n\nEste es su recibo. ¿Preguntas? Responda a este mensaje.\n\n{business}",
        ),
    ),
    "letter": (
        Text(
            "A letter from {business} about {invoices}",
            "Hello {name},\n\nplease find attached our letter about {invoices}: {total} is open, "
            "{due}.\n\nPay online: {link}\n\n" + _ANSWER,
        ),
        Text(
            "Una carta de {business} sobre {invoices}",
            "Hola {name}:\n\nadjuntamos nuestra carta sobre {invoices}: quedan {total} por pagar, "
            "{due}.\n\nPagar en línea: {link}\n\n" + _ANSWER_ES,
        ),
    ),
}

SMS = {
    "invoice": (
        Text("", "{business}: {invoices} for {total} is open, {due}. View or pay: {link}"),
        Text("", "{business}: {invoices} por {total} sigue sin pagar, {due}. Ver o pagar: {link}"),
    ),
    "upcoming": (
        Text(
            "",
            "{business}: a reminder that {total} is open on {invoices}, {due}. View or pay: {link} "
            "Questions? Reply here.",
        ),
        Text(
            "",
            "{business}: le recordamos {invoices} por {total}, {due}. Ver o pagar: {link} "
            "¿Preguntas? Responda a este mensaje.",
        ),
    ),
    "reminder": (
        Text(
            "",
            "{business}: {total} is still open on {invoices}, {due}. View or pay: {link} "
            "Paid already, or a question? Reply here.",
        ),
        Text(
            "",
            "{business}: quedan {total} por pagar de {invoices}, {due}. Ver o pagar: {link} "
            "¿Ya pagaron o tienen preguntas? Responda a este mensaje.",
        ),
    ),
    "firm": (
        Text(
            "",
            "{business}: our books still show {total} open on {invoices}, {due}. Please pay or "
            "tell us what stands in the way: {link} Reply here to reach us.",
        ),
        Text(
            "",
            "{business}: en nuestros libros quedan {total} por pagar de {invoices}, {due}. Por "
            "favor, pague o responda a este mensaje: {link}",
        ),
    ),
    "neutral": (
        Text("", "{business}: please see your account here: {link} Questions? Reply here."),
        Text("", "{business}: vea los detalles de su cuenta: {link} Responda a este mensaje."),
    ),
    "receipt": (
        Text("", "{business}: thank you, we received {total} for {invoices} on {due}."),
        Text("", "{business}: gracias, recibimos {total} por {invoices} el {due}."),
    ),
}

COMBINED = {
    # Several invoices in one message; where nothing stands here the single wording serves both.
    ("invoice", "sms", "en"): Text(
        "", "{business}: {invoices} are open, {total} in all, {due}. View or pay: {link}"
    ),
    ("invoice", "sms", "es"): Text(
        "", "{business}: {invoices} siguen sin pagar, {total} en total, {due}. Ver o pagar: {link}"
    ),
    ("upcoming", "sms", "en"): Text(
        "",
        "{business}: a reminder that {invoices} are open, {total} in all, {due}. View or pay: "
        "{link} Questions? Reply here.",
    ),
    ("upcoming", "sms", "es"): Text(
        "",
        "{business}: le recordamos {invoices}, {total} en total, {due}. Ver o pagar: {link} "
        "¿Preguntas? Responda a este mensaje.",
    ),
}

LANGUAGES = ("en", "es")


def find(key: str, medium: str, language: str, *, is_combined: bool = False) -> Text | None:
    """The house's text; English where a language is missing, None for an unknown key."""
    texts = {"email": MAIL, "sms": SMS}[medium].get(key)
    if texts is None:
        return None
    place = LANGUAGES.index(language) if language in LANGUAGES else 0
    combined = COMBINED.get((key, medium, LANGUAGES[place])) if is_combined else None
    return combined or texts[place]
