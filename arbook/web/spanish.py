"""What the customer's own pages say in Spanish: English sentence, Spanish sentence.

The English one stands in the template, as ``{% say "Already paid" %}``; what is missing here is
said in English. Fields in braces are the same in both. The customer is addressed as usted.
"""

from datetime import date

MONTHS = (
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
)

QUESTIONS = {
    "Questions?": "¿Preguntas?",
    "Just answer the message that brought you here.": "Responda al mensaje que lo trajo aquí.",
}

PAY = {
    "Pay {amount}": "Pagar {amount}",
    "Pay all of it, {amount}": "Pagar todo, {amount}",
    "Or pay everything now: {amount}": "O pague todo ahora: {amount}",
    "Or pay only what is due: {amount}": "O pague solo lo que vence: {amount}",
    "Everything that is open, without waiting for the days of your payment plan.": (
        "Todo lo pendiente, sin esperar las fechas de su plan de pagos."
    ),
    "Thank you": "Gracias",
    "{problem} Nothing was charged. Please try again in a few minutes.": (
        "{problem} No se cobró nada. Inténtelo de nuevo en unos minutos."
    ),
    "Invoice {number}": "Factura {number}",
    "Invoice {number} for {name}": "Factura {number} de {name}",
    "{count} invoices for {name}": "{count} facturas de {name}",
    "Your instalment. {amount} follow on the days of your payment plan.": (
        "Su cuota. {amount} siguen en las fechas de su plan de pagos."
    ),
    "Your payment is on its way": "Su pago está en camino",
    "{amount} has been received or is being transferred by your bank."
    " There is nothing more to do.": (
        "{amount} se recibió o su banco lo está transfiriendo. No tiene que hacer nada más."
    ),
    "Nothing to pay now": "Nada que pagar ahora",
    "{amount} is set aside while we look into your question. We will write to you.": (
        "{amount} queda aparte mientras revisamos su pregunta. Le escribiremos."
    ),
    "Already paid": "Ya está pagado",
    "Nothing is left to pay here. Thank you!": "Aquí no queda nada por pagar. ¡Gracias!",
    "{amount} set aside while we look into it": "{amount} aparte mientras lo revisamos",
    "{amount} on its way": "{amount} en camino",
    "{amount} on a later day of your plan": "{amount} en otra fecha de su plan",
    "nothing is left to pay": "no queda nada por pagar",
    "was due {day}": "venció el {day}",
    "due {day}": "vence el {day}",
    "issued {day}": "emitida el {day}",
    "on its way": "en camino",
    "set aside": "aparte",
    "later": "después",
    "paid": "pagada",
    "By card or bank debit on Stripe's secure page. We never see your card.": (
        "Con tarjeta o débito bancario en la página segura de Stripe. Nunca vemos su tarjeta."
    ),
    "Get reminders by text": "Recibir recordatorios por mensaje de texto",
    "We could not ask our books just now; the amount is checked again when you pay.": (
        "No pudimos consultar nuestros libros en este momento;"
        " la cantidad se revisa de nuevo cuando usted paga."
    ),
    "We cannot read your balance right now.": "No podemos leer su saldo en este momento.",
    "These invoices are in different currencies.": "Estas facturas están en monedas distintas.",
    "The payment page does not answer right now.": (
        "La página de pago no responde en este momento."
    ),
    "Your balance changes at this moment.": "Su saldo está cambiando en este momento.",
    "{amount} has arrived. A receipt is on its way to you.": (
        "{amount} ha llegado. Le enviamos un recibo."
    ),
    "Your bank is transferring {amount}. This takes up to four business days;"
    " there is nothing more to do.": (
        "Su banco está transfiriendo {amount}. Tarda hasta cuatro días hábiles;"
        " no tiene que hacer nada más."
    ),
    "The payment did not go through": "El pago no se realizó",
    "Try again": "Intentar de nuevo",
    "We are waiting for Stripe to confirm your payment. You may close this page.": (
        "Esperamos que Stripe confirme su pago. Puede cerrar esta página."
    ),
    "Back to the invoice": "Volver a la factura",
    "Back to the invoices": "Volver a las facturas",
}

