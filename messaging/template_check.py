"""A template before it is saved: its fields, and what it would say, judged for every case."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from arbook import money
from customers.models import Channel
from messaging import compose, merge_fields, segments
from messaging.compose import FIELD, Composed, Wanted
from messaging.default_templates import Text
from messaging.library import ComposeRefused, Library
from messaging.template_versions import AGREED, SMS, Place
from messaging.wording import STOP, WARNING, Finding

FIELDS = {
    "business": "your business name",
    "name": "how the customer is addressed",
    "invoices": "invoice 1042, or 3 invoices (1042, 1043, 1044)",
    "total": "the amount asked for",
    "due": "due Mar 3, or past due since Mar 3",
    "link": "the pay link",
    "lines": "one row for each invoice (mail only)",
    "set_aside": "what is disputed and not asked for",
    "reply_to": "your reply address",
    "phone": "your telephone",
    "pay_site": "where your pay links lead, to tell a real one",
}
# A customer reads who, which invoice, how much, since when, and what to do.
NEEDED = {
    "invoices": "which invoice it is",
    "total": "how much is asked for",
    "due": "since when or until when",
    "link": "the pay link",
}
NEUTRAL_TAKES = {"business", "name", "link", "reply_to", "phone", "pay_site"}
ANSWERS = re.compile(
    r"\b(?:reply|answer|write|call|questions?|responda|conteste|escriba|llame|preguntas?)\b", re.I
)


@dataclass(frozen=True, slots=True)
class Part:
    """One of the parts a message must have, as the list before a test send shows it."""

    name: str
    value: str
    is_there: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """What a template says of one customer, and everything that can be said against it."""

    findings: list[Finding]
    composed: Composed | None = None
    size: segments.Segments | None = None
    later_parts: int | None = None
    """How many parts it has when it is not the first text."""
    parts: tuple[Part, ...] = ()

    @property
    def stops(self) -> list[Finding]:
        return [one for one in self.findings if one.severity == STOP]

    @property
    def may_be_saved(self) -> bool:
        return not self.stops


def judge(place: Place, text: Text, wanted: Wanted) -> Judged:
    """Judge a text as it is written and as this customer would read it, first text and later."""
    source = list(_fields(place, text))
    library = Library(wanted.company).with_text(place.key, place.medium, place.language, text)
    wanted = replace(wanted, medium=place.medium, key=place.single, is_first=True)
    try:
        first = compose.render(wanted, library)
        later = compose.render(replace(wanted, is_first=False), library)
    except ComposeRefused as refusal:
        return Judged([*source, Finding("unknown_field", STOP, "", str(refusal), None)])
    findings = _once([*source, *first.findings, *later.findings])
    is_text = place.medium == SMS
    return Judged(
        findings=sorted(findings, key=lambda one: one.severity != STOP),
        composed=first,
        size=segments.measure(first.body) if is_text else None,
        later_parts=segments.measure(later.body).parts if is_text else None,
        parts=tuple(_parts(place, wanted, first)),
    )


def pieces(text: str) -> list[tuple[str, bool]]:
    """The text in pieces, those that no GSM text can hold marked."""
    found: list[tuple[str, bool]] = []
    start = 0
    for offender in segments.measure(text).offenders:
        found += [(text[start : offender.position], False), (offender.character, True)]
        start = offender.position + 1
    return [piece for piece in [*found, (text[start:], False)] if piece[0]]


def _fields(place: Place, text: Text) -> Iterable[Finding]:
    named = set(FIELD.findall(text.subject + text.body))
    for name in sorted(named - set(FIELDS)):
        sentence = f"There is no field {{{name}}}; the fields stand below the text."
        yield Finding("unknown_field", STOP, f"{{{name}}}", sentence, None)
    if place.medium != SMS and not text.subject.strip():
        yield Finding("no_subject", STOP, "", "A mail needs a subject.", None)
    if place.single == "neutral":
        for name in sorted((named & set(FIELDS)) - NEUTRAL_TAKES):
            sentence = "The neutral text names neither amount nor invoice nor day."
            yield Finding("not_neutral", STOP, f"{{{name}}}", sentence, None)
        needed = {"link": NEEDED["link"]}
    elif place.single == "receipt":
        needed = {name: NEEDED[name] for name in ("invoices", "total")}
    elif place.single in AGREED:
        # The day was agreed; the texts of plans and promises speak of the part that is due.
        needed = {name: NEEDED[name] for name in ("invoices", "total", "link")}
    else:
        needed = NEEDED
    has_lines = "lines" in named and place.medium != SMS
    for name, what in needed.items():
        if name not in named and not (has_lines and name in ("invoices", "due")):
            sentence = f"The text does not say {what}; add {{{name}}}."
            yield Finding(f"no_{name}", STOP, "", sentence, None)
    if re.search(r"\$\s?\d|\d[.,]\d\d\b", text.subject + text.body):
        sentence = "An amount typed into the text is the same for everybody; use {total}."
        yield Finding("typed_amount", STOP, "", sentence, None)
    if not ANSWERS.search(text.body) and place.single != "receipt":
        sentence = "Say how to answer: “Questions? Reply here.”"
        yield Finding("no_answer_hint", WARNING, "", sentence, None)


def _once(findings: Iterable[Finding]) -> list[Finding]:
    """The same thing found in the first text and in later ones is said once."""
    return list({(one.code, one.phrase.casefold()): one for one in findings}.values())


def _parts(place: Place, wanted: Wanted, said: Composed) -> Iterable[Part]:
    """The list to go through before a test: company, number, amount, day, link, answer, stop."""
    whole = f"{said.subject}\n{said.body}"
    currency, language = wanted.company.currency, wanted.customer.language
    amount = money.words(said.total, currency)
    due = merge_fields.due_words(wanted.lines, wanted.today, language)
    invoices = merge_fields.invoices_words(wanted.lines, language)
    yield Part("Company", compose.business_of(wanted.company), _has(whole, wanted.company.name))
    if place.single != "neutral":
        yield Part("Invoice", invoices, _has(whole, invoices))
        yield Part("Amount", amount, amount in whole)
        if place.single not in ("receipt", *AGREED):
            yield Part("Day", due, _has(whole, due))
    if wanted.link and place.single != "receipt":
        yield Part("Link", wanted.link, wanted.link in whole)
    yield Part("Way to answer", "", bool(ANSWERS.search(said.body)))
    if place.medium == Channel.SMS:
        stop = merge_fields.stop_hint(language, is_first=True)
        yield Part("How to stop", stop, stop in whole)
    else:
        yield Part("How to stop", "a link below every mail", True)


def _has(text: str, words: str) -> bool:
    return segments.plain(words)[:60].casefold() in segments.plain(text).casefold()


def first_stop(judged: Judged) -> str:
    """The sentence a refused save says."""
    one = judged.stops[0]
    return f"{one.sentence} (“{one.phrase}”)" if one.phrase else one.sentence
