"""The queue of decisions, one decision, and the letter on paper."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.text import slugify
from django.views.decorators.http import require_POST

from arbook import clock
from arbook.companies.access import company_view
from arbook.companies.models import Role
from arbook.web.pagination import page_of
from arbook.web.respond import done, refused, show
from customers import contacts
from customers.models import Channel
from invoices import approvals, case_decisions, letters, plans
from invoices.forms.approvals import DecisionForm
from invoices.models import Approval

REFUSALS = (approvals.ApprovalRefused, case_decisions.EscalationRefused, plans.PlanRefused)
MESSAGES = {
    "resume": "Approved. Reminders of {customer} go on.",
    "quiet": "Approved. {customer} stays quiet.",
    "mail": "Released. The letter to {customer} leaves after a last look at the books.",
    "print": "Released. Print the letter to {customer} and post it.",
    "approve": "Approved.",
    "offer": "Approved. {customer} gets a page to say yes on.",
    "reject": "Rejected.",
}


def _tabs(company, current: str) -> list[dict]:
    waiting = Approval.objects.of(company).waiting(clock.now()).count()
    return [
        {
            "label": "Waiting",
            "url": reverse("invoices:approvals", args=[company.slug]),
            "count": waiting,
            "current": current == "waiting",
        },
        {
            "label": "History",
            "url": reverse("invoices:approvals_history", args=[company.slug]),
            "current": current == "history",
        },
    ]


def _rows(company):
    return Approval.objects.of(company).select_related("customer", "invoice", "decided_by")


@company_view(Role.VIEWER)
def queue(request, company):
    now = clock.now()
    rows = list(_rows(company).waiting(now))
    for row in rows:
        row.changes = approvals.differences(row)
        row.is_mine = approvals.may_decide(row, request.role)
    return show(
        request,
        page="invoices/approvals.html",
        context={"approvals": rows, "tabs": _tabs(company, "waiting"), "now": now},
    )


@company_view(Role.VIEWER)
def history(request, company):
    rows = (
        _rows(company)
        .exclude(pk__in=_rows(company).waiting(clock.now()))
        .order_by("-decided_at", "-pk")
    )
    return show(
        request,
        page="invoices/approvals_history.html",
        context={"page": page_of(request, rows), "tabs": _tabs(company, "history")},
    )


@company_view(Role.VIEWER)
def detail(request, company, pk):
    return _detail(request, company, get_object_or_404(_rows(company), pk=pk))


def _detail(request, company, approval, form=None):
    now = clock.now()
    is_waiting = approval.state == Approval.State.WAITING and not (
        approval.expires_at and approval.expires_at <= now
    )
    may_decide = approvals.may_decide(approval, request.role)
    if form is None and is_waiting and may_decide:
        form = _form(company, approval)
    content = approval.content
    latest = _rows(company).filter(subject=approval.subject).order_by("-pk").first()
    return show(
        request,
        page="invoices/approval.html",
        context={
            "approval": approval,
            "form": form if is_waiting and may_decide else None,
            "is_waiting": is_waiting,
            "needs": Role(approval.needs_role).label,
            "changes": approvals.differences(approval),
            "letter": letters.Letter.from_content(content["letter"])
            if "letter" in content
            else None,
            "case": content,
            "newer": latest if latest and latest.pk != approval.pk else None,
        },
    )


def _form(company, approval, data=None) -> DecisionForm:
    can_mail = bool(contacts.best([approval.customer_id], Channel.EMAIL))
    return DecisionForm(data, approval=approval, can_mail=can_mail)


@company_view(Role.BOOKKEEPER)
@require_POST
def decide(request, company, pk):
    approval = get_object_or_404(_rows(company), pk=pk)
    form = _form(company, approval, request.POST)
    if not form.is_valid():
        return _detail(request, company, approval, form)
    choice = form.cleaned_data["choice"]
    try:
        _act(approval, choice, form.cleaned_data, request.user)
    except REFUSALS as refusal:
        newest = _rows(company).filter(subject=approval.subject).order_by("-pk").first()
        return refused(request, message=str(refusal), go_to=_url(company, newest or approval))
    go_to = (
        _url(company, approval)
        if choice == "print"
        else reverse("invoices:approvals", args=[company.slug])
    )
    message = MESSAGES[choice].format(customer=approval.customer)
    return done(request, go_to=go_to, message=message, leave=True)


def _act(approval, choice: str, data: dict, by) -> None:
    """One subject call for one decision."""
    bound = {"by": by, "now": clock.now(), "content_hash": data["content_hash"]}
    note = data["note"]
    is_case = approval.kind not in (Approval.Kind.MESSAGE, Approval.Kind.PLAN)
    if choice == "resume":
        case_decisions.resume(approval, note=note, **bound)
    elif choice == "quiet":
        case_decisions.keep_quiet(approval, until=data["until"], note=note, **bound)
    elif choice in ("mail", "print"):
        case_decisions.release(approval, printed=choice == "print", **bound)
    elif choice == "offer":
        plans.approve(approval, note=note, **bound)
    elif choice == "reject" and approval.kind == Approval.Kind.PLAN:
        plans.turn_down(approval, note=note, **bound)
    elif choice == "reject" and is_case:
        case_decisions.turn_down(approval, note=note, **bound)
    elif choice == "reject":
        approvals.reject(approval, note=note, **bound)
    else:
        approvals.approve(approval, note=note, **bound)


@company_view(Role.VIEWER)
def letter_pdf(request, company, pk):
    approval = get_object_or_404(_rows(company).filter(kind=Approval.Kind.LETTER), pk=pk)
    paper = letters.pdf(letters.Letter.from_content(approval.content["letter"]))
    response = HttpResponse(paper, content_type="application/pdf")
    name = slugify(str(approval.customer)) or "customer"
    response["Content-Disposition"] = f'inline; filename="letter-{name}-{approval.pk}.pdf"'
    return response


def _url(company, approval) -> str:
    return reverse("invoices:approval", args=[company.slug, approval.pk])