PLAN = {
    "Payment plan": "Plan de pagos",
    "Payment plan for {name}": "Plan de pagos para {name}",
    "The payment plan of {name}": "El plan de pagos de {name}",
    "in {count} instalments. It starts when you say yes below, until {day}.": (
        "en {count} cuotas. Empieza cuando usted lo acepte abajo, hasta el {day}."
    ),
    "{amount} left to pay.": "Quedan {amount} por pagar.",
    "Everything is paid. Thank you!": "Todo está pagado. ¡Gracias!",
    "It is being looked at. We will write to you.": "Lo estamos revisando. Le escribiremos.",
    "This plan is not open any more. Please write to us.": (
        "Este plan ya no está vigente. Por favor escríbanos."
    ),
    "Instalment {number}": "Cuota {number}",
    "{amount} left": "quedan {amount}",
    "It covers:": "Incluye:",
    "Your name": "Su nombre",
    "I agree to this plan": "Acepto este plan",
    "While the instalments come on their days, we ask for nothing else of these invoices."
    " When a second one is missed, the plan ends.": (
        "Mientras las cuotas lleguen en sus fechas, no pedimos nada más de estas facturas."
        " Si falta una segunda cuota, el plan termina."
    ),
    "{amount} by {day}.": "{amount} a más tardar el {day}.",
    "Accepted by {name} on {day}.": "Aceptado por {name} el {day}.",
    "This offer is not open any more. Please write to us.": (
        "Esta oferta ya no está vigente. Por favor escríbanos."
    ),
    "Please write your name.": "Por favor escriba su nombre.",
}

COPY = {
    "of {day} for {name}, {amount}": "del {day} para {name}, {amount}",
    "Get the copy (PDF)": "Descargar la copia (PDF)",
    "This address ends after some days. Ask us for a new one whenever you need it.": (
        "Esta dirección deja de funcionar en unos días. Pídanos otra cuando la necesite."
    ),
    "The copy cannot be made right now. Please try again later.": (
        "La copia no se puede preparar en este momento. Inténtelo más tarde."
    ),
    "This invoice is not there any more.": "Esta factura ya no existe.",
}

TEXTS = {
    "Texts from {business}": "Mensajes de texto de {business}",
    "One step left": "Falta un paso",
    "Answer {yes} to the text that comes to {number}. Until then no other text is sent.": (
        "Responda {yes} al mensaje que llegará a {number}. Hasta entonces no se envía ningún otro."
    ),
    "It asks once, at a decent hour where you live. Who opted out before,"
    " or has said yes already, gets none.": (
        "Se pregunta una sola vez, a una hora prudente donde usted vive. Quien canceló antes"
        " o ya aceptó no recibe ninguno."
    ),
    "Back to the payment page": "Volver a la página de pago",
    "Text me": "Envíenme mensajes",
    "No, thank you": "No, gracias",
    "Mobile number": "Número de celular",
    "This field is required.": "Este dato es obligatorio.",
    "Tick the box if you agree; without it no text is sent.": (
        "Marque la casilla si está de acuerdo; sin ella no se envía ningún mensaje."
    ),
    "These words have changed meanwhile. Please read them again.": (
        "Este texto cambió mientras tanto. Por favor léalo de nuevo."
    ),
    "Enter one mobile number with its area code.": (
        "Escriba un solo número de celular con su código de área."
    ),
    "Too many numbers were entered today. Try again tomorrow.": (
        "Hoy se escribieron demasiados números. Inténtelo mañana."
    ),
}

MAILS = {
    "Mails from {business}": "Correos de {business}",
    "This was a test": "Esto fue una prueba",
    "A dry run of {business} sent this mail to a test address. Nothing is changed.": (
        "Un ensayo de {business} envió este correo a una dirección de prueba. No cambia nada."
    ),
    "No more mails": "No habrá más correos",
    "{business} sends no more reminders to {address}."
    " What is open stays open; you can still write or call.": (
        "{business} no enviará más recordatorios a {address}."
        " Lo pendiente sigue pendiente; puede escribir o llamar."
    ),
    "Stop these mails?": "¿Dejar de recibir estos correos?",
    "{business} will send no more payment reminders to {address}.": (
        "{business} no enviará más recordatorios de pago a {address}."
    ),
    "Stop the mails": "No recibir más correos",
    "the address it went to": "la dirección a la que llegó",
}

SENTENCES = QUESTIONS | PAY | PLAN | COPY | TEXTS | MAILS


def said(sentence: str, language: str) -> str:
    """One sentence in that language; in English where nobody has translated it."""
    return SENTENCES.get(sentence, sentence) if language == "es" else sentence


def day(value: date, *, with_year: bool = False) -> str:
    """``3 de marzo``."""
    words = f"{value.day} de {MONTHS[value.month - 1]}"
    return f"{words} de {value.year}" if with_year else words
