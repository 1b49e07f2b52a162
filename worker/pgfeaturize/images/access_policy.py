"""What may be read for whom: directories and addresses, for all tables or for one."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from os import PathLike, fspath

from pgfeaturize.images.files import Roots
from pgfeaturize.images.url_allowlist import UrlAllowlist

#: Before a directory or an address that is for one table, or all those of a schema: schema.table=…
_FOR_TABLE = re.compile(r"([^/:=.]+\.[^/:=.]+)=(.*)", re.DOTALL)


@dataclass(frozen=True)
class AccessPolicy:
    """Where images may come from.

    Attributes:
        roots: of paths.
        urls: of addresses.
        tables: the same for tables that have their own, by "schema.table" or "schema.*".
    """

    roots: Roots = field(default_factory=Roots)
    urls: UrlAllowlist = field(default_factory=UrlAllowlist)
    tables: Mapping[str, "AccessPolicy"] = field(default_factory=dict)

    @classmethod
    def of(cls, roots: Iterable[str | PathLike[str]], urls: Iterable[str] = ()) -> "AccessPolicy":
        """Take them as an operator writes them: "/srv/photos", or "public.photos=/srv/photos".

        Raises:
            SettingsError: an address is malformed, or nothing here reads such addresses.
        """
        paths, places = _by_table(fspath(root) for root in roots), _by_table(urls)

        def own(table: str) -> tuple[Roots, UrlAllowlist]:
            return Roots.of(paths.get(table, ())), UrlAllowlist.of(places.get(table, ()))

        tables = {*paths, *places} - {""}
        return cls(*own(""), {table: cls(*own(table)) for table in tables})

    def of_table(self, schema: str, table: str) -> "AccessPolicy":
        """What a table may lead to: its own if it has any, and then no more."""
        return self.tables.get(f"{schema}.{table}") or self.tables.get(f"{schema}.*") or self


def _by_table(given: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for text in given:
        match = _FOR_TABLE.fullmatch(text)
        table, place = match.groups() if match else ("", text)
        found.setdefault(table, []).append(place)
    return found
