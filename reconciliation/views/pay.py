"""The customer's pay page: what is owed, one tap to Stripe, and what became of it."""

from csp.decorators import csp_update
from django.conf import settings
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from arbook import clock
from reconciliation import checkout, owed, paylinks
from reconciliation.models import CheckoutAttempt, PayLink

# Stripe says where its page lives, so the form's redirect may lead to any secure address.
_ANYWHERE = ["https:", "http://127.0.0.1:*"] if settings.DEVELOPMENT else ["https:"]


def _link(token: str) -> PayLink:
    link = paylinks.find(token)
    if link is None or not link.company.is_active:
        raise Http404("No such page.")
    return link


@never_cache
@csp_update({"form-action": _ANYWHERE})
@require_http_methods(["GET", "HEAD", "POST"])
def pay(request, token):
    """Looking changes nothing but a counter; only the button's POST opens Stripe's page."""
    link, now, problem = _link(token), clock.now(), ""
    if request.method == "POST":
        try:
            return redirect(checkout.open_page(link, now=now))
        except checkout.NothingToPay:
            pass
        except checkout.CannotPayNow as trouble:
            problem = str(trouble)
    elif request.method == "GET":
        paylinks.opened(link, now=now)
    return _page(request, link, problem=problem)


def _page(request, link: PayLink, *, problem: str = ""):
    now = clock.now()
    state = owed.look(link, now=now)
    answer = render(
        request,
        "reconciliation/pay.html",
        {
            "company": link.company,
            "link": link,
            "token": paylinks.token(link),
            "owed": state,
            "currency": state.parts[0].invoice.currency if state.parts else link.company.currency,
            "today": link.company.local_date(now),
            "problem": problem,
        },
        status=503 if problem else 200,
    )
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer


@never_cache
@require_safe
def done(request, token):
    """Where Stripe sends the customer back to. Coming here proves nothing; we look at our rows."""
    link = _link(token)
    attempt = link.attempts.order_by("-pk").first()
    payment = attempt.payments.first() if attempt else None
    answer = render(
        request,
        "reconciliation/pay_done.html",
        {
            "company": link.company,
            "token": token,
            "attempt": attempt,
            "payment": payment,
            "waiting": payment is None
            and attempt is not None
            and attempt.state in (CheckoutAttempt.State.OPEN, CheckoutAttempt.State.OPENING),
        },
    )
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer
