"""What a person writes while reviewing the batch."""

from django import forms


class EditForm(forms.Form):
    subject = forms.CharField(max_length=300)
    body = forms.CharField(label="Text", widget=forms.Textarea(attrs={"rows": 9}), max_length=8000)

    def __init__(self, *args, is_text: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if is_text:
            del self.fields["subject"]
            self.fields["body"].max_length = 1600


class PauseForm(forms.Form):
    until = forms.DateField(
        label="Quiet until the end of", widget=forms.DateInput(attrs={"type": "date"})
    )
    note = forms.CharField(label="Why", max_length=300, required=False)

    def __init__(self, *args, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_until(self):
        until = self.cleaned_data["until"]
        if until < self.today:
            raise forms.ValidationError("A pause ends today or later.")
        return until


class LiftForm(forms.Form):
    reason = forms.CharField(label="Why may it end?", max_length=300)
