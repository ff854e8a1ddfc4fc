"""What arrives by mail, and what providers tell of ours, in plain values."""

from datetime import datetime

from arbook.gateways import mail_providers
from arbook.gateways.errors import Refused
from arbook.gateways.mail_posts import Post
from arbook.gateways.mail_providers import HandedIn, Tiding
from arbook.webhooks.models import WebhookEvent
from arbook.webhooks.registry import handles, owns
from messaging import letters, mail_fate, mail_in, mail_owner


@owns("mail")
def company_of(event: WebhookEvent) -> int | None:
    """The company a mail is for, from what it says; one nobody can read is nobody's."""
    try:
        if event.kind == "tracking":
            found = (mail_owner.of_tiding(one) for one in _tidings(event))
            return next(filter(None, found), None)
        came = _letter(event)
        return mail_owner.of_letter(letters.read(came.raw, recipient=came.recipient))
    except (Refused, letters.Unreadable):
        return None


@handles("mail", "inbound")
def letter_received(event: WebhookEvent, now: datetime) -> None:
    """A letter came in: a customer's answer, or the report of a mail system."""
    came = _letter(event)
    try:
        mail_in.receive(
            event.company,
            came.raw,
            recipient=came.recipient,
            received_at=event.received_at,
            now=now,
        )
    except mail_in.MailRefused as refusal:
        raise Refused(str(refusal)) from None


@handles("mail", "tracking")
def fate_told(event: WebhookEvent, now: datetime) -> None:
    """A provider tells what became of letters of ours."""
    for tiding in _tidings(event):
        mail_fate.told(event.company, tiding, now=now)


def _letter(event: WebhookEvent) -> HandedIn:
    content = event.payload
    post = Post.of_content(content)
    if not content.get("provider"):
        return HandedIn(post.body, content.get("recipient") or "")
    try:
        return mail_providers.letter(content["provider"], post)
    except mail_providers.Unreadable as trouble:
        raise Refused(str(trouble)) from None


def _tidings(event: WebhookEvent) -> list[Tiding]:
    content = event.payload
    try:
        return mail_providers.tidings(content["provider"], Post.of_content(content))
    except mail_providers.Unreadable as trouble:
        raise Refused(str(trouble)) from None
