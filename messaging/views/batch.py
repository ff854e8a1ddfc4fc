"""The batch review: what leaves today, and what a person does about it."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from arbook import clock, money
from arbook.companies.access import company_view
from arbook.companies.models import Role
from arbook.upsert import is_key
from arbook.web.respond import done, refused, show
from invoices.holds import HoldRefused
from messaging import approving, decisions, declining, editing, in_doubt, review, talk
from messaging.approving import MessageRefused
from messaging.forms.batch import EditForm, PauseForm
from messaging.models import Message

CHANGED = "batch-changed"
SAID_SHOWN = 3


def _url(company) -> str:
    return reverse("messaging:batch", args=[company.slug])


def _message(company, message_id) -> Message:
    rows = Message.objects.of(company).filter(purpose=Message.Purpose.REMINDER)
    return get_object_or_404(rows.select_related("customer", "company"), pk=message_id)


def _chosen(request, company, batch: review.Review, now) -> dict:
    wanted, after = request.GET.get("message", ""), request.GET.get("after", "")
    item = batch.items.get(int(wanted)) if is_key(wanted) else None
    if item is None and is_key(after):
        row = Message.objects.of(company).filter(pk=int(after)).first()
        item = batch.after(row) if row else None
    item = item or batch.first()
    return {"item": item} | (_detail(item, now) if item else {})


def _detail(item: review.Item, now) -> dict:
    decision = decisions.current_of(item.message)
    headline, tone = decisions.headline(decision) if decision else ("", "")
    return {
        "headline": headline,
        "tone": tone,
        "chosen": item.message,
        "in_doubt": in_doubt.is_in_doubt(item.message),
        "above_limit": _limit_of(item.message) if approving.needs_manager(item.message) else "",
        "decision": decision,
        "gates": decisions.gates_of(decision.checks) if decision else [],
        "to": review.to_words(item.message),
        "cost": review.cost_words(item.message),
        "said": _said_before(item.message, now),
        "now": now,
    }


def _said_before(message: Message, now) -> list[talk.Item]:
    """What was sent and answered lately: one looks at it before one speaks again."""
    message.thread.company = message.company
    return talk.newest(message.thread, now=now, count=SAID_SHOWN)


def _limit_of(message: Message) -> str:
    return money.words(message.company.review_above, message.company.currency)


@company_view(Role.VIEWER)
def batch(request, company):
    now = clock.now()
    found = review.of(company, now=now, by=request.user)
    context = {"batch": found, "now": now, "undo_seconds": company.undo_seconds}
    context |= _chosen(request, company, found, now)
    return show(
        request,
        page="messaging/batch.html",
        fragment="messaging/_batch.html",
        context=context,
    )


@company_view(Role.VIEWER)
def message(request, company, message_id):
    """One message beside the list; alone it is a page."""
    row = _message(company, message_id)
    now = clock.now()
    item = review.Item(
        row,
        [line.invoice for line in row.lines.select_related("invoice")],
        review.when_words(row, now),
    )
    return show(
        request,
        page="messaging/message.html",
        fragment="messaging/_message.html",
        context={"item": item, **_detail(item, now)},
    )


@company_view(Role.BOOKKEEPER)
@require_POST
def approve(request, company, message_id):
    row = _message(company, message_id)
    hashes = review.seen(request.POST.get("seen", ""))
    return _approve(request, company, [row], hashes, _after(company, message_id))


@company_view(Role.BOOKKEEPER)
@require_POST
def approve_many(request, company):
    """Approve what stood on the screen, as it stood there."""
    hashes = review.seen(request.POST.get("seen", ""))
    rows = list(Message.objects.of(company).filter(pk__in=list(hashes)))
    return _approve(request, company, rows, hashes, _url(company))


def _after(company, message_id) -> str:
    return f"{_url(company)}?after={message_id}"


def _approve(request, company, rows, hashes, go_to):
    approved = approving.approve(rows, by=request.user, now=clock.now(), hashes=hashes)
    missed = len(rows) - approved.count
    if missed and request.role < Role.MANAGER and any(map(approving.needs_manager, rows)):
        said = f"Above {_limit_of(rows[0])} a manager approves. {approved.count} others leave."
        return refused(request, message=said, go_to=go_to, changed=CHANGED)
    if missed or not rows:
        said = (
            f"{missed} changed since you looked and still wait."
            if approved.count
            else "It changed since you looked; look again before you approve."
        )
        return refused(request, message=said, go_to=go_to, changed=CHANGED)
    return done(request, go_to=go_to, changed=CHANGED)


@company_view(Role.BOOKKEEPER)
@require_POST
def undo(request, company, moment):
    """Take back everything one click approved, as far as it has not left."""
    rows = review.approved_in(company, moment, request.user)
    return _undo(request, company, rows)


@company_view(Role.BOOKKEEPER)
@require_POST
def undo_one(request, company, message_id):
    return _undo(request, company, [_message(company, message_id)])


def _undo(request, company, rows):
    count = approving.withdraw(rows, by=request.user, now=clock.now())
    if not count:
        return refused(
            request,
            message="Too late: it is already leaving.",
            go_to=_url(company),
            changed=CHANGED,
        )
    said = "Taken back: it waits again." if count == 1 else f"Taken back: {count} wait again."
    return done(request, go_to=_url(company), changed=CHANGED, message=said)


@company_view(Role.BOOKKEEPER)
@require_POST
def skip(request, company, message_id):
    return _act(
        request,
        _after(company, message_id),
        lambda: declining.skip(_message(company, message_id), by=request.user, now=clock.now()),
        "Skipped this once. The next step of the cadence is planned.",
    )


@company_view(Role.BOOKKEEPER)
@require_POST
def exclude(request, company, message_id):
    return _act(
        request,
        _after(company, message_id),
        lambda: declining.exclude(_message(company, message_id), by=request.user, now=clock.now()),
        "Excluded: no reminder leaves for this customer any more.",
    )


def _act(request, go_to, act, said):
    try:
        act()
    except MessageRefused as refusal:
        return refused(request, message=str(refusal), go_to=go_to, changed=CHANGED)
    return done(request, go_to=go_to, changed=CHANGED, message=said)


@company_view(Role.BOOKKEEPER)
def edit(request, company, message_id):
    row = _message(company, message_id)
    is_text = row.medium == Message.Medium.SMS
    initial = {"subject": row.subject, "body": row.body}
    form = EditForm(request.POST or None, initial=initial, is_text=is_text)
    if form.is_valid():
        try:
            editing.edit(row, by=request.user, now=clock.now(), **form.cleaned_data)
        except MessageRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            go_to = f"{_url(company)}?message={row.pk}"
            return done(request, go_to=go_to, changed=CHANGED, message="Text changed.")
    return _form(request, company, row, form, "Edit the text", "edit", "Save the text")


@company_view(Role.BOOKKEEPER)
def pause(request, company, message_id):
    row = _message(company, message_id)
    now = clock.now()
    form = PauseForm(request.POST or None, today=company.local_date(now))
    if form.is_valid():
        try:
            declining.pause(row, by=request.user, now=now, **form.cleaned_data)
        except (MessageRefused, HoldRefused) as refusal:
            form.add_error(None, str(refusal))
        else:
            until = form.cleaned_data["until"]
            said = f"{row.customer} is quiet until {until:%a} {until:%b} {until.day}."
            go_to = _after(company, row.pk)
            return done(request, go_to=go_to, changed=CHANGED, message=said)
    title = f"Pause {row.customer}"
    return _form(request, company, row, form, title, "pause", "Pause")


def _form(request, company, row, form, title, act, submit):
    return show(
        request,
        page="messaging/batch_form.html",
        fragment="messaging/_batch_form.html",
        context={
            "form": form,
            "chosen": row,
            "title": title,
            "action": reverse(f"messaging:{act}", args=[company.slug, row.pk]),
            "submit": submit,
            "back": f"{_url(company)}?message={row.pk}",
        },
    )
