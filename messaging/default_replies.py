"""The house's own saved replies: a company has these until it writes one of its own.

Merge fields are those of messaging.saved_replies. The Spanish ones keep to the GSM alphabet, as
texts in Spanish do.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    key: str
    name: str
    body: str
    body_es: str = ""


ALL = [
    Text(
        "link",
        "Where to pay",
        "Hi {name}, {total} is open on {invoices}. You can see and pay it here: {link}",
        "Hola {name}, quedan {total} por pagar de {invoices}. Para ver y pagar: {link}",
    ),
    Text(
        "promise",
        "Thank you for the date",
        "Thank you, {name}. We have noted it and will not remind you before then.",
        "Gracias, {name}. Lo hemos anotado y no le escribiremos antes.",
    ),
    Text(
        "looking",
        "We look for the payment",
        "Thank you, {name}. We are looking for your payment and will get back to you.",
        "Gracias, {name}. Estamos buscando su pago y le escribiremos.",
    ),
    Text(
        "dispute",
        "We look into it",
        "Thank you for telling us, {name}. We look into {invoices} and will get back to you.",
        "Gracias por avisarnos, {name}. Estamos revisando {invoices} y le escribiremos.",
    ),
    Text(
        "parts",
        "Paying in parts",
        "Thank you, {name}. {total} is open. What could you pay each month, and from when on?",
        "Gracias, {name}. Quedan {total} por pagar. De qué suma puede disponer cada mes?",
    ),
    Text(
        "balance",
        "What is open",
        "Hi {name}, {total} is open on {invoices}, {due}.",
        "Hola {name}, quedan {total} por pagar de {invoices}, {due}.",
    ),
    Text(
        "ours",
        "Is this link really ours?",
        "Yes, {name}, that was us. Our own page always looks like this one: {link} Payment data is"
        " asked for there only, never in a text or a call.",
        "Si, {name}, fuimos nosotros. Nuestra propia pagina siempre es como esta: {link} Los datos"
        " de pago se piden solo en ella, nunca por mensaje ni por llamada.",
    ),
    Text(
        "who",
        "Who we are",
        "This is {business}. Reply here and a person answers.",
        "Somos {business}. Responda a este mensaje y le contesta una persona.",
    ),
]
