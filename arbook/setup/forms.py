"""Forms of the setup screens."""

from dataclasses import dataclass
from zoneinfo import available_timezones

from django import forms
from django.forms.boundfield import BoundField
from django.utils import timezone

from arbook.companies.models import Company, Duty, Role
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
    webhook_keys = forms.CharField(
        label="Webhook keys",
        widget=_SECRET,
        required=False,
        help_text=(
            "Only where Twilio signs webhooks with shared keys: webhooks_sharedkey_…=secret,"
            " several by commas."
        ),
    )


class SlackForm(forms.Form):
    bot_token = forms.CharField(label="Bot token", widget=_SECRET, required=False)
    channel = forms.CharField(help_text="Where alerts go, for example #receivables.")


HERE = [
    ("America/New_York", "New York (Eastern)"),
    ("America/Chicago", "Chicago (Central)"),
    ("America/Denver", "Denver (Mountain)"),
    ("America/Phoenix", "Phoenix (Mountain, no summer time)"),
    ("America/Los_Angeles", "Los Angeles (Pacific)"),
    ("America/Anchorage", "Anchorage (Alaska)"),
    ("Pacific/Honolulu", "Honolulu (Hawaii)"),
]


def _zones() -> list:
    shown = {zone for zone, _ in HERE}
    others = [(zone, zone.replace("_", " ")) for zone in sorted(available_timezones() - shown)]
    return [("United States", HERE), ("Everywhere", others)]


@dataclass(frozen=True)
class Section:
    """Fields that belong together on the settings screen, in rows of one or more."""

    title: str
    icon: str
    about: str
    rows: list[list[BoundField]]


SECTIONS = [
    (
        "Company",
        "building-office-2",
        "As customers and your own people see it.",
        [["name"], ["timezone"], ["currency", "color"]],
    ),
    (
        "Sending",
        "paper-airplane",
        "What leaves by itself, how often, and when.",
        [
            ["mode", "review_above"],
            ["calls_above"],
            ["touches_per_week", "undo_seconds"],
            ["sends_from", "sends_until"],
            ["books_max_age_minutes"],
        ],
    ),
    (
        "Dry run",
        "beaker",
        "Where everything goes while the mode is Dry run, stamped as a test. Without an address "
        "nothing is sent that way.",
        [["test_email", "test_phone"]],
    ),
    (
        "Contact",
        "phone",
        "Printed in messages, letters and on the pay page; and where alerts for staff go.",
        [["reply_email", "phone"], ["alert_email"]],
    ),
    (
        "VIP",
        "star",
        "Customers marked so in QuickBooks are never reminded.",
        [["vip_customer_type", "vip_note_marker"]],
    ),
    (
        "Keeping",
        "archive-box",
        "What is older is taken out and leaves a line that says so, never while something about it "
        "is open. Consent is kept at least five years whatever stands here.",
        [["keep_messages_months", "keep_contacts_months"], ["keep_payloads_days"]],
    ),
    (
        "Signing in",
        "shield-check",
        "Managers and owners approve, connect and export. Without a second factor they are led to "
        "set one up before they can do anything here.",
        [["second_factor_required"]],
    ),
]


class CompanyForm(forms.ModelForm):
    """What an owner may change about how a company works; ``companies.save`` judges the values."""

    timezone = forms.ChoiceField(label="Time zone", choices=_zones)

    class Meta:
        model = Company
        fields = [*companies.SETTABLE, "mode"]
        labels = {
            "review_above": "A person approves above",
            "calls_above": "Somebody calls from (past due)",
            "undo_seconds": "Undo time in seconds",
            "touches_per_week": "Contacts in any 7 days, at most",
            "books_max_age_minutes": "Nothing leaves on books older than (minutes)",
            "sends_from": "Messages leave from",
            "sends_until": "until",
            "test_email": "Mail goes to",
            "test_phone": "Texts go to",
            "alert_email": "Alerts go to",
            "reply_email": "Customers may write to",
            "phone": "Customers may call",
            "vip_customer_type": "Customer type",
            "vip_note_marker": "or these words in the notes",
            "keep_messages_months": "Words of messages (months)",
            "keep_payloads_days": "What vendors sent, word for word (days)",
            "keep_contacts_months": "Unused addresses (months)",
            "second_factor_required": "Managers and owners need a second factor",
        }
        help_texts = {
            "alert_email": "Empty: every manager and owner.",
            "review_above": "The open amount of one message. Above it a manager says yes.",
            "calls_above": "After a reminder without an answer. 0: calls are asked for by hand.",
            "sends_until": "On the customer's clock; state rules and holidays cut it further.",
            "undo_seconds": "Between a yes and the hand-over.",
            "touches_per_week": "All channels together; at most one a day in any case.",
        }
        widgets = {
            "sends_from": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "sends_until": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "test_phone": forms.TextInput(attrs={"type": "tel"}),
            "phone": forms.TextInput(attrs={"type": "tel"}),
        }

    def sections(self) -> list[Section]:
        return [
            Section(title, icon, about, [[self[name] for name in row] for row in rows])
            for title, icon, about, rows in SECTIONS
        ]

    def only_show(self) -> "CompanyForm":
        """For those who may read the settings and not change them."""
        for field in self.fields.values():
            field.disabled = True
        return self


class MemberForm(forms.Form):
    email = forms.EmailField(label="E-mail")
    role = forms.TypedChoiceField(
        choices=[(role.value, role.label.capitalize()) for role in Role],
        coerce=int,
        initial=Role.BOOKKEEPER,
    )


class RoleForm(forms.Form):
    role = forms.TypedChoiceField(choices=Role.choices, coerce=int)
    duty = forms.ChoiceField(choices=[("", "No duty"), *Duty.choices], required=False)


class StopForm(forms.Form):
    """Why everything stops, until when, and, for who may, whether for every company."""

    reason = forms.CharField(max_length=200, label="Why?")
    until = forms.DateTimeField(
        required=False,
        label="Until",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    scope = forms.ChoiceField(
        required=False,
        label="What stops?",
        choices=[("company", "This company"), ("all", "Every company")],
        widget=forms.RadioSelect,
        initial="company",
    )

    def __init__(self, *args, now, may_everywhere: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self._now = now
        zone = timezone.get_current_timezone_name()
        self.fields["until"].help_text = f"On the clock of {zone}. Empty: until somebody resumes."
        if not may_everywhere:
            del self.fields["scope"]

    def clean_until(self):
        until = self.cleaned_data["until"]
        if until and until <= self._now:
            raise forms.ValidationError("That time is already over.")
        return until
