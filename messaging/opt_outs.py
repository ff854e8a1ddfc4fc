"""What an opt-out covers: the channel it came by, the others its words name, and which addresses.

Somebody who mails “stop texting me” means the texts, and “do not contact me” means every channel.
"""

import re

from arbook import phones
from customers.models import Channel, Contact
from messaging import triage
from messaging.models import CHANNEL_OF, Message, Thread

Way = tuple[str, str]

TEXTS = re.compile(
    r"\b(?:te?xts?|te?xting|te?xted|sms|textos?|mensajes? de texto|cell?|cell ?phone|celular|"
    r"m[oó]vil|mobile)\b",
    re.I,
)
MAILS = re.compile(r"\b(?:e-?mail(?:s|ing|ed)?|mail(?:s|ing|ed)?|correos?|newsletters?)\b", re.I)
# Where somebody would rather be written to is not what is to end.
RATHER = re.compile(
    r"\b(?:(?:only|just|use|prefer|by|via|por|s[oó]lo) (?:my |this |an? |the )?(?:e-?mail|correo)|"
    r"(?:e-?mail|correo)(?: me)? (?:only|instead|please|is (?:fine|ok|okay|better)|works))\b",
    re.I,
)
EVERYWHERE = re.compile(
    r"\b(?:(?:any|every|all|no) (?:means|ways?|channels?|forms?|communications?|contact)|"
    r"cease(?: and|&)? desist|leave (?:me|us) alone|"
    r"d[eé]j[ea](?:me|nos|nme) en paz|ning[uú]n (?:medio|modo)|ninguna (?:forma|manera))\b",
    re.I,
)
# “Contact me” with nothing behind it that says how.
CONTACT = re.compile(
    r"\b(?:contact(?:ing)?(?: (?:me|us))?|contactar(?:me|nos)?|contacte(?:n|me|nme)?)\b"
    r"(?!(?: me| us)?(?: again| anymore| any more| ever)? (?:by|via|through|per|with|at|on|por)\b)",
    re.I,
)
SENTENCE = re.compile(r"[.!?\n]+(?=\s|$)")


def covers(channel: str, body: str, evidence: str | None) -> set[str]:
    """The channels an opt-out is about; ``evidence`` is the words it was read from."""
    said = RATHER.sub(" ", _sentence(body, evidence or ""))
    named = {one for one, words in ((Channel.SMS, TEXTS), (Channel.EMAIL, MAILS))
             if words.search(said)}  # fmt: skip
    if EVERYWHERE.search(said) or CONTACT.search(said):
        return {Channel.SMS, Channel.EMAIL}
    # A carrier's list knows no other channel: what stops by text stops texts, whatever it names.
    return named | {channel} if channel == Channel.SMS else named or {channel}


def ways(thread: Thread, message: Message) -> list[Way]:
    """The addresses an opt-out covers, the one it came from first where it is among them."""
    channel, evidence = CHANNEL_OF[message.medium], message.reading.get("evidence") or ""
    is_in_body = message.body and (evidence in message.body or evidence not in message.subject)
    body = message.body if is_in_body else message.subject
    own = (channel, message.address)
    meant = covers(channel, body, evidence)
    numbers = [(Channel.SMS, one.e164) for one in phones.all_in(_sentence(body, evidence))]
    found = [own] if channel in meant else []
    for other in sorted(meant - {channel}):
        found += numbers if numbers and other == Channel.SMS else _known(thread, other)
    if channel == Channel.SMS and Channel.EMAIL in meant and EVERYWHERE.search(body):
        found += _known(thread, Channel.SMS)
    return list(dict.fromkeys(found)) or [own]


def wants_mail_alone(message: Message) -> bool:
    """Whether a mail asks for mail in place of texts: no opt-out from mail, and one from texts."""
    if CHANNEL_OF[message.medium] != Channel.EMAIL or not TEXTS.search(message.body):
        return False
    if "automatic" in message.reading:
        return False
    received = message.company.local_date(message.created_at)
    return triage.read(message.body, channel=Channel.SMS, received=received).opt_out


def numbers(thread: Thread) -> list[Way]:
    """Every number of the customer."""
    return _known(thread, Channel.SMS)


def _sentence(body: str, evidence: str) -> str:
    """The sentence the words stand in; all of it when they stand in none."""
    words = evidence.strip(" .,;:!?\n")
    pieces = SENTENCE.split(body)
    return next((piece for piece in pieces if words and words in piece), body)


def _known(thread: Thread, channel: str) -> list[Way]:
    if thread.customer_id is None:
        return []
    rows = Contact.objects.filter(customer=thread.customer_id, channel=channel).exclude(address="")
    return [(channel, address) for address in rows.values_list("address", flat=True)]
