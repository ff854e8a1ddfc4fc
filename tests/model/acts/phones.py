"""What customers do on their phones."""

from hypothesis import strategies as st

from tests.model.drawing import WHO, one_of
from tests.model.people import WORDS, Person
from tests.model.story import Story
from tests.model.truth import Said

ON_THEIR_PHONES = one_of(
    writes={"person": WHO, "words": st.sampled_from(list(WORDS))},
    phone_fares={
        "person": WHO,
        "fate": st.sampled_from(("delivered", "delivered", "30003", "30005", "30007")),
    },
)


class OnTheirPhones(Story):
    """They write, and texts to them fare well or badly."""

    def writes(self, person: Person, words: str) -> None:
        with self.does(f"{person.name} texts {person.company}: {words!r}"):
            number = self.world.desks[person.company].carrier.service.numbers[0]
            text = self.world.sandbox.phone(person.mobile).reply(words, to=number)
            self.truth.said.append(Said(person, words, WORDS[words], text.sid, self.world.now))

    def phone_fares(self, person: Person, fate: str) -> None:
        with self.does(f"texts to {person.name} end as {fate}"):
            self.world.sandbox.phone(person.mobile).data.fate = fate
