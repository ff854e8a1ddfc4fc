"""Screens on which somebody decides."""

from tests.screens.places.place import BOOKKEEPER, INVOICES, MANAGER, OTHER, Place

DECISIONS = [
    Place("approvals", f"{INVOICES}approvals/", who=MANAGER),
    Place("approval", f"{INVOICES}approvals/", who=MANAGER, link="main a.btn[href*='/approvals/']"),
    Place(
        "approval-bookkeeper",
        f"{INVOICES}approvals/",
        who=BOOKKEEPER,
        link="main a.btn[href*='/approvals/']",
    ),
    Place("approval-letter", "{letter}", who=MANAGER),
    Place("approvals-history", f"{INVOICES}approvals/history/", who=MANAGER),
    Place("tasks", f"{INVOICES}tasks/", who=BOOKKEEPER),
    Place("tasks-mine", f"{INVOICES}tasks/?owner=me", who=BOOKKEEPER),
    Place("disputes", f"{INVOICES}disputes/", who=BOOKKEEPER),
    Place("dispute", f"{INVOICES}disputes/", who=BOOKKEEPER, link="[data-row] a"),
    Place("disputes-none", f"{OTHER}/invoices/disputes/", who=BOOKKEEPER),
    Place(
        "dispute-resolve",
        f"{INVOICES}disputes/",
        who=BOOKKEEPER,
        link="[data-row] a",
        steps=("click a[href$='/resolve/']", "wait #dialog-body form"),
    ),
    Place("plans", f"{INVOICES}plans/?show=all", who=BOOKKEEPER),
    Place("plans-none", f"{OTHER}/invoices/plans/", who=BOOKKEEPER),
    Place("plan", f"{INVOICES}plans/?show=all", who=MANAGER, link="[data-row] a"),
    Place(
        "plan-end",
        f"{INVOICES}plans/?show=all",
        who=MANAGER,
        link="[data-row] a",
        steps=("click a[href$='/end/']", "wait #dialog-body form"),
    ),
    Place(
        "approval-plan",
        f"{INVOICES}approvals/",
        who=MANAGER,
        link="article:has-text('plan') a.btn[href*='/approvals/']",
    ),
    Place("customer-plan", "{planned}?tab=plans", who=BOOKKEEPER),
    Place("idle", f"{INVOICES}?state=idle", who=BOOKKEEPER),
    Place(
        "task", f"{INVOICES}tasks/", who=BOOKKEEPER, link="main a[href*='/tasks/']:not([href*='?'])"
    ),
    Place("tasks-none", f"{OTHER}/invoices/tasks/?owner=me", who=BOOKKEEPER),
    Place(
        "task-likely",
        f"{INVOICES}tasks/",
        who=BOOKKEEPER,
        link="[data-row]:has-text('Verify a payment') a",
        steps=("wait #likely",),
    ),
    Place("idle-none", f"{OTHER}/invoices/?state=idle", who=BOOKKEEPER),
    Place("cadences", f"{INVOICES}cadences/", who=MANAGER),
    Place("cadence", f"{INVOICES}cadences/", who=MANAGER, link="main a[href*='/cadences/']"),
    Place("cadence-edit", "{cadence}edit/", who=MANAGER),
    Place(
        "cadence-refused",
        "{cadence}edit/",
        who=MANAGER,
        steps=("nonsense main form[method=post]",),
    ),
]
