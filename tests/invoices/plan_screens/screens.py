"""Where the screens of the plan live, and what is typed there."""

from datetime import timedelta

from django.urls import reverse

from invoices import cadence
from invoices.models import Cadence
from tests import factories


def issued(customer, days_ago, today, balance="100.00"):
    day = today - timedelta(days=days_ago)
    return factories.invoice(
        customer, balance, issued_on=day, due_on=day + timedelta(days=10), number=f"N{days_ago}"
    )


def url(company, name, *args):
    return reverse(f"invoices:{name}", args=[company.slug, *args])


def the_standard(company):
    return Cadence.objects.of(company).current().get(is_default=True)


def form_of(row, **changes):
    """The editing form as a browser would post it."""
    steps = list(row.steps.all())
    data = {"form-TOTAL_FORMS": len(steps), "form-INITIAL_FORMS": len(steps), "act": "save"}
    for number, step in enumerate(steps):
        for name in cadence.STEP_FIELDS:
            value = getattr(step, name)
            if value is not False:
                data[f"form-{number}-{name}"] = "on" if value is True else str(value)
    return {**data, **changes}
