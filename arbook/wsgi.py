"""The WSGI entry point."""

import gc
import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "arbook.settings")

application = get_wsgi_application()
# Every page's code now rather than in somebody's first request. It stays for good, so the garbage
# collector need not walk through it again and again while a vendor waits for an answer.
import_module(settings.ROOT_URLCONF)
gc.collect()
gc.freeze()
