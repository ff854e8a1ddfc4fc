"""Who may see and do what: the one decorator every company URL wears."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils import timezone

from arbook import wall
from arbook.companies import second_factor, signin
from arbook.companies.models import Company, Membership, Role, User
from arbook.web.respond import is_fragment

READING = ("GET", "HEAD")
WRITING = ("POST",)


def role_in(user: User, company: Company) -> Role | None:
    """The user's role in the company, None for a stranger."""
    row = Membership.objects.filter(user=user, company=company).values_list("role", flat=True)
    return Role(row[0]) if row else None


def company_view(
    role: Role,
    *,
    writes: Role | None = None,
    fresh: str | Callable | None = None,
    keeps_secrets: bool = False,
):
    """Load the company of the URL for a member with at least ``role``.

    The view is called with the company in place of the slug. Strangers get 404, as if the company
    did not exist; lower roles get 403. ``writes`` asks a higher role of posts. Where a viewer reads
    and no role for writing is named, nothing can be posted: 405, so that no forgotten argument lets
    a viewer act. Methods other than GET, HEAD and POST are not spoken here.

    ``fresh`` asks for the password again when it was given long ago, before posts; it is the
    sentence that says why, or a function of the request that returns it (empty: not this time) and
    then is asked for every method. With ``keeps_secrets`` the form itself is behind that question,
    and what was posted is not kept while the person answers it.

    A member whose role needs a second factor is led to set one up first.
    """
    for_writing = writes or (role if role > Role.VIEWER else None)

    def decorate(view):
        @wraps(view)
        @login_required
        def guarded(request, company_slug, *args, **kwargs):
            membership = (
                Membership.objects.select_related("company")
                .filter(user=request.user, company__slug=company_slug)
                .annotate(has_second_factor=second_factor.is_complete())
                .first()
            )
            if membership is None:
                raise Http404("No such company.")
            company = membership.company
            if request.method not in READING + WRITING:
                return HttpResponseNotAllowed(READING + WRITING)
            needed = role if request.method in READING else for_writing
            if needed is not None and membership.role < needed:
                raise PermissionDenied(f"This needs the role {Role(needed).label}.")
            if needed is None:
                return HttpResponseNotAllowed(READING)
            is_wanted = second_factor.is_wanted(company, membership.role)
            if is_wanted and not membership.has_second_factor:
                return _away(request, "second_factor_needed")
            if why := _must_ask(request, fresh, keeps_secrets):
                return _ask(request, why, keeps_secrets)
            request.company = company
            request.role = Role(membership.role)
            # Every time on a company's screens is told by the clock of its place.
            with wall.inside(company), timezone.override(company.zone):
                return wall.finished(view(request, company, *args, **kwargs))

        guarded.company_role = role
        guarded.company_write_role = for_writing
        guarded.asks_again = fresh is not None
        return guarded

    return decorate


def _must_ask(request, fresh: str | Callable | None, keeps_secrets: bool) -> str:
    """Why the password must be given again now; empty when it need not."""
    if callable(fresh):
        why = fresh(request)
    else:
        why = fresh if keeps_secrets or request.method in WRITING else ""
    return why if why and not signin.is_fresh(request) else ""


def _ask(request, why: str, keeps_secrets: bool) -> HttpResponse:
    if keeps_secrets:
        return signin.ask_again(request, why, back_to=request.get_full_path())
    if request.method in READING:
        return signin.ask_again(request, why, back_to=signin.page_of(request))
    return signin.ask_again(request, why)


def _away(request, name: str) -> HttpResponse:
    answer = redirect(name)
    if not is_fragment(request):
        return answer
    leave = HttpResponse(status=204)
    leave["HX-Redirect"] = answer.url
    return leave
