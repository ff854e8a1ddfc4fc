"""Whether this message is fit: its amount, where a rehearsal goes, its words."""

from customers.models import Channel
from messaging import wording
from messaging.checks.answer import Case, Check, Concern
from messaging.facts import WIRE

LIMIT = Concern("limit", "Under the amount limit", "company")
TEST_ADDRESS = Concern("test_address", "Dry run has a test address", "company")
WORDS = Concern("wording", "The words are fit", "linter")


def limit(case: Case) -> Check:
    """Before it is planned to leave this asks for a person; at the wire it is a plain no."""
    facts = case.facts
    total, most = case.words(case.total), case.words(facts.company.review_above)
    is_over = case.total > facts.company.review_above
    if is_over and not facts.is_approved and not facts.company.is_dry_run:
        answer = LIMIT.stops if facts.stage == WIRE else LIMIT.waits
        return answer(total, f"{total} is over {most}: a person must approve.")
    said = "A person approved it." if is_over else "Within the limit."
    return LIMIT.passes(f"{total} of {most}", said)


def test_address(case: Case) -> Check:
    facts = case.facts.company
    if not facts.is_dry_run:
        return TEST_ADDRESS.skips("not a dry run", "This is no dry run.")
    is_text = case.channel == Channel.SMS
    target = facts.test_phone if is_text else facts.test_email
    if not target:
        kind = "number" if is_text else "e-mail address"
        return TEST_ADDRESS.stops("missing", f"The dry run has no test {kind} to send to.")
    return TEST_ADDRESS.passes(target, f"Everything goes to {target}.")


def words(case: Case) -> Check:
    findings = case.facts.findings
    if findings is None:
        return WORDS.skips("no text yet", "There is no text yet.")
    stops = [one for one in findings if one.severity == wording.STOP]
    if stops:
        value = stops[0].phrase or stops[0].code.replace("_", " ")
        return WORDS.stops(value, stops[0].sentence)
    value = f"{len(findings)} to look at" if findings else "clean"
    return WORDS.passes(value, findings[0].sentence if findings else "Nothing to object to.")
