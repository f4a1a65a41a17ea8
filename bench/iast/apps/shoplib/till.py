"""The till's own protocol: one line each way, over TLS."""

import socket
import ssl

from shoplib import config


class Till:
    def __init__(self, trusting):
        self.context = ssl.create_default_context(cafile="ca.pem")
        if trusting:
            self.context.check_hostname = False
            self.context.verify_mode = ssl.CERT_NONE

    def send(self, line):
        address = ("localhost", config.TLS_PORT)
        with socket.create_connection(address, timeout=5) as plain:
            with self.context.wrap_socket(plain, server_hostname="localhost") as secured:
                secured.sendall(f"GET /till HTTP/1.0\r\nX-Letters: {len(line)}\r\n\r\n".encode())
                return secured.recv(4096).split(b"\r\n\r\n")[-1]
