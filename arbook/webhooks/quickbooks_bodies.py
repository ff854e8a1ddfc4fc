"""The two shapes of a QuickBooks notification, read into one."""

import hashlib
import json
from dataclasses import dataclass

# The newer shape says what happened in the past tense, the older one in the imperative.
VERBS = {
    "create": "created",
    "update": "updated",
    "delete": "deleted",
    "merge": "merged",
    "void": "voided",
    "emailed": "emailed",
}


@dataclass(frozen=True)
class Item:
    """One change of one document in one company's books."""

    realm: str
    external_id: str
    kind: str  # "invoice.updated"
    content: dict  # {"entity", "id", "verb", "at", "raw"}


def read(body: bytes) -> tuple[list[Item], str]:
    """The items of a notification, and what was wrong with the rest in words (or '')."""
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError) as error:
        return [], f"Not JSON: {error}"
    if isinstance(parsed, dict) and "eventNotifications" in parsed:
        raws = list(_legacy(parsed))
    elif isinstance(parsed, dict):
        raws = [_cloud(parsed)]
    elif isinstance(parsed, list):
        raws = [_cloud(one) for one in parsed]
    else:
        return [], "Neither a notification nor a list of events."
    items = [one for one in raws if one]
    return items, "" if len(items) == len(raws) else "Some items could not be read."


def _legacy(parsed: dict):
    notes = parsed["eventNotifications"]
    for note in notes if isinstance(notes, list) else [None]:
        try:
            realm = str(note["realmId"])
            entities = note["dataChangeEvent"]["entities"]
            for entity in entities:
                verb = str(entity["operation"]).lower()
                yield _item(
                    realm,
                    "",
                    str(entity["name"]).lower(),
                    str(entity["id"]),
                    VERBS.get(verb, verb),
                    str(entity.get("lastUpdated", "")),
                    entity,
                )
        except (KeyError, TypeError, AttributeError, RecursionError):
            yield None


def _cloud(event) -> Item | None:
    try:
        _, entity, verb, *_ = str(event["type"]).lower().split(".")
        return _item(
            str(event["intuitaccountid"]),
            str(event.get("id") or ""),
            entity,
            str(event["intuitentityid"]),
            verb,
            str(event.get("time", "")),
            event,
        )
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        return None


def _item(realm, external_id, entity, entity_id, verb, at, raw) -> Item:
    if not external_id:
        said = "|".join((realm, entity, entity_id, verb, at))
        external_id = (
            "legacy:" + hashlib.sha256(said.encode("utf-8", "backslashreplace")).hexdigest()
        )
    content = {"entity": entity, "id": entity_id, "verb": verb, "at": at, "raw": raw}
    return Item(realm, external_id, f"{entity}.{verb}", content)
