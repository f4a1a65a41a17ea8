"""What the lines are made of: pieces of well-known formats, with bodies drawn at random.

No body is a key of anybody. Prefixes are put together here, so that no file of the repository holds a whole token.
"""

from __future__ import annotations

import base64
import json
import string
from collections.abc import Callable
from random import Random
from typing import Final

LETTERS: Final = string.ascii_letters + string.digits
UPPER: Final = string.ascii_uppercase + "234567"
HEX: Final = "0123456789abcdef"
LINE: Final = 64
"""Letters a line of PEM."""


class Pieces:
    """Draws the pieces of one line after the other, always the same for the same seed."""

    def __init__(self, seed: str) -> None:
        self._random = Random(seed)

    def of(self, letters: str, length: int) -> str:
        return "".join(self._random.choices(letters, k=length))

    def word(self, length: int) -> str:
        return self.of(LETTERS, length)

    def hex(self, length: int) -> str:
        return self.of(HEX, length)

    def digits(self, length: int) -> str:
        return self.of("123456789", length)

    def upper(self, length: int) -> str:
        return self.of(UPPER, length)

    def base64(self, size: int) -> str:
        return base64.b64encode(self._random.randbytes(size)).decode()

    def uuid(self) -> str:
        return "-".join([self.hex(8), self.hex(4), "4" + self.hex(3), "a" + self.hex(3), self.hex(12)])

    def jwt(self, name: str) -> str:
        parts = [{"alg": "HS256", "typ": "JWT"}, {"sub": name, "exp": 4102444800}]
        encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
        return ".".join([*encoded, self.base64(32).rstrip("=").replace("+", "-").replace("/", "_")])

    def pem(self, label: str, size: int) -> str:
        """One line, as it stands in JSON or in a variable: line breaks as two letters."""
        body = self.base64(size)
        lines = [body[start : start + LINE] for start in range(0, len(body), LINE)]
        return r"\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----"])


Maker = Callable[[Pieces], str]

