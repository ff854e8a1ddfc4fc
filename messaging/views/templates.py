"""The texts of a company: the list, the editor with its live judgement, versions, a test."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from arbook import clock
from arbook.companies.access import company_view
from arbook.companies.models import Company, Role
from arbook.upsert import is_key, storable
from arbook.web.respond import done, refused, show
from customers.models import Customer
from messaging import previewing, segments, template_check, template_versions, trial_sends
from messaging.default_templates import Text
from messaging.forms.templates import TemplateForm
from messaging.models import Template
from messaging.template_versions import SMS, Place, TemplateRefused

EDITS = Role.MANAGER


@company_view(Role.VIEWER)
def templates(request, company):
    """Every text by step, channel and language."""
    standings = template_versions.catalogue(company)
    used = template_versions.used_by(company)
    rows = []
    for place, standing in standings.items():
        if not rows or rows[-1]["key"] != place.key:
            rows.append({"key": place.key, "place": place, "cells": [],
                         "used": used.get(place.key, [])})  # fmt: skip
        rows[-1]["cells"].append(standing)
    return show(
        request,
        page="messaging/templates.html",
        context={"rows": rows, "sensitive": _sensitive(company), "may_edit": _may_edit(request)},
    )


@company_view(Role.VIEWER, writes=EDITS)
def template(request, company, text):
    """One text; a manager saves a new version or looks at what the words would say."""
    place = _place(text)
    if request.method != "POST":
        return _editor(request, company, place, _blank(company, place))
    form = TemplateForm(request.POST, is_text=place.medium == SMS)
    if request.POST.get("act") == "preview" or not form.is_valid():
        looks = request.POST.get("act") == "preview"
        return _editor(request, company, place, form, status=200 if looks else 422)
    words = form.text()
    judged = _judged(request, company, place, words)[1]
    if not judged.may_be_saved:
        form.add_error("body", template_check.first_stop(judged))
        return _editor(request, company, place, form, status=422)
    try:
        row = template_versions.save(
            company,
            place,
            words,
            seen=form.cleaned_data["seen"],
            by=request.user,
            now=clock.now(),
        )
    except TemplateRefused as refusal:
        form.add_error(None, str(refusal))
        return _editor(request, company, place, form, status=422)
    said = f"Version {row.version} is in force. What waits for a yes is written anew."
    return done(request, go_to=_url(company, place), message=said, leave=True)


@company_view(EDITS)
@require_POST
def check(request, company, text):
    """The words as they are being typed: what they would say, and what can be said against them."""
    place = _place(text)
    form = TemplateForm(request.POST, is_text=place.medium == SMS)
    return show(
        request,
        page="messaging/template_check.html",
        fragment="messaging/_template_check.html",
        context=_looked_at(request, company, place, form.typed()),
        status=200,
    )


@company_view(Role.BOOKKEEPER)
@require_POST
def trial(request, company, text):
    """Send the text as it stands, or a manager's typed words, to oneself or to a test number."""
    place = _place(text)
    form = TemplateForm(request.POST, is_text=place.medium == SMS)
    typed = form.typed() if _may_edit(request) and request.POST.get("body") else None
    words = typed or template_versions.standing(company, place).text
    preview, judged = _judged(request, company, place, words)
    try:
        if judged.composed is None or not judged.may_be_saved:
            raise trial_sends.TrialRefused(template_check.first_stop(judged))
        sent = trial_sends.send(
            company,
            place,
            judged.composed,
            number=storable(request.POST.get("number", "")).strip()[:40],
            link=preview.wanted.link,
            by=request.user,
            now=clock.now(),
        )
    except trial_sends.TrialRefused as refusal:
        return refused(request, message=str(refusal), go_to=_url(company, place, preview))
    said = f"The test is on its way to {sent.payload['to']}."
    return done(request, go_to=_url(company, place, preview), message=said)


@company_view(Role.VIEWER)
def version(request, company, template_id):
    """One version with what it changed."""
    row = get_object_or_404(
        Template.objects.filter(company=company).select_related("changed_by"), pk=template_id
    )
    place = Place(row.key, row.medium, row.language)
    if place not in template_versions.places():
        raise Http404("No such text.")
    before = template_versions.text_of(company, place, row.version - 1) or Text("", "")
    now_in_force = template_versions.standing(company, place)
    own = Text(row.subject, row.body)
    return show(
        request,
        page="messaging/template_version.html",
        context={
            "place": place,
            "row": row,
            "text": own,
            "change": template_versions.difference(before, own),
            "back": [] if row.is_current else template_versions.difference(now_in_force.text, own),
            "seen": now_in_force.version,
            "may_edit": _may_edit(request),
        },
    )


