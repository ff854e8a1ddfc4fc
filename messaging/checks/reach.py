"""Whether they can be reached now: a usable contact, its consent, a working channel, the hour."""

from zoneinfo import ZoneInfo

from customers.models import Channel
from invoices.models import CadenceStep
from messaging import quiet_hours
from messaging.checks.answer import Case, Check, Concern, capital, shown
from messaging.facts import WIRE, Facts

CONTACT = Concern("contact", "Can be reached", "contacts")
CONSENT = Concern("consent", "Allows it", "consent ledger")
MAIL_WORKS = Concern("channel", "The channel works", "connections")
TEXTS_WORK = Concern("channel", "The channel works", "Twilio")
TEXT_HOURS = Concern("hours", "A decent hour", "text hours by state")
MAIL_HOURS = Concern("hours", "A decent hour", "mail hours")


def contact(case: Case) -> Check:
    """Chooses the channel: the step's own, or mail where the step allows it."""
    step, facts = case.step, case.facts
    wants = Channel.SMS if step and step.action == CadenceStep.Action.SMS else Channel.EMAIL
    case.channel = wants
    if wants == Channel.SMS and step.falls_back_to_mail:
        trouble = _no_text(facts)
        if trouble and facts.email:
            case.channel, case.fell_back = Channel.EMAIL, trouble
    who = case.contact
    if who is None:
        kind = "mobile number" if case.channel == Channel.SMS else "e-mail address"
        detail = facts.unusable.get(case.channel)
        said = f"{facts.name} has no usable {kind}{f' ({detail})' if detail else ''}."
        return CONTACT.stops(detail or "none", said)
    if case.fell_back:
        said = f"By mail instead of text: {case.fell_back}."
        return CONTACT.passes(f"mail: {case.fell_back}", said)
    return CONTACT.passes(shown(who), f"Reached at {shown(who)}.")


def consent(case: Case) -> Check:
    who = case.contact
    if who is None:
        return CONSENT.moot()
    is_text = case.channel == Channel.SMS
    if who.consent == "withdrawn":
        return CONSENT.stops("withdrawn", f"{shown(who)}: {who.said}")
    if is_text and who.consent != "given":
        return CONSENT.stops("unknown", f"Nobody recorded that {shown(who)} allows texts.")
    return CONSENT.passes("given" if is_text else "not withdrawn", who.said or "Not withdrawn.")


def channel(case: Case) -> Check:
    if case.channel == Channel.EMAIL:
        return MAIL_WORKS.passes("e-mail", "Mail needs no registration.")
    texts = case.facts.company.texts
    if not texts.is_usable:
        return TEXTS_WORK.stops(texts.said, f"Texts cannot leave: {texts.said}.", texts.read_at)
    return TEXTS_WORK.passes(texts.said, "Texts may leave.", texts.read_at)


def hours(case: Case) -> Check:
    """Before it is planned to leave a closed hour only delays it; at the wire it is a no."""
    facts = case.facts
    is_text = case.channel == Channel.SMS
    concern = TEXT_HOURS if is_text else MAIL_HOURS
    place = facts.place if is_text else facts.mail_place
    policy = quiet_hours.policy_of(facts.company, case.channel)
    moment = quiet_hours.next_moment(facts.now, place, policy)
    said = f"{capital(moment.sentence)}."
    if moment.at is None:
        return concern.stops("no decent hour", said)
    if moment.at <= facts.now:
        return concern.passes("now", said)
    local = moment.at.astimezone(ZoneInfo(moment.zone))
    value = f"{local:%a} {local:%H:%M} {place.label_of(moment.zone)}"
    answer = concern.stops if facts.stage == WIRE else concern.waits
    return answer(value, said, until=moment.at)


def _no_text(facts: Facts) -> str:
    """Why a text cannot leave by itself, or nothing."""
    if facts.sms is None:
        return facts.unusable.get(Channel.SMS) or "no mobile number"
    if facts.sms.consent == "withdrawn":
        return f"{shown(facts.sms)} opted out"
    if facts.sms.consent != "given":
        return f"no consent for {shown(facts.sms)}"
    if not facts.company.texts.is_usable:
        return facts.company.texts.said
    return ""
