"""The WSGI application; in the embedded form it also starts the background threads,
once.
"""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "minshi.settings")
application = get_wsgi_application()

from minshi.celery import start_embedded  # noqa: E402 - needs the settings loaded above

start_embedded()
