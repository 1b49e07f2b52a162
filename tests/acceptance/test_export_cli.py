"""`pgfeaturize export` and `pgfeaturize.load_training` return the stored data."""

import csv
import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch

import pgfeaturize
from pgfeaturize.cli import main
from pgfeaturize.db import copy_binary
from pgfeaturize.db.connection import connect
from pgfeaturize.db.statements import fetch
from pgfeaturize.errors import Refused, ServerUnreachable
from pgfeaturize.export import FORMATS
from pgfeaturize.training.dataset import CopyPlan, read, read_copy
from tests.acceptance.embedded_images import DIM, Vectors, embed
from tests.conftest import Database, Server, open_database

RunCli = Callable[..., str]

#: Text form of values whose type no format has.
TEXTS = {
    "amount": "123456789012345678901234567890.5",
    "tags": '{a,"b c"}',
    "facts": '{"k": [1]}',
    "raw": "\\xff00",
    "wait": "P1DT2H",
}
LABELS = ["cat", "dog", 'Äpfel, "rot"', "cat", "dog", "_", "$x$"] * 3


@pytest.fixture(scope="module")
def pets(server: Server) -> Iterator[Database]:
    """Create two tables of labeled rows, embedded in a table and in a column, with training views."""
    with open_database(server, "installed") as opened:
        embed(opened, "pets", LABELS)
        embed(opened, "scans", LABELS[:4], destination="column")
        opened.rows("select featurize.create_training_view('pets_set', 'pets_looks', 'label')")
        yield opened


@pytest.fixture
def vectors(pets: Database) -> Vectors:
    """Return the stored vectors in key order."""
    return stored(pets, "select embedding::float4[] from pets_looks order by id")


