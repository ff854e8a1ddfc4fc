"""Errors sent to Sentry, when SENTRY_DSN names one: what broke and where, nobody's data."""

import sentry_sdk
from sentry_sdk.integrations.django import DjangoIntegration
from sentry_sdk.integrations.logging import LoggingIntegration

from arbook import logs

DROPPED = ("user", "server_name", "modules")


def begin(dsn: str, *, environment: str) -> None:
    """Report errors of this process; without a DSN nothing is sent anywhere."""
    if not dsn:
        return
    sentry_sdk.init(
        dsn=dsn,
        environment=environment,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        traces_sample_rate=0.0,
        max_breadcrumbs=0,
        before_send=without_data,
        integrations=[DjangoIntegration(), LoggingIntegration(level=None)],
    )


def without_data(event: dict, hint: dict) -> dict:
    """The event with ids only: no request but its path, no addresses in any text."""
    for name in DROPPED:
        event.pop(name, None)
    if "request" in event:
        asked = event["request"]
        kept = {"method": asked.get("method"), "url": (asked.get("url") or "").split("?")[0]}
        event["request"] = kept
    event.setdefault("tags", {}).update(
        {"cause": logs.cause.get() or "", "request": logs.request.get()}
    )
    return _clean(event)


def _clean(value):
    if isinstance(value, str):
        return logs.clean(value)
    if isinstance(value, dict):
        return {name: _clean(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(inner) for inner in value]
    return value
