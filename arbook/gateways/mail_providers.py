"""Mail providers as the desk needs them, through django-anymail: is it theirs, what does it say.

A post is verified and read by anymail's own views, on what was kept of it. Keys may be several,
separated by a comma while one replaces the other.
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
from anymail.webhooks import mailgun, postmark
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


@dataclass(frozen=True)
class Provider:
    """One provider: its setting, its views in anymail, and under which name they take a key."""

    setting: str
    inbound: Callable[..., Any]
    tracking: Callable[..., Any]
    key: str
    raw: Callable[[HttpRequest], str | None]


def _postmark_raw(request: HttpRequest) -> str | None:
    return json.loads(request.body).get("RawEmail")


def _mailgun_raw(request: HttpRequest) -> str | None:
    return request.POST.get("body-mime")


PROVIDERS = {
    "postmark": Provider(
        "POSTMARK_WEBHOOK_SECRET",
        postmark.PostmarkInboundWebhookView,
        postmark.PostmarkTrackingWebhookView,
        "webhook_secret",
        _postmark_raw,
    ),
    "mailgun": Provider(
        "MAILGUN_SIGNING_KEY",
        mailgun.MailgunInboundWebhookView,
        mailgun.MailgunTrackingWebhookView,
        "webhook_signing_key",
        _mailgun_raw,
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


def is_known(provider: str) -> bool:
    """Whether we deal with this provider: its key is set."""
    return provider in PROVIDERS and bool(_keys(provider))


def is_signed(provider: str, post: Post) -> bool:
    """Whether the post carries this provider's proof. Never raises, whatever a stranger sends."""
    try:
        request = post.as_request()
    except STUMBLES:
        return False
    for view in _views(provider, PROVIDERS[provider].inbound):
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
        return json.loads(post.body)["MessageID"] if kind == "inbound" else None
    if kind == "tracking" and post.kind == "application/json":
        return json.loads(post.body)["event-data"]
    # Mailgun signs anew each time, so what it signs with is left out.
    fields = post.as_request().POST.dict()
    return {name: fields[name] for name in fields.keys() - {"timestamp", "token", "signature"}}


def letter(provider: str, post: Post) -> HandedIn:
    """The letter in an inbound post: as it came where the provider passes that on, else rebuilt.

    Raises Unreadable.
    """
    try:
        request = post.as_request()
        (event,) = _first_view(provider, PROVIDERS[provider].inbound).parse_events(request)
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
        events = _first_view(provider, PROVIDERS[provider].tracking).parse_events(post.as_request())
        return [_tiding(event) for event in events]
    except STUMBLES as trouble:
        raise Unreadable(f"Not an event as {provider} sends it: {_said(trouble)}") from trouble


def tracing(mark: str) -> dict[str, str]:
    """Headers by which the providers in use tell us later which letter they speak of."""
    headers = {}
    if is_known("postmark"):
        headers |= {"X-PM-Metadata-arbook": mark, "X-PM-KeepID": "true"}
    if is_known("mailgun"):
        headers["X-Mailgun-Variables"] = json.dumps({"arbook": mark})
    return headers


def _tiding(event) -> Tiding:
    said = " ".join(str(event.mta_response or event.description or "").split())
    return Tiding(
        kind=str(event.event_type),
        reason=str(event.reject_reason or ""),
        recipient=str(event.recipient or "").strip().lower()[:254],
        message_id=str(event.message_id or "")[:255],
        mark=str((event.metadata or {}).get("arbook") or ""),
        said=said[:300],
        at=event.timestamp,
    )


def _keys(provider: str) -> list[str]:
    given = getattr(settings, PROVIDERS[provider].setting)
    return [part.strip() for part in given.split(",") if part.strip()]


def _views(provider: str, view: Callable[..., Any]) -> Iterator[Any]:
    for key in _keys(provider):
        yield view(**{PROVIDERS[provider].key: key})


def _first_view(provider: str, view: Callable[..., Any]):
    for made in _views(provider, view):
        return made
    # The key was taken away since: what was verified then is read all the same.
    return view(**{PROVIDERS[provider].key: "none:none"})


def _bytes(message: EmailMessage) -> bytes:
    try:
        return message.as_bytes(policy=policy.SMTP)
    except STUMBLES:
        return message.as_string(policy=policy.compat32).encode("utf-8", "replace")


def _said(trouble: Exception) -> str:
    return f"{type(trouble).__name__} {trouble}"[:200]