SECRETS: Final[dict[str, tuple[str, Maker]]] = {
    "aws-access-key": ("deploy.env", lambda p: "AWS_ACCESS_KEY_ID=" + "AK" + "IA" + p.upper(16)),
    "aws-secret-key": ("deploy.env", lambda p: f"AWS_SECRET_ACCESS_KEY={p.base64(30)}"),
    "github-token": ("deploy.env", lambda p: "GITHUB_TOKEN=" + "gh" + "p_" + p.word(36)),
    "github-fine-grained": ("release.sh", lambda p: "export GH=" + "github" + "_pat_" + p.word(22) + "_" + p.word(59)),
    "github-app": ("release.sh", lambda p: "curl -H 'Authorization: token " + "gh" + "s_" + p.word(36) + "' api"),
    "gitlab-token": ("release.sh", lambda p: "export GITLAB_TOKEN=" + "gl" + "pat-" + p.word(20)),
    "slack-bot": (
        "notify.py",
        lambda p: f'SLACK = "{"xo" + "xb"}-{p.digits(12)}-{p.digits(12)}-{p.word(24)}"',
    ),
    "slack-hook": (
        "notify.py",
        lambda p: f'HOOK = "https://hooks.{"slack"}.com/services/T{p.upper(8)}/B{p.upper(8)}/{p.word(24)}"',
    ),
    "stripe-live": ("payments.py", lambda p: 'STRIPE = "' + "sk" + "_live_" + p.word(24) + '"'),
    "stripe-restricted": ("payments.py", lambda p: 'RESTRICTED = "' + "rk" + "_live_" + p.word(24) + '"'),
    "square": ("payments.py", lambda p: 'SQUARE = "' + "sq0" + "csp-" + p.word(43) + '"'),
    "sendgrid": ("mail.yaml", lambda p: "sendgrid_key: " + "SG" + "." + p.word(22) + "." + p.word(43)),
    "mailgun": ("mail.yaml", lambda p: "mailgun_key: " + "key" + "-" + p.hex(32)),
    "twilio": ("mail.yaml", lambda p: "twilio_api_key: " + "S" + "K" + p.hex(32)),
    "npm": ("npmrc.txt", lambda p: "//registry.example/:_authToken=" + "np" + "m_" + p.word(36)),
    "pypi": ("pypirc.txt", lambda p: "password = " + "py" + "pi-" + "AgEIcHlwaS5vcmc" + p.word(140)),
    "google-api": ("web.js", lambda p: 'const maps = "' + "AI" + "za" + p.word(35) + '";'),
    "google-account": (
        "account.json",
        lambda p: f'{{"type": "service_account", "private_key": "{p.pem("PRIVATE" + " KEY", 900)}"}}',
    ),
    "azure-storage": (
        "storage.properties",
        lambda p: f"store=DefaultEndpointsProtocol=https;AccountName=shop;AccountKey={p.base64(64)}",
    ),
    "azure-client": ("storage.properties", lambda p: "client.secret=" + p.word(3) + "8" + "Q~" + p.word(34)),
    "openai": ("models.yaml", lambda p: "key: " + "sk" + "-proj-" + p.word(74) + "T3Blbk" + "FJ" + p.word(74)),
    "anthropic": ("models.yaml", lambda p: "other_key: " + "sk-" + "ant-" + "api03-" + p.word(93) + "AA"),
    "huggingface": ("models.yaml", lambda p: "hub_token: " + "h" + "f_" + p.of(string.ascii_letters, 34)),
    "databricks": ("models.yaml", lambda p: "workspace_token: " + "da" + "pi" + p.hex(32)),
    "digitalocean": ("main.tf", lambda p: 'token = "' + "dop" + "_v1_" + p.hex(64) + '"'),
    "heroku": ("deploy.env", lambda p: f"HEROKU_API_KEY={p.uuid()}"),
    "discord": ("notify.py", lambda p: f'DISCORD_TOKEN = "M{p.word(25)}.{p.word(6)}.{p.word(38)}"'),
    "telegram": ("notify.py", lambda p: f'TELEGRAM_TOKEN = "{p.digits(10)}:AA{p.word(33)}"'),
    "shopify": ("payments.py", lambda p: 'SHOP = "' + "shp" + "at_" + p.hex(32) + '"'),
    "postman": ("web.js", lambda p: 'const postman = "' + "PM" + "AK-" + p.hex(24) + "-" + p.hex(34) + '";'),
    "newrelic": ("web.js", lambda p: 'const newRelic = "' + "NR" + "AK-" + p.upper(27) + '";'),
    "datadog": ("deploy.env", lambda p: f"DD_API_KEY={p.hex(32)}"),
    "vault": ("main.tf", lambda p: 'vault_token = "' + "hv" + "s." + p.word(92) + '"'),
    "jwt": ("web.js", lambda p: f'const session = "{p.jwt("service-account")}";'),
    "rsa-key": ("keys.py", lambda p: f'RSA = "{p.pem("RSA PRIVATE" + " KEY", 600)}"'),
    "openssh-key": ("keys.py", lambda p: f'SSH = "{p.pem("OPENSSH PRIVATE" + " KEY", 300)}"'),
    "postgres-url": ("keys.py", lambda p: f'DATABASE = "postgresql://shop:{p.word(18)}@db.shop.example/shop"'),
    "redis-url": ("deploy.env", lambda p: f"REDIS_URL=redis://:{p.word(24)}@cache.shop.example:6379/0"),
    "basic-header": (
        "release.sh",
        lambda p: "curl -H 'Authorization: Basic " + base64.b64encode(f"shop:{p.word(16)}".encode()).decode() + "' x",
    ),
    "password": ("keys.py", lambda p: f'DATABASE_PASSWORD = "{p.word(10)}!{p.digits(3)}"'),
}
"""A name for each kind, the file that its line is in, and what makes the line."""

