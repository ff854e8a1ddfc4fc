"""A promise, a dispute, a pause of one invoice, and how they end."""

from django import forms

from arbook import money
from invoices.forms.fields import amount_field, day_field, note_field
from invoices.models import Dispute, Invoice


class PromiseForm(forms.Form):
    amount = amount_field("Amount")
    due_on = day_field("Paid by")

    def __init__(self, *args, invoice: Invoice, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["amount"].initial = invoice.balance
        self.fields["amount"].help_text = f"Open: {money.words(invoice.balance, invoice.currency)}."


class DisputeForm(forms.Form):
    amount = amount_field("Contested amount")
    kind = forms.ChoiceField(
        label="Reason", choices=Dispute.Kind.choices, initial=Dispute.Kind.OTHER, required=False
    )
    reason = note_field("What is contested")

    def __init__(self, *args, invoice: Invoice, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields[
            "amount"
        ].help_text = (
            f"Open: {money.words(invoice.balance, invoice.currency)}. The rest keeps moving."
        )

    def clean_kind(self):
        return self.cleaned_data["kind"] or Dispute.Kind.OTHER


class ResolveForm(forms.Form):
    ending = forms.ChoiceField(
        label="How it ended",
        choices=[(value, words) for value, words in Dispute.Ending.choices if value != "settled"],
        widget=forms.RadioSelect,
        help_text="A credit is read back from QuickBooks before the dispute closes.",
    )
    outcome = note_field("What came of it")


class EvidenceForm(forms.Form):
    """A note, a file, or both."""

    note = note_field("Note", required=False)
    file = forms.FileField(
        label="File", required=False, help_text="PDF, PNG or JPEG, at most 5 MB."
    )


class InvoicePauseForm(forms.Form):
    until = day_field(
        "Quiet until", required=False, help_text="To the end of that day. Empty: no end is set."
    )
    note = note_field("Reason")


class LiftForm(forms.Form):
    reason = note_field("Why the pause ends")
