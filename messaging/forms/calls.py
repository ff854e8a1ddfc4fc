"""What is written down about a call."""

from django import forms

from messaging.forms.inbox import DisputeForm, PromiseForm


def _number() -> forms.CharField:
    return forms.CharField(max_length=20, required=False, widget=forms.HiddenInput)


def _note() -> forms.CharField:
    return forms.CharField(max_length=500, required=False, label="What was said")


class ResultForm(forms.Form):
    """How a call ended, where nothing more is needed."""

    result = forms.CharField(max_length=20)
    number = _number()
    note = _note()


class CallPromiseForm(PromiseForm):
    """They promise an amount by a day."""

    closes = None
    number = _number()
    note = _note()


class CallDisputeForm(DisputeForm):
    """They contest an amount."""

    closes = None
    number = _number()
    note = _note()
