"""The form that a customer fills in on the pay page."""

from django import forms

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

    def __init__(self, *args, wording: Wording, **kwargs):
        super().__init__(*args, initial={"version": wording.version}, **kwargs)
        self.wording = wording
        self.fields["agree"].label = wording.text

    def clean(self):
        given = super().clean()
        if given.get("version") not in (None, self.wording.version):
            self.data = self.data.copy()
            self.data["version"] = self.wording.version
            self.data.pop("agree", None)
            self.add_error("agree", "These words have changed meanwhile. Please read them again.")
        return given
