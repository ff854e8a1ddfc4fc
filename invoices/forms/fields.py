"""Fields that several forms share."""

from django import forms


def day_field(label: str, *, required: bool = True, help_text: str = "") -> forms.DateField:
    """A day with the browser's own calendar."""
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Write a day like 2026-03-14."},
    )


def amount_field(label: str, *, help_text: str = "", **options) -> forms.DecimalField:
    """Dollars and cents."""
    return forms.DecimalField(
        label=label,
        help_text=help_text,
        max_digits=14,
        decimal_places=2,
        widget=forms.NumberInput({"step": "0.01", "inputmode": "decimal"}),
        error_messages={"invalid": "Write an amount like 1250.50."},
        **options,
    )


def note_field(label: str, *, required: bool = True, help_text: str = "") -> forms.CharField:
    """A sentence or two."""
    return forms.CharField(
        label=label,
        required=required,
        help_text=help_text,
        max_length=300,
        widget=forms.Textarea({"rows": 2}),
    )
