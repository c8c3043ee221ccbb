"""The WSGI application; in the embedded form it also starts the background threads,
once.
"""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from minshi.calls import WithRoom
from minshi.content_type import ReadableContentType

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "minshi.settings")
application = WithRoom(ReadableContentType(get_wsgi_application()))

from minshi.celery import start_embedded  # noqa: E402 - needs the settings loaded above

# Every view, now and not with the first page: workers forked from here share them.
get_resolver().url_patterns  # noqa: B018 - a cached property: reading it imports them
start_embedded()
