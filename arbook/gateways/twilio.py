"""Twilio as the desk needs it: one text out, what became of it, and what came in.

Creating a message has no idempotency key: when the line breaks it may have been sent, and
``find_text`` tells. Reads are repeated once, a text never.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from twilio.base.exceptions import TwilioException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from arbook import clock
from arbook.companies.models import Company
from arbook.gateways import (
    connections,
    measures,
    rehearsal,
    transport,
    twilio_lists,
    twilio_registration,
)
from arbook.gateways.errors import Refused, Throttled, Unknown, Unreachable, VendorError
from arbook.gateways.models import Connection
from arbook.gateways.twilio_registration import Campaign

LONGEST_VALIDITY = 36_000
LONGEST_BODY = 1600
# How far Twilio's clock and ours may be apart when a lost text is looked for.
CLOCK_SKEW = timedelta(seconds=30)
_SEARCHED = 300


@dataclass(frozen=True, slots=True)
class SentText:
    """A text we sent. ``state`` is Twilio's word; ``price`` is what it cost, known late;
    ``segments`` is 0 until the sender was chosen."""

    sid: str
    state: str
    segments: int
    price: Decimal | None
    error_code: str


@dataclass(frozen=True, slots=True)
class InboundText:
    """A text a customer sent to one of our numbers."""

    sid: str
    sender: str
    to: str
    body: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class LineType:
    """What a number is. ``kind`` is Twilio's word (mobile, landline, nonFixedVoip, ...) or ``""``;
    ``checked`` is False when the carriers had no answer. ``changed_hands`` is None when nobody
    asked or nobody knows."""

    kind: str
    carrier: str
    valid: bool
    checked: bool
    changed_hands: bool | None = None


def of(company: Company) -> "Twilio":
    """The company's Twilio account; raises Disconnected when it is not connected."""
    return Twilio(connections.find(company, Connection.Vendor.TWILIO))


