"""The directories and URLs that each table may use."""

from pathlib import Path

import pytest

from pgfeaturize import errors
from pgfeaturize.images import AccessPolicy, Roots, UrlAllowlist


def test_for_all_tables(tmp_path: Path) -> None:
    access_policy = AccessPolicy.of([tmp_path], ["https://host/a"])
    assert access_policy == AccessPolicy(Roots.of([tmp_path]), UrlAllowlist.of(["https://host/a"]))
    assert access_policy.of_table("public", "photos") is access_policy


def test_a_table_with_its_own_may_lead_nowhere_else() -> None:
    access_policy = AccessPolicy.of(
        ["/srv/all", "app.photos=/srv/photos", "app.*=/srv/app", "app.photos=/srv/more"],
        ["app.*=https://host/a=b", "http://*"],
    )
    assert access_policy.of_table("public", "photos") is access_policy
    assert access_policy.roots == Roots.of(["/srv/all"])
    assert access_policy.urls == UrlAllowlist.of(["http://*"])
    photos, other = access_policy.of_table("app", "photos"), access_policy.of_table("app", "other")
    assert photos == AccessPolicy(Roots.of(["/srv/photos", "/srv/more"]))
    assert other == AccessPolicy(Roots.of(["/srv/app"]), UrlAllowlist.of(["https://host/a=b"]))


def test_without_any_for_all_others_read_nothing() -> None:
    access_policy = AccessPolicy.of(["app.photos=/srv/photos"])
    assert access_policy.of_table("app", "photos").roots == Roots.of(["/srv/photos"])
    assert access_policy.of_table("app", "cats").roots == Roots()


@pytest.mark.parametrize("directory", ["./a.b=c", "/srv/a.b=c", "a=b", "a.b.c=d"])
def test_directories_that_look_alike(directory: str) -> None:
    assert AccessPolicy.of([directory]) == AccessPolicy(Roots.of([directory]))


def test_a_malformed_address_of_a_table() -> None:
    with pytest.raises(errors.SettingsError, match="gopher"):
        AccessPolicy.of([], ["app.photos=gopher://host"])


def test_a_table_whose_schema_has_a_dot_is_not_another() -> None:
    access_policy = AccessPolicy.of(["a.b=/srv/b", "a.*=/srv/a"])
    assert access_policy.of_table("a.b", "c") is access_policy
    assert access_policy.of_table("a", "b.c").roots == Roots.of(["/srv/a"])
