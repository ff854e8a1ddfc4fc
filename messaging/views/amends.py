"""A correction of a message that has left, ready to be sent."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect

from arbook import clock
from arbook.companies.access import company_view
from arbook.companies.models import Role
from arbook.web.respond import done, refused, show
from messaging import amends
from messaging.forms.amends import AmendForm
from messaging.models import Message
from messaging.views.acts import CHANGED, REFUSALS


@company_view(Role.BOOKKEEPER)
def amend(request, company, message_id):
    rows = Message.objects.of(company).select_related("company", "customer", "thread")
    message = get_object_or_404(rows, pk=message_id)
    try:
        words = amends.ready(message)
    except amends.AmendRefused as refusal:
        if request.method == "POST":
            return refused(request, message=str(refusal), go_to=message)
        messages.error(request, str(refusal))
        return redirect(message)
    form = AmendForm(request.POST or None, initial={"body": words})
    if form.is_valid():
        try:
            amends.send(message, by=request.user, now=clock.now(), **form.cleaned_data)
        except (amends.AmendRefused, *REFUSALS) as refusal:
            form.add_error("body", str(refusal))
        else:
            said = "The correction is on its way."
            return done(request, go_to=message, changed=CHANGED, message=said, leave=True)
    return show(
        request,
        page="messaging/amend.html",
        fragment="messaging/_amend.html",
        context={"form": form, "chosen": message, "action": request.path},
    )