class Twilio:
    """One company's Twilio account."""

    def __init__(self, connection: Connection):
        self._connection = connection
        tokens = connection.secrets.get("auth_token") or "missing"
        self._client = Client(
            connection.external_id or "missing",
            tokens.split(",")[0].strip(),
            http_client=_Http(),
            # Anything true keeps the SDK from reading the process's environment.
            environment={"TWILIO_IGNORED": "1"},
        )

    def __repr__(self) -> str:
        return f"<Twilio {self._connection.external_id}>"

    def send_text(
        self, *, to: str, body: str, callback_url: str, validity_seconds: int = LONGEST_VALIDITY
    ) -> SentText:
        """Hand over one text. Twilio may hold it for ``validity_seconds`` and drops it then.

        Raises Refused with Twilio's code (21610: opted out), Unknown when it may have been sent.
        """
        if len(body) > LONGEST_BODY:
            raise Refused("A text has at most 1600 characters.", code="21617")
        if validity_seconds < 1:
            raise Refused("There is no time left to send this text.")
        # No SmartEncoded: Twilio would change the body, and a lost text is found by its body.
        options: dict[str, Any] = {"status_callback": callback_url} if callback_url else {}
        return self._call(
            lambda: _sent(
                self._client.messages.create(
                    to=to,
                    body=body,
                    messaging_service_sid=self._service,
                    validity_period=min(validity_seconds, LONGEST_VALIDITY),
                    **options,
                )
            ),
            writes=True,
        )

    def find_text(self, *, to: str, body: str, since: datetime) -> SentText | None:
        """The text with exactly this body created since then, newest first, or None."""
        # Never by DateSent: what waits in Twilio's queue has none yet.
        earliest, latest = since - CLOCK_SKEW, clock.system() + CLOCK_SKEW
        # By the machine's clock too: where ours was moved, Twilio's stand-in may not have followed.
        ahead = clock.now() - clock.system()

        def is_recent(created: datetime | None) -> bool:
            return created is None or created >= earliest or earliest - ahead <= created <= latest

        def search() -> SentText | None:
            for message in self._client.messages.stream(to=to, limit=_SEARCHED, page_size=50):
                is_ours = message.body == body and message.direction != "inbound"
                if is_ours and is_recent(message.date_created):
                    return _sent(message)
            return None

        return self._call(search)

    def read_text(self, sid: str) -> SentText:
        """The text as it stands."""
        return self._call(lambda: _sent(self._client.messages(sid).fetch()))

    def read_inbound(self, sid: str) -> InboundText:
        """A text a customer sent us, with the second in which Twilio got it."""
        return self._call(lambda: _received(self._client.messages(sid).fetch()))

    def inbound_since(self, when: datetime) -> list[InboundText]:
        """Texts customers sent to our numbers since then, oldest first."""

        def gather() -> list[InboundText]:
            service = self._client.messaging.v1.services(self._service)
            found = []
            for number in service.phone_numbers.stream():
                texts = self._client.messages.stream(
                    to=number.phone_number, date_sent_after=when, page_size=100
                )
                found += [_received(text) for text in texts if text.direction == "inbound"]
            return found

        texts = [text for text in self._call(gather) if text.received_at >= when]
        return sorted(texts, key=lambda text: text.received_at)

    def lookup(self, number: str, *, since: date | None = None) -> LineType:
        """What kind of line a number (E.164) is; with ``since``, whether it changed hands after
        that day. Each call costs money, and the second question extra."""
        fields = ["line_type_intelligence"]
        more: dict[str, Any] = {}
        if since:
            fields.append("reassigned_number")
            more["last_verified_date"] = f"{since:%Y%m%d}"

        def ask() -> LineType:
            found = self._client.lookups.v2.phone_numbers(number).fetch(
                fields=",".join(fields), **more
            )
            line = found.line_type_intelligence or {}
            hands = getattr(found, "reassigned_number", None) or {}
            said = str(hands.get("is_number_reassigned") or "").lower()
            return LineType(
                kind=line.get("type") or "",
                carrier=line.get("carrier_name") or "",
                valid=bool(found.valid),
                checked=bool(line.get("type")) and not line.get("error_code"),
                changed_hands={"yes": True, "true": True, "no": False, "false": False}.get(said),
            )

        return self._call(ask)

    def deactivated_on(self, day: date) -> set[str]:
        """The US numbers that carriers took out of service on a day; Twilio lists them all."""

        def ask() -> set[str]:
            found = self._client.messaging.v1.deactivations().fetch(date=day)
            return twilio_lists.read(found.redirect_to or "", self._client.http_client)

        return self._call(ask)

    def campaign(self) -> Campaign:
        """How far the registration with the carriers is; state ``""`` when there is none."""

        def ask() -> Campaign:
            service = self._client.messaging.v1.services(self._service)
            found = next(iter(service.us_app_to_person.list(limit=1)), None)
            brands = self._client.messaging.v1.brand_registrations
            sid = found.brand_registration_sid if found else None
            if sid:
                brand = _if_offered(lambda: brands(sid).fetch())
            else:
                brand = _if_offered(lambda: next(iter(brands.list(limit=1)), None))
            numbers = _if_offered(
                lambda: [one.phone_number for one in service.phone_numbers.list(limit=50)]
            )
            return twilio_registration.campaign(found, brand, numbers)

        return self._call(ask)

    def account(self) -> str:
        """The account's name."""
        sid = self._connection.external_id
        return self._call(lambda: self._client.api.v2010.accounts(sid).fetch().friendly_name or "")

    # -- within -------------------------------------------------------------------------------

    @property
    def _service(self) -> str:
        service = self._connection.options.get("messaging_service")
        if not service:
            raise Refused("No Twilio messaging service is set for this company.")
        return service

    @rehearsal.rehearsed
    def _call(self, ask: Callable[[], Any], *, writes: bool = False) -> Any:
        rehearsal.judge("Twilio", writes=writes)
        transport.leave_house()
        with connections.asking(self._connection), measures.timed("twilio", writes=writes):
            answer = self._answer(ask, writes=writes)
        connections.note_success(self._connection)
        return answer

    def _answer(self, ask: Callable[[], Any], *, writes: bool) -> Any:
        attempts = 1 if writes else 2
        while True:
            attempts -= 1
            try:
                return ask()
            except requests.RequestException as error:
                if attempts and not transport.was_slow(error):
                    continue
                raise transport.broken_line("Twilio", error, writes=writes) from None
            except TwilioException as error:
                raise self._meaning(error, writes=writes) from None
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                raise self._meaning(error, writes=writes) from None

    def _meaning(self, error: Exception, *, writes: bool) -> VendorError:
        status = _status(error)
        code = str(getattr(error, "code", None) or "")
        if status == 401 or code == "20003":
            return connections.needs_reconnecting(
                self._connection, "Twilio does not accept the account or its token."
            )
        if status == 429 or code == "20429":
            return Throttled("Twilio asks us to slow down.", retry_after=5.0, code=code)
        if 400 <= status < 500 or status == transport.NOT_OFFERED:
            text = getattr(error, "msg", None) or getattr(error, "detail", None) or ""
            return Refused(f"Twilio refused: {_plain(text) or status}", code=code)
        kind = Unknown if writes else Unreachable
        return kind(f"Twilio failed: it answered {status or 'nothing we can read'}.", code=code)


class _Http(TwilioHttpClient):
    """The SDK's transport with timeouts, our connections, and all hosts on one base when set."""

    def __init__(self) -> None:
        super().__init__(logger=logging.getLogger("twilio.http_client"))
        self.session = transport.session()
        self.timeout = transport.timeouts()

    def request(self, method, url, *args, **kwargs):
        if settings.TWILIO_API_URL:
            parts = urlsplit(url)
            query = f"?{parts.query}" if parts.query else ""
            url = f"{settings.TWILIO_API_URL}{parts.path}{query}"
        return super().request(method, url, *args, **kwargs)


def _status(error: Exception) -> int:
    """The HTTP status behind an error of the SDK; a failed list hides it in the arguments."""
    answer = error.args[1] if len(error.args) > 1 else None
    return getattr(error, "status", None) or getattr(answer, "status_code", None) or 0


def _sent(message: Any) -> SentText:
    try:
        price = abs(Decimal(message.price)) if message.price else None
    except InvalidOperation:
        price = None
    return SentText(
        sid=message.sid,
        state=str(message.status or ""),
        segments=int(message.num_segments or 0),
        price=price,
        error_code=str(message.error_code or ""),
    )


def _received(message: Any) -> InboundText:
    at = message.date_created or message.date_sent or datetime.fromtimestamp(0, UTC)
    return InboundText(message.sid, str(message.from_ or ""), message.to, message.body or "", at)


def _if_offered(ask: Callable[[], Any]) -> Any:
    """What people read beside the state, or None where there is no such thing to read."""
    try:
        return ask()
    except TwilioException as error:
        if _status(error) in (404, transport.NOT_OFFERED):
            return None
        raise


def _plain(text: str) -> str:
    # Some of Twilio's sentences repeat the number texted; the row we serve knows it anyway.
    return text.removeprefix("Unable to create record: ")[:300]
