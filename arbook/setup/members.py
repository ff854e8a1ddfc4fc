"""Who works for a company: inviting, changing roles, removing."""

from datetime import datetime

from django.db import transaction

from arbook.audit import log
from arbook.companies.models import Company, Membership, Role, User


class MemberRefused(Exception):
    """The change cannot be made. The message is fit for the screen."""


@transaction.atomic
def invite(
    company: Company, *, email: str, role: int, by: User, now: datetime
) -> tuple[Membership, bool]:
    """Give a person a role; returns the membership and whether the person is new to arbook.

    A new person sets a password through "forgot password" with this address.
    """
    user, is_new = User.objects.get_or_create(email=email.lower())
    if is_new:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    if Membership.objects.filter(company=company, user=user).exists():
        raise MemberRefused(f"{user.email} is a member already.")
    membership = Membership.objects.create(company=company, user=user, role=role)
    log.record(
        "member.invited",
        f"{user.email} was invited as {membership.get_role_display()}",
        about=[company, user],
        by=by,
        at=now,
        company=company,
    )
    return membership, is_new


@transaction.atomic
def change(membership: Membership, *, role: int, by: User, now: datetime) -> None:
    """Give a member another role; a company keeps at least one owner."""
    _keep_an_owner(membership, role)
    membership.role = role
    membership.save(update_fields=["role"])
    log.record(
        "member.changed",
        f"{membership.user.email} is {membership.get_role_display()} now",
        about=[membership.company, membership.user],
        by=by,
        at=now,
        company=membership.company,
    )


@transaction.atomic
def remove(membership: Membership, *, by: User, now: datetime) -> None:
    """End a membership; what the person did stays recorded."""
    _keep_an_owner(membership, None)
    log.record(
        "member.removed",
        f"{membership.user.email} was removed",
        about=[membership.company, membership.user],
        by=by,
        at=now,
        company=membership.company,
    )
    membership.delete()


def _keep_an_owner(membership: Membership, role: int | None) -> None:
    owners = Membership.objects.select_for_update().filter(
        company=membership.company, role=Role.OWNER
    )
    if role != Role.OWNER and [one.pk for one in owners] == [membership.pk]:
        raise MemberRefused("A company needs an owner; make somebody else owner first.")
