"""Mail providers as the desk needs them, through django-anymail: is it theirs, what does it say.

A post is verified and read by anymail's own views, on what was kept of it. Mailgun and MailerSend
sign what they post; Postmark shows a password. Keys may be several, separated by a comma while one
replaces the other.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from typing import Any

from anymail.exceptions import AnymailError, AnymailWebhookValidationFailure
from anymail.webhooks import mailersend, mailgun, postmark
from django.conf import settings
from django.http import HttpRequest

from arbook.gateways.mail_posts import Post

# What a stranger's post can make a reader stumble over.
STUMBLES = (
    *(AnymailError, ValueError, KeyError, TypeError, AttributeError, IndexError, LookupError),
    *(AssertionError, OverflowError, OSError, RecursionError),
)


class Unreadable(Exception):
    """The post is the provider's, and says nothing that can be read."""


MEGABYTE = 1024 * 1024
# What is told of a letter is short; only letters are long.
MOST_TOLD = MEGABYTE
# The longest field of a form that can be part of a proof.
LONGEST_PROOF = 1000
TAG = "arbook-"
FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")


@dataclass(frozen=True)
class Door:
    """What a provider posts to one address: our setting, anymail's view, its name for the key."""

    setting: str
    view: Callable[..., Any]
    key: str
    most: int = MOST_TOLD


@dataclass(frozen=True)
class Provider:
    """One provider: its doors, the raw letter in a post, and where its proof stands."""

    inbound: Door
    tracking: Door
    raw: Callable[[HttpRequest], str | None]
    head: str = ""
    """The header without which a post is not theirs; empty where the proof is in the body."""
    shows_all: bool = False
    """The head alone proves it: the body need not be read."""


def _postmark_raw(request: HttpRequest) -> str | None:
    return json.loads(request.body).get("RawEmail")


def _mailgun_raw(request: HttpRequest) -> str | None:
    return request.POST.get("body-mime")


def _mailersend_raw(request: HttpRequest) -> str | None:
    return json.loads(request.body)["data"].get("raw")


PROVIDERS = {
    # Letters of up to 35 MB, posted as they came and once more in parts.
    "postmark": Provider(
        Door(
            "POSTMARK_WEBHOOK_SECRET",
            postmark.PostmarkInboundWebhookView,
            "webhook_secret",
            60 * MEGABYTE,
        ),
        Door("POSTMARK_WEBHOOK_SECRET", postmark.PostmarkTrackingWebhookView, "webhook_secret"),
        _postmark_raw,
        head="authorization",
        shows_all=True,
    ),
    # Letters of up to 25 MB.
    "mailgun": Provider(
        Door(
            "MAILGUN_SIGNING_KEY",
            mailgun.MailgunInboundWebhookView,
            "webhook_signing_key",
            30 * MEGABYTE,
        ),
        Door("MAILGUN_SIGNING_KEY", mailgun.MailgunTrackingWebhookView, "webhook_signing_key"),
        _mailgun_raw,
    ),
    "mailersend": Provider(
        Door(
            "MAILERSEND_INBOUND_SECRET",
            mailersend.MailerSendInboundWebhookView,
            "inbound_secret",
            60 * MEGABYTE,
        ),
        Door(
            "MAILERSEND_SIGNING_SECRET", mailersend.MailerSendTrackingWebhookView, "signing_secret"
        ),
        _mailersend_raw,
        head="signature",
    ),
}


@dataclass(frozen=True)
class HandedIn:
    """A letter as a provider handed it in; ``recipient`` is the address it was taken in for."""

    raw: bytes
    recipient: str = ""


@dataclass(frozen=True)
class Tiding:
    """What became of a letter of ours, in anymail's words for it (``bounced``, ``complained``)."""

    kind: str
    reason: str = ""
    recipient: str = ""
    message_id: str = ""
    mark: str = ""
    """What we had sent along to know the letter by."""
    said: str = ""
    at: datetime | None = None


def is_known(provider: str, kind: str) -> bool:
    """Whether we deal with this provider: the key of that door (inbound, tracking) is set."""
    return provider in PROVIDERS and bool(_keys(_door(provider, kind)))


def most_bytes(provider: str, kind: str, content_type: str) -> int:
    """How long a post at that door may be; Mailgun's letters come as forms."""
    if provider == "mailgun" and content_type not in FORMS:
        return MOST_TOLD
    return _door(provider, kind).most


def may_be_signed(provider: str, kind: str, post: Post) -> bool:
    """What the head of a post says already, before its body was read."""
    known = PROVIDERS[provider]
    if known.shows_all:
        return is_signed(provider, kind, post)
    return not known.head or bool(getattr(post, known.head))


