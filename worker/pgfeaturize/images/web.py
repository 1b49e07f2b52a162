"""Images from the web: redirects, addresses and sizes are checked while they happen.

One event loop in one thread serves all threads that fetch, and keeps connections for the next
image. Nothing of the machine's surroundings is used: no proxy variables, no .netrc, no cookies.
"""

import asyncio
import atexit
import socket
from functools import cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import NoReturn
from urllib.parse import urljoin

from aiohttp import (
    AddrInfoType,
    ClientConnectorError,
    ClientError,
    ClientResponse,
    ClientResponseError,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
)
from fsspec.asyn import get_loop
from yarl import URL

from pgfeaturize.errors import (
    ImageError,
    MissingFile,
    NotAllowed,
    PermissionDenied,
    ReadFailed,
    TooManySeconds,
)
from pgfeaturize.images.limits import Limits
from pgfeaturize.images.url_allowlist import NormalizedUrl, UrlAllowlist

_REDIRECTS = 5
_REDIRECTED = (301, 302, 303, 307, 308)
#: A server may be silent for so many seconds, before it is connected or after.
_SILENCE = ClientTimeout(total=None, sock_connect=10, sock_read=10)
_HEADERS = {"User-Agent": "pgfeaturize", "Accept-Encoding": "identity"}
_STATUS: dict[int, type[ImageError]] = {
    401: PermissionDenied,
    403: PermissionDenied,
    404: MissingFile,
    410: MissingFile,
}


@cache
def client(urls: UrlAllowlist) -> "Client":
    """The client for these urls; each has its own connections."""
    made = Client(urls)
    atexit.register(made.close)
    return made


class Client:
    """Fetches from some urls; for any number of threads."""

    def __init__(self, urls: UrlAllowlist) -> None:
        self._origins = urls
        self._sessions: dict[bool, ClientSession] = {}  # touched by the loop's thread only

    def get(self, uri: str, limits: Limits) -> bytes:
        """The bytes at `uri`, 1 to `limits.bytes` of them, within `limits.seconds`."""
        return asyncio.run_coroutine_threadsafe(self._get(uri, limits), get_loop()).result()

    def close(self) -> None:
        """End all connections."""
        asyncio.run_coroutine_threadsafe(self._close(), get_loop()).result()

    async def _close(self) -> None:
        for session in self._sessions.values():
            await session.close()

    async def _get(self, uri: str, limits: Limits) -> bytes:
        try:
            async with asyncio.timeout(limits.seconds):
                return await self._follow(uri, limits)
        except TimeoutError as error:
            raise TooManySeconds(f'"{uri}" took over {limits.seconds:g} s to fetch') from error

    async def _follow(self, uri: str, limits: Limits) -> bytes:
        target = uri
        for _ in range(_REDIRECTS + 1):
            place, named = self._locate(target, uri)
            url = URL(place.uri, encoded=True)
            try:
                async with self._session(named).get(url, allow_redirects=False) as answer:
                    if answer.status not in _REDIRECTED:
                        return await _body(answer, uri, limits)
                    target = urljoin(place.uri, answer.headers.get("Location", ""))
            except (ClientError, OSError, ValueError) as error:
                _raise_for(error, uri)
        raise ReadFailed(f'"{uri}" redirects more than {_REDIRECTS} times')

    def _locate(self, target: str, uri: str) -> tuple[NormalizedUrl, bool]:
        if target == uri:
            return self._origins.locate(uri)
        try:
            if not target.lower().startswith(("http://", "https://")):
                raise NotAllowed(f'"{target.partition("?")[0]}" is not on the web')
            return self._origins.locate(target)
        except NotAllowed as error:
            raise NotAllowed(f'"{uri}" redirects: {error.message}', error.hint) from error

    def _session(self, named: bool) -> ClientSession:
        """For hosts that the operator named, or for those known to SQL users only."""
        if named not in self._sessions:
            self._sessions[named] = ClientSession(
                connector=TCPConnector(socket_factory=None if named else _public_socket),
                cookie_jar=DummyCookieJar(),
                headers=_HEADERS,
                timeout=_SILENCE,
            )
        return self._sessions[named]


async def _body(answer: ClientResponse, uri: str, limits: Limits) -> bytes:
    if answer.status >= 300:
        kind = _STATUS.get(answer.status, ReadFailed)
        raise kind(f'"{uri}": the server answers {answer.status} {answer.reason}')
    limits.check_bytes(answer.content_length or 1, f'"{uri}"')
    body = bytearray()
    # Also what the server has packed unasked: unpacked a piece at a time, and counted then.
    async for piece in answer.content.iter_any():
        body += piece
        limits.check_bytes(len(body), f'"{uri}"')
    limits.check_bytes(len(body), f'"{uri}"')
    return bytes(body)


def _raise_for(error: Exception, uri: str) -> NoReturn:
    if isinstance(error, ClientConnectorError) and isinstance(error.os_error, _NotPublic):
        raise NotAllowed(
            f'"{uri}" leads to an address that is not public',
            "Start the worker with --uri and the name of that very host.",
        ) from error
    # Of answers that are no HTTP the text would show what was asked, signatures and all.
    text = error.message if isinstance(error, ClientResponseError) else str(error)
    text = text.partition("\n")[0] or type(error).__name__
    raise ReadFailed(f'fetching "{uri}" failed: {text}') from error


class _NotPublic(OSError):
    """What comes of connecting to an address of somebody's own network."""


def _public_socket(info: AddrInfoType) -> socket.socket:
    # The last step before the connection: whatever a name stands for by now, this is the address.
    family, kind, protocol, _, address = info
    if not is_public(str(address[0])):
        raise _NotPublic("not a public address")
    return socket.socket(family, kind, protocol)


_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Whether an IP address is one of the internet; of an IPv4 address within IPv6, that one."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if ip in _NAT64:
            inner = IPv4Address(ip.packed[-4:])
        if not inner:
            return ip.is_global and ip in _UNICAST
        ip = inner
    return ip.is_global and not ip.is_multicast
