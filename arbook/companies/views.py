"""A person's own sign-in: the second factor that a company wants, recovery codes, sessions."""

from allauth.account.views import EmailView
from allauth.mfa.models import Authenticator
from allauth.usersessions.internal.flows.sessions import end_sessions
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from arbook import clock
from arbook.companies import second_factor


@require_safe
@login_required
def second_factor_needed(request):
    """Why a company stays closed, and the next step: an app, then the recovery codes."""
    companies = second_factor.missing_for(request.user)
    if not companies:
        return redirect("home")
    has_app = Authenticator.objects.filter(user=request.user, type=Authenticator.Type.TOTP).exists()
    return render(
        request,
        "account/second_factor_needed.html",
        {"asking": companies, "has_app": has_app},
    )


@login_required
@require_POST
def recovery_codes_saved(request):
    """The person says that the codes are kept somewhere else than on the telephone."""
    if not Authenticator.objects.filter(
        user=request.user, type=Authenticator.Type.RECOVERY_CODES
    ).exists():
        return redirect("mfa_index")
    # Real time: what a person said about a thing outside.
    request.user.recovery_codes_saved_at = clock.system()
    request.user.save(update_fields=["recovery_codes_saved_at"])
    messages.success(request, "Your second factor is complete.")
    return redirect("home")


class Addresses(EmailView):
    """A person's addresses; only one that was proved to be theirs takes the place of the first.

    Invitations go by the address: whoever could take somebody else's would get their companies.
    """

    def _action_primary(self, request, *args, **kwargs):
        address = self._get_email_address(request)
        if address and not address.verified and not address.primary:
            messages.error(request, "Please open the link that was mailed to that address first.")
            return None
        return super()._action_primary(request, *args, **kwargs)


@login_required
@require_POST
def end_session(request, session_id):
    """Sign out one browser; what it shows next is the sign-in page."""
    row = get_object_or_404(UserSession, pk=session_id, user=request.user)
    is_own = row.is_current()
    end_sessions(request, [row])
    if is_own:
        return redirect("account_login")
    messages.success(request, "That browser is signed out.")
    return redirect("usersessions_list")
