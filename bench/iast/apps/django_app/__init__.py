"""The shop as a Django service: `gunicorn django_app.wsgi:application`."""
