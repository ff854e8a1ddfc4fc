"""The house's own texts. A company's Template rows replace them one by one.

Merge fields: {business} {name} {invoices} {total} {due} {link} {lines} {reply_to} {phone}
{set_aside}.
Texts for phones keep to the GSM alphabet: Spanish is worded around á, í, ó and ú, which it lacks.
How to stop is added by ``compose``, so that no edited template can lose it.
"""

from dataclasses import dataclass

VERSION = 2


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
    "friendly": (
        Text(
            "A friendly reminder: {invoices} from {business}",
            "Hello {name},\n\na friendly reminder in case it slipped by: {total} is open on "
            "{invoices}, {due}." + _MAIL_END + _ANSWER,
        ),
        Text(
            "Un recordatorio amable: {invoices} de {business}",
            "Hola {name}:\n\nun recordatorio amable por si se le pasó: quedan {total} por pagar de "
            "{invoices}, {due}." + _MAIL_END_ES + _ANSWER_ES,
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
    "promise": (
        Text(
            "A word before the day: {total} for {invoices}",
            "Hello {name},\n\nyou told us that {total} for {invoices} would come shortly. This is "
            "only a friendly word ahead of the day.\n\nPay online: {link}\n\n" + _ANSWER,
        ),
        Text(
            "Antes del día acordado: {total} de {invoices}",
            "Hola {name}:\n\nnos dijo que pronto pagaría {total} de {invoices}. Es solo un aviso "
            "amable antes del día.\n\nPagar en línea: {link}\n\n" + _ANSWER_ES,
        ),
    ),
    "instalment": (
        Text(
            "Your instalment of {total} to {business}",
            "Hello {name},\n\nas agreed in your payment plan over {invoices}, an instalment of "
            "{total} is due.\n\nPay online: {link}\n\n" + _ANSWER,
        ),
        Text(
            "Su cuota de {total} a {business}",
            "Hola {name}:\n\nsegún su plan de pagos por {invoices}, corresponde pagar una cuota de "
            "{total}.\n\nPagar en línea: {link}\n\n" + _ANSWER_ES,
        ),
    ),
    "instalment-missed": (
        Text(
            "Your instalment of {total} has not come yet",
            "Hello {name},\n\nthe instalment of {total} of your payment plan over {invoices} has "
            "not come yet. Please pay it, or tell us what stands in the way, so that the plan can "
            "go on.\n\nPay online: {link}\n\n" + _ANSWER,
        ),
        Text(
            "Su cuota de {total} aún no ha llegado",
            "Hola {name}:\n\nla cuota de {total} de su plan de pagos por {invoices} aún no ha "
            "llegado. Páguela o díganos qué lo impide, para que el plan siga.\n\n"
            "Pagar en línea: {link}\n\n" + _ANSWER_ES,
        ),
    ),
    "plan-offer": (
        Text(
            "A payment plan for {invoices} from {business}",
            "Hello {name},\n\nhere is the payment plan you asked for, {total} for {invoices} in "
            "parts. Please look at it and say yes if it suits you:\n\n{link}\n\n" + _ANSWER,
        ),
        Text(
            "Un plan de pagos por {invoices} de {business}",
            "Hola {name}:\n\naquí está el plan de pagos que pidió, {total} por {invoices} en "
            "partes. Véalo y acéptelo si le conviene:\n\n{link}\n\n" + _ANSWER_ES,
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
        Text(
            "", "{business}: {invoices} for {total} is open, {due}. {set_aside} View or pay: {link}"
        ),
        Text(
            "",
            "{business}: {invoices} por {total} sigue sin pagar, {due}. {set_aside} Ver o pagar: "
            "{link}",
        ),
    ),
    "upcoming": (
        Text(
            "",
            "{business}: a reminder that {total} is open on {invoices}, {due}. {set_aside} View or "
            "pay: {link} Questions? Reply here.",
        ),
        Text(
            "",
            "{business}: le recordamos {invoices} por {total}, {due}. {set_aside} Ver o pagar: "
            "{link} "
            "¿Preguntas? Responda a este mensaje.",
        ),
    ),
    "reminder": (
        Text(
            "",
            "{business}: {total} is still open on {invoices}, {due}. {set_aside} View or pay: "
            "{link} Paid already, or a question? Reply here.",
        ),
        Text(
            "",
            "{business}: quedan {total} por pagar de {invoices}, {due}. {set_aside} Ver o pagar: "
            "{link} ¿Ya pagaron o tienen preguntas? Responda a este mensaje.",
        ),
    ),
    "friendly": (
        Text(
            "",
            "{business}: a friendly reminder, {total} is open on {invoices}, {due}. {set_aside} "
            "View or pay: {link} Questions? Reply here.",
        ),
        Text(
            "",
            "{business}: un recordatorio amable, quedan {total} por pagar de {invoices}, {due}. "
            "{set_aside} Ver o pagar: {link} ¿Preguntas? Responda a este mensaje.",
        ),
    ),
    "firm": (
        Text(
            "",
            "{business}: our books still show {total} open on {invoices}, {due}. {set_aside} "
            "Please pay or "
            "tell us what stands in the way: {link} Reply here to reach us.",
        ),
        Text(
            "",
            "{business}: en nuestros libros quedan {total} por pagar de {invoices}, {due}. "
            "{set_aside} Por "
            "favor, pague o responda a este mensaje: {link}",
        ),
    ),
    "neutral": (
        Text("", "{business}: please see your account here: {link} Questions? Reply here."),
        Text("", "{business}: vea los detalles de su cuenta: {link} Responda a este mensaje."),
    ),
    "promise": (
        Text(
            "",
            "{business}: a friendly word before the day: you told us {total} for {invoices} would "
            "come. Pay here: {link}",
        ),
        Text(
            "",
            "{business}: un aviso amable sobre el pago de {total} de {invoices} que nos "
            "prometieron. Pagar: {link}",
        ),
    ),
    "instalment": (
        Text("", "{business}: your instalment of {total} for {invoices} is due. Pay here: {link}"),
        Text("", "{business}: corresponde su cuota de {total} de {invoices}. Pagar: {link}"),
    ),
    "instalment-missed": (
        Text(
            "",
            "{business}: your instalment of {total} for {invoices} has not come yet. Pay here: "
            "{link} Trouble? Reply here.",
        ),
        Text(
            "",
            "{business}: su cuota de {total} de {invoices} no ha llegado. Pagar: {link} Si hay un "
            "problema, responda a este mensaje.",
        ),
    ),
    "plan-offer": (
        Text(
            "",
            "{business}: here is your payment plan, {total} for {invoices} in parts. Look and say "
            "yes: {link}",
        ),
        Text(
            "",
            "{business}: su plan de pagos, {total} de {invoices} en partes. Véalo y acéptelo: "
            "{link}",
        ),
    ),
    "receipt": (
        Text("", "{business}: thank you, we received {total} for {invoices} on {due}."),
        Text("", "{business}: gracias, recibimos {total} por {invoices} el {due}."),
    ),
}

COMBINED = {
    # Several invoices in one message; where nothing stands here the single wording serves both.
    ("invoice", "sms", "en"): Text(
        "",
        "{business}: {invoices} are open, {total} in all, {due}. {set_aside} View or pay: {link}",
    ),
    ("invoice", "sms", "es"): Text(
        "",
        "{business}: {invoices} siguen sin pagar, {total} en total, {due}. {set_aside} Ver o "
        "pagar: {link}",
    ),
    ("friendly", "sms", "en"): Text(
        "",
        "{business}: a friendly reminder, {invoices} are open, {total} in all, {due}. {set_aside} "
        "View or pay: {link} Questions? Reply here.",
    ),
    ("friendly", "sms", "es"): Text(
        "",
        "{business}: un recordatorio amable, quedan {total} en total de {invoices}, {due}. "
        "{set_aside} Ver o pagar: {link} ¿Preguntas? Responda a este mensaje.",
    ),
    ("upcoming", "sms", "en"): Text(
        "",
        "{business}: a reminder that {invoices} are open, {total} in all, {due}. {set_aside} View "
        "or pay: "
        "{link} Questions? Reply here.",
    ),
    ("upcoming", "sms", "es"): Text(
        "",
        "{business}: le recordamos {invoices}, {total} en total, {due}. {set_aside} Ver o pagar: "
        "{link} "
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
