"""Which URIs a worker may fetch: the operator says how they begin, SQL users cannot add to it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import quote, unquote

from pgfeaturize.errors import NotAllowed, SettingsError

WEB = ("http", "https")
#: All hosts, where it stands for one.
ANY = "*"

_URI = re.compile(r"([a-z][a-z0-9+.-]*)://([^/?#]*)(.*)", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+|\*")
_NUMBERS = re.compile(r"(.*\.)?(\d+|0x[0-9a-f]*)")
# What may stand in a request as it is, "%" too: signatures are over the spelling that was signed.
_SENT = "!$%&'()*+,/:;=?@[]~"


@dataclass(frozen=True)
class NormalizedUrl:
    """Where a URI leads, in one spelling, so that two can be compared.

    Attributes:
        scheme: in lower case.
        host: in lower case and ASCII, without a final dot; "" where `path` begins with a bucket.
        port: the scheme's own if none is given; 0 where there is no host.
        path: percent-encoded where it must be and nowhere else.
        uri: what to ask for, without fragment.
    """

    scheme: str
    host: str
    port: int
    path: str
    uri: str

    @classmethod
    def of(cls, uri: str) -> "NormalizedUrl":
        """Take `uri` to pieces.

        Raises:
            ValueError: it is none, or spelled so that programs might read it in different ways.
        """
        if not uri.isprintable() or "\\" in uri:
            raise ValueError("it has a backslash or a character that cannot be seen")
        match = _URI.fullmatch(uri)
        if not match:
            raise ValueError("it is no URI: scheme://host/path")
        scheme, authority, rest = match[1].lower(), match[2], match[3]
        if re.search(":.*@", authority) or (scheme in WEB and "@" in authority):
            raise ValueError("it holds credentials")
        if scheme in WEB:
            return cls._of_web(scheme, f"{scheme}://{authority}", rest.partition("#")[0])
        _check_path(authority + rest)  # "?" and "#" are letters of a name like others
        return cls(scheme, "", 0, f"/{authority}{rest}", uri)

    @classmethod
    def _of_web(cls, scheme: str, origin: str, rest: str) -> "NormalizedUrl":
        # The parser of the client that will connect, so both mean the same host. Comes with aiohttp.
        from yarl import URL

        _check_path(rest.partition("?")[0])
        rest = "/" + rest.removeprefix("/")
        url = URL(origin + rest)
        host, port = (url.raw_host or "").rstrip("."), url.port or 0
        if not _HOST.fullmatch(host):
            raise ValueError("its host is missing or malformed")
        if _NUMBERS.fullmatch(host):
            ip_address(host)  # 127.1 and 0x7f000001 are addresses to some programs only
        origin = f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
        return cls(scheme, host, port, url.raw_path, origin + quote(rest, safe=_SENT))

    def within(self, prefix: "NormalizedUrl") -> bool:
        """Whether this is at `prefix` or below; a folder's name ends where a slash is."""
        return (
            (self.scheme, self.port) == (prefix.scheme, prefix.port)
            and prefix.host in (self.host, ANY)
            and f"{self.path}/".startswith(prefix.path.rstrip("/") + "/")
        )


def _check_path(path: str) -> None:
    while path != (path := unquote(path)):  # also what was escaped twice
        pass
    # Some servers take "..;x" for "..".
    names = [name.partition(";")[0] for name in path.split("/")]
    if "." in names or ".." in names:
        raise ValueError("it has . or .. in its path")
    if "\\" in path or any(ord(letter) < 32 for letter in path):
        raise ValueError("it hides a backslash or a control character in its path")


@dataclass(frozen=True)
class UrlAllowlist:
    """How URIs that the worker may fetch begin. None: it may fetch nothing."""

    prefixes: tuple[NormalizedUrl, ...] = ()

    @classmethod
    def of(cls, prefixes: Iterable[str]) -> "UrlAllowlist":
        """Such as "https://images.example.org/photos/", "https://*" (any host), "s3://bucket".

        Raises:
            SettingsError: a prefix is malformed, or nothing here reads such URIs.
        """
        return cls(tuple(map(_prefix, prefixes)))

    def locate(self, uri: str) -> tuple[NormalizedUrl, bool]:
        """Where `uri` leads, and whether the operator named that very host.

        Raises:
            NotAllowed: no prefix allows it, or it can be read in several ways.
        """
        name = uri.partition("?")[0]  # a query may hold a signature, of a redirect say
        try:
            place = NormalizedUrl.of(uri)
        except ValueError as error:
            raise NotAllowed(f'"{name}" may not be fetched: {error}') from error
        allowing = [prefix for prefix in self.prefixes if place.within(prefix)]
        if not allowing:
            raise NotAllowed(
                f'"{name}" is not below a URI that the worker may fetch',
                "Start the worker with --uri PREFIX for each place of images, "
                "such as --uri https://images.example.org/photos/.",
            )
        return place, any(prefix.host != ANY for prefix in allowing)


def _prefix(text: str) -> NormalizedUrl:
    try:
        place = NormalizedUrl.of(text)
    except ValueError as error:
        raise _malformed(text, str(error)) from error
    if place.scheme in ("file", "local"):
        raise SettingsError(
            f'"{text}" is a directory of this machine', "Allow it with --root DIR instead."
        )
    if place.scheme in WEB:
        if "?" in place.uri or "#" in text:
            raise _malformed(text, "only folders can be allowed")
    else:
        _check_installed(place.scheme)
    return place


def _malformed(text: str, why: str) -> SettingsError:
    return SettingsError(
        f'URIs cannot be allowed by "{text}": {why}',
        "Write scheme://host/folder/, such as https://images.example.org/photos/.",
    )


def _check_installed(scheme: str) -> None:
    from fsspec import get_filesystem_class

    try:
        get_filesystem_class(scheme)
    except ValueError as error:
        raise SettingsError(
            f'nothing reads URIs that begin with "{scheme}://"',
            "Allow http, https, s3, gs, or another scheme that fsspec knows.",
        ) from error
    except ImportError as error:
        raise SettingsError(
            f'a package is missing to read URIs that begin with "{scheme}://"', f"{error}."
        ) from error