@company_view(EDITS)
@require_POST
def roll_back(request, company, text):
    """Bring an old version's words back, as a new version."""
    place = _place(text)
    wanted, seen = request.POST.get("version", ""), request.POST.get("seen", "")
    if not (is_key(wanted) or wanted == "0") or not (is_key(seen) or seen == "0"):
        said = "Choose a version."
        return refused(request, message=said, go_to=_url(company, place))
    try:
        row = template_versions.roll_back(
            company, place, int(wanted), seen=int(seen), by=request.user, now=clock.now()
        )
    except TemplateRefused as refusal:
        return refused(request, message=str(refusal), go_to=_url(company, place))
    said = f"The old words are in force again, as version {row.version}."
    return done(request, go_to=_url(company, place), message=said, leave=True)


def _place(text: str) -> Place:
    place = template_versions.place_of(text)
    if place is None:
        raise Http404("No such text.")
    return place


def _url(company, place: Place, preview: previewing.Preview | None = None) -> str:
    address = reverse("messaging:template", args=[company.slug, place.address])
    chosen = preview.customer if preview else None
    return f"{address}?customer={chosen.pk}" if chosen else address


def _may_edit(request) -> bool:
    return request.role >= EDITS


def _sensitive(company: Company) -> int:
    return Customer.objects.of(company).present().filter(is_sensitive=True).count()


def _blank(company, place: Place) -> TemplateForm:
    standing = template_versions.standing(company, place)
    initial = {
        "subject": standing.text.subject,
        "body": standing.text.body,
        "seen": standing.version,
    }
    return TemplateForm(initial=initial, is_text=place.medium == SMS)


def _judged(request, company, place: Place, words: Text):
    given = request.POST if request.method == "POST" else request.GET
    chosen = given.get("customer", "")
    found = previewing.offered(company, storable(given.get("q", "")).strip()[:100])
    customer = next((one for one in found if str(one.pk) == chosen), None)
    if customer is None and is_key(chosen):
        customer = Customer.objects.of(company).present().filter(pk=chosen).first()
    customer = customer or next(iter(found), None)
    preview = previewing.of(company, place, customer, now=clock.now())
    return preview, template_check.judge(place, words, preview.wanted)


def _looked_at(request, company, place: Place, words: Text) -> dict:
    preview, judged = _judged(request, company, place, words)
    said = judged.composed
    return {
        "place": place,
        "preview": preview,
        "judged": judged,
        "pieces": template_check.pieces(said.body) if said and place.medium == SMS else [],
        "is_plain": not judged.size or judged.size.encoding == segments.GSM,
    }


def _editor(request, company, place: Place, form: TemplateForm, *, status=None):
    standing = template_versions.standing(company, place)
    words = form.typed() if form.is_bound else standing.text
    given = request.POST if request.method == "POST" else request.GET
    search = storable(given.get("q", "")).strip()[:100]
    context = _looked_at(request, company, place, words)
    offered = previewing.offered(company, search)
    chosen = context["preview"].customer
    if chosen and chosen not in offered:
        offered.insert(0, chosen)
    return show(
        request,
        page="messaging/template.html",
        status=status,
        context=context
        | {
            "form": form,
            "standing": standing,
            "shipped": template_versions.built_in(place),
            "change": template_versions.difference(standing.text, words) if form.is_bound else [],
            "versions": template_versions.history(company, place),
            "others": [one for one in template_versions.places() if one.key == place.key],
            "used": template_versions.used_by(company).get(place.key, []),
            "fields": [
                (f"{{{name}}}", what)
                for name, what in template_check.FIELDS.items()
                if place.medium != SMS or name != "lines"
            ],
            "offered": offered,
            "words": search,
            "may_edit": _may_edit(request),
            "tests": trial_sends.sent_today(company, now=clock.now()),
            "most_tests": trial_sends.MOST_A_DAY,
            "is_text": place.medium == SMS,
        },
    )
