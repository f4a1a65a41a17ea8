"""The shop as a FastAPI service: `uvicorn fastapi_app:app`."""

import importlib
import logging
import pkgutil

from fastapi import FastAPI
from shoplib import config, postgres, seed
from starlette.middleware.sessions import SessionMiddleware

app = FastAPI()
app.add_middleware(SessionMiddleware, secret_key=config.SESSION_KEY, https_only=True)

seed.prepare()
postgres.prepare()
logging.basicConfig(filename="app.log", level=logging.INFO, format="%(levelname)s %(message)s")


@app.get("/ready")
def ready():
    return {"ready": True}


for _found in pkgutil.iter_modules(__path__):
    _module = importlib.import_module(f"{__name__}.{_found.name}")
    if hasattr(_module, "router"):
        app.include_router(_module.router)
