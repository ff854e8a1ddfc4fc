"""What customers' numbers need by themselves."""

from datetime import date, datetime, timedelta

from arbook.companies.models import Company
from arbook.gateways import errors, twilio
from arbook.gateways.models import Connection
from arbook.heartbeat.jobs import each_company
from customers import lines, opt_ins
from customers.models import Channel, Contact

# Lists are complete a day later, and kept for a month.
COMPLETE_AFTER = timedelta(days=1)
FURTHEST = timedelta(days=28)


def read_deactivations(now: datetime) -> None:
    """Which of our numbers the carriers took out of service."""
    each_company(_deactivations, now, may_be_refused=True)


def expire_opt_ins(now: datetime) -> None:
    """End the questions that no phone answered."""
    each_company(_expire, now)


def _expire(company: Company, now: datetime) -> None:
    opt_ins.expire(company, now=now)


def _deactivations(company: Company, now: datetime) -> None:
    row = Connection.objects.of(company).filter(vendor=Connection.Vendor.TWILIO).first()
    ours = set(
        Contact.objects.of(company)
        .filter(channel=Channel.SMS, state=Contact.State.USABLE)
        .exclude(address="")
        .values_list("address", flat=True)
    )
    if row is None or not row.is_usable or not ours:
        return
    last = now.date() - COMPLETE_AFTER
    for day in _days(row, last):
        try:
            gone = twilio.of(company).deactivated_on(day) & ours
        except errors.Refused:
            # No list of that day, or no lists at all: the next day is asked for tomorrow.
            _note(row, day)
            raise
        if gone:
            lines.gave_up(company, gone, on=day, now=now)
        _note(row, day)


def _days(row: Connection, last: date) -> list[date]:
    """The days whose lists were not read yet, oldest first."""
    read = row.options.get("deactivations_until")
    first = date.fromisoformat(read) + timedelta(days=1) if read else last
    first = max(first, last - FURTHEST)
    return [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]


def _note(row: Connection, day: date) -> None:
    row.refresh_from_db()
    options = row.options | {"deactivations_until": day.isoformat()}
    Connection.objects.filter(pk=row.pk).update(options=options)
