"""Programs of the system that the warehouse starts."""

import asyncio
import os
import shlex
import subprocess
import sys

BARCODES = {"code39", "ean13"}


async def print_label(text):
    process = await asyncio.create_subprocess_shell(f"echo {text}", stdout=asyncio.subprocess.PIPE)
    return (await process.communicate())[0].decode()


def weigh(scale):
    return subprocess.getoutput("echo scale " + scale)


def compress(name):
    with subprocess.Popen("echo packing %s" % name, shell=True, stdout=subprocess.PIPE) as process:
        return process.communicate()[0].decode()


def barcode(code):
    return subprocess.check_output(["/bin/bash", "-c", "echo barcode " + code], text=True)


def ring(bell):
    return os.system(f"echo {bell} > /dev/null")


async def print_safely(text):
    process = await asyncio.create_subprocess_exec("echo", "--", text, stdout=asyncio.subprocess.PIPE)
    return (await process.communicate())[0].decode()


def barcode_of_kind(kind):
    if kind not in BARCODES:
        raise ValueError("no such barcode")
    return subprocess.getoutput(f"echo barcode {kind}")


def describe():
    return subprocess.check_output(f"{shlex.quote(sys.executable)} --version", shell=True, text=True)


def copies(count):
    return subprocess.getoutput("echo copies %d" % int(count))


def old_print(text):
    subprocess.call("lpr " + text, shell=True)
