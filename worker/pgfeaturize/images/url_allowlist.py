"""The URLs that a worker may fetch: the operator sets prefixes, and SQL users cannot add any."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import quote, unquote

from pgfeaturize.errors import NotAllowed, SettingsError

WEB = ("http", "https")
#: The host of a prefix that allows all hosts.
ANY = "*"

_URI = re.compile(r"([a-z][a-z0-9+.-]*)://([^/?#]*)(.*)", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+|\*")
_NUMBERS = re.compile(r"(.*\.)?(\d+|0x[0-9a-f]*)")
# Characters that are sent unchanged, including "%": a signature is valid for one spelling only.
_UNQUOTED = "!$%&'()*+,/:;=?@[]~"


@dataclass(frozen=True)
class NormalizedUrl:
    """A URL in normal form, so that two can be compared.

    Attributes:
        scheme: in lower case.
        host: in lower case and ASCII, without a final dot; "" if the path begins with a bucket.
        port: default: that of the scheme; 0 without a host.
        path: percent-encoded only where necessary.
        uri: the URI to request, without fragment.
    """

    scheme: str
    host: str
    port: int
    path: str
    uri: str

    @property
    def origin(self) -> str:
        """Scheme, host and port, such as https://images.example.org:443."""
        return f"{self.scheme}://{self.host}:{self.port}"

    @classmethod
    def of(cls, uri: str) -> "NormalizedUrl":
        """Parse a URI.

        Raises:
            ValueError: it is not a URI, or programs could interpret it in different ways.
        """
        if not uri.isprintable() or "\\" in uri:
            raise ValueError("it contains a backslash or an invisible character")
        match = _URI.fullmatch(uri)
        if not match:
            raise ValueError("it is not a URI of the form scheme://host/path")
        scheme, authority, rest = match[1].lower(), match[2], match[3]
        if re.search(":.*@", authority) or (scheme in WEB and "@" in authority):
            raise ValueError("it contains credentials")
        if scheme in WEB:
            return cls._of_web(scheme, f"{scheme}://{authority}", rest.partition("#")[0])
        _check_path(authority + rest)  # "?" and "#" may be part of a name
        return cls(scheme, "", 0, f"/{authority}{rest}", uri)

    @classmethod
    def _of_web(cls, scheme: str, origin: str, rest: str) -> "NormalizedUrl":
        # The parser of the HTTP client, so that both see the same host; a dependency of aiohttp.
        from yarl import URL

        _check_path(rest.partition("?")[0])
        rest = "/" + rest.removeprefix("/")
        url = URL(origin + rest)
        host, port = (url.raw_host or "").rstrip("."), url.port or 0
        if not _HOST.fullmatch(host):
            raise ValueError("its host is missing or malformed")
        if _NUMBERS.fullmatch(host):
            ip_address(host)  # only some programs take 127.1 or 0x7f000001 for addresses
        origin = f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
        return cls(scheme, host, port, url.raw_path, origin + quote(rest, safe=_UNQUOTED))

    def within(self, prefix: "NormalizedUrl") -> bool:
        """Return whether this URL equals `prefix` or is below it, comparing whole folder names."""
        return (
            (self.scheme, self.port) == (prefix.scheme, prefix.port)
            and prefix.host in (self.host, ANY)
            and f"{self.path}/".startswith(prefix.path.rstrip("/") + "/")
        )


def _check_path(path: str) -> None:
    while path != (path := unquote(path)):  # until nothing is escaped any more
        pass
    # Some servers treat "..;x" as "..".
    names = [name.partition(";")[0] for name in path.split("/")]
    if "." in names or ".." in names:
        raise ValueError("its path contains . or ..")
    if "\\" in path or any(ord(character) < 32 for character in path):
        raise ValueError("its path contains an escaped backslash or control character")


@dataclass(frozen=True)
class UrlAllowlist:
    """URL prefixes that a worker may fetch; with none it may fetch nothing."""

    prefixes: tuple[NormalizedUrl, ...] = ()

    @classmethod
    def of(cls, prefixes: Iterable[str]) -> "UrlAllowlist":
        """Parse prefixes: "https://images.example.org/photos/", "https://*", "s3://bucket".

        Raises:
            SettingsError: a prefix is malformed, or no installed package reads its scheme.
        """
        return cls(tuple(map(_prefix, prefixes)))

    def match(self, uri: str) -> tuple[NormalizedUrl, bool]:
        """Return the normalized URL, and whether a prefix names its host.

        Raises:
            NotAllowed: no prefix allows it, or programs could interpret it in different ways.
        """
        name = uri.partition("?")[0]  # without the query, which may contain a signature
        try:
            url = NormalizedUrl.of(uri)
        except ValueError as error:
            raise NotAllowed(f'"{name}" may not be fetched: {error}') from error
        allowing = [prefix for prefix in self.prefixes if url.within(prefix)]
        if not allowing:
            raise NotAllowed(
                f'"{name}" is not below a URL that the worker may fetch',
                "Start the worker with --uri PREFIX for each source of images, "
                "such as --uri https://images.example.org/photos/.",
            )
        return url, any(prefix.host != ANY for prefix in allowing)


def _prefix(text: str) -> NormalizedUrl:
    try:
        url = NormalizedUrl.of(text)
    except ValueError as error:
        raise _malformed(text, str(error)) from error
    if url.scheme in ("file", "local"):
        raise SettingsError(f'"{text}" is a directory of this machine', "Allow it with --root DIR instead.")
    if url.scheme in WEB:
        if "?" in url.uri or "#" in text:
            raise _malformed(text, "a prefix has no query and no fragment")
    else:
        _check_installed(url.scheme)
    return url


def _malformed(text: str, why: str) -> SettingsError:
    return SettingsError(
        f'"{text}" is not a URL prefix: {why}',
        "Write scheme://host/folder/, such as https://images.example.org/photos/.",
    )


def _check_installed(scheme: str) -> None:
    from fsspec import get_filesystem_class

    try:
        get_filesystem_class(scheme)
    except ValueError as error:
        raise SettingsError(
            f'the scheme "{scheme}://" is not supported',
            "Use http, https, s3, gs, or another scheme that fsspec supports.",
        ) from error
    except ImportError as error:
        raise SettingsError(f'a package for the scheme "{scheme}://" is missing', f"{error}.") from error
