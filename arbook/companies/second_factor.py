"""The second factor: who must have one, whether it is complete, and its secrets at rest."""

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Q

from arbook.companies.models import Company, CompanyQuerySet, Membership, Role, User
from arbook.encryption import seal, unseal

# Who can send money's words and open doors; the others only when they like.
FROM = Role.MANAGER
SEALED = "gAAAA"


class Sealed(DefaultMFAAdapter):
    """allauth keeps secrets through these two; ours are encrypted like vendors' credentials."""

    def encrypt(self, text: str) -> str:
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        # What was stored before secrets were sealed stays readable until it is replaced.
        return unseal(encrypted_text) if encrypted_text.startswith(SEALED) else encrypted_text


def is_complete() -> Q:
    """Of memberships: the person has an app set up and has kept the recovery codes."""
    app = Authenticator.objects.filter(user=OuterRef("user"), type=Authenticator.Type.TOTP)
    return Q(Exists(app)) & Q(user__recovery_codes_saved_at__isnull=False)


def has(user: User) -> bool:
    """The same of one person."""
    apps = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP)
    return user.recovery_codes_saved_at is not None and apps.exists()


def is_wanted(company: Company, role: int) -> bool:
    """Whether somebody of this role needs one to act there."""
    return company.second_factor_required and role >= FROM


def open_to(user: User) -> CompanyQuerySet:
    """The companies of this person that no missing second factor keeps closed."""
    closed = Q(role__gte=FROM, company__second_factor_required=True) & ~is_complete()
    theirs = Membership.objects.filter(user=user).exclude(closed)
    return Company.objects.filter(pk__in=theirs.values("company"))


def missing_for(user: User) -> list[Company]:
    """The companies where this person cannot act before the second factor is complete."""
    rows = (
        Membership.objects.select_related("company")
        .filter(user=user, role__gte=FROM, company__second_factor_required=True)
        .exclude(is_complete())
    )
    return [row.company for row in rows]
