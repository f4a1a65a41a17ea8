"""What the help desk is started with: folders, addresses, names of variables."""

import os
import tempfile
from pathlib import Path

DATA = Path(os.environ.get("HELPDESK_DATA") or tempfile.mkdtemp(prefix="helpdesk-"))
ATTACHMENTS = DATA / "attachments"
CACHE = DATA / "cache"
DATABASE = DATA / "helpdesk.sqlite"
DIRECTORY_BASE = "ou=people,dc=helpdesk,dc=example"
STATUS_PAGE = os.environ.get("HELPDESK_STATUS", "http://127.0.0.1:9/status")
PARTNER = os.environ.get("HELPDESK_PARTNER", "https://127.0.0.1:9")
WEBHOOK_HOSTS = frozenset({"127.0.0.1", "hooks.helpdesk.example"})

SIGNING_KEY = "b7Qz-9d1f-helpdesk-prod-2024"
SECRET_VARIABLE = "HELPDESK_SECRET_KEY"
PASSWORD_FIELD = "password"
TOKEN_TYPE = "bearer"

for folder in (ATTACHMENTS, CACHE):
    folder.mkdir(parents=True, exist_ok=True)
