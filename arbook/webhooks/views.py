"""The doors vendors knock on: verify the raw body, store, answer. Nothing else happens here."""

import hashlib
import json

from django.conf import settings
from django.http import Http404, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from arbook import clock
from arbook.gateways import signatures
from arbook.gateways.models import Connection
from arbook.webhooks import quickbooks_bodies
from arbook.webhooks.store import Arrival, keep

MAX_BODY = 2 * 1024 * 1024


def _refused(reason: str, status: int = 403) -> HttpResponse:
    return HttpResponse(reason, status=status, content_type="text/plain")


def _connection(vendor: str, company_uuid) -> Connection:
    found = Connection.objects.filter(vendor=vendor, company__uuid=company_uuid).first()
    if found is None:
        raise Http404("No such company.")
    return found


def _tokens(secret: str) -> list[str]:
    """A secret, or two separated by a comma while one replaces the other."""
    return [token.strip() for token in (secret or "").split(",") if token.strip()]


def _body(request) -> bytes | None:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > MAX_BODY:
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
            realm=item.realm.replace("\x00", ""),
            content=item.content,
        )
        for item in items
    ]
    # A signed body we cannot read is still answered 200, or Intuit repeats it for ever.
    if trouble:
        arrivals.append(_unreadable("quickbooks", None, body, trouble))
    keep(arrivals, now=now)
    return HttpResponse(status=200)


@csrf_exempt
@require_POST
def stripe(request, company_uuid):
    connection = _connection("stripe", company_uuid)
    body = _body(request)
    if body is None:
        return _refused("Too large.", 413)
    secrets = _tokens(connection.secrets.get("webhook_secret", ""))
    header = request.headers.get("Stripe-Signature", "")
    now = clock.now()
    # Where our clock can be moved, a stand-in that does not follow it signs by the machine's.
    instants = [now, clock.system()] if clock.is_movable() else [now]
    if not any(signatures.stripe(body, header, secrets, now=instant) for instant in instants):
        return _refused("Bad signature.", 400)
    keep([_stripe_arrival(connection, body)], now=now)
    return HttpResponse(status=200)


def _stripe_arrival(connection: Connection, body: bytes) -> Arrival:
    try:
        event = json.loads(body)
        external_id, kind = str(event["id"]), str(event["type"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        return _unreadable("stripe", connection.company_id, body, f"Not an event: {error}")
    return Arrival("stripe", external_id, kind, connection.company_id, event)


@csrf_exempt
@require_POST
def twilio(request, company_uuid, message_uuid=None):
    """Inbound texts and delivery statuses; the path of a status names our own message."""
    connection = _connection("twilio", company_uuid)
    body = _body(request)
    if body is None:
        return _refused("Too large.", 413)
    url = settings.PUBLIC_URL + request.get_full_path()
    pairs = [(name, value) for name, values in request.POST.lists() for value in values]
    if not signatures.twilio(
        url,
        pairs,
        request.headers.get("X-Twilio-Signature", ""),
        _tokens(connection.secrets.get("auth_token", "")),
        settings_header=request.headers.get("X-Twilio-Webhooks-Signature-Settings", ""),
        keys=connection.secrets.get("webhook_keys") or {},
    ):
        return _refused("Bad signature.")
    fields = request.POST.dict()
    if message_uuid:
        fields["message_uuid"] = str(message_uuid)
    keep([_twilio_arrival(connection, fields)], now=clock.now())
    return HttpResponse("<Response/>", content_type="text/xml")


def _twilio_arrival(connection: Connection, fields: dict) -> Arrival:
    sid = fields.get("MessageSid") or fields.get("SmsSid") or ""
    status = (fields.get("MessageStatus") or fields.get("SmsStatus") or "").lower()
    inbound = status in ("received", "receiving") or (not status and "Body" in fields)
    if not sid or not (status or inbound):
        raw = json.dumps(fields).encode()
        return _unreadable("twilio", connection.company_id, raw, "Neither a text nor a status.")
    kind = "inbound" if inbound else "status"
    external_id = f"{sid}:inbound" if inbound else f"{sid}:{status}"
    return Arrival("twilio", external_id, kind, connection.company_id, fields)


def _unreadable(vendor: str, company_id: int | None, body: bytes, reason: str) -> Arrival:
    digest = hashlib.sha256(body).hexdigest()
    content = {"raw": body[:100_000].decode("utf-8", "backslashreplace")}
    return Arrival(vendor, f"unreadable:{digest}", "unreadable", company_id, content, error=reason)
