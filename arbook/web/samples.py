"""Made-up content for the styleguide: long names, other scripts, empty and refused states."""

from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

import django_tables2
from django import forms

from arbook.web import figures
from arbook.web.charts import Slice, Week
from arbook.web.tables import BadgeColumn, DateColumn, MoneyColumn, SelectColumn, Table

LONG = (
    "Wolfeschlegelsteinhausenbergerdorff & Sons Refrigeration, Heating and Cooling"
    " of Greater Hartford LLC"
)
ARABIC = "شركة الأفق للتجارة والمقاولات"
EMOJI = "Café Núñez 🌮 “La Esquina”"
TEXT = (
    "Harbor Supply: invoice 10482 for $1,240.00 was due Mar 3. Pay here: "
    "https://pay.example/p/8Zk2vQ\nQuestions? Just reply. STOP to opt out."
)


class SampleForm(forms.Form):
    amount = forms.DecimalField(help_text="What the customer said they will pay.", min_value=1)
    due_on = forms.DateField(label="Paid by", widget=forms.DateInput(attrs={"type": "date"}))
    channel = forms.ChoiceField(choices=[("sms", "Text"), ("email", "E-mail")])
    tone = forms.ChoiceField(
        choices=[("soft", "Soft"), ("firm", "Firm")], widget=forms.RadioSelect, required=False
    )
    note = forms.CharField(widget=forms.Textarea, required=False)
    silent = forms.BooleanField(
        label="Send no confirmation", required=False, help_text="The customer hears nothing."
    )

    def clean(self):
        if self.data.get("amount") == "0":
            raise forms.ValidationError("Invoice 10482 has only $1,240.00 open.")
        return super().clean()


class SampleTable(Table):
    row = SelectColumn(accessor="pk")
    number = DateColumn(verbose_name="Due")
    customer = django_tables2.Column(attrs={"td": {"class": "lead wide", "dir": "auto"}})
    state = BadgeColumn(tones={"open": "info", "disputed": "warn", "paid": "ok", "void": ""})
    balance = MoneyColumn(total=True)

    class Meta(Table.Meta):
        sequence = ("row", "customer", "number", "state", "balance")


def everything(request) -> dict:
    now = figures.now()
    today = now.date()
    rows = [
        {
            "pk": n,
            "customer": name,
            "number": today - timedelta(days=17 * n),
            "state": state,
            "balance": Decimal(balance),
        }
        for n, (name, state, balance) in enumerate(
            [
                ("Alder & Finch Interiors", "open", "1240.00"),
                (LONG, "disputed", "98765.43"),
                (ARABIC, "open", "310.10"),
                (EMOJI, "paid", "0"),
                ("O’Hara Plumbing", "void", "-75.25"),
                ("Quincy Dental", "open", "640.00"),
            ],
            start=1,
        )
    ]
    table = SampleTable(rows, caption="Sample invoices")
    table.paginate(page=_number(request.GET.get("page")), per_page=4)
    companies = [
        SimpleNamespace(name=name, slug=slug, initials=letters, color=color, mode=mode)
        for name, slug, letters, color, mode in [
            ("Harbor Supply", "harbor", "HS", "teal", "review"),
            (LONG, "long", "WS", "indigo", "dry_run"),
            (EMOJI, "cafe", "CN", "amber", "automatic"),
            (ARABIC, "horizon", "شأ", "rose", "review"),
            ("Green Street Dental", "green", "GS", "green", "automatic"),
            ("Skyline Roofing", "sky", "SR", "sky", "review"),
            ("Violet Events", "violet", "VE", "violet", "dry_run"),
            ("Slate & Stone", "slate", "SS", "slate", "automatic"),
        ]
    ]
    places = [
        ("today", "Today", "sun", 14),
        ("inbox", "Inbox", "inbox", 6),
        ("review", "Batch review", "paper-airplane", 42),
        ("customers", "Customers", "users", None),
        ("invoices", "Invoices", "document-text", None),
        ("aging", "Aging", "table-cells", None),
        ("approvals", "Approvals", "check-badge", 3),
        ("money", "Money", "banknotes", 0),
        ("policies", "Policies", "adjustments-horizontal", None),
        ("system", "System", "server-stack", None),
    ]
    return {
        "company": companies[0],
        "companies": companies,
        "role": None,
        "now": now,
        "until": now + timedelta(minutes=10),
        "rail": [
            {
                "key": key,
                "label": label,
                "icon": icon,
                "url": f"?at={key}",
                "count": count,
                "current": key == request.GET.get("at", "today"),
            }
            for key, label, icon, count in places
        ],
        "freshness": [
            {"label": "QuickBooks", "text": "2 min ago", "level": "ok", "url": "#"},
            {"label": "Stripe", "text": "live", "level": "ok", "url": "#"},
            {"label": "Twilio", "text": "registration waits", "level": "warn", "url": "#"},
            {
                "label": "Bank",
                "text": "worked 6 days ago, sends are held",
                "level": "bad",
                "url": "#",
            },
        ],
        "stop": SimpleNamespace(reason="wrong amounts in yesterday's import", until=now, since=None)
        if "stop" in request.GET
        else None,
        "names": [LONG, ARABIC, EMOJI],
        "text": TEXT,
        "amounts": [Decimal("1234.5"), Decimal("-75.25"), Decimal(0), None, Decimal("12345678.9")],
        "form": SampleForm(),
        "refused_form": SampleForm(
            {"amount": "0", "due_on": "someday", "channel": "pigeon"}, auto_id="id_refused_%s"
        ),
        "table": table,
        "empty_table": SampleTable([], prefix="e-", caption="No rows"),
        "filtered_table": SampleTable([], prefix="f-", is_filtered=True),
        "weeks": _weeks(today),
        "slices": [
            Slice("Current", Decimal("48210.00"), 0, "#", 61),
            Slice("1–30", Decimal("21480.55"), 1, "#", 28),
            Slice("31–60", Decimal("9120.00"), 2, "#", 12),
            Slice("61–90", Decimal("3310.10"), 3, "#", 5),
            Slice("90+", Decimal("12400.00"), 4, "#", 9),
        ],
        "trend": [41, 43, 42, 45, 44, 40, 38, 39, 36, 35],
        "entries": _entries(now),
        "gates": _gates(now),
        "tabs": [
            {"label": "Timeline", "url": "?", "current": True},
            {"label": "Invoices", "url": "?", "count": 4},
            {"label": "Contacts and consent", "url": "?"},
            {"label": "Promises and plans", "url": "?"},
            {"label": "Notes", "url": "?"},
        ],
        "choices": [
            {"label": "By customer", "url": "?", "current": True},
            {"label": "By invoice", "url": "?"},
        ],
    }


