"""Makes reports beside the requests, in threads of its own."""

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor

from helpdesk import database, settings

POOL = ThreadPoolExecutor(max_workers=2)


def export(title):
    command = f"echo '{title}' > /dev/null"
    return os.system(command)


def count(owner):
    return database.query(f"select count(*) as n from tickets where owner = '{owner}'")


def nightly():
    folder = settings.DATA / "nightly"
    return subprocess.run(f"tar cf {folder}.tar {folder}", shell=True, check=False).returncode


JOBS = {"export": export, "count": count}


def enqueue(name, value):
    job = JOBS.get(name)
    assert job is not None
    return POOL.submit(job, value)


if __name__ == "__main__":
    nightly()
