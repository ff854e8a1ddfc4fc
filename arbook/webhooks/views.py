"""The doors vendors knock on: verify the raw body, store, answer. Nothing else happens here."""

import hashlib
import json

from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import Http404, HttpResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from arbook import clock
from arbook.gateways import signatures
from arbook.webhooks import keys, quickbooks_bodies
from arbook.webhooks.keys import Keys
from arbook.webhooks.store import Arrival, raw, receive

MAX_BODY = 2 * 1024 * 1024


def _refused(reason: str, status: int = 403) -> HttpResponse:
    return HttpResponse(reason, status=status, content_type="text/plain")


def _body(request) -> bytes | None:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not (length.isascii() and length.isdigit()) or int(length) > MAX_BODY:
        return None
    return request.body


@csrf_exempt
@require_POST
def quickbooks(request):
    """One address for all companies of the app; items of one body may belong to several."""
    body = _body(request)
    if body is None:
        return _refused("Too large.", 413)
    header = request.headers.get("intuit-signature", "")
    if not signatures.quickbooks(body, header, settings.QUICKBOOKS_WEBHOOK_TOKEN):
        return _refused("Bad signature.", 401)
    now = clock.now()
    items, trouble = quickbooks_bodies.read(body)
    arrivals = [
        Arrival(
            vendor="quickbooks",
            external_id=item.external_id,
            kind=item.kind,
            company_id=None,
            realm=item.realm,
            content=item.content,
            body=body,
        )
        for item in items
    ]
    # A signed body we cannot read is still answered 200, or Intuit repeats it for ever.
    if trouble:
        arrivals.append(_unreadable("quickbooks", None, body, trouble))
    receive(arrivals, now=now)
    return HttpResponse(status=200)


@csrf_exempt
@require_POST
def stripe(request, company_uuid):
    body = _body(request)
    if body is None:
        return _refused("Too large.", 413)
    header = request.headers.get("Stripe-Signature", "")
    now = clock.now()
    # Where our clock can be moved, a stand-in that does not follow it signs by the machine's.
    instants = [now, clock.system()] if clock.is_movable() else [now]

    def fits(known: Keys) -> bool:
        secrets = known.several("webhook_secret")
        return any(signatures.stripe(body, header, secrets, now=instant) for instant in instants)

    known, good = keys.fitting("stripe", company_uuid, fits)
    if known is None:
        raise Http404("No such company.")
    if not good:
        return _refused("Bad signature.", 400)
    receive([_stripe_arrival(known.company_id, body)], now=now)
    return HttpResponse(status=200)


def _stripe_arrival(company_id: int, body: bytes) -> Arrival:
    try:
        event = json.loads(body)
        external_id, kind = str(event["id"]), str(event["type"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        return _unreadable("stripe", company_id, body, f"Not an event: {error}")
    return Arrival("stripe", external_id, kind, company_id, event, body=body)


@csrf_exempt
@require_POST
def twilio(request, company_uuid, message_uuid=None):
    """Inbound texts, delivery statuses and calls; the path of a status names our own message."""
    if _body(request) is None:
        return _refused("Too large.", 413)
    try:
        posted = request.POST
    except (BadRequest, SuspiciousOperation, UnreadablePostError):
        return _refused("Not a form.", 400)
    url = settings.PUBLIC_URL + request.get_full_path()
    pairs = [(name, value) for name, values in posted.lists() for value in values]
    header = request.headers.get("X-Twilio-Signature", "")
    named = request.headers.get("X-Twilio-Webhooks-Signature-Settings", "")

    def fits(known: Keys) -> bool:
        tokens, named_keys = known.several("auth_token"), known.secrets.get("webhook_keys") or {}
        return signatures.twilio(url, pairs, header, tokens, settings_header=named, keys=named_keys)

    known, good = keys.fitting("twilio", company_uuid, fits)
    if known is None:
        raise Http404("No such company.")
    if not good:
        return _refused("Bad signature.")
    fields = posted.dict()
    if message_uuid:
        fields["message_uuid"] = str(message_uuid)
    receive([_twilio_arrival(known.company_id, fields)], now=clock.now())
    return HttpResponse("<Response/>", content_type="text/xml")


def _twilio_arrival(company_id: int, fields: dict) -> Arrival:
    sid = fields.get("MessageSid") or fields.get("SmsSid") or ""
    status = (fields.get("MessageStatus") or fields.get("SmsStatus") or "").lower()
    inbound = status in ("received", "receiving") or (not status and "Body" in fields)
    if call := (not sid and fields.get("CallSid")) or "":
        status = (fields.get("CallStatus") or "").lower()
        return Arrival("twilio", f"{call}:{status}"[:255], "call", company_id, fields)
    if not sid or not (status or inbound):
        body = json.dumps(fields).encode()
        return _unreadable("twilio", company_id, body, "Neither a text nor a status.")
    kind = "inbound" if inbound else "status"
    external_id = f"{sid}:inbound" if inbound else f"{sid}:{status}"
    return Arrival("twilio", external_id, kind, company_id, fields)


def _unreadable(vendor: str, company_id: int | None, body: bytes, reason: str) -> Arrival:
    digest = hashlib.sha256(body).hexdigest()
    return Arrival(
        vendor, f"unreadable:{digest}", "unreadable", company_id, raw(body), error=reason
    )
