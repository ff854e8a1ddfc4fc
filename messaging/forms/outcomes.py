"""Forms of what a conversation leads to: a plan, a copy, a task for somebody."""

from django import forms

from arbook.companies.models import Company, User
from invoices.forms.fields import day_field, note_field
from invoices.forms.plans import PlanForm
from invoices.models import Invoice
from messaging.forms.inbox import CLOSES


class ThreadPlanForm(PlanForm):
    """A proposal out of a conversation."""

    closes = forms.BooleanField(**CLOSES)


class CopyForm(forms.Form):
    """Which invoice, and a word beside it."""

    invoice = forms.ModelChoiceField(Invoice.objects.none(), empty_label=None)
    note = forms.CharField(
        max_length=200, required=False, label="A word beside it", help_text="Goes out with it."
    )
    closes = forms.BooleanField(**CLOSES)

    def __init__(self, *args, customer, **kwargs):
        super().__init__(*args, **kwargs)
        rows = Invoice.objects.filter(customer=customer, is_deleted=False, is_void=False)
        self.fields["invoice"].queryset = rows.order_by("-balance", "-issued_on", "-pk")


class TaskForm(forms.Form):
    """Who does what by when."""

    title = forms.CharField(max_length=200, label="What is to be done")
    owner = forms.ModelChoiceField(User.objects.none(), label="Who", empty_label=None)
    due_on = day_field("Due")
    detail = note_field("Note", required=False)
    closes = forms.BooleanField(**CLOSES | {"initial": False})

    def __init__(self, *args, company: Company, **kwargs):
        super().__init__(*args, **kwargs)
        people = User.objects.filter(memberships__company=company).order_by("email")
        self.fields["owner"].queryset = people
