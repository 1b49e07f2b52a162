"""The directories and URLs that a worker may read, for all tables or for one."""

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from os import PathLike, fspath

from pgfeaturize.errors import SettingsError
from pgfeaturize.images.files import Roots
from pgfeaturize.images.url_allowlist import UrlAllowlist
from pgfeaturize.images.web_options import WebOptions

#: A directory or URL prefix of one table or schema: "schema.table=…" or "schema.*=…".
_FOR_TABLE = re.compile(r"([^/:=.]+\.[^/:=.]+)=(.*)", re.DOTALL)


@dataclass(frozen=True)
class AccessPolicy:
    """The directories and URLs that may be read.

    Attributes:
        roots: directories for paths.
        urls: URL prefixes for URIs.
        web: how images are requested from web servers.
        tables: policies of tables that have their own, by "schema.table" or "schema.*".
    """

    roots: Roots = field(default_factory=Roots)
    urls: UrlAllowlist = field(default_factory=UrlAllowlist)
    web: WebOptions = field(default_factory=WebOptions)
    tables: Mapping[str, "AccessPolicy"] = field(default_factory=dict)

    @classmethod
    def of(
        cls, roots: Iterable[str | PathLike[str]], urls: Iterable[str] = (), web: WebOptions | None = None
    ) -> "AccessPolicy":
        """Parse --root and --uri options, such as "/srv/photos" or "public.photos=/srv/photos".

        Raises:
            SettingsError: a URL prefix is malformed, or no installed package reads its scheme.
        """
        paths, prefixes = _by_table(fspath(root) for root in roots), _by_table(urls)

        def own(table: str) -> tuple[Roots, UrlAllowlist, WebOptions]:
            return Roots.of(paths.get(table, ())), UrlAllowlist.of(prefixes.get(table, ())), web or WebOptions()

        tables = {*paths, *prefixes} - {""}
        return cls(*own(""), {table: cls(*own(table)) for table in tables})

    def check_roots(self) -> None:
        """Check that all roots exist.

        Raises:
            SettingsError: one does not.
        """
        for policy in (self, *self.tables.values()):
            for root in policy.roots.directories:
                if not os.path.isdir(root):  # noqa: PTH112  as in Roots.check_available()
                    raise SettingsError(
                        f'--root: there is no directory "{root}"',
                        "Create it, or mount its volume first. A root of one table is written SCHEMA.TABLE=DIR.",
                    )

    def of_table(self, schema: str, table: str) -> "AccessPolicy":
        """Return the policy of a table: its own, or its schema's, or else the general one."""
        return self.tables.get(f"{schema}.{table}") or self.tables.get(f"{schema}.*") or self


def _by_table(options: Iterable[str]) -> dict[str, list[str]]:
    """Group option values by table; "" is for all tables."""
    groups: dict[str, list[str]] = {}
    for option in options:
        match = _FOR_TABLE.fullmatch(option)
        table, value = match.groups() if match else ("", option)
        groups.setdefault(table, []).append(value)
    return groups
