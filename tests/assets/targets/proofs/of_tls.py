"""How each fault of the site's TLS is shown."""

import datetime as dt
import socket
import ssl
import warnings
from urllib.parse import urlsplit

import httpx
from cryptography import x509
from tests.assets.targets.proofs.asking import Setting, proves


def address(setting: Setting) -> tuple[str, int]:
    return "127.0.0.1", urlsplit(setting.target.url).port or 0


def certificate(setting: Setting) -> x509.Certificate:
    return x509.load_pem_x509_certificate(ssl.get_server_certificate(address(setting)).encode())


@proves("tls.self-signed")
def self_signed(setting: Setting) -> bool:
    found = certificate(setting)
    return found.issuer == found.subject


@proves("tls.expired")
def expired(setting: Setting) -> bool:
    return certificate(setting).not_valid_after_utc < dt.datetime.now(dt.UTC)


@proves("tls.wrong-host")
def wrong_host(setting: Setting) -> bool:
    names = certificate(setting).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return "localhost" not in names.get_values_for_type(x509.DNSName)


@proves("tls.old-protocol")
def old_protocol(setting: Setting) -> bool:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    try:
        with socket.create_connection(address(setting), timeout=5) as plain, context.wrap_socket(plain) as connection:
            return connection.version() in {"TLSv1", "TLSv1.1"}
    except OSError:
        return False


def client(setting: Setting) -> httpx.Client:
    """Trusts the repaired target for its certificate, and the faulty one in spite of it."""
    return setting.nobody() if setting.repaired else setting.nobody(trust=False)


@proves("tls.hsts")
def hsts(setting: Setting) -> bool:
    return "strict-transport-security" not in client(setting).get("/").headers


@proves("tls.cookie-secure")
def cookie_secure(setting: Setting) -> bool:
    return "secure" not in client(setting).get("/login").headers["set-cookie"].lower().split("; ")
