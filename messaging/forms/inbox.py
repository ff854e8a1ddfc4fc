"""Forms of the inbox."""

from datetime import timedelta
from decimal import Decimal

from django import forms

from arbook.web import figures
from customers.models import Channel
from invoices.models import Dispute, Invoice
from messaging.models import Message, Thread

NOTE = Message.Medium.NOTE


def _day(**attributes) -> forms.DateInput:
    return forms.DateInput({"type": "date", **attributes}, format="%Y-%m-%d")


def _amount(**options) -> forms.DecimalField:
    return forms.DecimalField(
        max_digits=14, decimal_places=2, min_value=Decimal("0.01"), localize=False, **options
    )


CLOSES = {"required": False, "initial": True, "label": "Close the conversation with this"}


class AnswerForm(forms.Form):
    """An answer or a note; ``seen`` is the newest message that was on the screen."""

    kind = forms.ChoiceField(
        choices=[(Message.Medium.SMS, "Text"), (Message.Medium.EMAIL, "E-mail"), (NOTE, "Note")]
    )
    body = forms.CharField(max_length=20_000, strip=True)
    seen = forms.IntegerField(required=False, min_value=0)
    # By the clock of the company's place.
    leave_at = forms.DateTimeField(required=False, input_formats=["%Y-%m-%dT%H:%M"])


class SavedReplyForm(forms.Form):
    """An answer for the next time."""

    name = forms.CharField(
        max_length=60, label="Name", widget=forms.TextInput({"autocomplete": "off"})
    )
    body = forms.CharField(
        max_length=2_000, label="Text", widget=forms.Textarea({"rows": 4, "dir": "auto"})
    )
    body_es = forms.CharField(
        max_length=2_000,
        required=False,
        label="Text in Spanish",
        help_text="For customers who are written to in Spanish; without it they get the other one.",
        widget=forms.Textarea({"rows": 4, "dir": "auto", "lang": "es"}),
    )


class CloseForm(forms.Form):
    """How a conversation ended and what happens next."""

    outcome = forms.ChoiceField(
        choices=[
            ("", "Choose what came of it"),
            *((value, label.capitalize()) for value, label in Thread.Outcome.choices),
        ],
        label="Outcome",
    )
    next_step = forms.CharField(
        max_length=200,
        label="Next step",
        help_text="For example: reminders go on as planned.",
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    quiet_until = forms.DateField(
        required=False,
        label="Stay quiet until",
        help_text="Reminders rest to the end of that day.",
        widget=_day(),
    )


class SnoozeForm(forms.Form):
    """Until when a conversation is put away."""

    until = forms.DateField(
        label="Put away until",
        help_text="It is back in the morning of that day. The customer stays quiet meanwhile.",
        widget=_day(),
    )

    def __init__(self, *args, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["until"].initial = today + timedelta(days=1)
        self.fields["until"].widget.attrs["min"] = (today + timedelta(days=1)).isoformat()


class _InvoiceForm(forms.Form):
    """Something about one open invoice of the customer."""

    invoice = forms.ModelChoiceField(Invoice.objects.none(), empty_label=None)

    def __init__(self, *args, customer, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["invoice"]
        field.queryset = Invoice.objects.open().filter(customer=customer).order_by("due_on", "pk")
        field.label_from_instance = _with_balance


def _with_balance(invoice: Invoice) -> str:
    due = f", due {invoice.due_on:%b} {invoice.due_on.day}" if invoice.due_on else ""
    return f"{invoice}{due}, {figures.money(invoice.balance, invoice.currency)} open"


class PromiseForm(_InvoiceForm):
    """A dated word about an amount."""

    amount = _amount()
    due_on = forms.DateField(label="Paid by", widget=_day())
    closes = forms.BooleanField(**CLOSES)


class DisputeForm(_InvoiceForm):
    """A contested amount."""

    amount = _amount(label="Contested amount", help_text="The rest keeps moving.")
    kind = forms.ChoiceField(
        choices=Dispute.Kind.choices,
        initial=Dispute.Kind.OTHER,
        required=False,
        label="Reason",
    )
    reason = forms.CharField(max_length=300, label="What is contested")
    closes = forms.BooleanField(**CLOSES)

    def clean_kind(self):
        return self.cleaned_data["kind"] or Dispute.Kind.OTHER


class PaymentForm(_InvoiceForm):
    """Money to look for."""

    amount = _amount(required=False)
    note = forms.CharField(
        max_length=500,
        required=False,
        label="What they say",
        widget=forms.Textarea({"rows": 3}),
    )
    closes = forms.BooleanField(**CLOSES)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["invoice"].required = False
        self.fields["invoice"].empty_label = "Not known which"


class ContactForm(forms.Form):
    """Another number or address to use."""

    channel = forms.ChoiceField(
        choices=[(Channel.EMAIL, "E-mail address"), (Channel.SMS, "Mobile number")],
        label="What it is",
    )
    written = forms.CharField(
        max_length=254, label="Number or address", widget=forms.TextInput({"autocomplete": "off"})
    )
    name = forms.CharField(max_length=200, required=False, label="Whose it is")
    replaces = forms.ChoiceField(required=False, label="In place of")
    closes = forms.BooleanField(**CLOSES)

    def __init__(self, *args, addresses, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["replaces"].choices = [("", "Nothing, it is one more"), *addresses]


class _AddressForm(forms.Form):
    """Something about one of the addresses of a conversation."""

    address = forms.ChoiceField(label="Number or address")

    def __init__(self, *args, addresses, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["address"].choices = addresses


class WrongPersonForm(_AddressForm):
    """Whose number it is not."""

    note = forms.CharField(
        max_length=200, required=False, label="What happened", initial="Somebody else answered."
    )


class StopForm(_AddressForm):
    """The contact asked to stop."""

    wording = forms.CharField(
        max_length=2000,
        required=False,
        label="How they said so",
        help_text="Kept as evidence. By phone or in person counts as well.",
        widget=forms.Textarea({"rows": 2}),
    )


class AllowForm(_AddressForm):
    """The contact wants messages again."""

    wording = forms.CharField(
        max_length=2000,
        label="How they said so, word for word",
        help_text="It is kept as evidence beside the earlier opt-out.",
        widget=forms.Textarea({"rows": 2}),
    )
