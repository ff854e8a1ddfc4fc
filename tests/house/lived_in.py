"""A company in which everything has happened once: a row for every number in a company's URL."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction

from arbook.audit import log
from arbook.companies.models import Company, Membership, Role, User
from arbook.gateways.models import Connection
from arbook.outbox.models import Effect
from arbook.system import causes
from arbook.system.models import Bulk
from arbook.webhooks.models import WebhookEvent
from customers.models import Channel, ConsentEvent, Customer, OptIn, SignedForm
from invoices import approvals, letters
from invoices.models import (
    Approval,
    Dispute,
    Escalation,
    Evidence,
    Hold,
    Installment,
    PaymentPlan,
    PlanInvoice,
    PromiseToPay,
    Reminder,
    Task,
)
from messaging.models import KeptLetter, LetterFile, Message, MessageLine, Template, Thread
from reconciliation.models import CheckoutAttempt, Match, PayLink, Posting, StripePayment
from tests import factories
from tests.factories import NOW


@dataclass
class LivedIn:
    """The company, its people by role, and the value for each parameter of a URL."""

    company: Company
    people: dict[Role, User]
    values: dict[str, object]


def lived_in(slug: str) -> LivedIn:
    """Build one such company from plain rows."""
    company = factories.company(slug=slug, mode=Company.Mode.REVIEW, timezone="America/New_York")
    people = {role: _member(company, role) for role in Role}
    factories.books(company)
    for vendor in Connection.Vendor.values:
        factories.connection(company, vendor)
    cadence = factories.cadence(company)
    customer = factories.customer(company)
    contact = factories.contact(customer, Channel.SMS)
    factories.contact(customer, Channel.EMAIL)
    yes = factories.consent(contact)
    form, question = _consent(company, customer, yes)
    first, second = factories.invoice(customer, "100.00"), factories.invoice(customer, "50.00")
    step = cadence.steps.get(key="day-30")
    reminder = Reminder.objects.create(
        company=company,
        invoice=first,
        step=step,
        step_key=step.key,
        anchor_on=first.issued_on,
        due_on=first.issued_on + timedelta(days=30),
        state=Reminder.State.SENT,
    )
    about = {"company": company, "customer": customer}
    escalation = Escalation.objects.create(
        **about,
        invoice=first,
        reminder=reminder,
        stage=Escalation.Stage.LETTER,
        letter="Please pay.",
        opened_at=NOW,
    )
    letter = letters.compose(
        company, customer, [first], set_aside={}, dated_on=factories.TODAY, written_before=True
    )
    content = {"letter": letter.as_content()}
    approval = Approval.objects.create(
        **about,
        kind=Approval.Kind.LETTER,
        subject=f"escalation:{escalation.pk}",
        title="Letter",
        why="Sixty days",
        invoice=first,
        amount=first.balance,
        content=content,
        content_hash=approvals.hash_of(content),
        asked_at=NOW,
    )
    hold = Hold.objects.create(**about, reason=Hold.Reason.PERSON, placed_at=NOW)
    task = Task.objects.create(
        **about, kind=Task.Kind.OTHER, key="call", title="Call them", opened_at=NOW
    )
    claim = Task.objects.create(
        **about, kind=Task.Kind.VERIFY_PAYMENT, key="claim", title="Says it is paid", opened_at=NOW
    )
    dispute = Dispute.objects.create(
        company=company, invoice=second, amount="10.00", reason="Broken", opened_at=NOW
    )
    evidence = Evidence.objects.create(
        company=company,
        dispute=dispute,
        file_name="note.pdf",
        media_type="application/pdf",
        content=b"%PDF-1.4",
        size=8,
        added_at=NOW,
    )
    plan = _plan(company, customer, second)
    PromiseToPay.objects.create(
        company=company,
        invoice=second,
        amount="10.00",
        due_on=factories.TODAY + timedelta(days=5),
        made_at=NOW,
    )
    link = PayLink.objects.create(**about, invoice_set=str(first.pk), created_at=NOW)
    link.invoices.add(first)
    thread = Thread.objects.create(**about, last_message_at=NOW)
    message = Message.objects.create(
        **about,
        thread=thread,
        contact=contact,
        direction=Message.Direction.OUT,
        medium=Message.Medium.SMS,
        purpose=Message.Purpose.REMINDER,
        state=Message.State.PROPOSED,
        address=contact.address,
        body="Please pay $100.00.",
        total="100.00",
        pay_link=link,
        content_hash="1" * 64,
        created_at=NOW,
    )
    MessageLine.objects.create(message=message, invoice=first, amount="100.00")
    call = Task.objects.create(
        **about, kind=Task.Kind.CALL, key="ring", title="Ring them", opened_at=NOW
    )
    template = Template.objects.create(
        company=company, key="reminder", medium=Message.Medium.SMS, body="{business}: {total}",
        changed_at=NOW,
    )  # fmt: skip
    payment = _payment(company, customer, link, first)
    file = _letter(company, thread)
    event, bulk = _machinery(company, people[Role.MANAGER])
    membership = Membership.objects.get(user=people[Role.BOOKKEEPER])
    return LivedIn(
        company,
        people,
        {
            "company_slug": company.slug,
            "customer_id": customer.pk,
            "contact_id": contact.pk,
            "address": contact.address,
            "form_id": form.pk,
            "opt_in_id": question.pk,
            "invoice_id": first.pk,
            "hold_id": hold.pk,
            "message_id": message.pk,
            "thread_id": thread.pk,
            "reply_key": "link",
            "payment_id": payment.pk,
            "membership_id": membership.pk,
            "approvals": approval.pk,
            "cadences": cadence.pk,
            "tasks": task.pk,
            "holds": hold.pk,
            "disputes": dispute.pk,
            "evidence_id": evidence.pk,
            "plans": plan.pk,
            "task_id": claim.pk,
            "mail_id": file.letter.message_id,
            "file_id": file.pk,
            "event_id": event.pk,
            "effect_id": Effect.objects.get(company=company, state="dead").pk,
            "bulk_id": bulk.pk,
            "entry_id": event.entry_id,
            "cause": causes.by_cause(company)[0].key,
            "vendor": "stripe",
            "kind": "csv",
            "moment": NOW.isoformat(),
            "call_id": call.pk,
            "text": "reminder.sms.en",
            "template_id": template.pk,
        },
    )


def _plan(company: Company, customer, invoice) -> PaymentPlan:
    """One that runs, so that whoever may propose is told there is one already."""
    with transaction.atomic():
        plan = PaymentPlan.objects.create(
            company=company,
            customer=customer,
            total=invoice.balance,
            state=PaymentPlan.State.ACCEPTED,
            proposed_at=NOW,
            offered_until=NOW + PaymentPlan.OFFER,
            accepted_at=NOW,
        )
        about = {"company": company, "plan": plan}
        PlanInvoice.objects.create(**about, invoice=invoice, amount=invoice.balance)
        for number in (1, 2):
            day = factories.TODAY + timedelta(days=30 * number)
            Installment.objects.create(
                **about, number=number, due_on=day, amount=invoice.balance / 2
            )
    return plan


def _consent(company: Company, customer: Customer, yes: ConsentEvent) -> tuple[SignedForm, OptIn]:
    """A paper behind a consent, and somebody's yes that a person has to judge."""
    form = SignedForm.objects.create(
        company=company,
        event=yes,
        file_name="form.pdf",
        media_type="application/pdf",
        digest="1" * 64,
        content=b"%PDF-1.4",
        added_at=NOW,
    )
    question = OptIn.objects.create(
        company=company,
        customer=customer,
        address=f"+1860556{company.pk % 10000:04}",
        state=OptIn.State.FOR_PERSON,
        source=ConsentEvent.Source.REPLY,
        wording="Yes please",
        asked_at=NOW,
    )
    return form, question