def is_signed(provider: str, kind: str, post: Post) -> bool:
    """Whether the post carries this provider's proof. Never raises, whatever a stranger sends."""
    try:
        request = post.as_request(longest=LONGEST_PROOF)
    except STUMBLES:
        return False
    for view in _views(_door(provider, kind)):
        try:
            view.run_validators(request)
        except (AnymailWebhookValidationFailure, *STUMBLES):
            continue
        return True
    return False


def mark(provider: str, kind: str, post: Post) -> str:
    """The same for the same letter or event, however often and in whichever wrapping it comes."""
    try:
        told = _mark(provider, kind, post)
    except STUMBLES:
        told = None
    said = post.body if not told else json.dumps(told, sort_keys=True).encode()
    return hashlib.sha256(said).hexdigest()


def _mark(provider: str, kind: str, post: Post) -> object:
    if provider == "postmark":
        # Tried again, Postmark sends the same bytes; a letter has a number of its own.
        return json.loads(bytes(post.body))["MessageID"] if kind == "inbound" else None
    if provider == "mailersend":
        return json.loads(bytes(post.body))["data"]["id"]
    if kind == "tracking" and post.kind == "application/json":
        return json.loads(bytes(post.body))["event-data"]
    # Mailgun signs anew each time, so what it signs with is left out.
    fields = post.as_request().POST.dict()
    return {name: fields[name] for name in fields.keys() - {"timestamp", "token", "signature"}}


def letter(provider: str, post: Post) -> HandedIn:
    """The letter in an inbound post: as it came where the provider passes that on, else rebuilt.

    Raises Unreadable.
    """
    try:
        request = post.as_request()
        (event,) = _first_view(PROVIDERS[provider].inbound).parse_events(request)
        raw = PROVIDERS[provider].raw(request)
        recipient = str(event.message.envelope_recipient or "")
        if raw:
            return HandedIn(raw.encode("utf-8", "replace"), recipient)
        return HandedIn(_bytes(event.message), recipient)
    except STUMBLES as trouble:
        raise Unreadable(f"Not a letter as {provider} sends it: {_said(trouble)}") from trouble


def tidings(provider: str, post: Post) -> list[Tiding]:
    """What a tracking post tells. Raises Unreadable."""
    try:
        events = _first_view(PROVIDERS[provider].tracking).parse_events(post.as_request())
        return [_tiding(event) for event in events]
    except STUMBLES as trouble:
        raise Unreadable(f"Not an event as {provider} sends it: {_said(trouble)}") from trouble


def tracing(mark: str) -> dict[str, str]:
    """Headers by which the providers in use tell us later which letter they speak of."""
    headers = {}
    if is_known("postmark", "tracking"):
        headers |= {"X-PM-Metadata-arbook": mark, "X-PM-KeepID": "true"}
    if is_known("mailgun", "tracking"):
        headers["X-Mailgun-Variables"] = json.dumps({"arbook": mark})
    if is_known("mailersend", "tracking"):
        headers["X-MailerSend-Tags"] = TAG + mark
    return headers


def _tiding(event) -> Tiding:
    said = " ".join(str(event.mta_response or event.description or "").split())
    tags = (str(one) for one in event.tags or () if str(one).startswith(TAG))
    return Tiding(
        kind=str(event.event_type),
        reason=str(event.reject_reason or ""),
        recipient=str(event.recipient or "").strip().lower()[:254],
        message_id=str(event.message_id or "")[:255],
        mark=str((event.metadata or {}).get("arbook") or next(tags, "").removeprefix(TAG)),
        said=said[:300],
        at=event.timestamp,
    )


def _door(provider: str, kind: str) -> Door:
    known = PROVIDERS[provider]
    return known.inbound if kind == "inbound" else known.tracking


def _keys(door: Door) -> list[str]:
    given = getattr(settings, door.setting)
    return [part.strip() for part in given.split(",") if part.strip()]


def _views(door: Door) -> Iterator[Any]:
    for key in _keys(door):
        yield door.view(**{door.key: key})


def _first_view(door: Door):
    for made in _views(door):
        return made
    # The key was taken away since: what was verified then is read all the same.
    return door.view(**{door.key: "none:none"})


def _bytes(message: EmailMessage) -> bytes:
    try:
        return message.as_bytes(policy=policy.SMTP)
    except STUMBLES:
        return message.as_string(policy=policy.compat32).encode("utf-8", "replace")


def _said(trouble: Exception) -> str:
    return f"{type(trouble).__name__} {trouble}"[:200]
