"""Finishing a task and putting it off."""

from django import forms

from arbook.companies.models import Company, User
from invoices.forms.fields import day_field, note_field
from invoices.models import Task


class FinishForm(forms.Form):
    outcome = note_field("Outcome", help_text="What came of it, for whoever asks next month.")


class GiveForm(forms.Form):
    """Who does it, and by when."""

    owner = forms.ModelChoiceField(User.objects.none(), label="Who", empty_label=None)
    due_on = day_field("Due")

    def __init__(self, *args, company: Company, **kwargs):
        super().__init__(*args, **kwargs)
        people = User.objects.filter(memberships__company=company).order_by("email")
        self.fields["owner"].queryset = people


class NewTaskForm(GiveForm):
    """Work about an invoice, written by a person."""

    kind = forms.ChoiceField(
        label="What",
        choices=[
            (Task.Kind.CALL, "Call"),
            (Task.Kind.ANSWER, "Write to them"),
            (Task.Kind.OTHER, "Something else"),
        ],
    )
    title = forms.CharField(max_length=200, label="In a few words")
    field_order = ["kind", "title", "owner", "due_on"]


class SnoozeForm(forms.Form):
    until = day_field("Back on")


class FilterForm(forms.Form):
    """Which tasks the list shows; nonsense in the address means no filter."""

    kind = forms.CharField(required=False)
    owner = forms.CharField(required=False)
    show = forms.CharField(required=False)
