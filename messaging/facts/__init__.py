"""Everything the gate looks at, gathered for many customers at once from the mirror.

A fresh read of QuickBooks can be passed in; then its invoices count, whatever the mirror says.
"""

from messaging.facts.company import CompanyFacts, Connected, of_company
from messaging.facts.gathering import PLAN, WIRE, Facts, gather
from messaging.facts.invoices import HoldFact, InvoiceFact, StepFact
from messaging.facts.reach import ContactFact

__all__ = [
    "PLAN",
    "WIRE",
    "CompanyFacts",
    "Connected",
    "ContactFact",
    "Facts",
    "HoldFact",
    "InvoiceFact",
    "StepFact",
    "gather",
    "of_company",
]