def _weeks(today: date) -> list[Week]:
    shape = [9, 14, 11, 8, 19, 12, 10, 7, 13, 6, 5, 4, 3]
    weeks = []
    for n, size in enumerate(shape):
        monday = today + timedelta(days=7 * (n - 3))
        expected = Decimal(size * 1130)
        weeks.append(
            Week(
                label=f"{monday:%b} {monday.day}",
                expected=expected,
                low=expected * Decimal("0.7") if n >= 3 else None,
                high=expected * Decimal("1.25") if n >= 3 else None,
                due=expected * Decimal("1.12"),
                actual=expected * Decimal("0.94") if n < 3 else None,
            )
        )
    return weeks


def _entries(now) -> list[SimpleNamespace]:
    def entry(minutes, icon, title, **more):
        blank = {"tone": "", "detail": "", "by": "", "url": "", "cause": "", "facts": []}
        at = now - timedelta(minutes=minutes)
        return SimpleNamespace(**{**blank, "at": at, "icon": icon, "title": title, **more})

    return [
        entry(
            3,
            "banknotes",
            "$1,240.00 recorded in QuickBooks as payment 1843",
            tone="ok",
            cause="Stripe told us that the payment succeeded.",
            facts=[("Payment", "pi_3Nx8"), ("Read back", "$1,240.00 on invoice 10482")],
        ),
        entry(4, "credit-card", "Paid by card", by="Customer, on the pay page"),
        entry(
            190,
            "paper-airplane",
            "Text delivered",
            detail=TEXT,
            by="Standard cadence, step 3",
            cause="Approved at 08:21; all gates passed when it left.",
            facts=[("QuickBooks read", "09:00:12"), ("Consent", "given Jan 8 on the pay page")],
        ),
        entry(3000, "hand-raised", f"Reply from {ARABIC}", tone="warn", detail="متى يمكنني الدفع؟"),
        entry(
            9000, "x-circle", "E-mail bounced", tone="bad", detail=f"{LONG} has no such mailbox."
        ),
    ]


def _gates(now) -> list[SimpleNamespace]:
    def gate(result, name, value, source, minutes):
        at = None if minutes is None else now - timedelta(minutes=minutes)
        return SimpleNamespace(result=result, name=name, value=value, source=source, read_at=at)

    return [
        gate("pass", "Still open", "$1,240.00", "QuickBooks", 0),
        gate("pass", "Consent for texts", "given Jan 8", "pay page", 40),
        gate("stop", "No open promise", "until Fri Mar 14", "recorded by a person", 200),
        gate("wait", "Decent hours", "from 09:00 Hartford", "postal code 06103", None),
        gate("skip", "Approval", "not needed under $10,000.00", "policy 4", None),
    ]


def _number(text) -> int:
    return int(text) if text and text.isdigit() else 1
