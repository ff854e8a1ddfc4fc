"""Who works for a company: inviting, changing roles, removing."""

from datetime import datetime

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.db import transaction
from django.urls import reverse

from arbook import wall
from arbook.audit import log
from arbook.companies.models import Company, Membership, Role, User
from arbook.outbox import outbox


class MemberRefused(Exception):
    """The change cannot be made. The message is fit for the screen."""


@transaction.atomic
def invite(
    company: Company, *, email: str, role: int, by: User | None, now: datetime
) -> Membership:
    """Give a person a role, and tell the person by mail; a new one chooses a password there."""
    with wall.outside():  # a person may work for other companies already
        user = User.objects.filter(email__iexact=email).first()
        if user is None:
            user = User(email=email.lower())
            user.set_unusable_password()
            user.save()
    if not user.is_active:
        raise MemberRefused(f"{user.email} may not sign in any more.")
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
    outbox.enqueue(
        "setup.invite",
        key=f"invite:{membership.pk}",
        company=company,
        payload={"membership": membership.pk, "by": str(by) if by else ""},
        now=now,
    )
    return membership


def put(company: Company, *, email: str, role: int, by: User | None, now: datetime) -> Membership:
    """Invite the person, or give the member this role."""
    known = Membership.objects.filter(company=company, user__email__iexact=email).first()
    if known is None:
        return invite(company, email=email, role=role, by=by, now=now)
    if known.role != role:
        change(known, role=role, by=by, now=now)
    return known


def invitation(membership: Membership, *, by: str) -> tuple[str, str]:
    """Subject and text of the mail to a new member.

    The link that sets a password is made here, when the mail leaves, and is kept nowhere.
    """
    user, company = membership.user, membership.company
    who = f"{by} gave you" if by else "You have been given"
    lines = [f"{who} access to {company.name} in arbook, as {membership.get_role_display()}."]
    if user.has_usable_password():
        lines.append(f"Sign in: {settings.PUBLIC_URL}{company.get_absolute_url()}")
    else:
        with wall.outside():  # a person's sign-in belongs to no company
            key = default_token_generator.make_token(user)
        path = reverse("account_reset_password_from_key", args=[user_pk_to_url_str(user), key])
        forgot = settings.PUBLIC_URL + reverse("account_reset_password")
        days = settings.PASSWORD_RESET_TIMEOUT // 86400
        lines.append(f"Choose your password: {settings.PUBLIC_URL}{path}")
        lines.append(f"This works once, for {days} days. Later, ask for a new link: {forgot}")
    return f"Your access to {company.name}", "\n\n".join(lines)


@transaction.atomic
def change(
    membership: Membership, *, role: int, duty: str | None = None, by: User | None, now: datetime
) -> None:
    """Give a member another role or duty; a company keeps at least one owner."""
    _keep_an_owner(membership, role)
    membership.role = role
    if duty is not None:
        membership.duty = duty
    membership.save(update_fields=["role", "duty"])
    after = f" and looks after {membership.get_duty_display()}" if membership.duty else ""
    log.record(
        "member.changed",
        f"{membership.user.email} is {membership.get_role_display()} now{after}",
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
    owners = Membership.objects.select_for_update(of=("self",)).filter(
        company=membership.company, role=Role.OWNER
    )
    # Read after the lock: two owners may be stepping down at the same moment.
    if role != Role.OWNER and [one.pk for one in owners] == [membership.pk]:
        raise MemberRefused("A company needs an owner; make somebody else owner first.")
