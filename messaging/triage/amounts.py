"""Amounts of money and invoice numbers as customers write them."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

LARGEST = Decimal("99999999.99")


@dataclass(frozen=True)
class FoundAmount:
    amount: Decimal
    start: int
    end: int


_FIGURE = r"(?P<figure>\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d+(?:\.\d{1,2})?)(?P<k>\s?k\b)?"
_CURRENCY = r"(?:dollars?|bucks?|usd|dolares|pesos|dlls)"
_MARKED = re.compile(rf"(?<![\w.])(?:(?:us)?\$|usd)\s?{_FIGURE}(?!\d)")
_WORDED = re.compile(rf"(?<![\w.,$/#-]){_FIGURE}\s?{_CURRENCY}\b")
_VERBS = (
    r"pay(?:ing)?|send(?:ing)?|do|get|mail|wire|zelle|venmo|transfer|put|give|giving|wiring"
    r"|mailing|bringing|dropping|owe (?:you )?only|last|bring|drop"
    r"|start with|swing|manage|spare|afford|come up with|scrape up|commit to|throw"
    r"|(?:payments?|installments?|instalments?|abonos?|pagos?|cuotas?) (?:of|de)"
    r"|pagar(?:e|emos|le|les)?|pago|mando|mandar(?:e|le)?|abonar(?:e)?|abono|deposito"
    r"|depositar(?:e)?"
    r"|enviar(?:e)?|envio|dar(?:e|le|les)?|doy|paso|pasar(?:e|le|les)?|pasamos|damos|mandamos"
    r"|pagamos"
)
_BARE = re.compile(
    rf"\b(?:{_VERBS})\s+(?:you |u |at least |about |only |just |another |all |the full "
    rf"|the whole |u all |le |les |the |unos "
    rf"|los |otros "
    rf"|like )*"
    rf"(?P<figure>\d{{1,3}}(?:,\d{{3}})+(?:\.\d{{1,2}})?|\d{{3,6}}(?:\.\d{{1,2}})?|\d{{2}}\.\d\d"
    rf"|\d{{1,3}}(?:\.\d)?(?=k\b))"
    r"(?P<k>\s?k\b)?(?![\d/:%]|-\d|\s*(?:st|nd|rd|th|days?|weeks?|am|pm|dias?|semanas?|months?)\b)"
)
_PUT = re.compile(
    r"\b(?:put|throw|pay|apply|send|knock)(?:ting|ing)? (?:u |you |about |another )?"
    r"(?P<figure>\d{2,6}(?:\.\d{1,2})?)(?P<k>\s?k\b)?(?= (?:on (?:it|this|that)|down|toward))"
)
_SPLIT = re.compile(
    r"(?<![\w.,$/#-])(?P<figure>\d{2,6}(?:\.\d{1,2})?)(?P<k>\s?k\b)?"
    r"(?=\s+(?:now|today|tonight|tomorrow|down\b|the \d+\w*|by (?:the )?\w+|a (?:month|week)|per"
    r" (?:month|week)|each|every|monthly|weekly"
    r"|on (?:the |(?:fri|mon|tue|wed|thu|sat|sun|jan|feb|mar|apr|jun|jul|aug|sep|oct|nov|dec)\w*"
    r"|may\b|\d+)|com(?:ing?|in)\b|in (?:jan|feb|apr|jun|jul|aug|sep"
    r"|oct|nov|dec)\w*|this|ne?xt?|hoy|ahora|cada|al mes"
    r"|por mes"
    r"|mensual(?:es)?|semanal(?:es)?|por semana|el (?:\d+|lunes|martes|mier|jueves|viernes)"
    r"|(?:fri|mon|tue|wed|thu)\w*)\b)"
)


_REST = re.compile(
    r"\b(?:remaining|other|last|final|otros|otras|ultimos|restantes|rest of the)\s+"
    r"(?P<figure>\d{2,6}(?:\.\d{1,2})?)(?P<k>\s?k\b)?"
    r"(?=\s+(?:comes?|com(?:ing?|in)|goes|will|by|on|next|this|tomorrow|tonight|today|later|is|se"
    r"|el|para|van?|manana|(?:mon|tue|wed|thu|fri|sat|sun)\w*)\b)"
)
_DIGIT = re.compile(r"\d")
_CARD_NUMBER = re.compile(r"\b(?:ending|ends|termina\w*|card|visa|amex)(?: in| with| en)? #?$")


def find(text: str) -> list[FoundAmount]:
    """Every amount in a folded text, in order; plain figures only where the words say money."""
    found: dict[int, FoundAmount] = {}
    if not _DIGIT.search(text):
        return []
    for pattern in (_MARKED, _WORDED, _BARE, _PUT, _SPLIT, _REST):
        for match in pattern.finditer(text):
            start, end = match.span("figure")
            if _CARD_NUMBER.search(text, max(0, start - 20), start):
                continue
            amount = _amount(match["figure"], bool(match["k"]))
            if amount is not None:
                found.setdefault(start, FoundAmount(amount, start, end))
    return sorted(found.values(), key=lambda each: each.start)


def _amount(figure: str, thousands: bool) -> Decimal | None:
    try:
        amount = Decimal(figure.replace(",", "")) * (1000 if thousands else 1)
    except InvalidOperation:
        return None
    return amount.quantize(Decimal("0.01")) if 0 < amount <= LARGEST else None


_INVOICE = re.compile(
    r"\b(?:invoices?|inv|bills?|facturas?|fact|fac)\b[\s.:,]{0,3}(?:(?:no|num|number|nr"
    r"|numero)\b\.?\s*)?"
    r"(?:is\s+|es\s+)?[#:]?\s*(?P<number>(?:[a-z]{1,6}-?)?\d[\w-]*\d|\d)\b(?!\s*(?:days?"
    r"|weeks?|times?"
    r"|months?|dollars|bucks|hours?|payments?|%)|[.,/]\d|[\s-]*(?:st|nd|rd|th)\b)"
)
_PREFIXED = re.compile(r"(?<![\w-])(?P<number>(?:inv|fac|fact)-?\d[\w-]*)\b")
_HASH = re.compile(r"#\s?(?P<number>[a-z]{0,5}-?\d[\w-]{2,})\b")
_OTHER_NUMBER = re.compile(
    r"\b(?:check|cheque|ck|chk|p\.?o|purchase order|order|ticket|case|ref|reference"
    r"|confirmation|conf"
    r"|tracking|account|acct|unit|apt|suite|ste|room|lot|job|phone|cell|extension|ext|transaction"
    r"|trans|claim|(?:check|cheque|money order)s?\b[^.!?\n]{0,20},|store|orden|pedido|cuenta"
    r"|confirmacion|referencia|caso|folio)\.?"
    r"\s*(?:no|num|number|numero)?\.?\s*(?:is|was|:|es)?\s*$"
)


# Telephone numbers, and the numbers of houses.
_NO_INVOICE = re.compile(
    r"\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}\b|\d{10}\b|\d{3}[ .-]\d{4}\b"
    r"|\d+ (?:\w+ ){1,3}(?:st|street|ave|avenue|rd|road|dr|drive|ln|lane|blvd|way|ct|court|hwy)\b"
)


def invoice_in(shown: str, text: str, *, known: str | None) -> str | None:
    """The invoice number the customer wrote, in their spelling; None when they wrote none."""
    if known and len(known) >= 3:
        at = re.search(rf"(?<![\w-]){re.escape(known.lower())}(?![\w-])", text)
        if at and not _OTHER_NUMBER.search(text[max(0, at.start() - 30) : at.start()].rstrip("# ")):
            before = text[max(0, at.start() - 2) : at.start()]
            if "$" not in before and text[at.end() : at.end() + 1] not in {".", ","}:
                return shown[at.start() : at.end()]
            if "$" not in before and not text[at.end() + 1 : at.end() + 2].isdigit():
                return shown[at.start() : at.end()]
    for pattern in (_PREFIXED, _INVOICE, _HASH):
        for match in pattern.finditer(text):
            start, end = match.span("number")
            before = text[max(0, match.start() - 30) : match.start()]
            if _NO_INVOICE.match(text, start):
                continue
            if pattern is _HASH and _OTHER_NUMBER.search(before):
                continue
            return shown[start:end]
    return None
