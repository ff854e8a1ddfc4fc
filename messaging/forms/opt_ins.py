"""The form with which a person decides whether a yes counts."""

from django import forms


class DecideForm(forms.Form):
    """Yes or no, and how one knows."""

    allows = forms.ChoiceField(
        choices=[("yes", "They may be texted again"), ("no", "They stay opted out")],
        widget=forms.RadioSelect,
        label="Decision",
    )
    reason = forms.CharField(
        max_length=300,
        label="How you know",
        help_text="For example: called Ana on May 2, she wants texts again. Kept as evidence.",
        widget=forms.Textarea({"rows": 2}),
    )
