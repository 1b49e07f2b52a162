"""How a worker presents itself to web servers: user agent, headers by URL prefix, and requests at a time."""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.metadata import version

from pgfeaturize.errors import SettingsError
from pgfeaturize.images.url_allowlist import WEB, NormalizedUrl

_HEADER = re.compile(r"(https?://[^\s=]+)=([A-Za-z0-9!#$%&'*+.^_`|~-]+):\s*(.*)", re.DOTALL)
_RESERVED = ("host", "content-length", "transfer-encoding", "connection", "accept-encoding", "user-agent")


@dataclass(frozen=True)
class Header:
    """A header for the URLs below a prefix; the value may be a secret, so it is never shown."""

    prefix: NormalizedUrl
    name: str
    value: str = field(repr=False)

    @classmethod
    def of(cls, text: str) -> "Header":
        """Parse "https://host/prefix=Name: value"; $NAME as a value is that environment variable.

        Raises:
            SettingsError: it is malformed, or the variable is not set.
        """
        match = _HEADER.fullmatch(text)
        try:
            prefix = NormalizedUrl.of(match[1]) if match else None
        except ValueError:
            prefix = None
        if match is None or prefix is None or prefix.host == "*" or match[2].lower() in _RESERVED:
            name = text.partition("=")[0]
            raise SettingsError(
                f'--header "{name}=…" is not a header of a URL prefix',
                "Write https://host/folder=Name: value. The user agent is set by --user-agent.",
            )
        value = match[3]
        if value.startswith("$"):
            if value[1:] not in os.environ:
                raise SettingsError(f"--header: the environment variable {value[1:]} is not set", "Set it.")
            value = os.environ[value[1:]]
        if not value.isprintable() or not value.isascii():
            raise SettingsError(
                f'--header "{match[1]}={match[2]}: …": the value has other characters than printable ASCII',
                "Encode the value, as the server expects it.",
            )
        return cls(prefix, match[2], value)


def default_user_agent() -> str:
    """Return the name and release of this program."""
    return f"pgfeaturize/{version('pgfeaturize')}"


@dataclass(frozen=True)
class WebOptions:
    """How images are requested from web servers.

    Attributes:
        user_agent: of all requests.
        headers: sent only to URLs below their prefixes.
    """

    user_agent: str = field(default_factory=default_user_agent)
    headers: tuple[Header, ...] = ()

    @classmethod
    def of(cls, user_agent: str | None = None, headers: Iterable[str] = ()) -> "WebOptions":
        """Parse --user-agent and --header options.

        Raises:
            SettingsError: one is malformed.
        """
        agent = user_agent or default_user_agent()
        if not agent.isprintable() or not agent.isascii():
            raise SettingsError("--user-agent has other characters than printable ASCII", "Write another one.")
        return cls(agent, tuple(map(Header.of, headers)))

    def headers_of(self, url: NormalizedUrl) -> dict[str, str]:
        """Return the headers for a request, also for one that follows a redirect."""
        if url.scheme not in WEB:
            return {}
        return {header.name: header.value for header in self.headers if url.within(header.prefix)}
