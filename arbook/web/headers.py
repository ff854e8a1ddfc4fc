"""What every answer tells the browser, whoever made it: pages, files, errors, other packages."""

from csp.constants import NONE
from django.conf import settings
from django.utils.cache import add_never_cache_headers, patch_cache_control

# Nothing here needs a device, a sensor or an advertisement's view of the visitor.
PERMISSIONS = ", ".join(
    f"{name}=()"
    for name in (
        *("accelerometer", "autoplay", "browsing-topics", "camera", "display-capture"),
        *("encrypted-media", "fullscreen", "geolocation", "gyroscope", "hid", "idle-detection"),
        *("magnetometer", "microphone", "midi", "payment", "picture-in-picture"),
        *("publickey-credentials-get", "screen-wake-lock", "serial", "usb", "web-share"),
        "xr-spatial-tracking",
    )
)
# For what carries no policy of its own: an error made before the page, a file.
CLOSED = f"default-src {NONE}; frame-ancestors {NONE}; base-uri {NONE}; form-action {NONE}"
FILE = f"{CLOSED}; sandbox"
PUBLIC = ("/pay/", "/stop/")


class Headers:
    """Outermost but for vendors' posts; sets what is missing and leaves what a view decided."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        answer = self.get_response(request)
        headers = answer.headers
        is_static = request.path_info.startswith(f"/{settings.STATIC_URL.strip('/')}/")
        if "attachment" in headers.get("Content-Disposition", ""):
            headers["Content-Security-Policy"] = FILE
        elif not is_static:
            headers.setdefault("Content-Security-Policy", CLOSED)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("X-Frame-Options", "DENY")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", PERMISSIONS)
        headers.setdefault("X-Robots-Tag", "noindex, nofollow")
        if request.path_info.startswith(PUBLIC):
            # The address is the proof: it must not travel to wherever a link on the page leads.
            headers["Referrer-Policy"] = "no-referrer"
        else:
            headers.setdefault("Referrer-Policy", "same-origin")
        if not is_static:
            _keep_nothing(request, answer)
        return answer


def _keep_nothing(request, answer) -> None:
    """Pages hold people and their debts: no cache, of a proxy or of a shared browser, keeps one."""
    if not answer.has_header("Cache-Control"):
        add_never_cache_headers(answer)
    patch_cache_control(answer, private=True, no_store=True)
