"""What a carrier's or Twilio's error code means for the number, the channel and the next try.

A table, because meanings are split further every year: a code that is not here fails without an
automatic repeat, and a code that begins with 21 speaks of the number.
"""

from dataclasses import dataclass

from customers.models import Contact

State = Contact.State


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one code asks of us."""

    sentence: str
    contact_state: str = ""
    """The state the contact gets; empty leaves it as it is."""
    withdraws_consent: bool = False
    retries: int = 0
    """How often the same step may be tried again, on the next day each time."""
    blocks_channel: bool = False
    """No text of the whole company leaves until a person has looked."""
    alerts: bool = False


_CONFIG = {"blocks_channel": True, "alerts": True}

MEANINGS = {
    "20003": Meaning("Twilio refused our credentials.", **_CONFIG),
    "21211": Meaning("The number is not a telephone number.", State.INVALID),
    "21408": Meaning("Texts to this country are switched off at Twilio.", alerts=True),
    "21606": Meaning("The sender cannot send texts.", **_CONFIG),
    "21610": Meaning("The recipient told the carrier to stop.", withdraws_consent=True),
    "21611": Meaning("The sender's queue is full.", retries=1),
    "21612": Meaning("No route leads to this number.", State.NOT_TEXTABLE),
    "21614": Meaning("The number is not a mobile number.", State.NOT_TEXTABLE),
    "21617": Meaning("The text was too long."),
    "21659": Meaning("The sender is not ours.", **_CONFIG),
    "21660": Meaning("The sender is not ours.", **_CONFIG),
    "21661": Meaning("The sender cannot send texts.", **_CONFIG),
    "21703": Meaning("The messaging service has no sender.", **_CONFIG),
    "21705": Meaning("The messaging service is not valid.", **_CONFIG),
    "30001": Meaning("The queue overflowed.", retries=2),
    "30002": Meaning("The Twilio account is suspended.", **_CONFIG),
    "30003": Meaning("The phone was off or out of reach.", retries=2),
    "30004": Meaning("The carrier or the recipient blocks our texts.", State.NOT_TEXTABLE),
    "30005": Meaning("The number is not in service.", State.UNREACHABLE),
    "30006": Meaning("A landline, or a carrier that takes no texts.", State.NOT_TEXTABLE),
    "30007": Meaning("The carrier filtered the text as unwanted.", alerts=True),
    "30008": Meaning("The carrier gave no reason.", retries=1),
    "30017": Meaning("The carrier's network was congested.", retries=2),
    "30022": Meaning("More texts than the registration allows at once.", retries=2),
    "30023": Meaning("The day's limit of the registration was reached.", retries=2),
    "30027": Meaning("T-Mobile's daily limit was reached.", retries=2),
    "30032": Meaning("The toll-free number is not verified.", **_CONFIG),
    "30033": Meaning("The campaign is suspended.", **_CONFIG),
    "30034": Meaning("The number is not registered with a campaign.", **_CONFIG),
    "30036": Meaning("It waited past the decent hours and was dropped.", retries=2),
}

# A try with one of these uses up the day's contact: the next one is not before tomorrow.
RETRIED = frozenset(code for code, one in MEANINGS.items() if one.retries)

_NUMBER = Meaning("Twilio does not take this number.", State.NOT_TEXTABLE)
_OTHER = Meaning("It failed, and is not tried again by itself.")

# Twilio's finer codes about the recipient, beside the general ones above.
_RECIPIENT_CODES = {"21217", "21219", "21265", "21266", "21401", "21407", "21421", "21635", "21650"}


def meaning(code: str) -> Meaning:
    """What to do about a code; unknown ones fail without a repeat."""
    code = str(code or "")
    return MEANINGS.get(code) or (_NUMBER if code in _RECIPIENT_CODES else _OTHER)
