"""One settings file, driven by the environment, safe by default.

``docs/configuration.md`` explains every variable. In development (the default) the vendors are the
sandbox on loopback and the clock can be moved; ``ARBOOK_ENV=production`` takes nothing for granted
and fails at start when something is missing.
"""

import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

import environ
from cryptography.fernet import Fernet
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from arbook import reports

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent

ENVIRONMENT = env.str("ARBOOK_ENV", default="development")
if ENVIRONMENT not in ("development", "production"):
    raise ImproperlyConfigured("ARBOOK_ENV is either development or production.")
DEVELOPMENT = ENVIRONMENT == "development"
DEBUG = env.bool("DEBUG", default=False)
DATA_DIR = Path(env.str("ARBOOK_DATA", default=str(BASE_DIR / ".data"))).resolve()


def _required(name: str) -> str:
    value = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(f"{name} must be set in production; see docs/configuration.md.")
    return value


def _kept(name: str, make) -> str:
    """A development secret that survives restarts: made once, kept in the data folder."""
    path = DATA_DIR / "secrets" / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(make())
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass  # another process was first; its value is the one everybody reads
        finally:
            fresh.unlink()
    return path.read_text().strip()


if DEVELOPMENT:
    SECRET_KEY = env.str("SECRET_KEY", default="") or _kept("secret_key", secrets.token_urlsafe)
    CREDENTIAL_KEYS = env.list("CREDENTIAL_KEYS", default=[]) or [
        _kept("credential_key", lambda: Fernet.generate_key().decode())
    ]
else:
    SECRET_KEY = _required("SECRET_KEY")
    CREDENTIAL_KEYS = [key.strip() for key in _required("CREDENTIAL_KEYS").split(",")]
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
for _key in CREDENTIAL_KEYS:
    try:
        Fernet(_key)
    except ValueError as error:
        raise ImproperlyConfigured(
            "CREDENTIAL_KEYS holds a value that is not a Fernet key (32 bytes, url-safe base64)."
        ) from error

PORT = env.int("PORT", default=8000)
PUBLIC_URL = (
    env.str("PUBLIC_URL", default=f"http://127.0.0.1:{PORT}")
    if DEVELOPMENT
    else _required("PUBLIC_URL")
).rstrip("/")
_public = urlsplit(PUBLIC_URL)
if _public.scheme not in ("http", "https") or not _public.hostname:
    raise ImproperlyConfigured("PUBLIC_URL is an address such as https://desk.example.com.")
if _public.path or _public.query or _public.fragment:
    raise ImproperlyConfigured(
        "PUBLIC_URL names a host and no path: arbook needs a host of its own."
    )
ALLOWED_HOSTS = (
    env.list(
        "ALLOWED_HOSTS",
        default=["127.0.0.1", "localhost", "[::1]", "testserver", _public.hostname],
    )
    if DEVELOPMENT
    else [host.strip() for host in _required("ALLOWED_HOSTS").split(",")]
)
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
_HTTPS = PUBLIC_URL.startswith("https://")

# --- Vendors -------------------------------------------------------------------------------------

SANDBOX_PORT = env.int("SANDBOX_PORT", default=PORT + 10)
SANDBOX_SMTP_PORT = env.int("SANDBOX_SMTP_PORT", default=PORT + 25)
SANDBOX_URL = f"http://127.0.0.1:{SANDBOX_PORT}"


def _vendor(name: str, sandbox: str, vendor: str | None) -> str | None:
    return (env.str(name, default="") or (sandbox if DEVELOPMENT else vendor) or "").rstrip("/")


QUICKBOOKS_API_URL = _vendor(
    "QUICKBOOKS_API_URL", f"{SANDBOX_URL}/quickbooks", "https://quickbooks.api.intuit.com"
)
QUICKBOOKS_OAUTH_URL = _vendor(
    "QUICKBOOKS_OAUTH_URL", f"{SANDBOX_URL}/quickbooks", "https://developer.api.intuit.com"
)


def _of_intuit(name: str, sandbox: str) -> str:
    return env.str(name, default=sandbox) if DEVELOPMENT else _required(name)


