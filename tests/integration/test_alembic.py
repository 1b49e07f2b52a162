"""Migrations of an application: generated from mapped classes, run and reversed."""

import inspect
import io
import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import alembic
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy.orm import DeclarativeBase, mapped_column, relationship

import pgfeaturize.alembic
from pgfeaturize.db.migrate import migrate
from pgfeaturize.sqlalchemy import featurized
from tests.conftest import ROOT, Database, Server, open_database

PAGE = (ROOT / "docs" / "alembic.md").read_text()
#: Python code of the page: env.py, mapped classes, a generated and a handwritten migration.
ENV, CLASSES, GENERATED, BY_HAND = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
TEMPLATE = Path(alembic.__file__).parent / "templates" / "generic"
DECLARED = "name, schema, relation, image_column, model, image_kind, destination, storage, metrics, on_replica, notify, on_truncated"


@dataclass
class Application:
    """The migrations of an application, and its database."""

    database: Database
    directory: Path
    output: io.StringIO = field(default_factory=io.StringIO)

    @property
    def config(self) -> Config:
        """The settings that alembic.ini would have."""
        config = Config(output_buffer=self.output)
        config.set_main_option("script_location", str(self.directory).replace("%", "%%"))
        url = self.database.url.replace("postgresql://", "postgresql+psycopg://")
        config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
        return config

    def revise(self) -> str:
        """Generate a migration, and return its text."""
        script = command.revision(self.config, autogenerate=True)
        assert isinstance(script, alembic.script.Script)
        return Path(script.path).read_text()

    def write(self, body: str) -> None:
        """Write a migration by hand."""
        script = command.revision(self.config)
        assert isinstance(script, alembic.script.Script)
        path = Path(script.path)
        head = path.read_text().partition("def upgrade")[0]
        path.write_text(head + body)

    def upgrade(self) -> None:
        """Run all migrations, and check that there are no differences left."""
        command.upgrade(self.config, "head")
        command.check(self.config)

    def downgrade(self) -> None:
        """Reverse the last migration."""
        command.downgrade(self.config, "-1")

    def upgrade_script(self) -> str:
        """Return all migrations as SQL."""
        self.output.truncate(self.output.seek(0))
        command.upgrade(self.config, "head", sql=True)
        return self.output.getvalue()

    def downgrade_script(self) -> str:
        """Return the downgrade of all migrations as SQL."""
        self.output.truncate(self.output.seek(0))
        command.downgrade(self.config, "head:base", sql=True)
        return self.output.getvalue()

    @property
    def featurizers(self) -> list[Any]:
        """The featurizers of the database."""
        return self.database.rows(f"select {DECLARED} from featurize.list_featurizers()")


@pytest.fixture
def application(database: Database, tmp_path: Path) -> Application:
    return make_application(database, tmp_path / "application")


