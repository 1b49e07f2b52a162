"""Which table may lead where."""

from pathlib import Path

import pytest

from pgfeaturize import errors
from pgfeaturize.images import Origins, Reach, Roots


def test_for_all_tables(tmp_path: Path) -> None:
    reach = Reach.of([tmp_path], ["https://host/a"])
    assert reach == Reach(Roots.of([tmp_path]), Origins.of(["https://host/a"]))
    assert reach.of_table("public", "photos") is reach


def test_a_table_with_its_own_may_lead_nowhere_else() -> None:
    reach = Reach.of(
        ["/srv/all", "app.photos=/srv/photos", "app.*=/srv/app", "app.photos=/srv/more"],
        ["app.*=https://host/a=b", "http://*"],
    )
    assert reach.of_table("public", "photos") is reach
    assert reach.roots == Roots.of(["/srv/all"])
    assert reach.origins == Origins.of(["http://*"])
    photos, other = reach.of_table("app", "photos"), reach.of_table("app", "other")
    assert photos == Reach(Roots.of(["/srv/photos", "/srv/more"]))
    assert other == Reach(Roots.of(["/srv/app"]), Origins.of(["https://host/a=b"]))


def test_without_any_for_all_others_read_nothing() -> None:
    reach = Reach.of(["app.photos=/srv/photos"])
    assert reach.of_table("app", "photos").roots == Roots.of(["/srv/photos"])
    assert reach.of_table("app", "cats").roots == Roots()


@pytest.mark.parametrize("directory", ["./a.b=c", "/srv/a.b=c", "a=b", "a.b.c=d"])
def test_directories_that_look_alike(directory: str) -> None:
    assert Reach.of([directory]) == Reach(Roots.of([directory]))


def test_a_malformed_address_of_a_table() -> None:
    with pytest.raises(errors.SettingsError, match="gopher"):
        Reach.of([], ["app.photos=gopher://host"])


def test_a_table_whose_schema_has_a_dot_is_not_another() -> None:
    reach = Reach.of(["a.b=/srv/b", "a.*=/srv/a"])
    assert reach.of_table("a.b", "c") is reach
    assert reach.of_table("a", "b.c").roots == Roots.of(["/srv/a"])
