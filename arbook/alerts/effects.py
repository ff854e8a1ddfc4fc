"""How word to staff leaves."""

from datetime import datetime

from arbook.alerts import alerts
from arbook.gateways import mail, slack
from arbook.outbox.models import Effect
from arbook.outbox.registry import Foretold, effect


def _preview_mail(one: Effect, now: datetime) -> Foretold:
    return Foretold([f"Would mail {one.payload['to']}: {one.payload['title']}"])


def _preview_slack(one: Effect, now: datetime) -> Foretold:
    if slack.of(one.company) is None:
        return Foretold(["Would say nothing: Slack is not connected any more."], happens=False)
    return Foretold([f"Would say in Slack: {one.payload['title']}"])


@effect("alerts.mail", preview=_preview_mail, max_attempts=8)
def send_mail(one: Effect, prepared) -> dict:
    """One alert to one address."""
    sent = mail.send(
        company=one.company,
        to=one.payload["to"],
        subject=f"{one.payload['title']} - {one.company.name}",
        text=alerts.as_text(one.payload) or one.payload["title"],
        key=one.key,
    )
    return {"message_id": sent.message_id}


@effect("alerts.slack", preview=_preview_slack, max_attempts=8)
def send_slack(one: Effect, prepared) -> dict:
    """One alert to the company's Slack channel; nothing when it was disconnected meanwhile."""
    channel = slack.of(one.company)
    if channel is None:
        return {"skipped": "Slack is not connected any more."}
    title = f"*{one.payload['title']}* ({one.company.name})"
    channel.say("\n".join(part for part in (title, alerts.as_text(one.payload)) if part))
    return {}
