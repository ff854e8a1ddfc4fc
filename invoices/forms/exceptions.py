"""A promise, a dispute, a pause of one invoice, and how they end."""

from django import forms

from arbook import money
from invoices.forms.fields import amount_field, day_field, note_field
from invoices.models import Invoice


class PromiseForm(forms.Form):
    amount = amount_field("Amount")
    due_on = day_field("Paid by")

    def __init__(self, *args, invoice: Invoice, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["amount"].initial = invoice.balance
        self.fields["amount"].help_text = f"Open: {money.words(invoice.balance, invoice.currency)}."


class DisputeForm(forms.Form):
    amount = amount_field("Contested amount")
    reason = note_field("What is contested")

    def __init__(self, *args, invoice: Invoice, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields[
            "amount"
        ].help_text = (
            f"Open: {money.words(invoice.balance, invoice.currency)}. The rest keeps moving."
        )


class ResolveForm(forms.Form):
    outcome = note_field("Outcome")


class InvoicePauseForm(forms.Form):
    until = day_field(
        "Quiet until", required=False, help_text="To the end of that day. Empty: no end is set."
    )
    note = note_field("Reason")


class LiftForm(forms.Form):
    reason = note_field("Why the pause ends")