def make_application(database: Database, directory: Path, **configured: Any) -> Application:
    """Create migrations as `alembic init` does, with the env.py of the page."""
    (directory / "versions").mkdir(parents=True)
    (directory / "script.py.mako").write_text((TEMPLATE / "script.py.mako").read_text())
    env = (TEMPLATE / "env.py").read_text()
    assert "target_metadata = None\n" in env
    env = env.replace("target_metadata = None\n", ENV)
    for name, value in configured.items():
        env = env.replace("connection=connection,", f"connection=connection, {name}={value!r},")
    (directory / "env.py").write_text(env)
    return Application(database, directory)


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The module app.models, which env.py imports; set its Base."""
    module = SimpleNamespace(Base=None)
    monkeypatch.setitem(sys.modules, "app", SimpleNamespace(models=module))
    monkeypatch.setitem(sys.modules, "app.models", module)
    return module


def photos(**attributes: Any) -> type[DeclarativeBase]:
    """Return the base of mapped classes with one table, which has these additional attributes."""

    class Base(DeclarativeBase):
        pass

    columns = {
        "id": mapped_column(sa.Integer, primary_key=True),
        "path": mapped_column(sa.Text),
        "label": mapped_column(sa.Text),
    }
    type("Photo", (Base,), {"__tablename__": "photos", **columns, **attributes})
    return Base


def operations(script: str) -> tuple[list[str], list[str]]:
    """Return the names of the operations in upgrade() and in downgrade(), without op.f()."""
    up, down = script.split("def downgrade")
    called = re.compile(r"op\.(?!f\()(\w+)\(")
    return called.findall(up), called.findall(down)


def test_first_migration_creates_featurizers_after_their_tables(
    application: Application, models: SimpleNamespace
) -> None:
    models.Base = photos(look=featurized("path", index=("cosine", "l2")))
    script = application.revise()
    up = ["create_table", "create_featurizer", "create_feature_index", "create_feature_index"]
    assert operations(script) == (up, [name.replace("create", "drop") for name in reversed(up)])
    assert "op.create_featurizer('photos', 'path', model='resnet50', name='photos_look')" in script
    assert "\nimport pgfeaturize.alembic " in script
    expected = ("photos_look", "public", "photos", "path", "resnet50", "path", "table", "vector")
    for _ in range(2):
        application.upgrade()
        assert application.featurizers == [(*expected, ["cosine", "l2"], False, True, "fail")]
        application.downgrade()
        assert application.featurizers == []
        tables = "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'"
        assert application.database.rows(tables) == [("alembic_version",)]


def test_mappers_need_not_be_configured(application: Application, models: SimpleNamespace) -> None:
    """Here they cannot be, because a relationship has an unknown target."""
    models.Base = photos(look=featurized("path"), owner=relationship("Nobody"))
    assert "create_featurizer" in application.revise()


def test_second_featurizer_is_added_alone(application: Application, models: SimpleNamespace) -> None:
    models.Base = photos(look=featurized("path"))
    application.revise()
    application.upgrade()
    before = application.featurizers
    models.Base = photos(look=featurized("path"), detail=featurized("path", model="vgg16", destination="column"))
    assert operations(application.revise()) == (["create_featurizer"], ["drop_featurizer"])
    application.upgrade()
    assert [row[0] for row in application.featurizers] == ["photos_detail", "photos_look"]
    application.downgrade()
    assert application.featurizers == before


@pytest.mark.parametrize(
    "changed",
    [
        {"model": "vgg16"},
        {"storage": "halfvec"},
        {"destination": "column"},
        {"model": "vgg16", "destination": "column", "storage": "halfvec"},
    ],
    ids=" ".join,
)
def test_changed_featurizer_is_dropped_and_created(
    application: Application, models: SimpleNamespace, changed: dict[str, Any]
) -> None:
    """So are its indexes and training views; the downgrade restores them."""
    models.Base = photos(look=featurized("path", index="cosine"))
    application.revise()
    application.upgrade()
    view = "featurize.create_training_view('Labeled', 'photos_look', 'label', 0.2, seed => 7)"
    name = application.database.value(f"select {view}")
    before = application.featurizers
    models.Base = photos(look=featurized(**{"image": "path", "index": "cosine", **changed}))
    up = ["create_featurizer", "create_feature_index", "create_training_view"]
    down = [name.replace("create", "drop") for name in reversed(up)]
    assert operations(application.revise()) == (down + up, down + up)
    application.upgrade()
    assert application.featurizers != before
    application.downgrade()
    assert application.featurizers == before
    (defined,) = application.database.rows(
        "select schema, view_name, test_fraction::text, seed from featurize.list_training_views()"
    )
    assert name == "public.labeled"
    assert defined == ("public", "labeled", "0.2", 7)


@pytest.mark.parametrize("destination", ["table", "column"])
@pytest.mark.parametrize(
    ("changed", "argument"),
    [
        ({"image_kind": "uri"}, "image_kind='uri'"),
        ({"image": "label"}, "image_column='label'"),
        ({"name": "other"}, "rename_to='other'"),
        ({"image": "label", "name": "other"}, "image_column='label', rename_to='other'"),
        ({"on_replica": True, "notify": False}, "on_replica=True, notify=False"),
        ({"on_truncated": "embed"}, "on_truncated='embed'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else None,
)
def test_altered_featurizer_keeps_its_embeddings(
    application: Application, models: SimpleNamespace, destination: Any, changed: dict[str, Any], argument: str
) -> None:
    """So it does after the downgrade; its index and its training views stay."""
    models.Base = photos(look=featurized("path", destination=destination, index="cosine"))
    application.revise()
    application.upgrade()
    application.database.rows("select featurize.create_training_view('labeled', 'photos_look', 'label')")
    kept = (
        "select f.id, f.embeddings::oid, i.id, t.relation::oid, a.attnum from featurize.featurizer f "
        "join featurize.index i on i.featurizer_id = f.id join featurize.training_view t on t.featurizer_id = f.id "
        "left join pg_attribute a on a.attrelid = f.source and a.attname = f.name"
    )
    before = application.featurizers, application.database.rows(kept)
    arguments = {"image": "path", "destination": destination, "index": "cosine", **changed}
    models.Base = photos(look=featurized(**arguments))
    script = application.revise()
    assert operations(script) == (["alter_featurizer"], ["alter_featurizer"])
    assert f"op.alter_featurizer('photos_look', source='photos', {argument})" in script
    application.upgrade()
    assert application.featurizers != before[0]
    assert application.database.rows(kept) == before[1]
    application.downgrade()
    assert (application.featurizers, application.database.rows(kept)) == before


def test_embeddings_in_another_schema(application: Application, models: SimpleNamespace) -> None:
    application.database.rows("create schema one")
    application.database.rows("create schema two")
    place = "select f.id, f.embeddings::text from featurize.featurizer f"
    models.Base = photos(look=featurized("path", embeddings_schema="one"))
    assert "name='photos_look', embeddings_schema='one')" in application.revise()
    application.upgrade()
    ((number, before),) = application.database.rows(place)
    assert before == "one.photos_look"
    for elsewhere, schema in (("two", "two"), (None, "public")):
        models.Base = photos(look=featurized("path", embeddings_schema=elsewhere))
        script = application.revise()
        assert f"op.alter_featurizer('photos_look', source='photos', embeddings_schema='{schema}')" in script
        application.upgrade()
    assert application.database.rows(place) == [(number, "photos_look")]
    application.downgrade()
    assert application.database.rows(place) == [(number, "two.photos_look")]


def test_renamed_attribute_and_another_index(application: Application, models: SimpleNamespace) -> None:
    models.Base = photos(look=featurized("path", index="cosine"))
    application.revise()
    application.upgrade()
    before = application.featurizers
    models.Base = photos(seen=featurized("path", index="l2"))
    up = ["drop_feature_index", "alter_featurizer", "create_feature_index"]
    assert operations(application.revise()) == (up, up)
    application.upgrade()
    assert application.featurizers[0][::8] == ("photos_seen", ["l2"])
    application.downgrade()
    assert application.featurizers == before


def test_renamed_featurizers_that_cannot_be_told_apart(application: Application, models: SimpleNamespace) -> None:
    models.Base = photos(look=featurized("path"), detail=featurized("label"))
    application.revise()
    application.upgrade()
    models.Base = photos(one=featurized("path"), two=featurized("label"))
    dropped, created = ["drop_featurizer"] * 2, ["create_featurizer"] * 2
    assert operations(application.revise()) == (dropped + created, dropped + created)


def test_renamed_image_column(application: Application, models: SimpleNamespace) -> None:
    """Alembic proposes another column; the featurizer follows in both directions."""
    models.Base = photos(look=featurized("path"))
    application.revise()
    application.upgrade()
    before = application.database.rows("select id, embeddings, image_column from featurize.featurizer")
    models.Base = photos(file=mapped_column(sa.Text), look=featurized("file"))
    script = application.revise()
    assert operations(script) == (["add_column", "alter_featurizer"], ["drop_column", "alter_featurizer"])
    application.upgrade()
    assert application.featurizers[0][3] == "file"
    application.downgrade()
    assert application.database.rows("select id, embeddings, image_column from featurize.featurizer") == before


def test_tables_of_two_schemas_have_featurizers_of_the_same_name(
    database: Database, models: SimpleNamespace, tmp_path: Path
) -> None:
    application = make_application(database, tmp_path / "application", include_schemas=True)
    database.rows("create schema tenant")

    def tenants(*indexed: str) -> type[DeclarativeBase]:
        class Base(DeclarativeBase):
            pass

        for schema in (None, "tenant"):
            columns = {"id": mapped_column(sa.Integer, primary_key=True), "path": mapped_column(sa.Text)}
            look = featurized("path", index="l2" if schema in indexed else None)
            table = {"__tablename__": "photos", "__table_args__": {"schema": schema}, **columns, "look": look}
            type(f"Photo{schema}", (Base,), table)
        return Base

    models.Base = tenants()
    application.revise()
    application.upgrade()
    before = application.featurizers
    assert [row[:2] for row in before] == [("photos_look", "public"), ("photos_look", "tenant")]
    models.Base = tenants("tenant")
    script = application.revise()
    assert operations(script) == (["create_feature_index"], ["drop_feature_index"])
    assert "op.create_feature_index('photos_look', metric='l2', source='photos', schema='tenant')" in script
    application.upgrade()
    assert [row[8] for row in application.featurizers] == [[], ["l2"]]
    application.downgrade()
    assert application.featurizers == before
    application.upgrade()
    models.Base = type("Base", (DeclarativeBase,), {})
    application.revise()
    application.upgrade()
    assert application.featurizers == []


def test_image_column_of_another_type(application: Application, models: SimpleNamespace) -> None:
    models.Base = photos(look=featurized("path"))
    application.revise()
    application.upgrade()
    models.Base = photos(image=mapped_column(sa.LargeBinary), look=featurized("image"))
    script = application.revise()
    assert operations(script) == (["add_column", "alter_featurizer"], ["drop_column", "alter_featurizer"])
    application.upgrade()
    assert application.featurizers[0][3:6] == ("image", "resnet50", "bytes")
    application.downgrade()
    assert application.featurizers[0][3:6] == ("path", "resnet50", "path")


@pytest.mark.parametrize("destination", ["table", "column"])
def test_removed_featurizer_is_dropped(application: Application, models: SimpleNamespace, destination: Any) -> None:
    look = featurized("path", destination=destination, index="cosine")
    models.Base = photos(look=look)
    application.revise()
    application.upgrade()
    before = application.featurizers
    models.Base = photos()
    down = ["create_featurizer", "create_feature_index"]
    script = application.revise()
    assert operations(script) == (["drop_feature_index", "drop_featurizer"], down)
    application.upgrade()
    assert application.featurizers == []
    application.downgrade()
    assert application.featurizers == before


@pytest.mark.parametrize("destination", ["table", "column"])
def test_removed_table_is_dropped_after_its_featurizer(
    application: Application, models: SimpleNamespace, destination: Any
) -> None:
    models.Base = photos(look=featurized("path", destination=destination))
    application.revise()
    application.upgrade()
    before = application.featurizers
    models.Base = type("Base", (DeclarativeBase,), {})
    expected = ["drop_featurizer", "drop_table"], ["create_table", "create_featurizer"]
    assert operations(application.revise()) == expected
    application.upgrade()
    application.downgrade()
    assert application.featurizers == before


def test_downgrade_restores_the_parameters_of_dropped_indexes(
    application: Application, models: SimpleNamespace
) -> None:
    models.Base = photos(look=featurized("path", index="l2"))
    application.revise()
    application.upgrade()
    application.database.rows("select featurize.drop_index('photos_look', 'l2')")
    application.database.rows(
        "select featurize.create_index('photos_look', 'l2', 'projection', dimensions => 64, m => 8)"
    )
    parameters = "select metric, method, dimensions, m, ef_search from featurize.list_indexes()"
    before = application.database.rows(parameters)
    assert before == [("l2", "projection", 64, 8, 100)]
    command.check(application.config)
    models.Base = photos(look=featurized("path", index=["cosine", "ip"]))
    up = ["drop_feature_index", "create_feature_index", "create_feature_index"]
    down = ["drop_feature_index", "drop_feature_index", "create_feature_index"]
    assert operations(application.revise()) == (up, down)
    application.upgrade()
    expected = [("cosine", "auto", None, 16, 100), ("ip", "auto", None, 16, 100)]
    assert application.database.rows(parameters) == expected
    application.downgrade()
    assert application.database.rows(parameters) == before


@pytest.mark.parametrize("include_schemas", [False, True])
@pytest.mark.parametrize("destination", ["table", "column"])
def test_objects_of_pgfeaturize_are_not_dropped(
    database: Database, models: SimpleNamespace, tmp_path: Path, destination: Any, include_schemas: bool
) -> None:
    application = make_application(database, tmp_path / "application", include_schemas=include_schemas)
    models.Base = photos(look=featurized("path", destination=destination, index="cosine"))
    application.revise()
    application.upgrade()
    database.rows("insert into photos values (1, 'a.png', 'a'), (2, 'b.png', 'b')")
    database.rows("select featurize.create_training_view('labeled', 'photos_look', 'label')")
    database.rows("select featurize.freeze_training_view('labeled', 'frozen')")
    database.rows("select featurize.register_space('resnet50', 'fingerprint')")
    build_index(database)
    database.rows("alter table photos add unmapped int")
    database.rows("create table unmapped (id int primary key)")
    command.upgrade(application.config, "head")
    assert operations(application.revise())[0] == ["drop_table", "drop_column"]


def build_index(database: Database) -> None:
    """Build an index as a worker does."""
    number = database.value("select id from featurize.index")
    for (statement,) in database.rows("select featurize.begin_index(%s)", number):
        database.rows(statement)
    database.rows("select featurize.end_index(%s)", number)
    assert database.value("select count(*) from pg_class where relname like 'featurize_index_%'")


def test_tables_that_are_not_mapped_keep_their_featurizers(
    database: Database, models: SimpleNamespace, tmp_path: Path
) -> None:
    """So do tables that the application excludes."""
    database.rows("create table others (id int primary key, path text)")
    database.rows("select featurize.create_featurizer('others', 'path')")
    application = make_application(database, tmp_path / "application")
    env = application.directory / "env.py"
    hook = "def include_object(item, name, *_):\n    return name != 'others'\n\n\n"
    text = env.read_text().replace("def run_migrations_offline", hook + "def run_migrations_offline")
    env.write_text(text.replace("connection=connection,", "connection=connection, include_object=include_object,"))
    models.Base = photos(look=featurized("path"))
    application.revise()
    application.upgrade()
    models.Base = photos()
    assert operations(application.revise())[0] == ["drop_featurizer"]
    application.upgrade()
    assert [row[0] for row in application.featurizers] == ["others_resnet50"]


def test_mapped_embedding_columns_are_compared(application: Application, models: SimpleNamespace) -> None:
    """A column that the application maps exists already; it is not added again."""
    models.Base = photos(look=featurized("path", destination="column"))
    application.revise()
    application.upgrade()
    comment = "Feature space of the embedding, see featurize.space."
    mapped = mapped_column("photos_look_space", sa.Integer, comment=comment)
    models.Base = photos(look=featurized("path", destination="column"), space=mapped)
    command.check(application.config)


class TestOddPlaces:
    """A schema, a key of two columns, and names that need quotes."""

    @pytest.fixture
    def base(self) -> type[DeclarativeBase]:
        class Base(DeclarativeBase):
            pass

        class Image(Base):
            __tablename__ = "Images of 100 %"
            __table_args__ = {"schema": "Gal:lery"}  # noqa: RUF012
            album = mapped_column(sa.Text, primary_key=True)
            number = mapped_column("No.", sa.Integer, primary_key=True)
            path = mapped_column("its 'path'", sa.Text)
            beside = featurized("path", name='be"side', index="cosine")
            within = featurized("path", name="with%in:x \\", destination="column")

        return Base

    @pytest.fixture
    def application(self, database: Database, models: SimpleNamespace, tmp_path: Path, base: Any) -> Application:
        models.Base = base
        database.rows('create schema "Gal:lery"')
        return make_application(database, tmp_path / "application", include_schemas=True)

    def test_upgrade_and_downgrade(self, application: Application) -> None:
        application.revise()
        application.upgrade()
        odd = ("Gal:lery", "Images of 100 %", "its 'path'", "resnet50", "path")
        assert application.featurizers == [
            ('be"side', *odd, "table", "vector", ["cosine"], False, True, "fail"),
            ("with%in:x \\", *odd, "column", "vector", [], False, True, "fail"),
        ]
        application.downgrade()
        assert application.featurizers == []

    def test_sql_script_has_the_same_result(self, server: Server, application: Application) -> None:
        application.revise()
        application.write(
            "def upgrade():\n    op.create_training_view('A %view', 'be\"side', \"its 'path'\", schema='Gal:lery')\n"
        )
        application.upgrade()
        script = application.directory / "script.sql"
        script.write_text(application.upgrade_script())
        with open_database(server, "installed") as fresh:
            fresh.rows('create schema "Gal:lery"')
            psql = [str(server.bin / "psql"), "-Xq", "-v", "ON_ERROR_STOP=1", "-f", str(script)]
            subprocess.run([*psql, fresh.url], check=True, stdout=subprocess.DEVNULL)
            scripted = Application(fresh, application.directory)
            assert scripted.featurizers == application.featurizers
            views = "select schema, view_name, featurizer, label_column from featurize.list_training_views()"
            assert fresh.rows(views) == application.database.rows(views) != []
            command.check(scripted.config)


def test_downgrade_as_sql_script(application: Application, models: SimpleNamespace) -> None:
    models.Base = photos(look=featurized("path", index="cosine"))
    application.revise()
    application.upgrade()
    script = application.downgrade_script()
    found = "featurize.featurizer_name(cast('\"photos\"' as text)::regclass, 'photos_look')"
    assert f"select featurize.drop_featurizer(\n    {found}, keep_embeddings => false);" in script
    application.database.connection.execute(script)
    assert application.featurizers == []


def test_migrations_are_generated_before_pgfeaturize_is_installed(
    server: Server, models: SimpleNamespace, tmp_path: Path
) -> None:
    with open_database(server, "template1") as bare:
        application = make_application(bare, tmp_path / "application", include_schemas=True)
        models.Base = photos()
        application.revise()
        application.upgrade()
        models.Base = photos(look=featurized("path"))
        assert operations(application.revise()) == (["create_featurizer"], ["drop_featurizer"])
        migrate(bare.url)
        application.upgrade()
        assert [row[0] for row in application.featurizers] == ["photos_look"]


def test_pgfeaturize_migrate_and_the_application_do_not_interfere(
    application: Application, models: SimpleNamespace
) -> None:
    """Each has its own version table."""
    models.Base = photos(look=featurized("path"))
    application.revise()
    application.upgrade()
    versions = "select (select version_num from alembic_version), (select version_num from featurize.alembic_version)"
    before = application.database.rows(versions)
    migrate(application.database.url)
    assert application.database.rows(versions) == before
    command.check(application.config)


def test_compare_metadata_returns_the_operations(database: Database) -> None:
    engine = sa.create_engine(database.url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        metadata = photos(look=featurized("path", index="cosine")).metadata
        differences = compare_metadata(context, metadata)
    engine.dispose()
    keywords = {"model": "resnet50", "name": "photos_look"}
    assert differences[1:] == [
        ("create_featurizer", "photos", "path", keywords),
        ("create_feature_index", "photos_look", {"metric": "cosine", "source": "photos"}),
    ]


def test_dropping_by_name_alone_cannot_be_reversed() -> None:
    with pytest.raises(ValueError, match="drop_featurizer is not reversible without create_op"):
        pgfeaturize.alembic.DropFeaturizerOp("photos_look").reverse()


def test_kept_embeddings_belong_to_the_application(application: Application, models: SimpleNamespace) -> None:
    models.Base = photos(look=featurized("path", destination="column"))
    application.revise()
    application.upgrade()
    application.write("def upgrade():\n    op.drop_featurizer('photos_look', keep_embeddings=True)\n")
    command.upgrade(application.config, "head")
    models.Base = photos()
    script = application.revise()
    assert operations(script)[0] == ["drop_column"] * 4


def test_kept_embeddings_are_adopted(application: Application, models: SimpleNamespace) -> None:
    models.Base = photos(look=featurized("path"))
    application.revise()
    application.upgrade()
    kept = application.database.value("select embeddings::oid from featurize.featurizer")
    application.write(
        "def upgrade():\n    op.drop_featurizer('photos_look', keep_embeddings=True)\n"
        "    op.create_featurizer('photos', 'path', name='photos_look', adopt=True)\n"
    )
    application.upgrade()
    assert application.database.value("select embeddings::oid from featurize.featurizer") == kept


@pytest.fixture
def page(application: Application, models: SimpleNamespace) -> Application:
    """An application with the mapped classes of the page."""
    namespace: dict[str, Any] = {"__name__": "app.models"}
    exec(CLASSES, namespace)  # noqa: S102
    models.Base = namespace["Base"]
    return application


@pytest.mark.parametrize("template", ["generic", "async"])
def test_commands_of_the_page(database: Database, tmp_path: Path, template: str) -> None:
    """Generated migrations run even if env.py does not import pgfeaturize.alembic."""

    def run(line: str) -> None:
        program = [sys.executable, "-m", *shlex.split(line)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        subprocess.run(program, cwd=tmp_path, env=environment, check=True, capture_output=True)

    (commands,) = re.findall(r"```sh\n(.*?)```", PAGE, flags=re.DOTALL)
    revision, upgrade = commands.splitlines()
    run(f"alembic init -t {template} migrations")
    url = database.url.replace("postgresql://", "postgresql+psycopg://").replace("%", "%%")
    settings = tmp_path / "alembic.ini"
    changed = re.sub("^sqlalchemy.url = .*$", lambda _: f"sqlalchemy.url = {url}", settings.read_text(), flags=re.M)
    settings.write_text(changed)
    env = tmp_path / "migrations" / "env.py"
    original = env.read_text()
    env.write_text(original.replace("target_metadata = None\n", ENV))
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "models.py").write_text(CLASSES)
    run(revision)
    env.write_text(original)
    run(upgrade)
    assert database.rows("select name, metrics from featurize.list_featurizers()") == [("photos_look", ["cosine"])]


def test_page_shows_the_generated_migration(page: Application) -> None:
    script = page.revise()
    assert operations(script) == operations(GENERATED)
    for line in re.findall(r"op\.(?!create_table).*", GENERATED):
        assert line in script
    page.upgrade()


def test_handwritten_migration_of_the_page_runs(page: Application) -> None:
    page.revise()
    page.upgrade()
    before = page.featurizers
    page.write(BY_HAND)
    command.upgrade(page.config, "head")
    assert page.database.rows("select * from photos_training") == []
    assert page.featurizers[0][:9:8] == ("photos_digit", ["l2"])
    page.downgrade()
    assert page.featurizers == before


def test_page_shows_the_sql_script(page: Application) -> None:
    page.revise()
    (shown,) = re.findall(r"```sql\n(.*?)```", PAGE, flags=re.DOTALL)
    assert shown.strip() in page.upgrade_script()


def test_page_names_every_argument() -> None:
    """The table has the arguments of the methods of op."""
    rows = dict(re.findall(r"^\| `(\w+_\w+)` \| (.*) \|$", PAGE, flags=re.MULTILINE))
    classes = [getattr(pgfeaturize.alembic, name) for name in pgfeaturize.alembic.__all__ if name.endswith("Op")]
    assert sorted(rows) == sorted(cls.operation for cls in classes)
    for cls in classes:
        parameters = list(inspect.signature(getattr(cls, cls.operation)).parameters)[1:]
        assert re.findall(r"`(\w+)", rows[cls.operation]) == parameters
