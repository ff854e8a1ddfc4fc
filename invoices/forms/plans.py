"""A payment plan as a person writes it, and why one ends."""

from django import forms

from arbook import money
from invoices.forms.fields import day_field, note_field
from invoices.models import Invoice
from invoices.plan_schedule import EVERY, FEWEST, MOST


class PlanForm(forms.Form):
    """Which invoices, how many instalments, how often, from when."""

    invoices = forms.ModelMultipleChoiceField(
        Invoice.objects.none(), widget=forms.CheckboxSelectMultiple, label="Invoices it covers"
    )
    count = forms.IntegerField(label="Instalments", min_value=FEWEST, max_value=MOST)
    every = forms.ChoiceField(
        label="How often", choices=[(value, words.capitalize()) for value, words in EVERY.items()]
    )
    first_on = day_field("First instalment by")
    why = note_field("Why", required=False, help_text="What the manager reads beside the schedule.")

    def __init__(self, *args, customer, **kwargs):
        super().__init__(*args, **kwargs)
        rows = Invoice.objects.open().filter(customer=customer).order_by("due_on", "pk")
        self.fields["invoices"].queryset = rows
        self.fields["invoices"].label_from_instance = _label


def _label(invoice: Invoice) -> str:
    due = f", due {invoice.due_on:%b} {invoice.due_on.day}" if invoice.due_on else ""
    return f"{invoice}{due}, {money.words(invoice.balance, invoice.currency)} open"


class PlanEndForm(forms.Form):
    reason = note_field("Why it ends")
