"""The shop as a Flask service: `gunicorn flask_app:app`."""

import importlib
import logging
import pkgutil

from flask import Flask
from shoplib import config, postgres, seed

app = Flask(__name__)
app.secret_key = config.SESSION_KEY
app.config.update(SESSION_COOKIE_SECURE=True, SESSION_COOKIE_SAMESITE="Lax")

seed.prepare()
postgres.prepare()
logging.basicConfig(filename="app.log", level=logging.INFO, format="%(levelname)s %(message)s")


@app.get("/ready")
def ready():
    return {"ready": True}


for _found in pkgutil.iter_modules(__path__):
    _module = importlib.import_module(f"{__name__}.{_found.name}")
    if hasattr(_module, "bp"):
        app.register_blueprint(_module.bp)
