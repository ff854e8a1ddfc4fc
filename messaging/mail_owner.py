"""For which company a mail is, when it came by a door that all companies share."""

from collections.abc import Iterable

from django.conf import settings
from django.db.models import Max

from arbook.companies.models import Company
from arbook.gateways.mail_providers import Tiding
from customers.models import Channel, Contact
from messaging import reply_address
from messaging.letters import Letter
from messaging.models import Message, Thread


def of_letter(letter: Letter) -> int | None:
    """By the reply address, by what it answers, by whom it was sent to, by who sends it."""
    thread = reply_address.thread_in(letter.recipients)
    if thread:
        company = Thread.objects.filter(pk=thread).values_list("company", flat=True).first()
        if company:
            return company
    companies = list(Company.objects.values_list("pk", "slug", "reply_email"))
    answered = _of_message(letter.follows, companies)
    if answered:
        return answered
    for pk, slug, reply_email in companies:
        own = {f"{slug}@{settings.MAIL_DOMAIN}"} if settings.MAIL_DOMAIN else set()
        own |= {reply_email.lower()} if reply_email else set()
        if own & set(letter.recipients):
            return pk
    addresses = [letter.sender, *(one.recipient for one in letter.reports)]
    return _of_address(addresses, companies) or (companies[0][0] if len(companies) == 1 else None)


def of_tiding(tiding: Tiding) -> int | None:
    """By the letter it speaks of, else by the recipient."""
    companies = list(Company.objects.values_list("pk", "slug", "reply_email"))
    if tiding.mark:
        rows = Message.objects.filter(uuid=tiding.mark) if _is_uuid(tiding.mark) else None
        company = rows.values_list("company", flat=True).first() if rows is not None else None
        if company:
            return company
    if tiding.message_id:
        company = _of_message([tiding.message_id], companies)
        if company:
            return company
    return _of_address([tiding.recipient], companies)


def _of_message(ids: Iterable[str], companies: list) -> int | None:
    rows = Message.objects.filter(
        company__in=[pk for pk, *_ in companies],
        medium=Message.Medium.EMAIL,
        direction=Message.Direction.OUT,
        vendor_id__in=[one for one in ids if "\x00" not in one],
    )
    return rows.exclude(vendor_id="").values_list("company", flat=True).first()


def _of_address(addresses: list[str], companies: list) -> int | None:
    """The one company that knows the address; of several, the one that wrote to it last."""
    wanted = [one for one in addresses if one and "\x00" not in one]
    ids = [pk for pk, *_ in companies]
    rows = Contact.objects.filter(company__in=ids, channel=Channel.EMAIL, address__in=wanted)
    known = list(rows.order_by().values_list("company", flat=True).distinct())
    if len(known) < 2:
        return known[0] if known else None
    said = (
        Message.objects.filter(company__in=known, customer__contacts__address__in=wanted)
        .filter(direction=Message.Direction.OUT, medium=Message.Medium.EMAIL)
        .exclude(handed_over_at=None)
        .order_by()
        .values_list("company")
        .annotate(last=Max("handed_over_at"))
        .order_by("-last")
    )
    return next((company for company, _ in said), known[0])


def _is_uuid(written: str) -> bool:
    return len(written) == 36 and written.replace("-", "").isalnum()
