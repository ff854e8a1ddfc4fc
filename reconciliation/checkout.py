"""From a tap to Stripe's page: one open page per link, for exactly what is owed now."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from arbook import money
from arbook.audit import log
from arbook.gateways import errors, stripe
from arbook.gateways.stripe_shapes import Checkout
from arbook.outbox import outbox
from reconciliation import owed, paylinks
from reconciliation.models import CheckoutAttempt, PayLink, StripePayment

State = CheckoutAttempt.State
# A page that closes within minutes is not handed out again.
LEFT_AT_LEAST = timedelta(minutes=10)
# Another request may still be asking Stripe for a page this young.
AT_WORK = timedelta(minutes=1)
# Stripe's own smallest charge in dollars.
SMALLEST = money.quantize("0.50")


class NothingToPay(Exception):
    """The link's invoices need no payment now. The message is fit for the page."""


class CannotPayNow(Exception):
    """The page cannot be opened at the moment. The message is fit for the page."""


def open_page(link: PayLink, *, now: datetime, everything: bool = False) -> str:
    """The address of a Stripe page for exactly what is owed, read from the books just now.

    An open page of the same amount is used again; others are closed first, so that two pages
    cannot both be paid. ``everything`` is for who pays what a plan leaves for later days as well.
    Raises NothingToPay or CannotPayNow.
    """
    try:
        state = owed.look(link, now=now, must_be_live=True)
    except errors.VendorError as error:
        raise CannotPayNow("We cannot read your balance right now.") from error
    state = state.everything if everything else state
    if state.amount <= 0:
        raise NothingToPay("Nothing is left to pay.")
    if state.amount < SMALLEST:
        raise CannotPayNow(
            f"{money.words(state.amount, link.company.currency)} is too small to pay by card."
        )
    if len({part.invoice.currency for part in state.parts}) > 1:
        raise CannotPayNow("These invoices are in different currencies.")
    try:
        gateway = stripe.of(link.company)
        attempt = _attempt(link, state, gateway, now)
        if not attempt.url and not _open_again(attempt, gateway, now):
            attempt = _attempt(link, state, gateway, now)
            _open(attempt, gateway)
    except errors.VendorError as error:
        raise CannotPayNow("The payment page does not answer right now.") from error
    return attempt.url


def _attempt(link: PayLink, state: owed.Owed, gateway, now: datetime) -> CheckoutAttempt:
    """The attempt to go on with: one that fits, or a new one once all others are closed."""
    fitting, seen = None, []
    for attempt in link.attempts.filter(state__in=[State.OPENING, State.OPEN]):
        seen.append(attempt.pk)
        fits = attempt.amount == state.amount and attempt.parts == state.wanted
        lasts = attempt.expires_at is None or attempt.expires_at > now + LEFT_AT_LEAST
        # Stripe forgets an idempotency key after a day.
        young = attempt.opened_at > now - timedelta(hours=20)
        if fits and lasts and young and fitting is None and _takes_money(attempt, gateway):
            fitting = attempt
        else:
            _close(attempt, gateway, now)
    if fitting:
        return fitting
    with transaction.atomic():
        PayLink.objects.select_for_update().get(pk=link.pk)
        # Whoever tapped at the same moment was first, however their clocks stood.
        beside = link.attempts.filter(state__in=[State.OPENING, State.OPEN]).exclude(pk__in=seen)
        if again := beside.first():
            if again.amount == state.amount and again.parts == state.wanted:
                return again
            raise CannotPayNow("Your balance changes at this moment.")
        attempt = CheckoutAttempt.objects.create(
            company=link.company,
            link=link,
            amount=state.amount,
            currency=state.parts[0].invoice.currency,
            parts=state.wanted,
            opened_at=now,
        )
        log.record(
            "money.checkout",
            f"The pay page for {money.words(attempt.amount, attempt.currency)} was opened",
            about=[link, link.customer, *[part.invoice for part in state.parts]],
            by=None,
            at=now,
            company=link.company,
        )
    return attempt


