"""What people do to the ledger: forms, lists, questions to phones, and the words agreed to."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from arbook import clock
from arbook.companies.access import company_view
from arbook.companies.models import Role
from arbook.upsert import storable
from arbook.web.respond import done, refused
from customers import attested, consent, ledger, opt_ins, signed_forms, wordings
from customers.forms import AskByTextForm, ImportForm, SignedFormForm, StopForm, WordingForm
from customers.models import ConsentEvent, ConsentWording
from customers.views.acts import CHANGED, contact_form, contact_of
from customers.views.consent import page_of

Source = ConsentEvent.Source


@company_view(Role.BOOKKEEPER)
def form_upload(request, company, customer_id, contact_id):
    contact = contact_of(company, customer_id, contact_id)
    if not contact.address:
        message = "Nobody can consent for a number that cannot be read."
        return refused(request, message=message, go_to=contact.customer)
    wording = wordings.current(company, ConsentWording.Kind.FORM, contact.customer.language)
    form = SignedFormForm(
        request.POST or None, request.FILES or None, initial={"wording": wording.text}
    )
    if form.is_valid():
        given = form.cleaned_data
        same = " ".join(given["wording"].split()) == wording.text
        try:
            signed_forms.take(
                contact,
                paper=given["file"],
                signed_on=given["signed_on"],
                signed_by=given["signed_by"],
                wording=given["wording"],
                wording_version=wording.version if same else "",
                by=request.user,
                now=clock.now(),
            )
        except signed_forms.FormRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            return done(
                request,
                go_to=page_of(company, contact.address),
                changed=CHANGED,
                message="The form is kept, and consent is recorded.",
                leave=True,
            )
    title = f"Signed form for {ledger.shown(contact.channel, contact.address)}"
    return contact_form(request, title, "Keep the form", form, contact.customer, plain=True)


@company_view(Role.BOOKKEEPER)
def ask_by_text(request, company, customer_id, contact_id):
    """Have the number itself asked: one text, and only its YES is consent."""
    contact = contact_of(company, customer_id, contact_id)
    form = AskByTextForm(request.POST or None)
    wording = wordings.current(company, ConsentWording.Kind.TEXT, contact.customer.language)
    if form.is_valid():
        try:
            opt_ins.ask(
                contact.customer,
                written=contact.address,
                source=Source.STAFF,
                wording=wording,
                evidence={"how": form.cleaned_data["how"]},
                by=request.user,
                now=clock.now(),
            )
        except opt_ins.OptInRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            return done(
                request,
                go_to=page_of(company, contact.address),
                changed=CHANGED,
                message="The number is asked. Until it answers YES, nothing else is sent to it.",
                leave=True,
            )
    title = f"Ask {ledger.shown(contact.channel, contact.address)} for a yes"
    return contact_form(
        request,
        title,
        "Send the question",
        form,
        contact.customer,
        warning=f"It gets this text, once: “{wording.text}”",
    )


@company_view(Role.BOOKKEEPER)
@require_POST
def stopped(request, company, address):
    """Somebody asked to stop, on the telephone or otherwise."""
    found = ledger.number(company, address)
    form = StopForm(request.POST)
    if found is None:
        raise Http404("Nobody has this number.")
    if not form.is_valid():
        return refused(
            request,
            message="Say how they asked to stop.",
            go_to=reverse("customers:consent_ledger", args=[company.slug]),
        )
    consent.withdraw(
        company,
        channel=found.channel,
        address=found.address,
        source=form.cleaned_data["how"],
        wording=storable(form.cleaned_data["wording"]),
        by=request.user,
        now=clock.now(),
    )
    return done(
        request,
        go_to=page_of(company, found.address),
        changed=CHANGED,
        message=f"Nothing more is sent to {found.shown}.",
        leave=True,
    )


@company_view(Role.MANAGER)
def import_list(request, company):
    """A list of numbers that agreed elsewhere: looked at first, then taken."""
    form = ImportForm(request.POST or None, request.FILES or None)
    looked, status = None, 200
    if form.is_valid():
        given = form.cleaned_data
        text = given["numbers"]
        try:
            looked = attested.look(company, text)
            if request.POST.get("act") == "take":
                names = ("attested_by", "capacity", "given_on", "how", "wording")
                taken = attested.take(
                    company,
                    text,
                    **{name: given[name] for name in names},
                    by=request.user,
                    now=clock.now(),
                )
                count = len(taken.taken)
                return done(
                    request,
                    go_to=reverse("customers:consent_ledger", args=[company.slug]),
                    message=f"Consent of {count} number{'s'[: count != 1]} is recorded.",
                    leave=True,
                )
        except attested.ListRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            # What was looked at is what is taken: the list travels on in the form itself.
            form = ImportForm(initial=given)
    if form.is_bound:
        status = 422
    return render(
        request, "customers/consent_import.html", {"form": form, "looked": looked}, status=status
    )


@company_view(Role.VIEWER, writes=Role.MANAGER)
def wording(request, company):
    """The words people agree to; other words are a new version."""
    rows = [
        {"wording": one, "form": WordingForm(initial={"text": one.template}, prefix=_name(one))}
        for one in wordings.all_current(company)
    ]
    status = 200
    if request.method == "POST":
        row = next((one for one in rows if _name(one["wording"]) == request.POST.get("of")), None)
        if row is None:
            return redirect("customers:wordings", company.slug)
        form = row["form"] = WordingForm(request.POST, prefix=_name(row["wording"]))
        if form.is_valid():
            try:
                wordings.change(
                    company,
                    kind=row["wording"].kind,
                    language=row["wording"].language,
                    text=form.cleaned_data["text"],
                    by=request.user,
                    now=clock.now(),
                )
            except wordings.WordingRefused as refusal:
                form.add_error("text", str(refusal))
            else:
                here = reverse("customers:wordings", args=[company.slug])
                return done(
                    request, go_to=here, message="These words are used from now on.", leave=True
                )
        status = 422
    for row in rows:
        row["name"] = _name(row["wording"])
        row["kind"] = ConsentWording.Kind(row["wording"].kind).label
        row["language"] = wordings.Language(row["wording"].language).label
    older = ConsentWording.objects.of(company).filter(is_current=False).select_related("changed_by")
    return render(request, "customers/wordings.html", {"rows": rows, "older": older}, status=status)


def _name(wording: wordings.Wording) -> str:
    return f"{wording.kind}-{wording.language}"
