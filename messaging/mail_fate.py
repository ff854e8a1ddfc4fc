"""What became of a mail of ours after the mail server took it: told by providers and by reports.

A bounce marks the contact, a complaint or an unsubscription withdraws consent; a person hears of
each by a task.
"""

import re
from datetime import datetime

from django.db import transaction

from arbook.audit import log
from arbook.companies.models import Company
from arbook.gateways import mail
from arbook.gateways.mail_providers import Tiding
from customers import consent, contacts
from customers.models import Channel, ConsentEvent, Contact
from invoices import tasks
from invoices.models import Task
from messaging import delivery
from messaging.letters import Letter, Report
from messaging.models import Message

# The codes of RFC 3463 that mean: nobody is there, and nobody will be.
NOBODY = re.compile(r"\b5\.(?:1\.(?:0|1|2|3|6|10)|2\.1|4\.4)\b")
NO_MAILBOX = "550"
REPLY_CODE = re.compile(r"(?:^|\D)([45]\d\d)(?=[\s-]|$)")
FOR_NOW = re.compile(r"\b[45]\.(?:2\.2|[3-7]\.\d+)\b|\b(?:full|quota|blocked|policy|spam)\b", re.I)
FAILED = {"bounced", "rejected", "failed"}
WITHDRAWN = {"complained": "marked our mail as spam", "unsubscribed": "unsubscribed from our mail"}
FOR_GOOD = {"bounced", "invalid"}


@transaction.atomic
def reported(company: Company, letter: Letter, *, now: datetime) -> None:
    """Take what a mail system reports in a letter of its own.

    Anybody can write such a letter. One that names a letter of ours by its id, which only its
    recipient can know, is believed, about that recipient; the others change nothing.
    """
    message = _message(company, message_id=next(iter(letter.follows), ""))
    if message is None:
        return
    for report in letter.reports:
        recipient = message.address
        if report.recipient not in ("", recipient, message.test_address):
            continue
        if report.is_complaint:
            _withdraw(company, recipient, "complained", message, "a feedback report", now)
        elif report.action == "failed" or report.status.startswith("5."):
            said = report.said or letter.subject
            _failed(company, recipient, message, _code(report), said, now)
        elif report.action == "delivered":
            _delivered(message, now)


@transaction.atomic
def told(company: Company, tiding: Tiding, *, now: datetime) -> None:
    """Take what a provider tells of one letter. What changes nothing is passed over."""
    message = _message(company, mark=tiding.mark, message_id=tiding.message_id)
    recipient = tiding.recipient or (message.address if message else "")
    if tiding.kind == "delivered" and message:
        _delivered(message, now)
    elif tiding.kind in WITHDRAWN or tiding.reason in ("spam", "unsubscribed"):
        kind = tiding.kind if tiding.kind in WITHDRAWN else _KIND_OF[tiding.reason]
        _withdraw(company, recipient, kind, message, tiding.said, now)
    elif tiding.kind in FAILED:
        is_final = tiding.reason in FOR_GOOD and not _is_for_now(tiding.said)
        code = NO_MAILBOX if is_final else tiding.reason or tiding.kind
        _failed(company, recipient, message, code, tiding.said, now)


_KIND_OF = {"spam": "complained", "unsubscribed": "unsubscribed"}


def _message(company: Company, *, mark: str = "", message_id: str = "") -> Message | None:
    rows = Message.objects.of(company).filter(
        direction=Message.Direction.OUT, medium=Message.Medium.EMAIL
    )
    rows = rows.select_related("company", "customer", "contact")
    found = rows.filter(uuid=mark).first() if len(mark) == 36 else None
    if found is None and message_id:
        found = rows.filter(vendor_id=message_id).first()
    return found


def _delivered(message: Message, now: datetime) -> None:
    _pass_on(message, "delivered", "", now)


def _failed(
    company: Company, recipient: str, message: Message | None, code: str, said: str, now: datetime
) -> None:
    said = said or "The mail system did not say why."
    if message and message.state in (Message.State.DELIVERED, Message.State.HANDED_OVER):
        # It was taken over, and came back later.
        Message.objects.filter(pk=message.pk).update(
            state=Message.State.HANDED_OVER, vendor_status="sent", error=said[:300]
        )
    if message:
        _pass_on(message, "undelivered", code, now)
    if message and message.test_address:
        return
    if code == NO_MAILBOX and message is None:
        _mark_bounced(company, recipient, said, now)
    contact = _contact(company, recipient)
    if contact is None:
        return
    tasks.open_task(
        company,
        kind=Task.Kind.FIX_DATA,
        key=f"bounced:{recipient}",
        title=f"Mail to {recipient} came back",
        detail=said,
        customer=contact.customer,
        now=now,
    )


def _pass_on(message: Message, status: str, code: str, now: datetime) -> None:
    """The same way a text's fate takes; a mail in doubt is settled by it."""
    vendor_id = message.vendor_id or mail.message_id_for(f"message:{message.uuid}")
    delivery.status(
        message.company,
        vendor_id=vendor_id,
        status=status,
        message_uuid=str(message.uuid),
        error_code=code,
        now=now,
    )


def _mark_bounced(company: Company, recipient: str, said: str, now: datetime) -> None:
    rows = Contact.objects.of(company).filter(channel=Channel.EMAIL, address=recipient or None)
    for contact in rows.select_related("customer", "company"):
        contacts.mark(contact, state=Contact.State.BOUNCED, reason=said, by=None, now=now)


def _withdraw(
    company: Company, recipient: str, kind: str, message: Message | None, said: str, now: datetime
) -> None:
    if not recipient or (message and message.test_address):
        return
    if not consent.standing(company, Channel.EMAIL, recipient).is_withdrawn:
        consent.withdraw(
            company,
            channel=Channel.EMAIL,
            address=recipient,
            source=ConsentEvent.Source.BOUNCE,
            wording=f"They {WITHDRAWN[kind]}.",
            evidence={"message": message.pk if message else None, "told": kind, "said": said},
            by=None,
            now=now,
            about=[message] if message else [],
        )
    contact = _contact(company, recipient)
    if contact is None:
        log.record(f"mail.{kind}", f"{recipient} {WITHDRAWN[kind]}.", about=[company], by=None,
                   at=now, company=company)  # fmt: skip
        return
    tasks.open_task(
        company,
        kind=Task.Kind.OTHER,
        key=f"{kind}:{recipient}",
        title=f"{contact.customer} {WITHDRAWN[kind]}",
        detail=f"No mail is sent to {recipient} any more. Call, or agree on another way.",
        customer=contact.customer,
        now=now,
    )


def _contact(company: Company, address: str) -> Contact | None:
    rows = Contact.objects.of(company).filter(channel=Channel.EMAIL, address=address or None)
    return rows.select_related("customer").first()


def _code(report: Report) -> str:
    if NOBODY.search(f"{report.status} {report.said}"):
        return NO_MAILBOX
    if report.status:
        return report.status
    found = REPLY_CODE.search(report.said)
    return found[1] if found else "undelivered"


def _is_for_now(said: str) -> bool:
    """Whether the words speak of a full mailbox or a policy, not of nobody being there."""
    return not NOBODY.search(said) and bool(FOR_NOW.search(said))
