"""From INSERT to vector, and all other changes of a row."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote_from_bytes

import numpy as np
from PIL import Image

from pgfeaturize.models import Network
from tests.acceptance.conftest import WorkerProcess, expected, insert, settled, vectors, write_image
from tests.conftest import Database, until

Photos = Callable[..., list[Path]]
Worker = Callable[..., WorkerProcess]


def test_rows_keep_their_vectors_through_every_kind_of_write(
    table: Database, photos: Photos, worker: Worker, lenet: Network
) -> None:
    files = photos(40)
    insert(table, files[:10])
    worker()
    assert settled(table)["embedded"] == 10

    insert(table, files[10:], start=10)
    assert settled(table)["embedded"] == 40
    stored = vectors(table)
    for key, vector in enumerate(expected(lenet, files)):
        np.testing.assert_allclose(stored[key], vector, rtol=1e-5, atol=1e-5)

    table.rows("update photos set label = 'x'")
    assert table.value("select count(*) from featurize._queued") == 0, "another column queues nothing"

    table.rows("update photos set path = (select path from photos where id = 1) where id = 0")
    settled(table)
    np.testing.assert_array_equal(vectors(table)[0], vectors(table)[1])

    table.rows("update photos set id = 100 where id = 1")
    assert settled(table)["embedded"] == 40
    assert set(vectors(table)) == {0, *range(2, 40), 100}

    table.rows("update photos set path = null where id = 2")
    assert settled(table) == _states(rows=40, embedded=39, empty=1)
    assert 2 not in vectors(table)

    table.rows("delete from photos where id < 10")
    assert settled(table) == _states(rows=31, embedded=31)
    assert set(vectors(table)) == {*range(10, 40), 100}

    table.rows("truncate photos")
    assert settled(table) == _states()
    assert vectors(table) == {}


def _states(**given: int) -> dict[str, int]:
    names = ("rows", "embedded", "stale", "pending", "leased", "failed", "empty")
    return dict.fromkeys(names, 0) | given


def test_vectors_in_the_row_itself_in_half_precision(
    database: Database, photos: Photos, worker: Worker, lenet: Network
) -> None:
    files = photos(5)
    database.rows("create table photos (id int primary key, path text)")
    insert(database, files)
    database.rows(
        "select featurize.create_featurizer('photos', 'path', 'lenet_digits', name => 'look', "
        "destination => 'column', storage => 'halfvec')"
    )
    worker("--once").wait()
    assert settled(database, "look")["embedded"] == 5
    stored = vectors(database, "photos", "look")
    for key, vector in enumerate(expected(lenet, files)):
        np.testing.assert_allclose(stored[key], vector, rtol=1e-3, atol=1e-3)


def test_images_stored_in_the_table(database: Database, photos: Photos, worker: Worker) -> None:
    database.rows("create table photos (id int primary key, image bytea)")
    database.rows(
        "select featurize.create_featurizer('photos', 'image', 'lenet_digits', name => 'looks', image_kind => 'bytes')"
    )
    for key, file in enumerate(photos(3)):
        database.rows("insert into photos values (%s, %s)", key, file.read_bytes())
    database.rows("insert into photos values (3, 'no image')")
    assert worker("--once").wait() == 1
    assert settled(database) == _states(rows=4, embedded=3, failed=1)


def test_images_as_text(database: Database, photos: Photos, worker: Worker, lenet: Network) -> None:
    """Base64 and data URIs give the vectors of the files, under the limit on decoded bytes."""
    files = photos(3)
    database.rows("create table photos (id int primary key, image text)")
    database.rows("create table pages (id int primary key, uri text)")
    for source, column, kind in ("photos", "image", "base64"), ("pages", "uri", "uri"):
        database.rows(
            "select featurize.create_featurizer(%s, %s, 'lenet_digits', name => %s, image_kind => %s)",
            *(source, column, f"{source}_looks", kind),
        )
    for key, file in enumerate(files):
        data = file.read_bytes()
        database.rows("insert into photos values (%s, encode(%s, 'base64'))", key, data)
        uri = f"data:image/png,{quote_from_bytes(data)}"
        database.rows("insert into pages values (%s, %s)", key, uri)
    database.rows("insert into photos values (3, 'no base64!'), (4, repeat('A', 40000))")
    assert worker("--once", "--max-bytes", "20000").wait() == 1
    assert settled(database, "photos_looks") == _states(rows=5, embedded=3, failed=2)
    assert settled(database, "pages_looks") == _states(rows=3, embedded=3)
    for relation in ("photos_looks", "pages_looks"):
        stored = vectors(database, relation)
        for key, vector in enumerate(expected(lenet, files)):
            np.testing.assert_allclose(stored[key], vector, rtol=1e-5, atol=1e-5)
    failures = database.rows("select image, reason from featurize.failure order by key")
    assert failures == [(None, "bad_encoding"), (None, "too_many_bytes")]
    digests = "select count(distinct digest) from (select digest from photos_looks union all select digest from pages_looks) x"
    assert database.value(digests) == 3, "the digest is that of the image, not of the text"


def test_truncated_images_are_embedded_on_request(database: Database, photos: Photos, worker: Worker) -> None:
    """Of two featurizers of one column, each has its choice; what is embedded in part is never silent."""
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64), np.uint8)
    Image.fromarray(pixels).save(cut := photos(3)[0].parent / "cut.png")
    cut.write_bytes(cut.read_bytes()[:2000])
    database.rows("create table photos (id int primary key, path text)")
    for name in "fail", "embed":
        database.rows(
            "select featurize.create_featurizer('photos', 'path', 'lenet_digits', name => %s, on_truncated => %s)",
            *(f"{name}s", name),
        )
    insert(database, [*photos(3), cut])
    process = worker("--once")
    assert process.wait() == 1
    assert settled(database, "fails") == _states(rows=4, embedded=3, failed=1)
    assert settled(database, "embeds") == _states(rows=4, embedded=4)
    assert process.has_logged("of 1 of 4 rows a part of the image was embedded")
    ((name, key, detail),) = database.rows("select featurizer, key, detail from featurize.truncated")
    assert (name, key) == ("embeds", {"id": 3})
    assert f'"{cut}" is damaged or incomplete' in detail
    assert (
        database.value("select featurize.why('embeds', 3)")
        == f"embedded: the vector is of a part of the image: {detail}"
    )
    assert "embedded from a part of their image: 1" in database.value(
        "select note from featurize.progress where featurizer = 'embeds'"
    )

    database.rows("update photos set path = (select path from photos where id = 0) where id = 3")
    assert worker("--once").wait() == 0
    assert settled(database, "embeds") == _states(rows=4, embedded=4)
    assert database.rows("select * from featurize.truncated") == []


def test_one_bad_image_harms_one_row(table: Database, photos: Photos, worker: Worker, tmp_path: Path) -> None:
    files = [*photos(20), tmp_path / "photos" / "missing.png"]
    insert(table, files)
    process = worker("--once")
    assert process.wait() == 1, "--once tells that something failed"
    assert settled(table) == _states(rows=21, embedded=20, failed=1)
    ((key, image, reason, detail),) = table.rows("select key, image, reason, detail from featurize.failure")
    assert (key, image, reason) == ({"id": 20}, str(files[-1]), "missing_file")
    assert str(files[-1]) in detail
    assert "missing_file" in table.value("select featurize.why('looks', '20')")

    write_image(files[-1], 20)
    assert table.value("select featurize.retry('looks')") == 1
    assert worker("--once").wait() == 0
    assert settled(table) == _states(rows=21, embedded=21)


def test_two_workers_never_do_a_row_twice(table: Database, photos: Photos, worker: Worker) -> None:
    first, second = worker("--batch", "4"), worker("--batch", "4")
    until(lambda: first.has_logged("batches of"), "the first worker is up")
    until(lambda: second.has_logged("batches of"), "the second worker is up")
    insert(table, photos(400))
    assert settled(table)["embedded"] == 400
    shares = table.rows("select embedded from featurize.throughput")
    assert sum(share for (share,) in shares) == 400


def test_featurizers_take_turns(database: Database, photos: Photos, worker: Worker) -> None:
    """A few rows of one featurizer are embedded before the many of another are finished."""
    files = photos(300)
    for name in ("many", "few"):
        database.rows(f"create table {name} (id int primary key, path text)")
        database.rows(f"select featurize.create_featurizer('{name}', 'path', 'lenet_digits', name => '{name}_looks')")
    database.rows(
        "insert into many select * from unnest(%s::int[], %s::text[])", list(range(300)), [str(file) for file in files]
    )
    database.rows("insert into few values (1, %s)", str(files[0]))
    worker("--once", "--batch", "10").wait()
    settled(database, "many_looks")
    ((few, last),) = database.rows(
        "select (select max(embedded_at) from few_looks), (select max(embedded_at) from many_looks)"
    )
    assert few < last


def test_a_changed_model_makes_all_vectors_again(database: Database, photos: Photos, worker: Worker) -> None:
    database.rows("create table photos (id int primary key, path text)")
    database.rows("select featurize.register_model('mine', 'lenet')")
    database.rows("select featurize.create_featurizer('photos', 'path', 'mine', name => 'looks')")
    insert(database, photos(10))
    process = worker()
    assert settled(database)["embedded"] == 10
    before = vectors(database)

    process.kill()
    process.wait()
    database.rows(
        "select featurize.register_model('mine', 'lenet', preprocessing => preprocessing || '{\"mean\": [0.1]}') "
        "from featurize.model where name = 'lenet_digits'"
    )
    assert database.progress("looks")["stale"] == 10
    worker()
    assert settled(database)["embedded"] == 10
    assert not np.allclose(vectors(database)[0], before[0])
    assert database.value("select count(distinct space_id) from looks") == 1
