"""Who is who at the shop."""

from flask import Blueprint, jsonify, request
from ldap3.utils.conv import escape_filter_chars
from shoplib.directory import BASE, connect, mails
from shoplib.text import fill, unpercent

bp = Blueprint("ldapi", __name__, url_prefix="/ldapi")


@bp.get("/ldapi-f01")
def person():
    return jsonify(mails(f"(uid={request.args['uid']})"))


@bp.get("/ldapi-f02")
def person_escaped():
    return jsonify(mails(f"(uid={escape_filter_chars(request.args['uid'])})"))


@bp.post("/ldapi-f03")
def colleagues():
    unit = request.get_json()["search"]["unit"]
    connection = connect()
    connection.search(search_base=BASE, search_filter=fill("(ou=$unit)", unit=unit), attributes=["mail"])
    return jsonify([str(entry.mail) for entry in connection.entries])


@bp.post("/ldapi-f04")
def colleagues_of_known():
    unit = request.get_json()["search"]["unit"]
    if unit not in ["sales", "warehouse"]:
        return jsonify([]), 404
    connection = connect()
    connection.search(search_base=BASE, search_filter=fill("(ou=$unit)", unit=unit), attributes=["mail"])
    return jsonify([str(entry.mail) for entry in connection.entries])


@bp.get("/ldapi-f05")
def by_name():
    first, last = unpercent(request.cookies["person"]).split(" ")
    return jsonify(mails("(&(objectClass=inetOrgPerson)(cn=" + first + " " + last + "))"))


@bp.get("/ldapi-f06")
def by_name_plain():
    first, last = unpercent(request.cookies["person"]).split(" ")
    if set("()*\\&|\0") & {*first, *last}:
        return jsonify(error="letters please"), 400
    return jsonify(mails("(&(objectClass=inetOrgPerson)(cn=" + first + " " + last + "))"))
