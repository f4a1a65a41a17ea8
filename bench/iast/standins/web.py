"""A neighbour that answers every call over HTTP or TLS, and says of each which host and path were asked."""

from __future__ import annotations

import datetime
import ssl
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bench.iast.standins.records import append


class Neighbour(BaseHTTPRequestHandler):
    hits: Path
    """Where the calls are kept."""

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        append(self.hits, f"{self.headers.get('Host', '')}{self.path}")
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    do_GET = do_POST = answer  # noqa: N815 - the names that http.server calls

    def log_message(self, *_arguments: object) -> None:
        """Says nothing."""


def neighbour(hits: Path) -> ThreadingHTTPServer:
    return ThreadingHTTPServer(("127.0.0.1", 0), type("Keeping", (Neighbour,), {"hits": hits}))


def neighbour_over_tls(hits: Path, authority: Path) -> ThreadingHTTPServer:
    """The same behind a certificate of its own, which `authority` then holds."""
    key = ec.generate_private_key(ec.SECP256R1())
    chain = authority.with_suffix(".key.pem")
    certificate = _certificate(key)
    authority.write_bytes(certificate)
    plain = serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    chain.write_bytes(certificate + secret)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(chain)
    server = neighbour(hits)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    return server


def _certificate(key: ec.EllipticCurvePrivateKey) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    day = datetime.timedelta(days=1)
    builder = builder.not_valid_before(now - day).not_valid_after(now + 7 * day)
    builder = builder.add_extension(names, critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
