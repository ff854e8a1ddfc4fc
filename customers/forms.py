"""Forms of the customer screens."""

from django import forms

from arbook.companies.models import User
from customers.models import Channel, ConsentEvent, Customer

Source = ConsentEvent.Source


class ContactForm(forms.Form):
    """A new number or address."""

    channel = forms.ChoiceField(
        choices=[(Channel.SMS, "Mobile number"), (Channel.EMAIL, "E-mail address")],
        label="What it is",
    )
    written = forms.CharField(
        max_length=254, label="Number or address", widget=forms.TextInput({"autocomplete": "off"})
    )
    name = forms.CharField(max_length=200, required=False, label="Whose it is")
    is_primary = forms.BooleanField(required=False, label="Use this one first")


class ConsentForm(forms.Form):
    """Consent somebody gave: how, and in which words."""

    source = forms.ChoiceField(
        choices=[
            (Source.STAFF, "Told a member of staff"),
            (Source.REPLY, "Wrote it in a reply"),
            (Source.PAY_PAGE, "Ticked it on the pay page"),
            (Source.IMPORT, "Signed before, on paper or elsewhere"),
        ],
        label="How it was given",
    )
    wording = forms.CharField(
        max_length=2000,
        label="Exact wording",
        help_text="What the customer agreed to, word for word. It is kept as evidence.",
        widget=forms.Textarea({"rows": 3}),
    )
    evidence = forms.CharField(
        max_length=500,
        required=False,
        label="Where the proof is",
        help_text="For example: signed contract of March 2, page 4.",
    )


class WrongPersonForm(forms.Form):
    """Why a number or address is not theirs."""

    reason = forms.CharField(
        max_length=200,
        required=False,
        label="What happened",
        initial="Somebody else answers there.",
    )


class ProfileForm(forms.Form):
    """Who looks after a customer and how they are written to."""

    owner = forms.ModelChoiceField(
        User.objects.none(), required=False, label="In charge", empty_label="Nobody in particular"
    )
    language = forms.ChoiceField(choices=Customer.Language, label="Language of messages")
    is_sensitive = forms.BooleanField(
        required=False,
        label="Sensitive: texts stay neutral",
        help_text="Texts name neither amount nor reason.",
    )

    def __init__(self, *args, company, **kwargs):
        super().__init__(*args, **kwargs)
        members = User.objects.filter(memberships__company=company, is_active=True)
        self.fields["owner"].queryset = members.order_by("first_name", "email")


class NoteForm(forms.Form):
    """A note for colleagues."""

    text = forms.CharField(
        max_length=4000,
        label="Note",
        widget=forms.Textarea({"rows": 3, "placeholder": "Only colleagues see it."}),
    )