QUICKBOOKS_CLIENT_ID = _of_intuit("QUICKBOOKS_CLIENT_ID", "sandbox")
QUICKBOOKS_CLIENT_SECRET = _of_intuit("QUICKBOOKS_CLIENT_SECRET", "sandbox-secret")
QUICKBOOKS_WEBHOOK_TOKEN = _of_intuit("QUICKBOOKS_WEBHOOK_TOKEN", "sandbox-verifier")
# Empty means the SDK's own hosts.
STRIPE_API_URL = _vendor("STRIPE_API_URL", f"{SANDBOX_URL}/stripe", None)
TWILIO_API_URL = _vendor("TWILIO_API_URL", f"{SANDBOX_URL}/twilio", None)
SLACK_API_URL = _vendor("SLACK_API_URL", f"{SANDBOX_URL}/slack/api", "https://slack.com/api")
VENDOR_TIMEOUT = env.float("VENDOR_TIMEOUT", default=15.0)
# What Intuit allows for one company's books.
QUICKBOOKS_PER_SECOND = env.int("QUICKBOOKS_PER_SECOND", default=10)
QUICKBOOKS_PER_MINUTE = env.int("QUICKBOOKS_PER_MINUTE", default=500)
if not (QUICKBOOKS_PER_SECOND > 0 and QUICKBOOKS_PER_MINUTE > 0):
    raise ImproperlyConfigured("QUICKBOOKS_PER_SECOND and QUICKBOOKS_PER_MINUTE are above zero.")
# Seconds between two writings of what each process measured of its vendor calls.
MEASURES_EVERY = 10.0

EMAIL_URL = env.str(
    "EMAIL_URL", default=f"smtp://127.0.0.1:{SANDBOX_SMTP_PORT}" if DEVELOPMENT else ""
)
if not EMAIL_URL:
    raise ImproperlyConfigured("EMAIL_URL must be set in production, for example smtp://host:25.")
if not EMAIL_URL.startswith("smtp"):
    raise ImproperlyConfigured("EMAIL_URL is smtp://, smtp+tls:// or smtp+ssl://, host and port.")
_mail = env.email_url_config(EMAIL_URL)
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = _mail["EMAIL_HOST"]
EMAIL_PORT = _mail["EMAIL_PORT"] or 25
EMAIL_HOST_USER = _mail["EMAIL_HOST_USER"] or ""
EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS = bool(_mail.get("EMAIL_USE_TLS"))
EMAIL_USE_SSL = bool(_mail.get("EMAIL_USE_SSL"))
EMAIL_TIMEOUT = VENDOR_TIMEOUT
DEFAULT_FROM_EMAIL = (
    env.str("DEFAULT_FROM_EMAIL", default="arbook <desk@arbook.example>")
    if DEVELOPMENT
    else _required("DEFAULT_FROM_EMAIL")
)

# Answers by mail: the domain whose letters are handed to us, and the proofs of who hands them in.
MAIL_DOMAIN = env.str("MAIL_DOMAIN", default="reply.arbook.example" if DEVELOPMENT else "").lower()
POSTMARK_WEBHOOK_SECRET = env.str(
    "POSTMARK_WEBHOOK_SECRET", default="sandbox:postmark" if DEVELOPMENT else ""
)
MAILGUN_SIGNING_KEY = env.str(
    "MAILGUN_SIGNING_KEY", default="sandbox-mailgun" if DEVELOPMENT else ""
)
MAILERSEND_INBOUND_SECRET = env.str(
    "MAILERSEND_INBOUND_SECRET", default="sandbox-mailersend" if DEVELOPMENT else ""
)
MAILERSEND_SIGNING_SECRET = env.str(
    "MAILERSEND_SIGNING_SECRET", default="sandbox-mailersend" if DEVELOPMENT else ""
)
MAIL_IN_SECRET = env.str("MAIL_IN_SECRET", default="sandbox-raw-mail" if DEVELOPMENT else "")
# A mailbox to read: imaps://user:password@host/INBOX; several are separated by spaces.
IMAP_URL = env.str("IMAP_URL", default="")

# --- Clock ---------------------------------------------------------------------------------------

CLOCK_MOVABLE = env.bool("CLOCK_MOVABLE", default=DEVELOPMENT)
CLOCK = "arbook.sandbox.clock.now" if CLOCK_MOVABLE else "arbook.clock.system"

# --- Django --------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "django_tables2",
    "django_q",
    "heroicons",
    "csp",
    "arbook.web",
    "arbook.wall",
    "arbook.companies",
    "arbook.audit",
    "arbook.gateways",
    "arbook.outbox",
    "arbook.webhooks",
    "arbook.heartbeat",
    "arbook.alerts",
    "customers",
    "invoices",
    "reconciliation",
    "messaging",
    "arbook.dashboard",
    "arbook.setup",
    "arbook.system",
    "arbook.operations",
]

MIDDLEWARE = [
    "arbook.webhooks.doorway.VendorsFirst",
    "arbook.logs.NameRequests",
    "arbook.web.headers.Headers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "arbook.companies.sessions.KeptThroughKeyChanges",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "arbook.urls"
WSGI_APPLICATION = "arbook.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "arbook.companies.context.frame",
            ],
        },
    }
]


