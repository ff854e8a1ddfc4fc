"""Calls: who is next, what to say, and what came of it in one key."""

from datetime import timedelta

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from arbook import clock
from arbook.companies.access import company_view
from arbook.companies.models import Role
from arbook.upsert import is_key
from arbook.web.pagination import page_of
from arbook.web.respond import done, refused, show
from customers.models import Customer
from invoices.disputes import DisputeRefused
from invoices.holds import HoldRefused
from invoices.models import Task
from invoices.promises import PromiseRefused
from invoices.tasks import TaskRefused
from messaging import call_results, calls
from messaging.call_results import CallRefused, Result, Told
from messaging.forms.calls import CallDisputeForm, CallPromiseForm, ResultForm
from messaging.models import Message

REFUSALS = (CallRefused, PromiseRefused, DisputeRefused, HoldRefused, TaskRefused)
DONE_SHOWN = 5


@company_view(Role.VIEWER)
def queue(request, company):
    """Today's calls, one of them in hand."""
    now = clock.now()
    page = page_of(request, calls.waiting(company, now=now))
    chosen = request.GET.get("call", "")
    rows = list(page.object_list)
    task = next((row for row in rows if str(row.pk) == chosen), None)
    if task is None and is_key(chosen):
        task = calls.waiting(company, now=now).filter(pk=chosen).first()
    task = task or next(iter(rows), None)
    return show(
        request,
        page="messaging/calls.html",
        context=_context(request, task, now)
        | {"page": page, "calls": rows, "done": _made(company)},
    )


@company_view(Role.VIEWER)
def call(request, company, call_id):
    """One call beside the list; alone it is a page."""
    task = _task(company, call_id)
    return show(
        request,
        page="messaging/call.html",
        fragment="messaging/_call.html",
        context=_context(request, task, clock.now()),
    )


@company_view(Role.BOOKKEEPER)
@require_POST
def result(request, company, call_id):
    """The results that need nothing more than a key."""
    task = _task(company, call_id)
    form = ResultForm(request.POST)
    back = _url(company, call_id)
    if not form.is_valid():
        return refused(request, message="Say how the call ended.", go_to=back)
    data = form.cleaned_data
    try:
        kept = call_results.keep(
            task,
            data["result"],
            number=data["number"],
            told=Told(note=data["note"].strip()),
            by=request.user,
            now=clock.now(),
        )
    except REFUSALS as refusal:
        return refused(request, message=str(refusal), go_to=back)
    return _next(request, company, kept)


@company_view(Role.BOOKKEEPER)
def promise(request, company, call_id):
    task = _task(company, call_id)
    return _with_form(request, company, task, CallPromiseForm, Result.PROMISE,
                      title="They promise to pay", submit="Keep the promise")  # fmt: skip


@company_view(Role.BOOKKEEPER)
def dispute(request, company, call_id):
    task = _task(company, call_id)
    return _with_form(request, company, task, CallDisputeForm, Result.DISPUTE,
                      title="They contest it", submit="Open the dispute")  # fmt: skip


@company_view(Role.BOOKKEEPER)
@require_POST
def ask(request, company, customer_id):
    """Put a customer on the list."""
    rows = Customer.objects.of(company).select_related("company", "owner")
    customer = get_object_or_404(rows, pk=customer_id)
    task = calls.ask(customer, by=request.user, now=clock.now())
    return done(request, go_to=_url(company, task.pk), leave=True)


def _task(company, call_id) -> Task:
    rows = Task.objects.of(company).filter(kind=Task.Kind.CALL).exclude(customer=None)
    return get_object_or_404(
        rows.select_related("company", "customer", "invoice", "owner"), pk=call_id
    )


def _url(company, call_id) -> str:
    return f"{reverse('messaging:calls', args=[company.slug])}?call={call_id}"


def _context(request, task: Task | None, now) -> dict:
    return {
        "call": calls.prepare(task, by=request.user, now=now) if task else None,
        "may_act": request.role >= Role.BOOKKEEPER and bool(task) and not task.done_at,
        "tries": call_results.unanswered(task.customer, since=task.opened_at) if task else 0,
        "most_tries": call_results.MOST_TRIES,
    }


def _made(company) -> list[Message]:
    """The last calls that were logged."""
    rows = Message.objects.of(company).filter(
        medium=Message.Medium.CALL, direction=Message.Direction.OUT
    )
    return list(
        rows.select_related("customer", "approved_by").order_by("-created_at", "-pk")[:DONE_SHOWN]
    )


def _next(request, company, kept: call_results.Logged):
    go_to = reverse("messaging:calls", args=[company.slug])
    return done(request, go_to=go_to, message=f"Kept. Next: {kept.next_step}", leave=True)


def _with_form(request, company, task, form_class, ended, *, title, submit):
    now = clock.now()
    customer = task.customer
    number = calls.number_of(customer)
    oldest = task.invoice if task.invoice and task.invoice.is_open else None
    initial = {
        "number": number.address if number else "",
        "invoice": oldest,
        "amount": (oldest and oldest.balance) or task.amount,
        "due_on": company.local_date(now) + timedelta(days=7),
    }
    form = form_class(request.POST or None, customer=customer, initial=initial)
    if form.is_valid():
        data = form.cleaned_data
        told = Told(
            invoice=data["invoice"],
            amount=data["amount"],
            due_on=data.get("due_on"),
            reason=data.get("reason", ""),
            note=data["note"].strip(),
        )
        try:
            kept = call_results.keep(
                task, ended, number=data["number"], told=told, by=request.user, now=now
            )
        except REFUSALS as refusal:
            form.add_error(None, str(refusal))
        else:
            return _next(request, company, kept)
    return show(
        request,
        page="messaging/call_form.html",
        fragment="messaging/_call_form.html",
        context={
            "form": form,
            "title": title,
            "submit": submit,
            "customer": customer,
            "action": request.path,
            "back": _url(company, task.pk),
        },
    )
