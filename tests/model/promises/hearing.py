"""What was heard: words, chargebacks and merges count once they are stored as what they are."""

from messaging.models import Message
from reconciliation.models import Chargeback
from tests.model.people import BY_NAME
from tests.model.world import World


def hear(world: World) -> None:
    """Words count once they are stored as what they are: a reply of this person."""
    truth = world.truth
    waiting = [one for one in truth.said if not one.is_heard]
    if not waiting:
        return
    stored = set(
        Message.objects.filter(
            direction=Message.Direction.IN, vendor_id__in=[one.sid for one in waiting]
        ).values_list("vendor_id", flat=True)
    )
    for one in waiting:
        if one.sid in stored:
            one.is_heard, one.heard_at = True, world.now
            world.heard(one)


def hear_of_chargebacks(world: World) -> None:
    """A card dispute counts once Stripe's word of it has been understood."""
    known = (
        set(Chargeback.objects.values_list("dispute_id", flat=True)) - world.truth.disputes_known
    )
    for slug, desk in world.desks.items():
        for dispute in desk.payer.table("dispute").values():
            page = world.page_of(slug, dispute["payment_intent"])
            if dispute["id"] in known and page:
                world.truth.disputes_known.add(dispute["id"])
                world.truth.charged_back.add(page.person.name)


def hear_of_merges(world: World) -> None:
    """Whoever takes over a customer takes over why they are quiet, once the merge is known."""
    for name, into in world.merged.items():
        if name in world.merges_known or not world.is_merged(BY_NAME[name]):
            continue
        world.merges_known.add(name)
        truth = world.truth
        for quiet in (truth.vip, truth.charged_back):
            if name in quiet:
                quiet.add(into)
        if name in truth.paused:
            ends = [truth.paused[one] for one in (name, into) if one in truth.paused]
            truth.paused[into] = None if None in ends else max(ends)
