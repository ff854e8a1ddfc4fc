"""Sessions outlive a change of SECRET_KEY, whatever becomes of the first answer after it.

Django gives a session that only an earlier key vouches for a new name, and ends the old one at
once. A browser that asked twice at the same moment, or never got the answer with the new name, is
signed out by that. Here the session keeps its name and is vouched for anew.
"""

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.utils.crypto import constant_time_compare


class KeptThroughKeyChanges:
    """Middleware between the session and the person who is read from it.

    Costs one question a request, and that only while SECRET_KEY_FALLBACKS is set.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if settings.SECRET_KEY_FALLBACKS and HASH_SESSION_KEY in request.session:
            _vouch_anew(request.session)
        return self.get_response(request)


def _vouch_anew(session) -> None:
    user = get_user_model().objects.filter(pk=session.get(SESSION_KEY)).first()
    if user is None:
        return
    said, now = session[HASH_SESSION_KEY], user.get_session_auth_hash()
    if constant_time_compare(said, now):
        return
    if any(constant_time_compare(said, old) for old in user.get_session_auth_fallback_hash()):
        session[HASH_SESSION_KEY] = now
