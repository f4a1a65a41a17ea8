"""A help desk under Flask: tickets, attachments, articles, reports and what it says to its neighbours."""

import logging
import os
import secrets

from flask import Flask

from helpdesk import database, settings
from helpdesk.blueprints import accounts, admin, articles, attachments, directory, exports, integrations, reports, tickets


def create_app():
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    application = Flask(__name__)
    application.secret_key = os.environ.get(settings.SECRET_VARIABLE) or secrets.token_bytes(32)
    application.config["SESSION_COOKIE_SECURE"] = True
    application.config["SESSION_COOKIE_HTTPONLY"] = True
    database.prepare()
    for module in (accounts, admin, articles, attachments, directory, exports, integrations, reports, tickets):
        application.register_blueprint(module.blueprint)
    return application


app = create_app()
app.debug = True


@app.get("/ready")
def ready():
    return {"ready": True}


if __name__ == "__main__":
    app.run(debug=True)
