"""Who may open the page: a browser that was given the address with its token, and nobody else.

Any web site that somebody looks at can make the browser send requests to this computer (a
WebSocket has no same-origin policy; a name that is bound anew to 127.0.0.1 lends its pages to us).
So every request, the opening of the WebSocket included, must name us as its host, come from a page
of ours, and carry the token: first in the address, from then on in a cookie that the address was
exchanged for. No web server here: :mod:`astra_viewer.guarded_server` puts the door into one.
"""

from __future__ import annotations

import hmac
import http
import ipaddress
import re
import secrets
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit

from astra_core.errors import ConfigError

__all__ = [
    "SAFE_HEADERS",
    "TOKEN_VARIABLE",
    "Answer",
    "Door",
    "HeaderFields",
    "address_with_ticket",
    "address_with_token",
    "new_token",
    "reachable_host",
]

TOKEN_VARIABLE = "ASTRA_PAGE_TOKEN"
"""Environment variable with the token of the page; unset, each start makes one."""

SAFE_HEADERS = {
    # No page of others may show ours in a frame and have it clicked.
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}

_TOKEN_BYTES = 24
_FEWEST_SIGNS = 22  # 128 bits of base64
_TOKEN = re.compile(r"[A-Za-z0-9_-]+")
_WILDCARDS = ("", "0.0.0.0", "::")
_HOST = re.compile(r"[A-Za-z0-9._:\[\]-]+")

_NO_TOKEN = (
    "This page drives a robot and opens with its token only: take the whole address, the part\n"
    "after the question mark included, from the terminal that started the robot or from the file\n"
    "that the viewer names there.\n"
)
_WRONG_HOST = (
    "This page is not served under that name. Use the address that the viewer prints, or add the\n"
    "name to the parameter `hosts` of astra_viewer.\n"
)
_WRONG_ORIGIN = "Pages of other web sites may not speak to the robot.\n"


class HeaderFields(Protocol):
    """Header fields of a request, by name in any case."""

    def get_all(self, key: str) -> list[str]:
        """Return every value of a field."""


@dataclass(frozen=True)
class Answer:
    """What a request is told instead of the page: status, header fields and plain text."""

    status: http.HTTPStatus
    headers: dict[str, str]
    text: str = ""


def new_token() -> str:
    """Return a token that cannot be guessed: 192 random bits."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def address_with_token(url: str, token: str) -> str:
    """Return the address that opens the page at ``url``."""
    return f"{url}/?{urlencode({'token': token})}"


def address_with_ticket(url: str, token: str) -> str:
    """Return an address that opens the page at ``url`` once.

    For command lines, which every user of a computer can read.
    """
    return f"{url}/?{urlencode({'ticket': _ticket(token)})}"


def reachable_host(host: str) -> str:
    """Return an address at which browsers reach who listens at ``host``.

    Listening everywhere is no address: on a network it is this computer's there.
    """
    if host not in _WILDCARDS:
        return host
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Nothing is sent: the kernel only says which of its addresses it would send from.
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


class Door:
    """Decides about requests."""

    def __init__(self, token: str, hosts: Sequence[str] = ()) -> None:
        """Let in who has the token.

        Args:
            token: At least 22 letters, digits, ``-`` or ``_``.
            hosts: Names under which the page is reached, beside the address that a request came
                in at, ``localhost`` on this machine, and this machine's own name.

        Raises:
            ConfigError: The token can be guessed or does not fit into an address.
        """
        if len(token) < _FEWEST_SIGNS or not _TOKEN.fullmatch(token):
            raise ConfigError(
                f"the token of the page ({TOKEN_VARIABLE}) must be {_FEWEST_SIGNS} or more "
                "letters, digits, - and _ that nobody guesses; unset, each start makes one"
            )
        self._token, self._ticket = token, _ticket(token)
        own_name = socket.gethostname().lower()
        named = {name.strip().lower() for name in hosts}
        self._hosts = {"localhost", own_name, f"{own_name}.local", *named} - set(_WILDCARDS)

    def answer(self, path: str, headers: HeaderFields, local: tuple[str, int]) -> Answer | None:
        """Return what a request is told instead of the page, ``None`` where it may pass.

        Args:
            path: With the query.
            headers: Of the request.
            local: Address and port that it came in at.
        """
        host = _only(headers.get_all("Host"))
        if host is None or not self._is_ours(host, local[0]):
            return _refusal(_WRONG_HOST)
        # Programs that are no browsers send none, and need the token like everybody.
        origins = headers.get_all("Origin")
        if origins and not _is_page_of(_only(origins), host):
            return _refusal(_WRONG_ORIGIN)
        cookie = f"astra-page-{local[1]}"
        place, _, query = path.partition("?")
        given = parse_qsl(query)
        rest = [(key, value) for key, value in given if key not in ("token", "ticket")]
        if len(rest) < len(given):
            if not self._opens(given):
                return _refusal(_NO_TOKEN)
            # Out of the address bar, where people look over shoulders and take pictures of it.
            where = "/" + place.lstrip("/\\") + (f"?{urlencode(rest)}" if rest else "")
            kept = f"{cookie}={self._token}; Path=/; HttpOnly; SameSite=Lax"
            fields = {"Location": where, "Set-Cookie": kept, "Cache-Control": "no-store"}
            return Answer(http.HTTPStatus.SEE_OTHER, {**SAFE_HEADERS, **fields})
        cookies = [pair for field in headers.get_all("Cookie") for pair in field.split(";")]
        named = (pair.strip().partition("=") for pair in cookies)
        if any(_same(value, self._token) for name, _, value in named if name == cookie):
            return None
        return _refusal(_NO_TOKEN)

    def _opens(self, given: list[tuple[str, str]]) -> bool:
        if any(_same(value, self._token) for key, value in given if key == "token"):
            return True
        if any(_same(value, self._ticket) for key, value in given if key == "ticket"):
            self._ticket = new_token()  # Nobody knows this one.
            return True
        return False

    def _is_ours(self, host: str, local: str) -> bool:
        if not _HOST.fullmatch(host):
            return False
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        here = _ip(local)
        return name in self._hosts or (here is not None and _ip(name) == here)


def _ticket(token: str) -> str:
    return hmac.new(token.encode(), b"one opening of the page", "sha256").hexdigest()


def _only(values: list[str]) -> str | None:
    return values[0].strip().lower() if len(values) == 1 else None


def _is_page_of(origin: str | None, host: str) -> bool:
    return origin in (f"http://{host}", f"https://{host}")


def _same(given: str, secret: str) -> bool:
    """Compare in a time that does not tell how much of it was right."""
    return hmac.compare_digest(given.encode(errors="surrogateescape"), secret.encode())


def _ip(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    # A socket for both families gives IPv4 addresses as ::ffff:192.0.2.1.
    return getattr(address, "ipv4_mapped", None) or address


def _refusal(text: str) -> Answer:
    fields = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}
    return Answer(http.HTTPStatus.FORBIDDEN, {**SAFE_HEADERS, **fields}, text)
