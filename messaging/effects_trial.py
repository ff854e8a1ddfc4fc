"""A test of a text on the wire: one call, looked up where its fate is not known."""

from datetime import datetime

from arbook.gateways import mail, twilio
from arbook.outbox.models import Effect
from arbook.outbox.registry import Foretold, StillUnknown, effect
from messaging import compose, stopped, trial_sends
from messaging.hand_over import SURE_AFTER_LOOKS
from messaging.merge_fields import pay_label
from messaging.template_versions import SMS

VALIDITY = int(trial_sends.LATEST.total_seconds())


def _resolve(one: Effect, now: datetime) -> dict | None:
    if one.payload["medium"] != SMS:
        # The Message-ID is the same the second time: to the mailbox it is one letter.
        return None
    found = twilio.of(one.company).find_text(
        to=one.payload["to"],
        body=one.payload["body"],
        since=datetime.fromisoformat(one.payload["asked_at"]),
    )
    if found:
        return {"vendor_id": found.sid, "segments": found.segments}
    if one.attempts < SURE_AFTER_LOOKS:
        raise StillUnknown("Twilio does not list the text yet.")
    return None


def _preview(one: Effect, now: datetime) -> Foretold:
    said = f"Would send a test of a text to {one.payload['to']}:"
    return Foretold([said, one.payload["subject"], one.payload["body"]])


@effect(trial_sends.SEND, resolve=_resolve, preview=_preview, max_attempts=4)
def send(one: Effect, prepared) -> dict:
    """One test to one member of the house; nothing when it comes too late to be expected."""
    asked_at = datetime.fromisoformat(one.payload["asked_at"])
    if one.not_before - asked_at > trial_sends.LATEST:
        return {"skipped": "It came too late to be expected."}
    stopped.hold_back(one.company)
    company, body = one.company, one.payload["body"]
    if one.payload["medium"] == SMS:
        text = twilio.of(company).send_text(
            to=one.payload["to"], body=body, callback_url="", validity_seconds=VALIDITY
        )
        return {"vendor_id": text.sid, "segments": text.segments}
    sent = mail.send(
        company=company,
        to=one.payload["to"],
        subject=one.payload["subject"],
        text=body,
        html=compose.html(
            company,
            body=body,
            link=one.payload["link"],
            label=pay_label(one.payload["language"]),
        ),
        reply_to=company.reply_email,
        key=one.key,
    )
    return {"vendor_id": sent.message_id}
