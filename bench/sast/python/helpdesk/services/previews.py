"""Previews by the programs of the system."""

import os
import shlex
import subprocess
import sys


def of_attachment(name):
    return subprocess.run(f"echo preview of {name}", shell=True, capture_output=True, text=True, check=False).stdout


def reachable(host):
    return os.popen("echo checking " + host).read()


def word_count(text):
    return subprocess.run(["sh", "-c", f"printf %s '{text}' | wc -w"], capture_output=True, text=True, check=False).stdout


def checksum(name):
    return subprocess.run("echo " + shlex.quote(name), shell=True, capture_output=True, text=True, check=False).stdout


def uptime():
    return subprocess.run("uptime || echo unknown", shell=True, capture_output=True, text=True, check=False).stdout


def version():
    return subprocess.run([sys.executable, "--version"], capture_output=True, text=True, check=False).stdout


def free_space(unit):
    flag = {"mega": "-m", "kilo": "-k"}.get(unit, "-k")
    return subprocess.call(["df", flag, "/"], stdout=subprocess.DEVNULL)


def convert(name):
    return os.system(f"convert {name} preview.png")
