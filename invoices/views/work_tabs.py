"""The places where a person works off what reminders cannot: tasks, disputes, plans."""

from django.urls import reverse

from arbook.companies.models import Company
from invoices.models import Dispute, PaymentPlan, Task


def work_tabs(company: Company, current: str, *, today, user) -> list[dict]:
    """The places with what waits in each; somebody's own tasks beside those of all."""
    tasks = Task.objects.of(company).waiting(today)
    mine = {
        "label": "My tasks",
        "url": reverse("invoices:tasks", args=[company.slug]) + "?owner=me",
        "count": tasks.filter(owner=user).count(),
        "current": current == "mine",
    }
    counts = {
        "tasks": tasks.count(),
        "disputes": Dispute.objects.of(company).filter(state=Dispute.State.OPEN).count(),
        "plans": PaymentPlan.objects.of(company).live().count(),
    }
    names = {"tasks": "All tasks", "disputes": "Disputes", "plans": "Payment plans"}
    others = [
        {
            "label": label,
            "url": reverse(f"invoices:{name}", args=[company.slug]),
            "count": counts[name],
            "current": name == current,
        }
        for name, label in names.items()
    ]
    return [mine, *others]
