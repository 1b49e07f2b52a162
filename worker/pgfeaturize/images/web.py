"""Reads images from web servers; checks each redirect, address and size before going on.

One event loop in one thread serves all decoding threads and reuses connections. Proxy variables, .netrc and cookies are
not used.
"""

import asyncio
import atexit
import socket
import string
from functools import cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import NoReturn
from urllib.parse import quote, urljoin

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

from pgfeaturize.errors import BadRequest, ImageError, MissingFile, NotAllowed, PermissionDenied, ReadFailed
from pgfeaturize.images.hosts import Hosts, parse_retry_after
from pgfeaturize.images.limits import Limits
from pgfeaturize.images.url_allowlist import NormalizedUrl, UrlAllowlist
from pgfeaturize.images.web_options import WebOptions

_MAX_REDIRECTS = 5
_REDIRECT_STATUS = (301, 302, 303, 307, 308)
#: Seconds to connect, and between two packets of an answer.
_TIMEOUT = ClientTimeout(total=None, sock_connect=10, sock_read=10)
_STATUS: dict[int, type[ImageError]] = {
    401: PermissionDenied,
    403: PermissionDenied,
    404: MissingFile,
    410: MissingFile,
}
#: Of the other statuses 400 to 499, those that may change by themselves.
_TRANSIENT_STATUS = (408, 423, 425, 429)
#: The state of all web servers, for all clients of the process.
_hosts = Hosts()


@cache
def client(urls: UrlAllowlist, options: WebOptions) -> "Client":
    """Return the client for an allowlist and options; each client has its own connections."""
    created = Client(urls, options)
    atexit.register(created.close)
    return created


class Client:
    """Fetches allowed URLs, for any number of threads."""

    def __init__(self, urls: UrlAllowlist, options: WebOptions) -> None:
        self._urls = urls
        self._options = options
        self._sessions: dict[bool, ClientSession] = {}  # used by the event loop's thread only

    def get(self, uri: str, limits: Limits) -> bytes:
        """Return the bytes at `uri`, 1 to `limits.bytes` of them, within `limits.seconds`."""
        return asyncio.run_coroutine_threadsafe(self._get(uri, limits), get_loop()).result()

    def close(self) -> None:
        """Close all connections."""
        asyncio.run_coroutine_threadsafe(self._close(), get_loop()).result()

    async def _close(self) -> None:
        for session in self._sessions.values():
            await session.close()

    async def _get(self, uri: str, limits: Limits) -> bytes:
        host = self._urls.match(uri)[0].origin
        _hosts.check(host, uri)
        try:
            async with asyncio.timeout(limits.seconds):
                body = await self._follow(uri, limits)
        except TimeoutError as error:
            failure = ReadFailed(f'"{uri}" took over {limits.seconds:g} s to fetch')
            _hosts.failed(host, failure)
            raise failure from error
        except ReadFailed as failure:
            _hosts.failed(host, failure)
            raise
        except ImageError:
            _hosts.succeeded(host)
            raise
        _hosts.succeeded(host)
        return body

    async def _follow(self, uri: str, limits: Limits) -> bytes:
        target = uri
        for _ in range(_MAX_REDIRECTS + 1):
            place, named = self._match(target, uri)
            url = URL(place.uri, encoded=True)
            try:
                headers = self._options.headers_of(place)
                async with self._session(named).get(url, headers=headers, allow_redirects=False) as answer:
                    if answer.status not in _REDIRECT_STATUS:
                        return await _body(answer, uri, limits)
                    target = urljoin(place.uri, _encoded(answer.headers.get("Location", "")))
            except (ClientError, OSError, ValueError) as error:
                _raise_for(error, uri)
        raise ReadFailed(f'"{uri}" redirects more than {_MAX_REDIRECTS} times')

    def _match(self, target: str, uri: str) -> tuple[NormalizedUrl, bool]:
        if target == uri:
            return self._urls.match(uri)
        try:
            if not target.lower().startswith(("http://", "https://")):
                raise NotAllowed(f'"{target.partition("?")[0]}" is not an http or https URL')
            return self._urls.match(target)
        except NotAllowed as error:
            raise NotAllowed(f'"{uri}" redirects: {error.message}', error.hint) from error

    def _session(self, named: bool) -> ClientSession:
        """Return the session for hosts that a prefix names, or that for all other hosts."""
        if named not in self._sessions:
            self._sessions[named] = ClientSession(
                connector=TCPConnector(socket_factory=None if named else _public_socket),
                cookie_jar=DummyCookieJar(),
                headers={"User-Agent": self._options.user_agent, "Accept-Encoding": "identity"},
                timeout=_TIMEOUT,
            )
        return self._sessions[named]


def _encoded(location: str) -> str:
    """Return the value of a Location header with %XX for bytes that URLs cannot hold, as browsers do."""
    return quote(location, safe=string.punctuation, errors="surrogateescape")


async def _body(response: ClientResponse, uri: str, limits: Limits) -> bytes:
    if response.status >= 300:
        is_final = 400 <= response.status < 500 and response.status not in _TRANSIENT_STATUS
        kind = _STATUS.get(response.status, BadRequest if is_final else ReadFailed)
        error = kind(f'"{uri}": the server answers {response.status} {response.reason}')
        if kind is ReadFailed:
            error.retry_after = parse_retry_after(response.headers.get("Retry-After"), response.headers.get("Date"))
        raise error
    limits.check_bytes(response.content_length or 1, f'"{uri}"')
    body = bytearray()
    # aiohttp decompresses what a server compressed unasked; the decompressed bytes are counted.
    async for chunk in response.content.iter_any():
        body += chunk
        limits.check_bytes(len(body), f'"{uri}"')
    limits.check_bytes(len(body), f'"{uri}"')
    return bytes(body)


def _raise_for(error: Exception, uri: str) -> NoReturn:
    if isinstance(error, ClientConnectorError) and isinstance(error.os_error, _NotPublic):
        raise NotAllowed(
            f'"{uri}" resolves to an address that is not public', "Start the worker with a --uri that names this host."
        ) from error
    # For answers that are not HTTP, str(error) would contain the request with its signature.
    text = error.message if isinstance(error, ClientResponseError) else str(error)
    text = text.partition("\n")[0] or type(error).__name__
    raise ReadFailed(f'fetching "{uri}" failed: {text}') from error


class _NotPublic(OSError):
    """The address of a host is not public."""


def _public_socket(info: AddrInfoType) -> socket.socket:
    # The last step before connecting: the name has been resolved, and this address is used.
    family, kind, protocol, _, address = info
    if not is_public(str(address[0])):
        raise _NotPublic("not a public address")
    return socket.socket(family, kind, protocol)


_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Return whether an IP address is public; an IPv4 address embedded in IPv6 is extracted."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if ip in _NAT64:
            inner = IPv4Address(ip.packed[-4:])
        if not inner:
            return ip.is_global and ip in _UNICAST
        ip = inner
    return ip.is_global and not ip.is_multicast
