"""Finishing a task and putting it off."""

from django import forms

from invoices.forms.fields import day_field, note_field


class FinishForm(forms.Form):
    outcome = note_field("Outcome", help_text="What came of it, for whoever asks next month.")


class SnoozeForm(forms.Form):
    until = day_field("Back on")


class FilterForm(forms.Form):
    """Which tasks the list shows; nonsense in the address means no filter."""

    kind = forms.CharField(required=False)
    owner = forms.CharField(required=False)
    show = forms.CharField(required=False)
