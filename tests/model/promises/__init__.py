"""The promises, judged: at the very moment something leaves, and after every step of a story.

Each function is named after what is promised and looks at what is true outside. Of the product's
tables it reads what a message was about, what was stored of what arrived, and the record.
"""

from tests.model.promises.hearing import hear, hear_of_chargebacks, hear_of_merges
from tests.model.promises.keeping import (
    all_is_done,
    every_yes_and_no_is_explained,
    everything_has_a_name,
    nothing_is_lost,
)
from tests.model.promises.leaving import letter_left, text_left
from tests.model.promises.postings import posted_at_most_once, posted_exactly_once
from tests.model.promises.replaying import replays_change_nothing

__all__ = [
    "all_is_done",
    "every_yes_and_no_is_explained",
    "everything_has_a_name",
    "hear",
    "hear_of_chargebacks",
    "hear_of_merges",
    "letter_left",
    "nothing_is_lost",
    "posted_at_most_once",
    "posted_exactly_once",
    "replays_change_nothing",
    "text_left",
]
