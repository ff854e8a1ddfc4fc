"""What an open inbox asks every five seconds: has anything changed, is somebody else writing?

Three small statements; the parts of the page read themselves again only when told so.
"""

import json

from django.http import HttpResponse
from django.shortcuts import render

from arbook import clock
from arbook.companies.access import company_view
from arbook.companies.models import Role
from arbook.upsert import is_key
from messaging import pulse, typists
from messaging.models import Thread
from messaging.views.acts import CHANGED

QUEUE_CHANGED = "queue-changed"


@company_view(Role.VIEWER)
def beat(request, company):
    """204 while nothing has changed; else the new versions, and which parts are old."""
    shown = request.GET.get("thread", "")
    thread = Thread.objects.of(company).filter(pk=shown).first() if is_key(shown) else None
    queues = pulse.of_queues(company, now=clock.now())
    talk = pulse.of_talk(thread) if thread else ""
    writing = typists.beside(thread, request.user, now=clock.system()) if thread else []
    mark, told = typists.mark(writing), {}
    if queues != request.GET.get("queues"):
        told[QUEUE_CHANGED] = True
    if talk != request.GET.get("talk", ""):
        told[CHANGED] = True
    if not told and mark == request.GET.get("writing", ""):
        return HttpResponse(status=204)
    response = render(
        request,
        "messaging/_pulse.html",
        {
            "thread": thread,
            "queue_version": queues,
            "talk_version": talk,
            "writing": writing,
            "writing_mark": mark,
        },
    )
    if told:
        response["HX-Trigger"] = json.dumps(told)
    return response
