"""Disputes: the inbox with ages, reasons and owners, one dispute with its evidence, its end."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST

from arbook import clock
from arbook.companies.access import company_view
from arbook.companies.models import Role, User
from arbook.gateways import errors
from arbook.upsert import is_key
from arbook.web.pagination import page_of
from arbook.web.respond import done, refused, show
from invoices import disputes, sync
from invoices import evidence as kept
from invoices.dispute_inbox import AGES, figures, rows_of
from invoices.forms.exceptions import EvidenceForm, ResolveForm
from invoices.models import Dispute, Evidence
from invoices.views.work_tabs import work_tabs

SHOWN = [("", "Open"), ("resolved", "Closed"), ("all", "All")]


def _rows(company):
    return Dispute.objects.of(company).select_related(
        "invoice__customer", "invoice__company", "owner", "company"
    )


@company_view(Role.VIEWER)
def listing(request, company):
    today = company.local_date(clock.now())
    chosen = {name: request.GET.get(name, "") for name in ("show", "kind", "owner", "age")}
    owner = chosen["owner"]
    rows = rows_of(
        company,
        shown=chosen["show"],
        kind=chosen["kind"] if chosen["kind"] in Dispute.Kind.values else "",
        owner=request.user.pk if owner == "me" else int(owner) if is_key(owner) else None,
        without_owner=owner == "none",
        age=chosen["age"],
        today=today,
    )
    page = page_of(request, rows)
    for one in page.object_list:
        one.days = (today - company.local_date(one.opened_at)).days
    return show(
        request,
        page="invoices/disputes.html",
        context={
            "page": page,
            "tabs": work_tabs(company, "disputes", today=today, user=request.user),
            "figures": figures(company, today=today),
            "chosen": chosen,
            "is_filtered": any(chosen.values()),
            "kinds": Dispute.Kind.choices,
            "ages": AGES,
            "shown": SHOWN,
            "people": User.objects.filter(memberships__company=company).order_by("email"),
            "may_act": request.role >= Role.BOOKKEEPER,
        },
    )


@company_view(Role.VIEWER)
def detail(request, company, pk):
    return _detail(request, company, get_object_or_404(_rows(company), pk=pk))


def _detail(request, company, dispute, *, form=None, status=None):
    today = company.local_date(clock.now())
    return show(
        request,
        page="invoices/dispute.html",
        fragment="invoices/_dispute.html",
        status=status,
        context={
            "dispute": dispute,
            "invoice": dispute.invoice,
            "evidence": dispute.evidence.defer("content").select_related("added_by"),
            "days": (today - company.local_date(dispute.opened_at)).days,
            "credited": disputes.credited(dispute),
            "form": form or EvidenceForm(),
            "may_act": request.role >= Role.BOOKKEEPER,
        },
    )


def _url(dispute) -> str:
    return reverse("invoices:dispute", args=[dispute.company.slug, dispute.pk])


@company_view(Role.BOOKKEEPER)
def resolve(request, company, pk):
    dispute = get_object_or_404(_rows(company), pk=pk)
    form = ResolveForm(request.POST or None)
    if form.is_valid():
        try:
            if form.cleaned_data["ending"] != Dispute.Ending.REJECTED:
                _read_again(company, dispute)
            disputes.resolve_dispute(dispute, by=request.user, now=clock.now(), **form.cleaned_data)
        except disputes.DisputeRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            said = "The dispute is closed; the invoice moves again."
            return done(
                request, go_to=dispute.invoice, changed="invoice-changed", message=said, leave=True
            )
    return show(
        request,
        page="invoices/act.html",
        fragment="invoices/_act.html",
        context={
            "form": form,
            "title": f"Close the dispute about {dispute.invoice}",
            "submit": "Close dispute",
            "cancel": _url(dispute),
            "subject": dispute.invoice,
        },
    )


def _read_again(company, dispute) -> None:
    """What changed in QuickBooks until now: a credit entered a minute ago is in the mirror."""
    if dispute.total_then is None:
        return
    try:
        sync.run(company, now=clock.now())
    except errors.VendorError as error:
        raise disputes.DisputeRefused(
            "QuickBooks cannot be asked right now; try again in a few minutes."
        ) from error


@company_view(Role.BOOKKEEPER)
@require_POST
def evidence_new(request, company, pk):
    dispute = get_object_or_404(_rows(company), pk=pk)
    form = EvidenceForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            kept.add(dispute, by=request.user, now=clock.now(), **form.cleaned_data)
        except kept.EvidenceRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            return done(request, go_to=_url(dispute), message="Kept.", leave=True)
    return _detail(request, company, dispute, form=form, status=422)


@company_view(Role.BOOKKEEPER)
@require_POST
def mine(request, company, pk):
    dispute = get_object_or_404(_rows(company), pk=pk)
    try:
        disputes.assign(dispute, owner=request.user, by=request.user, now=clock.now())
    except disputes.DisputeRefused as refusal:
        return refused(request, message=str(refusal), go_to=_url(dispute))
    return done(request, go_to=_url(dispute), message="You look after it now.", leave=True)


@company_view(Role.VIEWER)
def evidence(request, company, evidence_id):
    row = get_object_or_404(Evidence.objects.of(company).exclude(file_name=""), pk=evidence_id)
    answer = HttpResponse(bytes(row.content), content_type=row.media_type)
    # Never shown in a page of ours: what a stranger sent is saved, not opened here.
    answer["Content-Disposition"] = content_disposition_header(True, row.file_name)
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer
