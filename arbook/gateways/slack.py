"""Slack as the desk needs it: one word to the staff."""

import http.client
from typing import Any
from urllib.error import URLError

from django.conf import settings
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from arbook.companies.models import Company
from arbook.gateways import connections, measures, rehearsal, transport
from arbook.gateways.errors import Refused, Throttled, Unknown, VendorError
from arbook.gateways.models import Connection

_LOCKED_OUT = frozenset(
    {
        "account_inactive",
        "invalid_auth",
        "no_permission",
        "not_authed",
        "token_expired",
        "token_revoked",
    }
)


def of(company: Company) -> "Slack | None":
    """The company's Slack, None when it has none; raises Disconnected when access was lost."""
    vendor = Connection.Vendor.SLACK
    if not Connection.objects.of(company).filter(vendor=vendor).exists():
        return None
    return Slack(connections.find(company, vendor))


class Slack:
    """One company's channel for staff."""

    def __init__(self, connection: Connection):
        self._connection = connection
        self._client = WebClient(
            connection.secrets.get("bot_token") or "missing",
            base_url=f"{settings.SLACK_API_URL}/",
            timeout=max(1, round(settings.VENDOR_TIMEOUT)),
            # The SDK's default repeats a message whose answer was lost.
            retry_handlers=[],
        )

    def __repr__(self) -> str:
        return f"<Slack {self._connection.external_id}>"

    def say(self, text: str, blocks: list[dict[str, Any]] | None = None) -> str:
        """Post to the company's channel; the message's timestamp, which is its id, comes back.

        ``text`` is words: a customer's name cannot call the whole channel or hide a link.
        """
        channel = self._connection.options.get("channel")
        if not channel:
            raise Refused("No Slack channel is set for this company.")
        answer = self._call(
            lambda: self._client.chat_postMessage(channel=channel, text=_plain(text), blocks=blocks)
        )
        return str(answer.get("ts") or "")

    def account(self) -> str:
        """The team's name."""
        return str(self._call(lambda: self._client.auth_test(), writes=False).get("team") or "")

    @rehearsal.rehearsed
    def _call(self, ask, *, writes: bool = True) -> Any:
        rehearsal.judge("Slack", writes=writes)
        transport.leave_house()
        with connections.asking(self._connection), measures.timed("slack", writes=writes):
            answer = self._answer(ask, writes=writes)
        connections.note_success(self._connection)
        return answer

    def _answer(self, ask, *, writes: bool) -> Any:
        try:
            return ask()
        except SlackApiError as error:
            raise self._meaning(error, writes=writes) from None
        except (URLError, OSError, http.client.HTTPException) as error:
            raise transport.broken_line("Slack", error, writes=writes) from None
        except (SlackClientError, ValueError):
            raise Unknown("Slack answered with something we cannot read.") from None

    def _meaning(self, error: SlackApiError, *, writes: bool) -> VendorError:
        response = error.response
        status = getattr(response, "status_code", 0)
        data = getattr(response, "data", None)
        word = str(data.get("error", "")) if isinstance(data, dict) else ""
        if status == 429 or word in ("ratelimited", "rate_limited"):
            wait = transport.retry_after(getattr(response, "headers", {}), default=30.0)
            return Throttled("Slack asks us to slow down.", retry_after=wait, code=word)
        if word in _LOCKED_OUT:
            return connections.needs_reconnecting(
                self._connection, f"Slack does not accept the token ({word})."
            )
        if status >= 500 or not word:
            return Unknown(f"Slack failed: it answered {status}.", code=word)
        return Refused(f"Slack refused: {word}", code=word)


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
