"""The customer's page of a payment plan: what was agreed, and the button that says yes."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from arbook import clock, money
from arbook.companies import public
from arbook.web.limits import limited, public_limits
from invoices import plan_money, plans
from invoices.models import PaymentPlan
from reconciliation import paylinks, signed_links


# Nobody in particular posts here; see ``pay``.
@csrf_exempt
@never_cache
@limited("plan", limits=public_limits)
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request, token):
    """Looking changes nothing; only the button's POST accepts."""
    now = clock.now()
    found = signed_links.find(signed_links.PLAN, token, now=now)
    if found is None:
        raise Http404("No such page.")
    with public.inside(request, found.company_id):
        problem = ""
        if request.method == "POST":
            try:
                plans.accept(found, name=request.POST.get("name", "")[:120], now=now)
            except plans.PlanRefused as refusal:
                problem = str(refusal)
            else:
                return redirect("plan", token=token)
            found.refresh_from_db()
        return _page(request, found, now, problem)


def _page(request, found: PaymentPlan, now, problem: str):
    today = found.company.local_date(now)
    current, amount = plan_money.asked(found, today=today)
    is_running = found.state == PaymentPlan.State.ACCEPTED
    link = None
    if is_running and amount > 0:
        wanted = ",".join(str(pk) for pk in sorted(part.invoice_id for part in found.parts.all()))
        link = found.customer.pay_links.filter(invoice_set=wanted).first()
    return render(
        request,
        "reconciliation/plan.html",
        {
            "company": found.company,
            "language": found.customer.language,
            "plan": found,
            "installments": list(found.installments.order_by("number")),
            "parts": list(found.parts.select_related("invoice")),
            "current": current,
            "amount": amount,
            "left": found.total - plan_money.paid_of(found) if is_running else money.ZERO,
            "pay_url": paylinks.url(link) if link else "",
            "is_offer": found.state == PaymentPlan.State.APPROVED and found.offered_until > now,
            "is_running": is_running,
            "today": today,
            "problem": problem,
            "name": request.POST.get("name", "")[:120],
        },
        status=422 if problem else 200,
    )
