"""What the warehouse is started with."""

import os
import tempfile
from pathlib import Path

DATA = Path(os.environ.get("WAREHOUSE_DATA") or tempfile.mkdtemp(prefix="warehouse-"))
DOCUMENTS = DATA / "documents"
PICTURES = DATA / "pictures"
DATABASE = DATA / "warehouse.sqlite"
CARRIER = os.environ.get("WAREHOUSE_CARRIER", "http://127.0.0.1:9/carrier")
SECURE_CARRIER = os.environ.get("WAREHOUSE_SECURE_CARRIER", "https://127.0.0.1:9")
CARRIER_HOSTS = {"127.0.0.1": "loopback", "carrier.warehouse.example": "carrier"}
PASSWORD_RULES = "at least twelve letters"
PASSWORD_RESET_PATH = "/people/password"

for folder in (DOCUMENTS, PICTURES):
    folder.mkdir(parents=True, exist_ok=True)
(DOCUMENTS / "price-sheet.txt").write_text("Bolts 3, gears 12", encoding="utf-8")
