"""Conversations: what we said, what was answered, and why we spoke or kept silent."""

import uuid
from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.urls import reverse

from arbook.companies.models import Company, CompanyOwned, CompanyQuerySetMixin, User
from arbook.outbox.models import Effect
from customers.models import Channel, Contact, Customer
from invoices.models import Invoice, Reminder
from messaging.corrected import TriageCorrection as TriageCorrection
from messaging.kept_drafts import Draft as Draft
from messaging.kept_letters import KeptLetter as KeptLetter
from messaging.kept_letters import LetterFile as LetterFile
from reconciliation.models import PayLink


class ThreadQuerySet(CompanyQuerySetMixin, models.QuerySet):
    def needs_reply(self):
        return self.filter(state=Thread.State.NEEDS_REPLY)


class Thread(CompanyOwned):
    """All words with one customer, or with one address that nobody knows."""

    class State(models.TextChoices):
        NEEDS_REPLY = "needs_reply", "needs reply"
        WAITING = "waiting"
        SNOOZED = "snoozed"
        CLOSED = "closed"

    class Outcome(models.TextChoices):
        ANSWERED = "answered"
        PROMISE = "promise", "promise recorded"
        DISPUTE = "dispute", "dispute opened"
        PLAN = "plan", "payment plan proposed"
        PAID = "paid", "payment verified"
        CONTACT_CHANGED = "contact_changed", "contact changed"
        WRONG_PERSON = "wrong_person", "wrong person"
        OPTED_OUT = "opted_out", "opted out"
        NOTHING = "nothing", "nothing to do"

    customer = models.ForeignKey(Customer, models.CASCADE, null=True, related_name="threads")
    # Only for a sender that no customer has.
    unknown_address = models.CharField(max_length=254, blank=True)
    state = models.CharField(max_length=11, choices=State, default=State.WAITING)
    owner = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    # What the last reply seemed to mean, in triage's words.
    intent = models.CharField(max_length=20, blank=True)
    needs_reply_since = models.DateTimeField(null=True)
    snoozed_until = models.DateTimeField(null=True)
    last_message_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=15, choices=Outcome, blank=True)
    next_step = models.CharField(max_length=200, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    # What the conversation is about, as a person ticked it.
    invoices = models.ManyToManyField(Invoice, related_name="threads", blank=True)

    objects = ThreadQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], condition=Q(customer__isnull=False), name="one_thread"
            ),
            models.UniqueConstraint(
                fields=["company", "unknown_address"],
                condition=Q(customer=None),
                name="one_thread_per_stranger",
            ),
        ]
        indexes = [
            models.Index(fields=["company", "state", "needs_reply_since"], name="thread_queue")
        ]

    def __str__(self) -> str:
        return str(self.customer or self.unknown_address)

    def get_absolute_url(self) -> str:
        return reverse("messaging:thread", args=[self.company.slug, self.pk])


class MessageQuerySet(CompanyQuerySetMixin, models.QuerySet):
    def proposed(self):
        """Reminders that wait for a person's yes."""
        return self.filter(state=Message.State.PROPOSED)

    def leaving(self):
        """Approved and not yet handed over: still inside the undo time or the quiet hours."""
        return self.filter(state=Message.State.APPROVED)

    def sent_by(self, effect: Effect):
        """The message an effect sends: its own, or the receipt or letter written for it."""
        if "message" in effect.payload:
            return self.filter(pk=effect.payload["message"])
        return self.filter(company=effect.company_id, reading__effect=effect.key)


