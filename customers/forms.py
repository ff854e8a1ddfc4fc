"""Forms of the customer screens."""

from django import forms

from arbook.companies.models import User
from customers import attested, signed_forms, wordings
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
            (Source.PHONE, "Said it on the telephone"),
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


class AgainForm(ConsentForm):
    """The same of somebody who opted out: a reason is needed, too."""

    reason = forms.CharField(
        max_length=300,
        label="Why it counts in spite of their opt-out",
        help_text="For example: called on May 2 and asked for texts again.",
    )
    field_order = ["reason", "source", "wording", "evidence"]


class StopForm(forms.Form):
    """How somebody asked to stop, other than by one click."""

    how = forms.ChoiceField(
        choices=[
            (Source.PHONE, "On the telephone"),
            (Source.STAFF, "In person, by letter or otherwise"),
        ],
        label="How they asked",
    )
    wording = forms.CharField(
        max_length=500,
        required=False,
        label="What they said",
        widget=forms.Textarea({"rows": 2}),
    )


class SignedFormForm(forms.Form):
    """A signed paper, and what it says."""

    file = forms.FileField(
        label="The signed form",
        help_text="PDF, JPEG or PNG, 5 MB at most. It is kept as evidence.",
        widget=forms.ClearableFileInput({"accept": ".pdf,.jpg,.jpeg,.png"}),
    )
    signed_on = forms.DateField(
        label="Signed on", widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    signed_by = forms.CharField(max_length=200, label="Signed by")
    wording = forms.CharField(
        max_length=2000,
        label="Exact wording",
        help_text="What the form says, word for word.",
        widget=forms.Textarea({"rows": 4}),
    )

    def clean_file(self):
        given = self.cleaned_data["file"]
        if given.size > signed_forms.LARGEST:
            raise forms.ValidationError("The file is larger than 5 MB.")
        try:
            return signed_forms.read(given.name, given.read())
        except signed_forms.FormRefused as refusal:
            raise forms.ValidationError(str(refusal)) from None


class AskByTextForm(forms.Form):
    """The customer wants texts: the number is asked for its own yes."""

    how = forms.CharField(
        max_length=500,
        label="How they asked for texts",
        help_text="For example: on the phone on May 2, Ana gave this number for texts. Ask only "
        "who wanted it.",
        widget=forms.Textarea({"rows": 2}),
    )


class ImportForm(forms.Form):
    """Numbers that agreed elsewhere, and who stands for that by name."""

    file = forms.FileField(
        required=False,
        label="List as CSV",
        help_text="One number a row; a heading such as “Mobile” may stand above.",
        widget=forms.ClearableFileInput({"accept": ".csv,.txt"}),
    )
    numbers = forms.CharField(
        required=False,
        max_length=attested.LARGEST,
        label="Or type them",
        widget=forms.Textarea({"rows": 5}),
    )
    wording = forms.CharField(
        max_length=2000,
        label="What they agreed to, word for word",
        widget=forms.Textarea({"rows": 3}),
    )
    how = forms.CharField(
        max_length=500,
        label="How and where they agreed",
        help_text="For example: paper form at the front desk, kept in the office.",
    )
    given_on = forms.DateField(
        label="By which day at the latest",
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    attested_by = forms.CharField(max_length=200, label="Who attests it (full name)")
    capacity = forms.CharField(max_length=200, label="As what", help_text="For example: owner.")
    attests = forms.BooleanField(
        label="I attest that each of these numbers belongs to a customer who agreed to these words",
        error_messages={"required": "Without this the list is not taken."},
    )

    def clean(self):
        given = super().clean()
        file = given.get("file")
        if file and file.size > attested.LARGEST:
            raise forms.ValidationError("The list is larger than 2 MB.")
        if file:
            content = file.read()
            try:
                given["numbers"] = content.decode("utf-8-sig")
            except UnicodeDecodeError:
                given["numbers"] = content.decode("latin-1")
        if not (given.get("numbers") or "").strip():
            raise forms.ValidationError("Choose a list or type numbers.")
        return given


class WordingForm(forms.Form):
    """Other words for a consent."""

    text = forms.CharField(
        max_length=wordings.LONGEST, label="Words", widget=forms.Textarea({"rows": 4})
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
    mail_only = forms.BooleanField(
        required=False,
        label="By mail only",
        help_text="Their contract or their wish: no reminder is texted, whatever was agreed to.",
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
