"""Editing a cadence: one row per step, and the choice of a cadence for a customer."""

from decimal import Decimal

from django import forms
from django.utils.text import slugify

from invoices.default_cadences import AGREEMENTS, TEXTS, StepDraft
from invoices.forms.fields import amount_field
from invoices.models import Cadence, CadenceStep

Action = CadenceStep.Action


class StepForm(forms.Form):
    """One step. The key is kept, so that a step already taken is known as taken."""

    key = forms.SlugField(required=False, max_length=40, widget=forms.HiddenInput)
    day = forms.IntegerField(
        label="Day",
        min_value=-60,
        max_value=365,
        error_messages={
            "invalid": "Write a whole number of days, for example 14.",
            "min_value": "At most 60 days before.",
            "max_value": "At most 365 days after.",
        },
    )
    anchor = forms.ChoiceField(
        label="Counted from", choices=CadenceStep.Anchor, initial=CadenceStep.Anchor.ISSUE
    )
    action = forms.ChoiceField(label="Channel", choices=Action, initial=Action.EMAIL)
    template = forms.ChoiceField(label="Text", required=False)
    approval = forms.ChoiceField(
        label="Mode",
        choices=CadenceStep.Approval,
        initial=CadenceStep.Approval.AUTOMATIC,
    )
    min_balance = amount_field("From balance", required=False, min_value=Decimal(0))
    not_before_due = forms.BooleanField(label="Not before the due date", required=False)
    falls_back_to_mail = forms.BooleanField(
        label="By mail when a text cannot go", required=False, initial=True
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        known = dict(TEXTS)
        own = self.data.get(self.add_prefix("template")) if self.is_bound else None
        own = own or self.initial.get("template")
        if own and own not in known:
            known[own] = own
        self.fields["template"].choices = [("", "No text"), *known.items()]

    def clean(self):
        data = super().clean()
        is_message = data.get("action") in (Action.EMAIL, Action.SMS)
        if is_message and not data.get("template"):
            self.add_error("template", "Choose the text of this message.")
        if data.get("action") == Action.ESCALATE:
            data["template"] = ""
        return data

    @property
    def is_message(self) -> bool:
        return self["action"].value() in (Action.EMAIL, Action.SMS)


class StepFormSet(forms.BaseFormSet):
    """The steps of a cadence in the order of their days."""

    deletion_widget = forms.CheckboxInput
    default_error_messages = {
        **forms.BaseFormSet.default_error_messages,
        "missing_management_form": "The form arrived incomplete. Load the page again.",
    }

    def drafts(self) -> list[StepDraft]:
        """The steps that stay, sorted, new ones with a key of their own."""
        rows = [
            form.cleaned_data
            for form in self.forms
            if form.cleaned_data and not form.cleaned_data.get("DELETE")
        ]
        taken = {row["key"] for row in rows if row["key"]}
        drafts = []
        for row in sorted(rows, key=lambda row: row["day"]):
            key = row["key"] or _fresh_key(row, taken)
            taken.add(key)
            fields = {name: row[name] for name in StepDraft.__dataclass_fields__ if name in row}
            fields |= {"key": key, "min_balance": row["min_balance"] or Decimal("0.00")}
            drafts.append(StepDraft(**fields))
        return drafts


Steps = forms.formset_factory(
    StepForm,
    formset=StepFormSet,
    extra=0,
    can_delete=True,
    max_num=20,
    validate_max=True,
    # Whatever number a post claims: each form is built, judged and drawn again. Removed ones count.
    absolute_max=60,
)


def _fresh_key(row: dict, taken: set[str]) -> str:
    name = slugify(f"{row['action']} {row['day']}".replace("-", "minus "))
    number, key = 2, name
    while key in taken:
        key, number = f"{name}-{number}", number + 1
    return key


class ChoiceForm(forms.Form):
    """The cadence of one customer."""

    name = forms.ChoiceField(label="Cadence", required=False)

    def __init__(self, *args, company, **kwargs):
        super().__init__(*args, **kwargs)
        rows = Cadence.objects.of(company).current().exclude(name=AGREEMENTS).order_by("name")
        default = next((row.name for row in rows if row.is_default), "none yet")
        self.fields["name"].choices = [
            ("", f"The default ({default})"),
            *((row.name, row.name) for row in rows),
        ]
