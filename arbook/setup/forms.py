"""Forms of the setup screens."""

from zoneinfo import available_timezones

from django import forms

from arbook.companies.models import Company, Role
from arbook.phones import parse
from arbook.setup import companies

_SECRET = forms.PasswordInput(render_value=False, attrs={"autocomplete": "off"})


class StripeForm(forms.Form):
    secret_key = forms.CharField(
        label="Restricted or secret key", widget=_SECRET, required=False, strip=True
    )
    webhook_secret = forms.CharField(
        label="Webhook signing secret",
        widget=_SECRET,
        required=False,
        help_text="Two, separated by a comma, while one replaces the other.",
    )


class TwilioForm(forms.Form):
    account_sid = forms.RegexField(
        r"^AC[0-9a-fA-F]{32}$",
        label="Account SID",
        error_messages={"invalid": "An account SID is AC and 32 characters of 0-9 and a-f."},
    )
    auth_token = forms.CharField(label="Auth token", widget=_SECRET, required=False)
    messaging_service = forms.RegexField(
        r"^MG[0-9a-fA-F]{32}$",
        label="Messaging service SID",
        error_messages={"invalid": "A messaging service is MG and 32 characters of 0-9 and a-f."},
    )


class SlackForm(forms.Form):
    bot_token = forms.CharField(label="Bot token", widget=_SECRET, required=False)
    channel = forms.CharField(help_text="Where alerts go, for example #receivables.")


class CompanyForm(forms.ModelForm):
    """What an owner may change about how a company works."""

    timezone = forms.ChoiceField(choices=[(zone, zone) for zone in sorted(available_timezones())])

    class Meta:
        model = Company
        fields = [*companies.SETTABLE, "mode"]
        labels = {
            "review_above": "A person approves above",
            "undo_seconds": "Undo time in seconds",
            "touches_per_week": "Contacts in any 7 days, at most",
            "books_max_age_minutes": "Nothing leaves when the books are older than (minutes)",
            "sends_from": "Messages leave from",
            "sends_until": "until",
            "test_email": "Dry run: mail goes to",
            "test_phone": "Dry run: texts go to",
            "alert_email": "Alerts go to",
            "reply_email": "Customers may write to",
            "phone": "Customers may call",
            "vip_customer_type": "QuickBooks customer type of VIPs",
            "vip_note_marker": "or these words in the customer's notes",
        }
        help_texts = {
            "alert_email": "Empty: every manager and owner.",
            "mode": "Dry run sends everything to the test addresses. Review sends what a person "
            "approved. Live sends low-risk reminders by itself.",
        }
        widgets = {
            "sends_from": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "sends_until": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }

    def clean_test_phone(self):
        return self._number("test_phone")

    def clean_phone(self):
        return self._number("phone")

    def _number(self, name: str) -> str:
        written = self.cleaned_data[name]
        if not written:
            return ""
        read = parse(written)
        if read is None:
            raise forms.ValidationError("This is not a phone number we can read.")
        return read.e164

    def clean(self):
        cleaned = super().clean()
        opens, closes = cleaned.get("sends_from"), cleaned.get("sends_until")
        if opens and closes and opens >= closes:
            self.add_error("sends_until", "This is not after the start.")
        return cleaned


class MemberForm(forms.Form):
    email = forms.EmailField(label="E-mail")
    role = forms.TypedChoiceField(choices=Role.choices, coerce=int, initial=Role.BOOKKEEPER)


class StopForm(forms.Form):
    reason = forms.CharField(max_length=200, label="Why?")