def _takes_money(attempt: CheckoutAttempt, gateway) -> bool:
    """Whether the page can be paid: after a declined card yes, after a failed debit no."""
    if not attempt.payments.exists():
        return True
    page = gateway.read_checkout(attempt.session_id)
    page_seen(attempt, page)
    return page.state == "open"


def _close(attempt: CheckoutAttempt, gateway, now: datetime) -> None:
    # Without its answer: opened with the same key it is the same page, which can be closed.
    if not attempt.session_id and not _open_again(attempt, gateway, now):
        return
    page = gateway.expire_checkout(attempt.session_id)
    page_seen(attempt, page)
    has_failed = attempt.payments.filter(state=StripePayment.State.FAILED).exists()
    if page.state == "complete" and not has_failed:
        raise NothingToPay("Your payment has arrived and is being recorded.")


def _open_again(attempt: CheckoutAttempt, gateway, now: datetime) -> bool:
    """Ask for the page, perhaps not for the first time; False when this attempt has no future.

    Stripe repeats the answer it stored for a key, a failure too. What it may have opened is closed
    to everybody: nobody learned its address.
    """
    try:
        _open(attempt, gateway)
    except (errors.Unknown, errors.Refused):
        if now - attempt.opened_at < AT_WORK:
            raise
        CheckoutAttempt.objects.filter(pk=attempt.pk, state=State.OPENING).update(
            state=State.FAILED
        )
        return False
    return True


def _open(attempt: CheckoutAttempt, gateway) -> None:
    """Ask Stripe for the page; the key is the attempt's own, so asking twice opens one."""
    link = attempt.link
    numbers = list(
        link.invoices.filter(pk__in=[pk for pk, _ in attempt.parts]).values_list(
            "number", flat=True
        )
    )
    what = f"Invoice {numbers[0]}" if len(numbers) == 1 else f"{len(numbers)} invoices"
    page = settings.PUBLIC_URL + reverse("pay", args=[paylinks.token(link)])
    opened = gateway.open_checkout(
        amount=attempt.amount,
        currency=attempt.currency,
        description=what,
        metadata={"company": str(link.company.uuid), "attempt": str(attempt.pk)},
        reference=f"attempt-{attempt.pk}",
        success_url=page + "done/",
        cancel_url=page,
        idempotency_key=attempt.idempotency_key,
    )
    attempt.session_id, attempt.url = opened.id, opened.url or ""
    attempt.expires_at = opened.expires_at
    CheckoutAttempt.objects.filter(pk=attempt.pk).update(
        session_id=attempt.session_id, url=attempt.url, expires_at=attempt.expires_at
    )
    CheckoutAttempt.objects.filter(pk=attempt.pk, state=State.OPENING).update(state=State.OPEN)


def page_seen(attempt: CheckoutAttempt, page: Checkout) -> None:
    """Write down what a Stripe page has become; states move forward only."""
    if page.state == "expired":
        state = State.EXPIRED
    elif page.state == "complete":
        state = State.COMPLETE if page.payment_state == "paid" else State.PROCESSING
    else:
        return
    before = [State.OPENING, State.OPEN]
    if state == State.COMPLETE:
        before.append(State.PROCESSING)
    CheckoutAttempt.objects.filter(pk=attempt.pk, state__in=before).update(
        state=state, session_id=page.id
    )
    attempt.state = state


def close_stale(company, *, now: datetime) -> int:
    """Have every open page closed whose amount is no longer what the mirror says is owed."""
    count = 0
    attempts = CheckoutAttempt.objects.of(company).filter(state=State.OPEN)
    for attempt in attempts.select_related("link__company", "link__customer"):
        if attempt.expires_at and attempt.expires_at <= now:
            CheckoutAttempt.objects.filter(pk=attempt.pk, state=State.OPEN).update(
                state=State.EXPIRED
            )
            continue
        parts = owed.parts_of(
            company, list(owed.invoices_of(attempt.link).order_by("due_on", "pk")), now=now
        )
        state = owed.Owed(parts, True)
        if attempt.parts not in (state.wanted, state.everything.wanted):
            outbox.enqueue(
                "reconciliation.expire_checkout",
                key=f"expire:{attempt.pk}",
                company=company,
                payload={"attempt": attempt.pk},
                now=now,
            )
            count += 1
    return count
