"""The company's directory and its floor plan."""

from flask import Blueprint, jsonify, request
from ldap3 import MOCK_SYNC, Connection, Server
from ldap3.utils.conv import escape_filter_chars
from lxml import etree

from helpdesk import settings

blueprint = Blueprint("directory", __name__, url_prefix="/directory")
PLAN = etree.fromstring("<floors><room name='Blue' floor='1'/><room name='Green' floor='2'/></floors>")
KINDS = {"staff": "person", "rooms": "room"}


def connection():
    made = Connection(Server("directory"), client_strategy=MOCK_SYNC)
    made.strategy.add_entry(f"cn=ada,{settings.DIRECTORY_BASE}", {"objectClass": "person", "cn": "ada", "sn": "Lovelace"})
    made.bind()
    return made


@blueprint.get("/people")
def people():
    with connection() as directory:
        directory.search(settings.DIRECTORY_BASE, f"(&(objectClass=person)(cn={request.args['name']}))")
        return jsonify(len(directory.entries))


@blueprint.get("/people/escaped")
def people_escaped():
    with connection() as directory:
        directory.search(settings.DIRECTORY_BASE, f"(cn={escape_filter_chars(request.args['name'])})")
        return jsonify(len(directory.entries))


@blueprint.get("/people/kind")
def people_of_kind():
    kind = KINDS.get(request.args["kind"], "person")
    with connection() as directory:
        directory.search(settings.DIRECTORY_BASE, f"(objectClass={kind})")
        return jsonify(len(directory.entries))


@blueprint.post("/login")
def login():
    user = request.form["user"]
    condition = "(sn=" + user + ")"
    with connection() as directory:
        directory.search(settings.DIRECTORY_BASE, condition)
        return jsonify(bool(directory.entries))


def old_people(name):
    with connection() as directory:
        directory.search(settings.DIRECTORY_BASE, "(cn=%s)" % name)
        return directory.entries


@blueprint.get("/rooms")
def rooms():
    return jsonify([room.get("floor") for room in PLAN.xpath(f"//room[@name='{request.args['name']}']")])


@blueprint.get("/rooms/bound")
def rooms_bound():
    return jsonify([room.get("floor") for room in PLAN.xpath("//room[@name=$name]", name=request.args["name"])])


@blueprint.get("/rooms/floor/<int:floor>")
def rooms_of_floor(floor):
    return jsonify([room.get("name") for room in PLAN.xpath(f"//room[@floor='{floor}']")])


@blueprint.post("/rooms/find")
def find_room():
    expression = "//room[contains(@name, '" + request.get_json()["part"] + "')]"
    return jsonify(len(PLAN.xpath(expression)))


def first_room(floor):
    return PLAN.find(f"room[@floor='{floor}']")
