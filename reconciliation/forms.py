"""The form that a customer fills in on the pay page."""

from django import forms

from arbook.web.spanish import said
from customers.wordings import Wording


class TextsForm(forms.Form):
    """A number, and a box nobody ticked beforehand. The words beside it are those agreed to."""

    number = forms.CharField(
        max_length=40,
        label="Mobile number",
        widget=forms.TextInput(
            {"type": "tel", "autocomplete": "tel", "inputmode": "tel", "placeholder": ""}
        ),
    )
    agree = forms.BooleanField(
        error_messages={"required": "Tick the box if you agree; without it no text is sent."}
    )
    version = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args, wording: Wording, language: str = "en", **kwargs):
        super().__init__(*args, initial={"version": wording.version}, **kwargs)
        self.wording, self.language = wording, language
        for field in self.fields.values():
            field.label = said(field.label, language)
            errors = field.error_messages
            errors["required"] = said(str(errors["required"]), language)
        self.fields["agree"].label = wording.text

    def clean(self):
        given = super().clean()
        if given.get("version") not in (None, self.wording.version):
            self.data = self.data.copy()
            self.data["version"] = self.wording.version
            self.data.pop("agree", None)
            changed = "These words have changed meanwhile. Please read them again."
            self.add_error("agree", said(changed, self.language))
        return given
