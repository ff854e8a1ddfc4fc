"""Who may see and do what: the one decorator every company URL wears."""

from functools import wraps

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone

from arbook.companies.models import Company, Membership, Role, User


def role_in(user: User, company: Company) -> Role | None:
    """The user's role in the company, None for a stranger."""
    row = Membership.objects.filter(user=user, company=company).values_list("role", flat=True)
    return Role(row[0]) if row else None


def company_view(role: Role, *, writes: Role | None = None):
    """Load the company of the URL for a member with at least ``role``.

    The view is called with the company in place of the slug. Strangers get 404, as if the company
    did not exist; lower roles get 403. ``writes`` asks a higher role of every unsafe method;
    without it an unsafe method needs at least a bookkeeper, so that no forgotten argument lets a
    viewer act.
    """
    for_writing = max(role, writes or Role.BOOKKEEPER)

    def decorate(view):
        @wraps(view)
        @login_required
        def guarded(request, company_slug, *args, **kwargs):
            membership = (
                Membership.objects.select_related("company")
                .filter(user=request.user, company__slug=company_slug)
                .first()
            )
            if membership is None:
                raise Http404("No such company.")
            needed = role if request.method in ("GET", "HEAD", "OPTIONS") else for_writing
            if membership.role < needed:
                raise PermissionDenied(f"This needs the role {Role(needed).label}.")
            request.company = membership.company
            request.role = Role(membership.role)
            # Every time on a company's screens is told by the clock of its place.
            with timezone.override(membership.company.zone):
                return view(request, membership.company, *args, **kwargs)

        guarded.company_role = role
        guarded.company_write_role = for_writing
        return guarded

    return decorate
