"""The words of a correction."""

from django import forms


class AmendForm(forms.Form):
    body = forms.CharField(
        label="Correction", max_length=2000, widget=forms.Textarea({"rows": 5, "dir": "auto"})
    )
