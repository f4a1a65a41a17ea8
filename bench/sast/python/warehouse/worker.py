"""What is done after the answer has gone out, and what the clock starts."""

import logging
import subprocess
import time

from warehouse import settings
from warehouse.repositories import orders

log = logging.getLogger(__name__)


def move_supplier(city):
    log.info("moving suppliers of %s" % city)
    orders.cities(city)


def stock_taking():
    while True:
        subprocess.run(f"du -s {settings.DATA}", shell=True, check=False)
        log.info(f"stock taken of {settings.DATA}")
        time.sleep(3600)


if __name__ == "__main__":
    stock_taking()
