"""The answer to an approval: each kind has its own."""

from django import forms

from invoices.forms.fields import day_field, note_field
from invoices.models import Approval

CHOICES = {
    Approval.Kind.ESCALATION: [
        ("resume", "Keep reminding: the other steps of the plan go on"),
        ("quiet", "Keep quiet, until a day or until somebody ends it"),
        ("reject", "Turn down: quiet, and the review is closed without a plan"),
    ],
    Approval.Kind.LETTER: [
        ("mail", "Release: send the letter by e-mail"),
        ("print", "Print: I post the letter myself"),
        ("reject", "Do not send this letter"),
    ],
    Approval.Kind.MESSAGE: [("approve", "Approve"), ("reject", "Reject")],
    Approval.Kind.PLAN: [
        ("offer", "Offer this plan to the customer"),
        ("reject", "Do not offer it"),
    ],
}


class DecisionForm(forms.Form):
    """A yes in one of its shapes or a no, bound to the content that was on the screen."""

    choice = forms.ChoiceField(label="Decision", widget=forms.RadioSelect)
    until = day_field(
        "Quiet until", required=False, help_text="To the end of that day. Empty: no end is set."
    )
    note = note_field("Note", required=False, help_text="Needed for a no.")
    content_hash = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args, approval: Approval, can_mail: bool = True, **kwargs):
        super().__init__(*args, **kwargs)
        kind = Approval.Kind(approval.kind)
        choices = [(value, words) for value, words in CHOICES[kind] if value != "mail" or can_mail]
        self.fields["choice"].choices = choices
        self.fields["content_hash"].initial = approval.content_hash
        if kind != Approval.Kind.ESCALATION:
            del self.fields["until"]

    def clean(self):
        data = super().clean()
        if data.get("choice") == "reject" and not data.get("note", "").strip():
            self.add_error("note", "Say why, so that whoever prepared it can do better.")
        return data