def _member(company: Company, role: Role) -> User:
    # Nobody types a password here, and hashing one takes longer than all the rest.
    person = factories.user(email=f"{role.label}@{company.slug}.example", password=None)
    return factories.membership(company, role=role, person=person).user


def _machinery(company: Company, manager: User) -> tuple[WebhookEvent, Bulk]:
    """A dead event with its entry, a dead effect, and somebody's word to try them again."""
    entry = log.record(
        "event.received", "An event came", about=[company], by=None, at=NOW, company=company
    )
    event = WebhookEvent.objects.create(
        company=company,
        vendor="stripe",
        external_id=f"evt_{company.pk}",
        kind="payment_intent.succeeded",
        content="{}",
        received_at=NOW,
        not_before=NOW,
        state=WebhookEvent.State.DEAD,
        failure="bug",
        error="It broke.",
        entry=entry,
    )
    Effect.objects.create(
        company=company,
        kind="setup.sync",
        key=f"sync:{company.pk}",
        not_before=NOW,
        created_at=NOW,
        state=Effect.State.DEAD,
        failure="refused",
        error="They refused.",
    )
    bulk = Bulk.objects.create(
        company=company,
        side="events",
        act=Bulk.Act.REPLAY,
        what="It broke",
        total=1,
        by=manager,
        started_at=NOW,
    )
    return event, bulk


def _letter(company, thread) -> LetterFile:
    """A mail of the customer with one file."""
    message = Message.objects.create(
        company=company,
        thread=thread,
        customer=thread.customer,
        direction=Message.Direction.IN,
        medium=Message.Medium.EMAIL,
        state=Message.State.RECEIVED,
        address="ada@lane.example",
        body="See the file",
        created_at=NOW,
    )
    letter = KeptLetter.objects.create(
        company=company, message=message, text="See the file", raw=b"From: a", size=7
    )
    return LetterFile.objects.create(
        company=company, letter=letter, name="check.pdf", content=b"%PDF", size=4
    )


def _payment(company, customer, link, invoice) -> StripePayment:
    attempt = CheckoutAttempt.objects.create(
        company=company, link=link, amount="20.00", opened_at=NOW, session_id=f"cs_{company.pk}"
    )
    payment = StripePayment.objects.create(
        company=company,
        customer=customer,
        attempt=attempt,
        intent=f"pi_{company.pk}",
        amount="20.00",
        state=StripePayment.State.SUCCEEDED,
        method="card",
        started_at=NOW,
        settled_at=NOW,
    )
    Match.objects.create(
        company=company,
        payment=payment,
        invoice=invoice,
        amount="20.00",
        source=Match.Source.CHECKOUT,
        accepted_at=NOW,
    )
    Posting.objects.create(
        company=company,
        payment=payment,
        request_id=f"arb-{company.pk}",
        reference=f"ST-{company.pk}",
        intended_at=NOW,
    )
    return payment