LOOKALIKES: Final[dict[str, tuple[str, str, Maker]]] = {
    "md5": ("checks.txt", "a digest of a file", lambda p: f"{p.hex(32)}  shop.tar.gz"),
    "sha256": ("checks.txt", "a digest of a file", lambda p: f"{p.hex(64)}  shop.whl"),
    "commit": ("release.sh", "a commit", lambda p: f"git checkout {p.hex(40)}"),
    "image": ("compose.yaml", "a digest of an image", lambda p: f"image: shop/web@sha256:{p.hex(64)}"),
    "action": ("ci.yaml", "an action pinned by commit", lambda p: f"uses: actions/checkout@{p.hex(40)} # v5"),
    "npm-integrity": ("package-lock.json", "of a lock file", lambda p: f'"integrity": "sha512-{p.base64(64)}",'),
    "yarn-checksum": ("yarn.lock", "of a lock file", lambda p: f"  checksum: 10c0/{p.hex(128)}"),
    "pip-hash": ("requirements.txt", "of a lock file", lambda p: f"flask==3.1.3 --hash=sha256:{p.hex(64)}"),
    "go-sum": ("go.sum", "of a lock file", lambda p: f"example.org/fleet v1.2.3 h1:{p.base64(32)}"),
    "cargo": ("Cargo.lock", "of a lock file", lambda p: f'checksum = "{p.hex(64)}"'),
    "uuid": ("main.tf", "an identifier", lambda p: f'subscription_id = "{p.uuid()}"'),
    "tenant": ("storage.properties", "an identifier", lambda p: f"client.tenant={p.uuid()}"),
    "trace": ("web.js", "an identifier of a request", lambda p: f'const trace = "00-{p.hex(32)}-{p.hex(16)}-01";'),
    "sri": ("index.html", "integrity of a script", lambda p: f'<script integrity="sha384-{p.base64(48)}"></script>'),
    "fingerprint": (
        "notes.md",
        "of a certificate",
        lambda p: "Fingerprint " + ":".join(p.hex(2).upper() for _ in range(32)),
    ),
    "etag": ("web.js", "a validator of HTTP", lambda p: f'const etag = "W/{p.hex(40)}";'),
    "github-placeholder": ("notes.md", "a placeholder", lambda _: "GITHUB_TOKEN=" + "gh" + "p_" + "x" * 36),
    "aws-example": ("notes.md", "the documentation's example", lambda _: "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7" + "EXAMPLE"),
    "aws-example-secret": (
        "notes.md",
        "the documentation's example",
        lambda _: "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY",
    ),
    "angle-brackets": ("notes.md", "a placeholder", lambda _: "api_key: <your-api-key-here>"),
    "shell-variable": ("release.sh", "a variable", lambda _: 'export NPM_TOKEN="${SHOP_NPM_TOKEN}"'),
    "expression": ("ci.yaml", "a reference to a secret", lambda _: "token: ${{ secrets.DEPLOY_TOKEN }}"),
    "environment": ("keys.py", "read from the environment", lambda _: 'API_KEY = os.environ["SHOP_API_KEY"]'),
    "vault-reference": (
        "mail.yaml",
        "a reference to a secret",
        lambda _: "smtp_password: vault:secret/data/mail#password",
    ),
    "empty": ("mail.yaml", "empty", lambda _: 'imap_password: ""'),
    "changeme": ("notes.md", "a placeholder", lambda _: "password: changeme"),
    "masked": ("notes.md", "masked", lambda _: "password=****************"),
    "label": ("web.js", "the label of a field", lambda _: 'const passwordLabel = "Your password, please";'),
    "field-name": ("keys.py", "the name of a field", lambda _: 'PASSWORD_FIELD = "user_password"'),
    "pattern": ("keys.py", "a pattern that finds tokens", lambda _: 'TOKEN = re.compile("gh[pousr]_[A-Za-z0-9]{36}")'),
    "public-key": ("keys.py", "a public key", lambda p: f'PUBLIC = "{p.pem("PUBLIC KEY", 294)}"'),
    "ssh-public": (
        "authorized_keys",
        "a public key",
        lambda p: f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA{p.base64(33)} ada",
    ),
    "certificate": ("keys.py", "a certificate", lambda p: f'CERTIFICATE = "{p.pem("CERTIFICATE", 700)}"'),
    "stripe-publishable": (
        "web.js",
        "a publishable key, made to stand in pages",
        lambda p: 'const stripe = Stripe("' + "pk" + "_live_" + p.word(24) + '");',
    ),
    "image-data": (
        "index.html",
        "a picture",
        lambda p: f'<img src="data:image/png;base64,iVBORw0KGgo{p.base64(120)}">',
    ),
    "sealed": ("mail.yaml", "encrypted", lambda p: f"pop_password: ENC[AES256_GCM,data:{p.base64(18)},type:str]"),
    "kms": ("main.tf", "encrypted", lambda p: f'ciphertext = "AQICAHh{p.word(120)}"'),
    "url-without-password": (
        "deploy.env",
        "no password in it",
        lambda _: "DATABASE_URL=postgresql://shop@db.shop.example/shop",
    ),
    "url-with-variable": (
        "compose.yaml",
        "a variable",
        lambda _: 'DATABASE_URL: "postgresql://shop:${DB_PASSWORD}@db/shop"',
    ),
    "test-vector": (
        "test_cipher.py",
        "a published test vector",
        lambda _: 'KEY = bytes.fromhex("000102030405060708090a0b0c0d0e0f")',
    ),
}
"""The same, with what the line really is."""