@pytest.fixture
def run_cli(
    pets: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> RunCli:
    """Run a command in this process, and return its output."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", pets.url)

    def run(*arguments: str, status: int = 0) -> str:
        monkeypatch.setattr(sys, "argv", ["pgfeaturize", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        output = capsys.readouterr()
        assert end.value.code == status, output
        return output.out + output.err

    return run


def stored(database: Database, query: str) -> Vectors:
    """Return a column of vectors as float32."""
    return np.array([row[0] for row in database.rows(query)], np.float32)


def hint(output: str) -> str:
    """Return the hint in an error message."""
    found = re.search(r"^Hint: (.+)$", output, re.MULTILINE)
    assert found, output
    return found[1]


class TestFormats:
    """A training view in each format, read back by the format's own library."""

    def test_parquet(self, run_cli: RunCli, pets: Database, vectors: Vectors, tmp_path: Path) -> None:
        assert "21 rows of pets_set written to a.parquet" in run_cli(*("export", "pets_set", "--out", "a.parquet"))
        table = pq.read_table(tmp_path / "a.parquet")
        assert table.schema.field("features").type == pa.list_(pa.float32(), DIM)
        assert table.schema.field("id").type == pa.int32()
        assert rows_of(pets) == list(zip(*(table[name].to_pylist() for name in ("id", "label", "split")), strict=True))
        features = table["features"].combine_chunks().flatten().to_numpy().reshape(-1, DIM)
        np.testing.assert_array_equal(features, vectors)

    def test_npz(self, run_cli: RunCli, pets: Database, vectors: Vectors, tmp_path: Path) -> None:
        run_cli("export", "pets_set", "--out", "a.npz")
        with np.load(tmp_path / "a.npz", allow_pickle=False) as arrays:
            assert rows_of(pets) == list(
                zip(*(arrays[name].tolist() for name in ("id", "label", "split")), strict=True)
            )
            assert arrays["features"].dtype == np.float32
            np.testing.assert_array_equal(arrays["features"], vectors)

    def test_csv(self, run_cli: RunCli, pets: Database, vectors: Vectors, tmp_path: Path) -> None:
        run_cli("export", "pets_set", "--out", "a.csv")
        with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
            head, *rows = csv.reader(file)
        assert head == ["id", "label", "split", *(f"features.{n}" for n in range(DIM))]
        assert [(int(row[0]), *row[1:3]) for row in rows] == rows_of(pets)
        np.testing.assert_array_equal(np.array([row[3:] for row in rows], np.float32), vectors)

    def test_jsonl(self, run_cli: RunCli, pets: Database, vectors: Vectors, tmp_path: Path) -> None:
        run_cli("export", "pets_set", "--out", "a.txt", "--format", "jsonl")
        rows = [json.loads(line) for line in (tmp_path / "a.txt").read_text("utf-8").splitlines()]
        assert [(row["id"], row["label"], row["split"]) for row in rows] == rows_of(pets)
        np.testing.assert_array_equal([np.float32(row["features"]) for row in rows], vectors)

    def test_more_rows_than_a_chunk(self, run_cli: RunCli, pets: Database, tmp_path: Path) -> None:
        pets.rows(
            "create table many as select n, format('[%s,%s]', n, n / 8.0)::halfvec(2) as v "
            "from generate_series(1, 2500) n"
        )
        expected = np.array([(n, n / 8) for n in range(1, 2501)], np.float16).astype(np.float32)
        for form in FORMATS:
            assert "2500 rows" in run_cli("export", "many", "--out", f"a.{form}")
        with np.load(tmp_path / "a.npz") as arrays:
            np.testing.assert_array_equal(arrays["v"], expected)
        table = pq.read_table(tmp_path / "a.parquet")
        np.testing.assert_array_equal(np.array(table["v"].to_pylist(), np.float32), expected)
        loaded = np.loadtxt(tmp_path / "a.csv", np.float32, delimiter=",", skiprows=1)
        np.testing.assert_array_equal(loaded[:, 1:], expected)


def rows_of(database: Database) -> list[tuple[Any, ...]]:
    """Return the rows of the training view in key order."""
    return database.rows("select id, label, split from pets_set order by id")


class TestTypes:
    """Columns other than the vectors."""

    @pytest.fixture
    def odd(self, pets: Database) -> Iterator[None]:
        """Create a table with columns of many types, each with a null."""
        pets.rows('create schema "odd place"')
        pets.rows("create domain positive as bigint check (value > 0)")
        pets.rows(
            'create table "odd place"."A table" ("a ""name""" positive, small smallint, real real, '
            "double float8, flag boolean, day date, local timestamp, moment timestamptz, "
            "amount numeric, tags text[], facts jsonb, raw bytea, wait interval, vectors vector)"
        )
        pets.rows(
            """insert into "odd place"."A table" values (9007199254740993, -7, 0.1, 0.1, true,
               '1969-07-20', '1999-12-31 23:59:59.999999', '2026-01-02 03:04:05.678+02',
               123456789012345678901234567890.5, '{a,"b c"}', '{"k": [1]}', '\\xff00', '1 day 2 hours', '[1,2.5]')"""
        )
        pets.rows('insert into "odd place"."A table" default values')
        yield
        pets.rows('drop schema "odd place" cascade')
        pets.rows("drop domain positive")

    @pytest.mark.usefixtures("odd")
    def test_parquet(self, run_cli: RunCli, tmp_path: Path) -> None:
        run_cli("export", "odd place.A table", "--out", "a.parquet")
        one, null = pq.read_table(tmp_path / "a.parquet").to_pylist()
        assert (
            one
            == {
                'a "name"': 9007199254740993,
                "small": -7,
                "real": float(np.float32(0.1)),
                "double": 0.1,
                "flag": True,
                "day": date(1969, 7, 20),
                "local": datetime(1999, 12, 31, 23, 59, 59, 999999),
                "moment": datetime(2026, 1, 2, 1, 4, 5, 678000, UTC),
                "vectors": [1.0, 2.5],
            }
            | TEXTS
        )
        assert set(null.values()) == {None}

    @pytest.mark.usefixtures("odd")
    def test_npz(self, run_cli: RunCli, pets: Database, tmp_path: Path) -> None:
        pets.rows('delete from "odd place"."A table" where small is null')
        run_cli("export", '"odd place"."A table"', "--out", "a.npz")
        with np.load(tmp_path / "a.npz") as arrays:
            assert arrays['a "name"'].tolist() == [9007199254740993]
            assert arrays["small"].dtype == np.int16
            assert arrays["real"] == np.float32(0.1)
            assert arrays["flag"].dtype == np.bool_
            assert arrays["day"] == np.datetime64("1969-07-20")
            assert arrays["local"] == np.datetime64("1999-12-31T23:59:59.999999")
            assert arrays["moment"] == np.datetime64("2026-01-02T01:04:05.678")
            assert {name: arrays[name].item() for name in TEXTS} == TEXTS

    @pytest.mark.usefixtures("odd")
    def test_npz_with_nulls(self, run_cli: RunCli, tmp_path: Path) -> None:
        run_cli("export", "odd place.A table", "--out", "a.npz")
        with np.load(tmp_path / "a.npz") as arrays:
            assert np.isnan(arrays["small"][1])
            assert np.isnan(arrays["flag"][1])
            assert np.isnat(arrays["day"][1])
            assert np.isnan(arrays["vectors"][1]).all()
            assert arrays["amount"][1] == ""

    @pytest.mark.usefixtures("odd")
    def test_text(self, run_cli: RunCli, tmp_path: Path) -> None:
        run_cli("export", "odd place.A table", "--out", "a.csv")
        with (tmp_path / "a.csv").open(newline="") as file:
            head, one, null = csv.reader(file)
        assert head[-2:] == ["vectors.0", "vectors.1"]
        cells = dict(zip(head, one, strict=True))
        assert cells["moment"] == "2026-01-02 01:04:05.678+00"
        assert cells["flag"] == "true"
        assert {name: cells[name] for name in TEXTS} == TEXTS
        assert set(null) == {""}
        run_cli("export", "odd place.A table", "--out", "a.jsonl")
        one, null = map(json.loads, (tmp_path / "a.jsonl").read_text().splitlines())
        assert one["facts"] == {"k": [1]}
        assert one["tags"] == ["a", "b c"]
        assert one["vectors"] == [1, 2.5]
        assert set(null.values()) == {None}


class TestSources:
    """What can be exported."""

    def test_a_featurizer_gives_key_image_and_current_vectors(
        self, run_cli: RunCli, vectors: Vectors, tmp_path: Path
    ) -> None:
        run_cli("export", "pets_looks", "--out", "a.parquet")
        table = pq.read_table(tmp_path / "a.parquet")
        assert table.column_names == ["id", "image", "embedding"]
        assert table["image"][3].as_py() == "/nowhere/3.png"
        np.testing.assert_array_equal(np.array(table["embedding"].to_pylist(), np.float32), vectors)

    def test_embeddings_in_the_rows(self, run_cli: RunCli, pets: Database, tmp_path: Path) -> None:
        space = pets.value("select featurize._space_column(f) from featurize.featurizer f where f.name = 'scans_looks'")
        pets.rows(f"update scans set {space} = null, scans_looks = null where id = 2")
        run_cli("export", "scans_looks", "--out", "a.parquet")
        table = pq.read_table(tmp_path / "a.parquet")
        assert table.column_names == ["id", "image", "scans_looks"]
        assert table["id"].to_pylist() == [0, 1, 3], "only what has a current vector"
        run_cli("export", "scans", "--out", "b.parquet")
        whole = pq.read_table(tmp_path / "b.parquet")
        assert whole["scans_looks"].to_pylist()[2] is None
        assert "label" in whole.column_names

    def test_an_embedding_table_by_its_qualified_name(self, run_cli: RunCli, tmp_path: Path) -> None:
        run_cli("export", "public.pets_looks", "--out", "a.parquet")
        assert "embedded_at" in pq.read_table(tmp_path / "a.parquet").column_names

    def test_a_query_in_a_view(self, run_cli: RunCli, pets: Database, tmp_path: Path) -> None:
        pets.rows(
            "create view cats as select p.label, l.embedding from pets p join pets_looks l using (id) where p.label = 'cat'"
        )
        run_cli("export", "cats", "--out", "a.npz")
        with np.load(tmp_path / "a.npz") as arrays:
            assert set(arrays["label"]) == {"cat"}

    def test_a_training_view_outside_the_search_path(self, run_cli: RunCli, pets: Database, tmp_path: Path) -> None:
        pets.rows("create schema lab")
        pets.rows("select featurize.create_training_view('lab.far', 'pets_looks', 'label', seed => 7)")
        run_cli("export", "far", "--out", "a.csv")
        run_cli("export", "lab.far", "--out", "b.csv")
        assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()

    def test_no_rows(self, run_cli: RunCli, pets: Database, tmp_path: Path) -> None:
        pets.rows("create table empty_ones (id int, v vector(3))")
        for form in FORMATS:
            assert "0 rows" in run_cli("export", "empty_ones", "--out", f"a.{form}")
        assert (tmp_path / "a.csv").read_text() == "id,v.0,v.1,v.2\n"
        assert (tmp_path / "a.jsonl").read_text() == ""
        with np.load(tmp_path / "a.npz") as arrays:
            assert arrays["v"].shape == (0, 3)
        assert pq.read_table(tmp_path / "a.parquet").num_rows == 0


class TestRefused:
    """Errors name the remedy, and leave no file."""

    @pytest.mark.parametrize(
        ("arguments", "message", "remedy"),
        [
            (["nobody", "--out", "a.csv"], 'no table, view or featurizer "nobody"', "pets_looks"),
            (["a b;c", "--out", "a.csv"], 'no table, view or featurizer "a b;c"', "pets_set"),
            (["pets", "--out", "a.csv"], "pets has no column of type vector", "id, image, label"),
            (["pets_set", "--out", "a.xlsx"], 'no format "xlsx"', "--format"),
            (["pets_set", "--out", "a"], "a has no file extension", ".parquet, .npz"),
            (["pets_set", "--out", "a.csv", "--format", "xml"], 'no format "xml"', "csv"),
            (["pets_set", "--out", "."], "is a directory", "path of a file"),
            (["pets_set", "--out", "/proc/nowhere/a.csv"], "cannot be written", "may write"),
        ],
        ids=lambda value: " ".join(value) if isinstance(value, list) else "",
    )
    def test_what_cannot_be(
        self, run_cli: RunCli, tmp_path: Path, arguments: list[str], message: str, remedy: str
    ) -> None:
        output = run_cli("export", *arguments, status=2)
        assert message in output
        assert remedy in hint(output)
        assert list(tmp_path.iterdir()) == []

    def test_a_file_that_is_there_stays(self, run_cli: RunCli, tmp_path: Path) -> None:
        file = tmp_path / "a.csv"
        file.write_text("mine")
        output = run_cli("export", "pets_set", "--out", "a.csv", status=2)
        assert "file a.csv already exists" in output
        assert "--overwrite" in hint(output)
        assert file.read_text() == "mine"
        run_cli("export", "pets_set", "--out", "a.csv", "--overwrite")
        assert file.read_text().startswith("id,label,")

    def test_a_failure_midway_leaves_the_old_file(self, run_cli: RunCli, pets: Database, tmp_path: Path) -> None:
        pets.rows("create table mixed as select '[1,2]'::vector as v from generate_series(1, 2000)")
        pets.rows("insert into mixed values ('[1,2,3]')")
        file = tmp_path / "a.npz"
        file.write_text("mine")
        for form in ("npz", "csv", "parquet"):
            output = run_cli(*("export", "mixed", "--out", "a.npz", "--overwrite", "--format", form), status=2)
            assert "vectors of 2 and of 3 values" in output
            assert "view" in hint(output)
        assert file.read_text() == "mine"
        assert list(tmp_path.iterdir()) == [file]
        run_cli("export", "mixed", "--out", "a.jsonl")

    def test_without_pyarrow(self, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delitem(sys.modules, "pgfeaturize.export.parquet", raising=False)
        for module in ("pyarrow", "pyarrow.parquet"):
            monkeypatch.setitem(sys.modules, module, None)
        output = run_cli("export", "pets_set", "--out", "a.parquet", status=2)
        assert "pyarrow, which is not installed" in output
        assert hint(output) == "Type: pip install 'pyarrow>=16'"


class TestLoadTraining:
    """`pgfeaturize.load_training`."""

    def test_all_and_each_split(self, pets: Database, vectors: Vectors) -> None:
        found = pgfeaturize.load_training(pets.url, "pets_set")
        assert [json.loads(key)["id"] for key in found.keys] == list(range(len(LABELS)))
        assert found.labels.tolist() == LABELS
        assert found.splits.tolist() == [split for _, _, split in rows_of(pets)]
        assert found.features.dtype == np.float32
        assert len(found) == len(LABELS)
        np.testing.assert_array_equal(found.features, vectors)
        for split in ("train", "test"):
            part = pgfeaturize.load_training(pets.url, "public.pets_set", split)
            assert set(part.splits) == {split}
            np.testing.assert_array_equal(part.features, vectors[found.splits == split])

    def test_as_torch_tensor(self, pets: Database, vectors: Vectors) -> None:
        found = pgfeaturize.load_training(pets.url, "pets_set", torch=True)
        assert isinstance(found.features, torch.Tensor)
        assert torch.equal(found.features, torch.from_numpy(vectors))

    def test_half_precision(self, pets: Database) -> None:
        pets.rows(
            "select featurize.create_featurizer('pets', 'image', 'points', 'half', storage => 'halfvec', backfill => false)"
        )
        pets.rows("insert into half (id, embedding, space_id) select id, embedding, space_id from pets_looks")
        pets.rows("select featurize.create_training_view('half_set', 'half', 'label')")
        found = pgfeaturize.load_training(pets.url, "half_set")
        expected = stored(pets, "select embedding::vector::float4[] from half order by id")
        np.testing.assert_array_equal(found.features, expected)

    def test_no_rows(self, pets: Database) -> None:
        pets.rows("select featurize.create_training_view('all_train', 'pets_looks', 'label', test_fraction => 0)")
        found = pgfeaturize.load_training(pets.url, "all_train", "test")
        assert len(found) == 0
        assert found.features.shape == (0, DIM)

    def test_unknown_split(self, pets: Database) -> None:
        with pytest.raises(Refused, match="split cannot be 'dev'") as raised:
            pgfeaturize.load_training(pets.url, "pets_set", "dev")
        assert "train, test" in raised.value.hint

    def test_unknown_view(self, pets: Database) -> None:
        with pytest.raises(Refused, match='no training view "nobody"') as raised:
            pgfeaturize.load_training(pets.url, "nobody")
        assert "pets_set" in raised.value.hint

    def test_no_server(self) -> None:
        with pytest.raises(ServerUnreachable):
            pgfeaturize.load_training("host=/nowhere", "pets_set")

    def test_progress_and_one_moment(self, pets: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        """Rows that are inserted during an export are not in it."""
        monkeypatch.setattr(copy_binary, "CHUNK", 5)
        told: list[int] = []

        def tell(done: int) -> None:
            told.append(done)
            pets.rows("update pets set label = null where id = 0")

        with connect(pets.url) as connection:
            found = read(connection, "pets_set", progress=tell)
            pets.rows("update pets set label = %s where id = 0", LABELS[0])
            assert found.labels.tolist() == LABELS
            assert told == [5, 10, 15, 20, 21]
            connection.execute("create table still_writing ()")
            pets.rows("drop table still_writing")

    def test_in_a_transaction_of_the_caller(self, pets: Database) -> None:
        with psycopg.connect(pets.url) as connection:
            connection.execute("create temp table mine (id int)")
            assert len(read(connection, "pets_set")) == len(LABELS)
            connection.execute("insert into mine values (1)")

    def test_more_rows_than_expected(self, pets: Database, vectors: Vectors) -> None:
        with connect(pets.url) as connection:
            (plan,) = fetch(connection, CopyPlan, "read_training_view", "pets_set", None)
            for rows, dim in ((0, None), (2, DIM), (100, None)):
                found = read_copy(connection, replace(plan, rows=rows, dim=dim))
                np.testing.assert_array_equal(found.features, vectors)
