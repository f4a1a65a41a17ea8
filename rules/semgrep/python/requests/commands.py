import ast
import asyncio
import importlib
import os
import shlex
import subprocess

import jinja2
from fastapi import APIRouter
from flask import Blueprint, render_template, render_template_string, request

tools = Blueprint("tools", __name__)
router = APIRouter()
PROGRAMS = {"png": "optipng", "jpg": "jpegoptim"}
HANDLERS = {"csv": "exports.csv", "json": "exports.json"}


@tools.route("/ping")
def ping():
    host = request.args["host"]
    # ruleid: setpoint.python.command-injection
    os.system("ping -c 1 " + host)
    # ruleid: setpoint.python.command-injection
    subprocess.run(f"ping -c 1 {host}", shell=True, check=True)
    # ruleid: setpoint.python.command-injection
    subprocess.check_output(["sh", "-c", "ping -c 1 %s" % host])
    # ruleid: setpoint.python.command-injection
    subprocess.run([request.args["program"], "-v"])
    # ok: setpoint.python.command-injection
    subprocess.run(["ping", "-c", "1", host], check=True)
    # ok: setpoint.python.command-injection
    os.system("ping -c 1 " + shlex.quote(host))
    # ok: setpoint.python.command-injection
    subprocess.run([PROGRAMS[request.args["kind"]], "in.png"])
    # ok: setpoint.python.command-injection
    subprocess.run("uptime", shell=True)
    if host not in ("alpha", "beta"):
        return "unknown", 404
    # ok: setpoint.python.command-injection
    return subprocess.getoutput("ping -c 1 " + host)


@router.get("/hosts/{name}")
async def look(name: str, port: int):
    # ruleid: setpoint.python.command-injection
    await asyncio.create_subprocess_shell(f"nslookup {name}")
    # ok: setpoint.python.command-injection
    await asyncio.create_subprocess_shell(f"ss -ln sport = {port}")


class Archiver:
    def pack(self, folder, level: int):
        # ruleid: setpoint.python.command-from-parameter
        os.system(f"tar czf /srv/out.tgz {folder}")
        # ruleid: setpoint.python.command-from-parameter
        subprocess.Popen("du -s " + folder, shell=True)
        # ruleid: setpoint.python.command-from-parameter
        self.client.exec_command("rm -r {}".format(folder))
        # ok: setpoint.python.command-from-parameter
        subprocess.run(["tar", "czf", "/srv/out.tgz", folder])
        # ok: setpoint.python.command-from-parameter
        os.system(f"tar czf /srv/out.tgz {shlex.quote(folder)}")
        # ok: setpoint.python.command-from-parameter
        os.system(f"nice -n {level} make")
        # ok: setpoint.python.command-from-parameter
        os.system("make clean")


@tools.post("/formula")
def formula():
    # ruleid: setpoint.python.code-injection
    total = eval(request.form["formula"])
    # ruleid: setpoint.python.code-injection
    exec(request.get_data())
    # ok: setpoint.python.code-injection
    values = ast.literal_eval(request.form["values"])
    # ok: setpoint.python.code-injection
    limit = eval("2 ** 10")
    # ruleid: setpoint.python.module-from-request
    importlib.import_module(request.args["plugin"])
    # ruleid: setpoint.python.module-from-request
    importlib.import_module("exports." + request.args["plugin"])
    # ruleid: setpoint.python.module-from-request
    __import__(request.form.get("plugin"))
    # ok: setpoint.python.module-from-request
    importlib.import_module(HANDLERS[request.args["kind"]])
    # ok: setpoint.python.module-from-request
    importlib.import_module("exports.csv")
    kind = request.args["kind"]
    if kind not in HANDLERS:
        raise LookupError(kind)
    # ok: setpoint.python.module-from-request
    importlib.import_module("exports." + kind)
    return total, values, limit


def rule(text, names):
    # ruleid: setpoint.python.code-injection
    code = compile(text, "<rule>", "eval")
    # ok: setpoint.python.code-injection
    model.eval()
    # ok: setpoint.python.code-injection
    return eval("1 + 1", names)


def load(name):
    # ok: setpoint.python.module-from-request
    return importlib.import_module(name)


@tools.get("/greeting")
def greeting():
    name = request.args.get("name", "")
    # ruleid: setpoint.python.template-injection
    first = render_template_string("<p>Hello " + name + "</p>")
    # ruleid: setpoint.python.template-injection
    second = jinja2.Template(f"Hello {name}").render()
    # ruleid: setpoint.python.template-injection
    third = environment.from_string(request.form["template"]).render()
    # ok: setpoint.python.template-injection
    fourth = render_template_string("<p>Hello {{ name }}</p>", name=name)
    # ok: setpoint.python.template-injection
    fifth = jinja2.Template("Hello {{ name }}").render(name=name)
    # ok: setpoint.python.template-injection
    sixth = render_template("greeting.html", name=name)
    # ok: setpoint.python.template-injection
    return environment.from_string("{{ a }}").render(a=name), first, second, third, fourth, fifth, sixth
