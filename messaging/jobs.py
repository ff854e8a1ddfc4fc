"""What messaging does by itself."""

from datetime import datetime, timedelta

from arbook.audit import log
from arbook.companies.models import Company
from arbook.gateways import errors, twilio
from arbook.gateways.models import Connection
from arbook.heartbeat.jobs import each_company
from messaging import away, call_plans, dispatch, line_checks, lost_replies, silent_texts

STOP_ASKING = timedelta(days=3)


def prepare(now: datetime) -> None:
    """Bring the proposals of every company in line with what is due."""
    each_company(_prepare, now)


def poll_delivery(now: datetime) -> None:
    """Ask Twilio about texts that it has not spoken of for hours."""
    each_company(_poll, now, may_be_refused=True)


def read_campaigns(now: datetime) -> None:
    """Read how far each company's registration with the carriers is."""
    each_company(read_campaign, now)


def look_up_lines(now: datetime) -> None:
    """Ask what the numbers of waiting texts are, before the first text goes to them."""
    each_company(_look_up_lines, now, may_be_refused=True)


def hear_lost(now: datetime) -> None:
    """Read from Twilio the texts whose webhook never came."""
    each_company(_hear_lost, now, may_be_refused=True)


def wake_threads(now: datetime) -> None:
    """Bring back conversations that were put away until now."""
    each_company(_wake, now)


def plan_calls(now: datetime) -> None:
    """Put calls on the list where much is past due and a reminder brought no answer."""
    each_company(_plan_calls, now)


def _plan_calls(company: Company, now: datetime) -> None:
    call_plans.plan(company, now=now)


def _hear_lost(company: Company, now: datetime) -> None:
    lost_replies.catch_up(company, now=now)


def _look_up_lines(company: Company, now: datetime) -> None:
    line_checks.ahead(company, now=now)


def _wake(company: Company, now: datetime) -> None:
    away.wake(company, now=now)


def _prepare(company: Company, now: datetime) -> None:
    dispatch.prepare(company, now=now)


def _poll(company: Company, now: datetime) -> None:
    silent_texts.ask(company, since=now - STOP_ASKING, now=now)


UNREADABLE = "UNREADABLE"


def read_campaign(company: Company, now: datetime) -> None:
    """Keep the campaign's state on the connection; a state that is not VERIFIED blocks texts.

    Where there never was such a list to read, its state is UNREADABLE: then the carriers themselves
    refuse an unregistered sender (30034), and that blocks the channel as well. A list that cannot
    be read any more leaves what it said last: nothing is texted for want of an answer.
    """
    row = Connection.objects.of(company).filter(vendor=Connection.Vendor.TWILIO).first()
    if row is None or not row.is_usable or not row.options.get("messaging_service"):
        return
    try:
        found = twilio.of(company).campaign()
    except errors.Disconnected:
        return
    except errors.Refused as refusal:
        known = row.options.get("campaign") or {}
        if known.get("read_at") and known.get("state") != UNREADABLE:
            return
        found = twilio.Campaign(UNREADABLE, "", (str(refusal),))
    row.refresh_from_db()
    was = (row.options.get("campaign") or {}).get("state")
    options = row.options | {"campaign": found.as_json() | {"read_at": now.isoformat()}}
    if found.is_verified:
        # What had blocked the channel is settled once the carriers' registration reads well.
        options.pop("blocked", None)
    Connection.objects.filter(pk=row.pk).update(options=options)
    if was != found.state:
        log.record(
            "texts.campaign",
            f"The texting campaign is {found.state or 'not registered'}.",
            about=[row],
            by=None,
            at=now,
            company=company,
            brand=found.brand_state,
            errors=list(found.errors),
        )
