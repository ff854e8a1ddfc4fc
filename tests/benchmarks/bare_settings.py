"""The product's settings without its apps, middleware and URLs, for the bare view."""

from arbook.settings import *  # noqa: F403

MIDDLEWARE = []
ROOT_URLCONF = "tests.benchmarks.bare"
INSTALLED_APPS = []
