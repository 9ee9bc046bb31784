"""Where requests go, and what a connection to there needs."""

import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

from msgspec import Struct

DEFAULT_PORTS = {"http": 80, "https": 443}


class Trust(Struct, frozen=True, kw_only=True):
    """How TLS is verified; `insecure` verifies nothing."""

    ca_bundle: str | None = None
    client_cert: str | None = None
    client_key: str | None = None
    insecure: bool = False

    def context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self.ca_bundle)
        context.set_alpn_protocols(["http/1.1"])
        if self.client_cert:
            context.load_cert_chain(self.client_cert, self.client_key)
        if self.insecure:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One origin; `tls` is None for plain HTTP."""

    host: str
    port: int
    authority: str
    tls: ssl.SSLContext | None


def endpoint(url: str, trust: Trust) -> Endpoint:
    parts = urlsplit(url)
    tls = trust.context() if parts.scheme == "https" else None
    host = parts.hostname or ""
    return Endpoint(host, parts.port or DEFAULT_PORTS[parts.scheme], parts.netloc.rpartition("@")[2], tls)


def request_target(url: str) -> str:
    """The origin form of a request target (RFC 9112, 3.2.1)."""
    parts = urlsplit(url)
    return f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