class Message(CompanyOwned):
    """One message, in or out, on any channel."""

    class Direction(models.TextChoices):
        OUT = "out"
        IN = "in"

    class Medium(models.TextChoices):
        EMAIL = "email", "e-mail"
        SMS = "sms", "text"
        CALL = "call"
        NOTE = "note"
        LETTER = "letter"

    class Purpose(models.TextChoices):
        REMINDER = "reminder"
        RECEIPT = "receipt"
        REPLY = "reply"
        CONFIRMATION = "confirmation"
        LETTER = "letter"
        OPT_IN = "opt_in", "opt-in"

    class State(models.TextChoices):
        PROPOSED = "proposed"
        APPROVED = "approved"
        HANDED_OVER = "handed_over", "handed over"
        DELIVERED = "delivered"
        FAILED = "failed"
        SKIPPED = "skipped"
        WITHDRAWN = "withdrawn"
        RECEIVED = "received"

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="messages")
    customer = models.ForeignKey(Customer, models.CASCADE, null=True, related_name="messages")
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="+")
    direction = models.CharField(max_length=3, choices=Direction)
    medium = models.CharField(max_length=6, choices=Medium)
    purpose = models.CharField(max_length=12, choices=Purpose, blank=True)
    state = models.CharField(max_length=11, choices=State)
    # Part of the status callback's address, so that a lost answer can still be tied to us.
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    address = models.CharField(max_length=254, blank=True)
    # Where it really goes in a dry run; the address above stays the customer's.
    test_address = models.CharField(max_length=254, blank=True)
    template = models.CharField(max_length=40, blank=True)
    template_version = models.PositiveIntegerField(null=True)
    subject = models.CharField(max_length=300, blank=True)
    body = models.TextField(blank=True)
    total = models.DecimalField(max_digits=14, decimal_places=2, default=Decimal("0.00"))
    pay_link = models.ForeignKey(PayLink, models.SET_NULL, null=True, related_name="messages")
    # A person rewrote the text: it is sent as written as long as the amounts hold.
    is_edited = models.BooleanField(default=False)
    content_hash = models.CharField(max_length=64, blank=True)
    approved_hash = models.CharField(max_length=64, blank=True)
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    # Why a person should look: first contact, changed amount, over the limit.
    attention = models.CharField(max_length=20, blank=True)
    notice = models.CharField(max_length=300, blank=True)
    send_after = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    handed_over_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    vendor_id = models.CharField(max_length=255, blank=True)
    vendor_status = models.CharField(max_length=20, blank=True)
    error_code = models.CharField(max_length=20, blank=True)
    error = models.CharField(max_length=300, blank=True)
    segments = models.PositiveSmallIntegerField(null=True)
    price = models.DecimalField(max_digits=10, decimal_places=5, null=True)
    # Triage's reading of a reply.
    reading = models.JSONField(default=dict)
    # When its words were taken out; the body says why.
    removed_at = models.DateTimeField(null=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "medium", "direction", "vendor_id"],
                condition=~Q(vendor_id=""),
                name="one_message_per_vendor_id",
            ),
            # Ten open invoices make one message: a customer has one reminder on its way at a time.
            models.UniqueConstraint(
                fields=["customer"],
                condition=Q(purpose="reminder", state__in=["proposed", "approved"]),
                name="one_reminder_on_its_way",
            ),
        ]
        indexes = [
            models.Index(fields=["thread", "created_at"], name="message_in_thread"),
            # Which threads are conversations at all; see messaging.inbox.conversations.
            models.Index(
                fields=["thread"],
                condition=Q(direction="in") | Q(purpose="reply") | Q(medium="note"),
                name="message_spoken",
            ),
            models.Index(fields=["company", "state"], name="message_by_state"),
            models.Index(fields=["customer", "handed_over_at"], name="message_budget"),
        ]

    def __str__(self) -> str:
        return f"{self.get_medium_display()} to {self.customer or self.address}"

    def get_absolute_url(self) -> str:
        return reverse("messaging:thread", args=[self.company.slug, self.thread_id])

    def reminder_ids(self) -> list[int]:
        """The planned touches this message is the execution of."""
        rows = self.lines.exclude(reminder=None)
        return list(rows.values_list("reminder_id", flat=True))


class MessageLine(models.Model):
    """One invoice a message speaks of, with the balance it names."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="lines")
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="message_lines")
    reminder = models.ForeignKey(Reminder, models.PROTECT, null=True, related_name="message_lines")
    amount = models.DecimalField(max_digits=14, decimal_places=2)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["message", "invoice"], name="one_line_per_invoice")
        ]

    def __str__(self) -> str:
        return f"{self.invoice}: {self.amount}"


class Template(models.Model):
    """A text with merge fields; without a company the house's own. A change is a new version."""

    company = models.ForeignKey(Company, models.CASCADE, null=True, related_name="+")
    key = models.SlugField(max_length=40)
    medium = models.CharField(max_length=6, choices=Message.Medium)
    language = models.CharField(max_length=2, default="en")
    version = models.PositiveIntegerField(default=1)
    is_current = models.BooleanField(default=True)
    subject = models.CharField(max_length=300, blank=True)
    body = models.TextField()
    changed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "key", "medium", "language", "version"],
                nulls_distinct=False,
                name="one_template_version",
            ),
            models.UniqueConstraint(
                fields=["company", "key", "medium", "language"],
                condition=Q(is_current=True),
                nulls_distinct=False,
                name="one_current_template",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} ({self.medium}, {self.language}) v{self.version}"


class SavedReply(CompanyOwned):
    """An answer kept for the next time, with merge fields; see messaging.saved_replies."""

    key = models.SlugField(max_length=40)
    name = models.CharField(max_length=60)
    body = models.TextField()
    # For customers who are written to in Spanish; without it they get the other one.
    body_es = models.TextField(blank=True)
    is_active = models.BooleanField(default=True, db_default=True)
    changed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["company", "key"], name="one_saved_reply_per_key")
        ]

    def __str__(self) -> str:
        return self.name


class Decision(CompanyOwned):
    """The gate's answer for one customer's reminder: facts read, each check, pass or stop."""

    class Stage(models.TextChoices):
        PLAN = "plan", "when prepared"
        WIRE = "wire", "at the wire"

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="decisions")
    message = models.ForeignKey(Message, models.SET_NULL, null=True, related_name="decisions")
    stage = models.CharField(max_length=4, choices=Stage)
    at = models.DateTimeField()
    passed = models.BooleanField()
    # [{"check", "passed", "value", "sentence", "source", "read_at", "until", "invoice"}]
    checks = models.JSONField(default=list)
    # The first check that stopped it, and its sentence.
    stopped_by = models.CharField(max_length=30, blank=True)
    sentence = models.CharField(max_length=300)
    not_before = models.DateTimeField(null=True)
    rules_version = models.CharField(max_length=20)
    # The newest for this customer and stage.
    is_current = models.BooleanField(default=True)
    # When the facts behind the checks were taken out.
    shortened_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["customer", "-at"], name="decision_by_customer"),
            models.Index(
                fields=["company", "stage"], condition=Q(is_current=True), name="decision_current"
            ),
        ]

    def __str__(self) -> str:
        return self.sentence


CHANNEL_OF = {Message.Medium.SMS: Channel.SMS, Message.Medium.EMAIL: Channel.EMAIL}
