"""Forms that pause a customer and end a pause."""

from django import forms


class PauseForm(forms.Form):
    """Until when, and why."""

    until = forms.DateField(
        label="Quiet until",
        required=False,
        help_text="To the end of that day. Empty: until somebody ends it.",
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    note = forms.CharField(max_length=200, label="Reason")

    def __init__(self, *args, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["until"].widget.attrs["min"] = today.isoformat()

    def clean_until(self):
        until = self.cleaned_data["until"]
        if until and until < self.today:
            raise forms.ValidationError("A pause ends today or later.")
        return until


class ResumeForm(forms.Form):
    """Why the pause ends."""

    reason = forms.CharField(max_length=200, label="Why it ends")