def _database() -> dict:
    url = env.str("DATABASE_URL", default="")
    if not url:
        if not DEVELOPMENT:
            _required("DATABASE_URL")
        from arbook import embedded

        url = embedded.database_url()
    config = env.db_url_config(url)
    if config["ENGINE"] != "django.db.backends.postgresql":
        raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL server.")
    # Closing after every request costs eight times the request itself; the check survives restarts.
    config.setdefault("CONN_MAX_AGE", 60)
    config["CONN_HEALTH_CHECKS"] = True
    config.setdefault("OPTIONS", {}).setdefault("connect_timeout", 10)
    return config


DATABASES = {"default": _database()}

REDIS_URL = env.str("REDIS_URL", default="")
# Limits are counted by all processes together.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "arbook.web.shared_cache.SharedCache"}
}

AUTH_USER_MODEL = "companies.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_ADAPTER = "arbook.setup.front_door.FrontDoor"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# A stranger's address gets no mail from us; the page says the same to everybody.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
# Passwords are counted in arbook/companies/lockout.py; what is named here are the digits of the
# second factor, for each person, so that they cannot be tried through.
ACCOUNT_RATE_LIMITS = {"login_failed": "20/m/ip,5/5m/key,50/d/key"}
# Connecting vendors, exporting and changing members ask for the password again after this time.
# So does changing one's own address: a new password could be asked for there.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = env.int("REAUTHENTICATE_MINUTES", default=15) * 60
USERSESSIONS_ADAPTER = "arbook.setup.front_door.Sessions"
MFA_ADAPTER = "arbook.companies.second_factor.Sealed"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "arbook"
# An owner vouched for the address; allauth would keep the second factor from most people.
MFA_ALLOW_UNVERIFIED_EMAIL = True
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(DATA_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEVELOPMENT
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEVELOPMENT

# --- Security ------------------------------------------------------------------------------------

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 14 * 24 * 3600
SECURE_SSL_REDIRECT = _HTTPS and env.bool("SSL_REDIRECT", default=True)
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_TLS_PROXY", default=False) else None
)
# How many proxies in front add to X-Forwarded-For; limits and sessions take what came before them.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=1 if SECURE_PROXY_SSL_HEADER else 0)
# Pages without a sign-in: so often from one address, so often with one link.
PUBLIC_LIMIT_ADDRESS = env.str("PUBLIC_LIMIT_ADDRESS", default="120/5m")
PUBLIC_LIMIT_LINK = env.str("PUBLIC_LIMIT_LINK", default="60/5m")
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"


def _form_targets() -> list[str]:
    urls = [STRIPE_API_URL, QUICKBOOKS_OAUTH_URL, "https://appcenter.intuit.com/"]
    origins = ["/".join(url.split("/")[:3]) for url in urls if url]
    return sorted({*origins, "https://*.stripe.com"})


CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        # A form that we answer with a redirect (pay, connect) must also name where it leads.
        "form-action": [SELF, *_form_targets()],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# --- Heartbeat -----------------------------------------------------------------------------------

# The queue only says "beat"; what is due, and every intent, lives in our own tables. A task that
# Redis loses, or that is delivered twice, changes nothing.
Q_CLUSTER = {
    "name": "arbook",
    **({"redis": REDIS_URL} if REDIS_URL else {"orm": "default"}),
    "workers": 2,
    "queue_limit": 2,
    "bulk": 1,
    # Jobs hold a lease of their own; this only ends what hangs for ever.
    "timeout": 3 * 3600,
    "retry": 4 * 3600,
    "ack_failures": True,
    "max_attempts": 1,
    "save_limit": 100,
    "catch_up": False,
    "poll": 0.2,
    "guard_cycle": 0.5,
    "label": "Heartbeat",
}
# Threads that wait for vendors at the same time in one drain.
OUTBOX_THREADS = env.int("OUTBOX_THREADS", default=8)

# --- What operators read -------------------------------------------------------------------------

LOG_FORMAT = env.str("LOG_FORMAT", default="plain" if DEVELOPMENT else "json")
if LOG_FORMAT not in ("plain", "json"):
    raise ImproperlyConfigured("LOG_FORMAT is either plain or json.")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"context": {"()": "arbook.logs.Context"}},
    "formatters": {
        "plain": {
            "()": "arbook.logs.Plain",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        },
        "json": {"()": "arbook.logs.Json"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": LOG_FORMAT,
            "filters": ["context"],
        }
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        # These print whole requests, credentials included, when asked for detail.
        "urllib3": {"level": "WARNING"},
        "stripe": {"level": "WARNING"},
        "twilio": {"level": "WARNING"},
        "twilio.http_client": {"level": "WARNING"},
        "requests_oauthlib": {"level": "WARNING"},
        "oauthlib": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
    },
}
# Whoever holds it may read /metrics; without one that page exists in development only.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
reports.begin(env.str("SENTRY_DSN", default=""), environment=ENVIRONMENT)

DJANGO_TABLES2_TEMPLATE = "components/table.html"
