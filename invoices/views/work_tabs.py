"""The places where a person works off what reminders cannot: tasks, disputes, plans."""

from django.urls import reverse

from arbook.companies.models import Company
from invoices.models import Dispute, PaymentPlan, Task


def work_tabs(company: Company, current: str, *, today) -> list[dict]:
    """The three places with what waits in each."""
    counts = {
        "tasks": Task.objects.of(company).waiting(today).count(),
        "disputes": Dispute.objects.of(company).filter(state=Dispute.State.OPEN).count(),
        "plans": PaymentPlan.objects.of(company).live().count(),
    }
    names = {"tasks": "Tasks", "disputes": "Disputes", "plans": "Payment plans"}
    return [
        {
            "label": label,
            "url": reverse(f"invoices:{name}", args=[company.slug]),
            "count": counts[name],
            "current": name == current,
        }
        for name, label in names.items()
    ]
