"""Saved replies: everybody who answers sees them, a manager writes them."""

from django.http import Http404
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from arbook import clock
from arbook.companies.access import company_view
from arbook.companies.models import Role
from arbook.web.respond import done, refused, show
from messaging import saved_replies
from messaging.forms.inbox import SavedReplyForm
from messaging.saved_replies import SavedReplyRefused

CHANGED = "saved-replies-changed"


@company_view(Role.BOOKKEEPER)
@require_safe
def listed(request, company):
    return show(
        request,
        page="messaging/saved_replies.html",
        context={
            "replies": saved_replies.of(company),
            "fields": saved_replies.FIELDS,
            "may_change": request.role >= Role.MANAGER,
        },
    )


@company_view(Role.MANAGER)
def new(request, company):
    return _form(request, company, SavedReplyForm(request.POST or None), title="New saved reply")


@company_view(Role.MANAGER)
def change(request, company, reply_key):
    row = saved_replies.find(company, reply_key)
    if row is None:
        raise Http404("No such reply.")
    initial = {"name": row.name, "body": row.body, "body_es": row.body_es}
    form = SavedReplyForm(request.POST or None, initial=initial)
    return _form(request, company, form, title=row.name, key=reply_key)


def _form(request, company, form, *, title, key=""):
    if form.is_valid():
        try:
            saved_replies.save(
                company, key=key, by=request.user, now=clock.now(), **form.cleaned_data
            )
        except SavedReplyRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            return done(request, go_to=_list(company), message="The reply is kept.", leave=True)
    return show(
        request,
        page="messaging/saved_reply.html",
        context={
            "form": form,
            "title": title,
            "key": key,
            "fields": saved_replies.FIELDS,
            "cancel": _list(company),
            "submit": "Keep the reply",
        },
    )


@company_view(Role.MANAGER)
@require_POST
def remove(request, company, reply_key):
    try:
        saved_replies.remove(company, reply_key, by=request.user, now=clock.now())
    except SavedReplyRefused as refusal:
        return refused(request, message=str(refusal), go_to=_list(company))
    return done(request, go_to=_list(company), message="The reply is offered no more.", leave=True)


def _list(company) -> str:
    return reverse("messaging:saved_replies", args=[company.slug])
