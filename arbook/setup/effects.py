"""What a person asked for that takes the worker: reading the books, inviting somebody."""

from datetime import datetime

from arbook import clock
from arbook.companies.models import Membership
from arbook.gateways import mail
from arbook.outbox.models import Effect
from arbook.outbox.registry import Foretold, effect
from arbook.setup import members
from invoices import sync
from messaging import lost_replies
from reconciliation import meanwhile


def _preview_sync(one: Effect, now: datetime) -> Foretold:
    return Foretold([f"Would read the books of {one.company}; nothing is written there."])


def _preview_invitation(one: Effect, now: datetime) -> Foretold:
    member = Membership.objects.select_related("user").filter(pk=one.payload["membership"]).first()
    if member is None:
        return Foretold(["Would send nothing: not a member any more."], happens=False)
    return Foretold([f"Would mail an invitation to {member.user.email}."])


@effect(
    "setup.sync", preview=_preview_sync, is_long=True, chunk=4, lease_seconds=1800, max_attempts=4
)
def sync_books(one: Effect, prepared) -> dict:
    """Everything the first time, changes afterwards; safe to repeat."""
    report = sync.run(one.company, now=clock.now())
    return {"counts": report.counts}


@effect("setup.hear", chunk=4, lease_seconds=600, max_attempts=4)
def hear_vendor(one: Effect, prepared) -> dict:
    """What happened at a vendor since it last spoke; safe to repeat."""
    hear = {"stripe": meanwhile.hear, "twilio": lost_replies.catch_up}[one.payload["vendor"]]
    return {"new": hear(one.company, now=clock.now())}


@effect("setup.invite", preview=_preview_invitation, max_attempts=8)
def send_invitation(one: Effect, prepared) -> dict:
    """One mail to a new member; nothing when the person was removed meanwhile."""
    membership = (
        Membership.objects.select_related("user", "company")
        .filter(pk=one.payload["membership"])
        .first()
    )
    if membership is None:
        return {"skipped": "Not a member any more."}
    subject, text = members.invitation(membership, by=one.payload["by"])
    sent = mail.send(
        company=membership.company,
        to=membership.user.email,
        subject=subject,
        text=text,
        key=one.key,
    )
    return {"message_id": sent.message_id}
