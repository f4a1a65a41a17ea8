import os

from shoplib import postgres, seed

seed.prepare()
postgres.prepare()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "django_app.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
