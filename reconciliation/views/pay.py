"""The customer's pay page: what is owed, one tap to Stripe, and what became of it."""

from functools import wraps

from csp.decorators import csp_update
from django.conf import settings
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from arbook import clock
from arbook.companies import public
from arbook.web.limits import limited, public_limits
from customers import opt_ins
from reconciliation import checkout, owed, paylinks
from reconciliation.models import CheckoutAttempt, PayLink

# Stripe says where its page lives, so the form's redirect may lead to any secure address.
_ANYWHERE = ["https:", "http://127.0.0.1:*"] if settings.DEVELOPMENT else ["https:"]


def behind_link(view):
    """Call the view with the link a token proves, inside the link's company."""

    @wraps(view)
    def opened(request, token):
        link = _link(token)
        with public.inside(request, link.company_id):
            return view(request, link)

    return opened


def _link(token: str) -> PayLink:
    link = paylinks.find(token)
    if link is None or not link.company.is_active:
        raise Http404("No such page.")
    return link


# Who posts here is nobody in particular, so there is no session a foreign page could abuse; and the
# address must not be told in a referrer, without which browsers send no origin to compare.
@csrf_exempt
@never_cache
@csp_update({"form-action": _ANYWHERE})
@limited("pay", limits=public_limits)
@require_http_methods(["GET", "HEAD", "POST"])
@behind_link
def pay(request, link):
    """Looking changes nothing but a counter; only the button's POST opens Stripe's page."""
    now, problem = clock.now(), ""
    if request.method == "POST":
        try:
            everything = bool(request.POST.get("all"))
            return redirect(checkout.open_page(link, now=now, everything=everything))
        except checkout.NothingToPay:
            pass
        except checkout.CannotPayNow as trouble:
            problem = str(trouble)
    elif request.method == "GET":
        paylinks.opened(link, now=now)
    return _page(request, link, problem=problem)


def _page(request, link: PayLink, *, problem: str = ""):
    """What is due; with ``?all=1`` all that is open, for who pays a plan off at once."""
    now = clock.now()
    due = owed.look(link, now=now)
    whole = due.everything
    has_more = whole.amount > due.amount
    everything = has_more and bool(request.GET.get("all"))
    state, other = (whole, due.amount) if everything else (due, whole.amount if has_more else 0)
    return render(
        request,
        "reconciliation/pay.html",
        {
            "company": link.company,
            "language": link.customer.language,
            "link": link,
            "token": paylinks.token(link),
            "owed": state,
            "everything": everything,
            "other": other,
            "currency": state.parts[0].invoice.currency if state.parts else link.company.currency,
            "today": link.company.local_date(now),
            "problem": problem,
            "texts_offered": opt_ins.offered(link.customer),
        },
        status=503 if problem else 200,
    )


@never_cache
@limited("pay", limits=public_limits)
@require_safe
@behind_link
def done(request, link):
    """Where Stripe sends the customer back to. Coming here proves nothing; we look at our rows."""
    attempt = link.attempts.order_by("-pk").first()
    payment = attempt.payments.first() if attempt else None
    return render(
        request,
        "reconciliation/pay_done.html",
        {
            "company": link.company,
            "language": link.customer.language,
            "token": paylinks.token(link),
            "attempt": attempt,
            "payment": payment,
            "waiting": payment is None
            and attempt is not None
            and attempt.state in (CheckoutAttempt.State.OPEN, CheckoutAttempt.State.OPENING),
        },
    )
