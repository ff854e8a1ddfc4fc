"""What every new company starts with: accounts, terms, items, payment methods, preferences."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from arbook.sandbox.quickbooks.books import Books

ACCOUNTS = (
    ("Checking", "Bank", "Checking", "Asset"),
    ("Stripe Clearing", "Other Current Asset", "OtherCurrentAssets", "Asset"),
    ("Accounts Receivable (A/R)", "Accounts Receivable", "AccountsReceivable", "Asset"),
    ("Undeposited Funds", "Other Current Asset", "UndepositedFunds", "Asset"),
    ("Services", "Income", "ServiceFeeIncome", "Revenue"),
    ("Payment Processing Fees", "Expense", "OtherBusinessExpenses", "Expense"),
    ("Telephone and Messaging", "Expense", "Utilities", "Expense"),
    ("Bad Debts", "Expense", "BadDebts", "Expense"),
    ("Dispute Fees", "Expense", "OtherBusinessExpenses", "Expense"),
)
TERMS = (("Due on receipt", 0), ("Net 15", 15), ("Net 30", 30), ("Net 60", 60))
METHODS = ("Check", "Cash", "Credit Card", "ACH", "Wire")
TYPES = ("Regular", "VIP - do not dun", "Government")


def plant(books: "Books") -> None:
    """Fill an empty company, without webhooks."""
    with books.silently():
        for name, kind, subtype, classification in ACCOUNTS:
            books.create(
                "Account",
                {
                    "Name": name,
                    "FullyQualifiedName": name,
                    "AccountType": kind,
                    "AccountSubType": subtype,
                    "Classification": classification,
                    "CurrentBalance": 0,
                },
            )
        for name, days in TERMS:
            books.create("Term", {"Name": name, "Type": "STANDARD", "DueDays": days})
        for name in METHODS:
            kind = "CREDIT_CARD" if name == "Credit Card" else "NON_CREDIT_CARD"
            books.create("PaymentMethod", {"Name": name, "Type": kind})
        for name in TYPES:
            books.create("CustomerType", {"Name": name})
        books.create(
            "Item",
            {
                "Name": "Services",
                "FullyQualifiedName": "Services",
                "Type": "Service",
                "IncomeAccountRef": {"value": account(books, "Services")},
            },
        )
    books.ledger.preferences = {
        "SalesFormsPrefs": {
            "CustomTxnNumbers": False,
            "AllowDeposit": True,
            "DefaultTerms": {"value": term(books, "Net 30")},
            "ETransactionPaymentEnabled": False,
            "AutoApplyCredit": False,
            "AutoApplyPayments": False,
            "CustomField": [],
        },
        "AccountingInfoPrefs": {"BookCloseDate": None, "CustomerTerminology": "Customers"},
        "CurrencyPrefs": {
            "MultiCurrencyEnabled": False,
            "HomeCurrency": {"value": books.ledger.currency},
        },
        "TaxPrefs": {"UsingSalesTax": True},
    }


def account(books: "Books", name: str) -> str:
    """The id of an account by name."""
    return _named(books, "Account", name)


def term(books: "Books", name: str) -> str:
    return _named(books, "Term", name)


def customer_type(books: "Books", name: str) -> str:
    return _named(books, "CustomerType", name)


def _named(books: "Books", entity: str, name: str) -> str:
    return books.quickbooks.having(books.ledger, entity, "Name", name)[0]
