"""Lookup, brands, campaigns and the numbers of a messaging service."""

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from arbook.sandbox.twilio.account import AccountData, Brand, Service
from arbook.sandbox.twilio.messages import TwilioError, check
from arbook.sandbox.wire import Request, Response, Routes

if TYPE_CHECKING:
    from arbook.sandbox.twilio import Twilio

routes = Routes()
LISTS = "/lists/deactivated-"
SINCE = datetime(2026, 1, 12, 15, 0, tzinfo=UTC).isoformat().replace("+00:00", "Z")


@routes.on("GET", "/v2/PhoneNumbers/{number}", "lookup.fetch")
def lookup(twilio: "Twilio", account: AccountData, request: Request, number: str) -> Response:
    sent = {name: values[0] for name, values in request.query.items()}
    check("lookup.fetch", sent)
    number = number.replace("%2B", "+").replace("%2b", "+")
    if not number.startswith("+"):
        number = "+" + number
    valid = bool(re.fullmatch(r"\+1[2-9]\d{9}|\+[2-9]\d{7,13}", number))
    us = number.startswith("+1")
    phone = twilio.phone(number).data if valid else None
    line = None
    if phone and "line_type_intelligence" in sent.get("Fields", ""):
        line = {
            "type": None if phone.lookup_error else phone.line,
            "carrier_name": None if phone.lookup_error else phone.carrier,
            "mobile_country_code": "310" if phone.line == "mobile" else None,
            "mobile_network_code": "260" if phone.line == "mobile" else None,
            "error_code": phone.lookup_error,
        }
    hands = None
    if phone and "reassigned_number" in sent.get("Fields", ""):
        verified = sent.get("LastVerifiedDate", "")
        changed = phone.reassigned_on.replace("-", "")
        hands = {
            "last_verified_date": verified or None,
            "is_number_reassigned": "yes" if changed and changed > verified else "no",
            "error_code": None,
        }
    national = f"({number[2:5]}) {number[5:8]}-{number[8:]}" if us and valid else None
    return Response.json(
        {
            "calling_country_code": "1" if us else None,
            "country_code": "US" if us and valid else None,
            "phone_number": number,
            "national_format": national,
            "valid": valid,
            "validation_errors": [] if valid else ["INVALID_LENGTH"],
            "caller_name": None,
            "line_type_intelligence": line,
            "reassigned_number": hands,
            "url": f"{request.base}/v2/PhoneNumbers/{number}",
        }
    )


@routes.on("GET", "/v1/Deactivations", "deactivations.fetch")
def deactivations(twilio: "Twilio", account: AccountData, request: Request) -> Response:
    """Where the list of a day lies, for two minutes."""
    sent = {name: values[0] for name, values in request.query.items()}
    check("deactivations.fetch", sent)
    day = sent.get("Date", "")
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", day):
        raise TwilioError(20001, "Date must be YYYY-MM-DD")
    return Response.json({"redirect_to": f"{request.base}{LISTS}{day}.txt"}, 307)


def deactivated(twilio: "Twilio", day: str) -> Response:
    """The list itself, one number a line, which whoever has the address may read."""
    gone = [one.number for one in twilio.sandbox.state.phones.values() if one.gave_up_on == day]
    return Response(200, "".join(f"{one[1:]}\n" for one in gone).encode(), "text/plain")


def _brand(account: AccountData, brand: Brand) -> dict[str, Any]:
    return {
        "sid": brand.sid,
        "account_sid": account.sid,
        "status": brand.status,
        "identity_status": brand.identity_status,
        "brand_type": "STANDARD",
        "brand_score": brand.score,
        "tcr_id": "B" + brand.sid[-6:].upper(),
        "errors": brand.errors,
        "failure_reason": None,
        "mock": False,
        "date_created": SINCE,
        "date_updated": SINCE,
        "url": f"/v1/a2p/BrandRegistrations/{brand.sid}",
        "links": {},
    }


def _campaign(account: AccountData, service: Service) -> dict[str, Any]:
    verified = service.campaign_status == "VERIFIED"
    errors = [{"error_code": 30896, "fields": ["MESSAGE_FLOW"], "url": ""}]
    return {
        "sid": service.campaign_sid,
        "account_sid": account.sid,
        "brand_registration_sid": account.brand.sid if account.brand else None,
        "messaging_service_sid": service.sid,
        "description": "Invoice and payment reminders to customers who agreed to receive them.",
        "message_flow": "Customers agree on the pay page or by contract.",
        "message_samples": [f"{service.name}: invoice 1001 over $120.00 is due. STOP to end."],
        "us_app_to_person_usecase": "ACCOUNT_NOTIFICATION",
        "has_embedded_links": True,
        "has_embedded_phone": False,
        "campaign_status": service.campaign_status,
        "campaign_id": "C" + service.campaign_sid[-6:].upper() if verified else None,
        "is_externally_registered": False,
        "rate_limits": {"att": {"mps": 75, "msg_class": "T"}, "tmobile": {"brand_tier": "LOW"}},
        "errors": errors if service.campaign_status == "FAILED" else [],
        "mock": False,
        "date_created": SINCE,
        "date_updated": SINCE,
        "url": f"/v1/Services/{service.sid}/Compliance/Usa2p/{service.campaign_sid}",
    }


def _number(account: AccountData, service: Service, number: str) -> dict[str, Any]:
    sid = "PN" + number.lstrip("+").rjust(32, "0")
    return {
        "sid": sid,
        "account_sid": account.sid,
        "service_sid": service.sid,
        "phone_number": number,
        "country_code": "US",
        "capabilities": ["SMS", "MMS"],
        "date_created": SINCE,
        "date_updated": SINCE,
        "url": f"/v1/Services/{service.sid}/PhoneNumbers/{sid}",
    }


