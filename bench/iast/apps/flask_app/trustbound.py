"""What the session remembers, and who says so."""

from flask import Blueprint, current_app, jsonify, request, session
from flask.views import MethodView
from itsdangerous import URLSafeSerializer
from shoplib.text import unbase64

bp = Blueprint("trustbound", __name__, url_prefix="/trustbound")
ROLES = {"mila": "editor", "otto": "viewer"}


@bp.post("/trustbound-f01")
def sign_in():
    session["role"] = request.form["role"]
    return jsonify(dict(session))


@bp.post("/trustbound-f02")
def sign_in_looked_up():
    session["role"] = ROLES.get(request.form["user"], "viewer")
    return jsonify(dict(session))


class Tenant(MethodView):
    def get(self):
        tenant = unbase64(request.headers["X-Tenant"]).lower()
        session.update({"tenant": tenant})
        return jsonify(dict(session))


class TenantListed(MethodView):
    def get(self):
        tenant = unbase64(request.headers["X-Tenant"]).lower()
        if tenant not in ("north shop", "south shop"):
            return jsonify(error="no such tenant"), 400
        session.update({"tenant": tenant})
        return jsonify(dict(session))


bp.add_url_rule("/trustbound-f03", view_func=Tenant.as_view("tenant"))
bp.add_url_rule("/trustbound-f04", view_func=TenantListed.as_view("tenant_listed"))


@bp.post("/trustbound-f05")
def state():
    claims = request.get_json()["claims"]
    token = URLSafeSerializer(current_app.secret_key).dumps({"account": claims["account"], "plan": "basic"})
    return jsonify(token=token, account=URLSafeSerializer(current_app.secret_key).loads(token)["account"])


@bp.post("/trustbound-f06")
def state_of_number():
    claims = request.get_json()["claims"]
    token = URLSafeSerializer(current_app.secret_key).dumps({"pages": int(claims["pages"]), "plan": "basic"})
    return jsonify(token=token)
