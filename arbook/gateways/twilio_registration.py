"""The carriers' registration of a company's texting (A2P 10DLC), as Twilio tells it."""

from dataclasses import asdict, dataclass
from typing import Any

VERIFIED = "VERIFIED"


@dataclass(frozen=True, slots=True)
class Brand:
    """The business behind the texts."""

    sid: str
    state: str
    identity: str = ""
    kind: str = ""
    score: int | None = None
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Campaign:
    """What the business texts about; only VERIFIED may send. State ``""``: there is none."""

    state: str
    brand_state: str
    errors: tuple[str, ...]
    sid: str = ""
    use_case: str = ""
    description: str = ""
    message_flow: str = ""
    samples: tuple[str, ...] = ()
    has_links: bool | None = None
    brand: Brand | None = None
    numbers: tuple[str, ...] | None = None
    """The numbers texts leave from; None when Twilio does not list them."""

    @property
    def is_verified(self) -> bool:
        return self.state == VERIFIED

    def as_json(self) -> dict[str, Any]:
        """As it is kept beside the connection."""
        kept = asdict(self)
        kept["brand"], kept["of_brand"] = self.brand_state, kept["brand"]
        del kept["brand_state"]
        return kept


def campaign(found: Any, brand: Any, numbers: list[str] | None) -> Campaign:
    """Out of the SDK's own objects, any of which may be missing."""
    mine = _brand(brand)
    kept = None if numbers is None else tuple(numbers)
    if found is None:
        return Campaign("", mine.state if mine else "", (), brand=mine, numbers=kept)
    errors = [_error(one) for one in found.errors or []]
    return Campaign(
        state=str(found.campaign_status or ""),
        brand_state=mine.state if mine else "",
        errors=(*errors, *(mine.errors if mine else ())),
        sid=str(found.sid or ""),
        use_case=str(found.us_app_to_person_usecase or ""),
        description=str(found.description or ""),
        message_flow=str(found.message_flow or ""),
        samples=tuple(str(one) for one in found.message_samples or []),
        has_links=found.has_embedded_links,
        brand=mine,
        numbers=kept,
    )


def _brand(found: Any) -> Brand | None:
    if found is None:
        return None
    return Brand(
        sid=str(found.sid or ""),
        state=str(found.status or ""),
        identity=str(found.identity_status or ""),
        kind=str(found.brand_type or ""),
        score=found.brand_score,
        errors=tuple(_error(one) for one in found.errors or []),
    )


def _error(error: Any) -> str:
    if not isinstance(error, dict):
        return str(error)[:300]
    parts = (error.get("error_code"), error.get("description") or error.get("fields"))
    return " ".join(str(part) for part in parts if part)[:300]