def _service(account: AccountData, sid: str) -> Service:
    if sid not in account.services:
        raise TwilioError(20404, f"The requested resource /Services/{sid} was not found", 404)
    return account.services[sid]


def _page(request: Request, key: str, rows: list[dict[str, Any]]) -> Response:
    url = request.base + request.path
    meta = {
        "page": 0,
        "page_size": 50,
        "first_page_url": url,
        "previous_page_url": None,
        "url": url,
        "next_page_url": None,
        "key": key,
    }
    return Response.json({key: rows, "meta": meta})


@routes.on("GET", "/v1/a2p/BrandRegistrations", "brands.list")
def brands(twilio: "Twilio", account: AccountData, request: Request) -> Response:
    found = [_brand(account, account.brand)] if account.brand else []
    return _page(request, "data", found)


@routes.on("GET", "/v1/a2p/BrandRegistrations/{sid}", "brands.fetch")
def brand(twilio: "Twilio", account: AccountData, request: Request, sid: str) -> Response:
    if account.brand is None or account.brand.sid != sid:
        raise TwilioError(20404, "The requested brand was not found", 404)
    return Response.json(_brand(account, account.brand))


@routes.on("GET", "/v1/Services/{service}/Compliance/Usa2p", "campaigns.list")
def campaigns(twilio: "Twilio", account: AccountData, request: Request, service: str) -> Response:
    found = _service(account, service)
    rows = [_campaign(account, found)] if found.campaign_sid else []
    return _page(request, "compliance", rows)


@routes.on("GET", "/v1/Services/{service}/Compliance/Usa2p/{sid}", "campaigns.fetch")
def campaign(
    twilio: "Twilio", account: AccountData, request: Request, service: str, sid: str
) -> Response:
    found = _service(account, service)
    if sid not in (found.campaign_sid, "QE2c6890da8086d771620e9b13fadeba0b"):
        raise TwilioError(20404, "The requested campaign was not found", 404)
    return Response.json(_campaign(account, found))


@routes.on("GET", "/v1/Services/{service}/PhoneNumbers", "services.phone_numbers.list")
def numbers(twilio: "Twilio", account: AccountData, request: Request, service: str) -> Response:
    found = _service(account, service)
    rows = [_number(account, found, number) for number in found.numbers]
    return _page(request, "phone_numbers", rows)


@routes.on("GET", "/v1/Services/{service}", "services.fetch")
def service_read(
    twilio: "Twilio", account: AccountData, request: Request, service: str
) -> Response:
    return Response.json(_service_shown(account, _service(account, service)))


@routes.on("POST", "/v1/Services/{service}", "services.update")
def service_update(
    twilio: "Twilio", account: AccountData, request: Request, service: str
) -> Response:
    found, form = _service(account, service), request.form
    check("services.update", form)
    found.inbound_url = form.get("InboundRequestUrl", found.inbound_url)
    found.status_url = form.get("StatusCallback", found.status_url)
    found.name = form.get("FriendlyName", found.name)
    return Response.json(_service_shown(account, found))


def _service_shown(account: AccountData, found: Service) -> dict[str, Any]:
    return {
        "sid": found.sid,
        "account_sid": account.sid,
        "friendly_name": found.name,
        "inbound_request_url": found.inbound_url or None,
        "inbound_method": "POST",
        "status_callback": found.status_url or None,
        "sticky_sender": True,
        "smart_encoding": True,
        "validity_period": 36000,
        "us_app_to_person_registered": found.campaign_status == "VERIFIED",
        "use_inbound_webhook_on_number": False,
        "usecase": "notifications",
        "date_created": SINCE,
        "date_updated": SINCE,
        "url": f"/v1/Services/{found.sid}",
        "links": {},
    }


@routes.on("GET", "/2010-04-01/Accounts/{account}.json", "accounts.fetch")
def account_read(twilio: "Twilio", account: AccountData, request: Request) -> Response:
    return Response.json(
        {
            "sid": account.sid,
            "friendly_name": account.name,
            "status": "active",
            "type": "Full",
            "date_created": "Mon, 12 Jan 2026 15:00:00 +0000",
            "date_updated": "Mon, 12 Jan 2026 15:00:00 +0000",
            "owner_account_sid": account.sid,
            "uri": f"/2010-04-01/Accounts/{account.sid}.json",
            "subresource_uris": {},
        }
    )


@routes.on("GET", "/2010-04-01/Accounts/{account}/Usage/Records/{period}.json", "usage.list")
def usage(twilio: "Twilio", account: AccountData, request: Request, period: str) -> Response:
    priced = [m for m in account.messages.values() if m.price]
    total = sum(abs(float(message.price or 0)) for message in priced)
    record = {
        "category": "sms",
        "count": str(len(priced)),
        "count_unit": "messages",
        "usage": str(sum(m.segments for m in priced)),
        "usage_unit": "segments",
        "price": f"{total:.5f}",
        "price_unit": "usd",
        "account_sid": account.sid,
        "description": "SMS",
        "start_date": SINCE[:10],
        "end_date": SINCE[:10],
    }
    return Response.json(
        {
            "usage_records": [record],
            "page": 0,
            "page_size": 50,
            "start": 0,
            "end": 0,
            "next_page_uri": None,
            "previous_page_uri": None,
            "uri": request.path,
            "first_page_uri": request.path,
        }
    )
