"""`pgfeaturize models` as a user types it: the list of models, users' own networks, weights files."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import safetensors.torch
import torch
import torchvision
from torch import nn

from pgfeaturize.cli import main
from pgfeaturize.models.weights.cache import sha256
from tests.acceptance.conftest import write_image
from tests.conftest import Database
from tests.mirror import CONTENT, NAME, serving

Run = Callable[..., subprocess.CompletedProcess[str]]
RunCli = Callable[..., str]


class Tiny(nn.Module):
    """A small network of a user."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.first = nn.Conv2d(3, 4, 3, stride=2)
        self.relu = nn.ReLU()
        self.pool = nn.AdaptiveAvgPool2d(2)
        self.last = nn.Linear(16, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the scores of images."""
        features = self.pool(self.relu(self.first(x)))
        scores: torch.Tensor = self.last(features.view(x.shape[0], -1))
        return scores


HOW = ["--size", "32", "--mean", "0.5,0.5,0.5", "--std", "0.5,0.5,0.5", "--resize", "aniso"]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Use an empty weights cache in this process and those it starts."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    return tmp_path / "torch" / "hub" / "checkpoints"


@pytest.fixture
def run_cli(
    tmp_path: Path,
    store: Path,  # noqa: ARG001 - nobody's own store is touched
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> RunCli:
    """Run a command of `pgfeaturize models` in this process, and return its output."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, url: str | None = None, status: int = 0) -> str:
        monkeypatch.setattr(sys, "argv", ["pgfeaturize", "models", *arguments])
        if url:
            monkeypatch.setenv("DATABASE_URL", url)
        else:
            monkeypatch.delenv("DATABASE_URL", raising=False)
        with pytest.raises(SystemExit) as end:
            main()
        output = capsys.readouterr()
        assert end.value.code == status, output
        return output.out + output.err

    return run


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """Save weights of a ResNet-18 as a user who trained them would."""
    torch.manual_seed(1)
    state = torchvision.models.resnet18(weights=None).state_dict()
    file = tmp_path / "named-like-0123abcd.safetensors"
    safetensors.torch.save_file(state, file)
    return file


def export(file: Path, *, batches: bool = True) -> Path:
    """Save a small network as a program, for batches of any size or of two."""
    sizes = {"x": {0: torch.export.Dim("n")}} if batches else None
    program = torch.export.export(Tiny().eval(), (torch.zeros(2, 3, 32, 32),), dynamic_shapes=sizes)
    torch.export.save(program, file)
    return file


# Listing


def test_the_list_without_a_database(run_cli: RunCli, store: Path) -> None:
    shown = run_cli("list").splitlines()
    assert " present" in next(line for line in shown if line.startswith("lenet_digits"))
    assert not any(line.startswith("resnet18 ") for line in shown)
    assert f"weights are in {store}" in shown
    more = next(line for line in shown if "--all" in line)
    everything = run_cli("list", "--all").splitlines()
    resnet = next(line for line in everything if line.startswith("resnet18 "))
    assert all(word in resnet for word in ("IMAGENET1K_V1", "missing", "f37072fd"))
    assert len(everything) == len(shown) - 1 + int(more.split()[0])


def test_the_list_of_a_database(run_cli: RunCli, database: Database, store: Path) -> None:
    database.rows("create table photos (id int primary key, path text)")
    database.rows("select featurize.create_featurizer('photos', 'path', 'resnet34')")
    database.rows("select featurize.register_model('Mine', 'resnet18', weights => 'x-0123abcd.pth')")
    database.rows("select featurize.register_model('unresolved', 'timm/nonesuch')")
    database.rows("select featurize.reject_model('unresolved', 'there is no such network')")
    store.mkdir(parents=True)
    (store / "alexnet-owt-7be5be79.pth").write_bytes(b"1234")
    shown = {line.split()[0]: line for line in run_cli("list", url=database.url).splitlines()}
    assert "missing" in shown["resnet34"], "used"
    assert "missing" in shown["mine"], "the user's own"
    assert "0123abcd" in shown["mine"]
    assert "missing" in shown["unresolved"]
    assert "unresolved: there is no such network" in shown["unresolved"]
    assert "4 bytes" in shown["alexnet"]
    assert "resnet50" not in shown
    assert "resnet50" in run_cli("list", "--all", url=database.url)


def test_a_database_that_cannot_be_asked(run_cli: RunCli) -> None:
    shown = run_cli("list", url="postgresql://127.0.0.1:1/nowhere")
    assert "cannot connect" in shown
    assert "lenet_digits" in shown


def test_nodes(run_cli: RunCli, tmp_path: Path) -> None:
    shown = {line.split()[0]: line for line in run_cli("nodes", "resnet18").splitlines()}
    assert shown["layer4.1.relu_1"].split()[1:] == ["512", "×", "7", "×", "7", "25088"]
    assert shown["flatten"].split()[1:] == ["512", "512", "default"]
    program = run_cli("nodes", "--program", str(export(tmp_path / "tiny.pt2")))
    assert "16" in program
    assert "one source" in run_cli("nodes", status=2)
    assert "one source" in run_cli("nodes", "resnet18", "--factory", "a:b", status=2)


# Users' networks


def test_weights_of_ones_own(run_cli: RunCli, database: Database, weights: Path, store: Path, tmp_path: Path) -> None:
    url, name = database.url, f"own-{sha256(weights)[:16]}.safetensors"
    how = ["--weights", str(weights), "--node", "layer4", "--pooling", "gem", "--size", "64", "--resize", "imagenet"]
    output = run_cli("add", "Mine", "--backbone", "resnet18", *how, "--order", "bgr", url=url)
    assert f"models import mine {weights}" in output
    (row,) = database.rows("select dim, node, pooling, weights, preprocessing from featurize.model where name = 'mine'")
    assert row[:4] == (512, "layer4", "gem", name)
    assert row[4]["size"] == [64, 64]
    assert row[4]["order"] == "bgr"
    assert [file.name for file in store.iterdir()] == [name]
    assert "already exists" in run_cli("add", "mine", "--backbone", "resnet18", *how, url=url, status=2)
    assert (store / name).exists(), "the second try takes nothing away"

    (store / name).unlink()
    assert f"mine: missing: {store / name}" in run_cli("verify", url=url)
    assert "FILE" in run_cli("pull", "mine", url=url, status=2)
    other = tmp_path / "other.pth"
    other.write_bytes(b"other")
    assert f"is not {name}" in run_cli("import", "mine", str(other), url=url, status=2)
    run_cli("import", "MINE", str(weights), url=url)
    assert "mine: intact" in run_cli("verify", url=url)
    (store / name).write_bytes(b"other")
    assert "mine: DAMAGED" in run_cli("verify", "mine", url=url, status=1)


def test_a_program(run_cli: RunCli, database: Database, tmp_path: Path, store: Path) -> None:
    program = export(tmp_path / "tiny.pt2")
    output = run_cli("add", "tiny", "--program", str(program), *HOW, url=database.url)
    assert "fingerprint" in output
    assert database.rows("select backbone, dim, weights from featurize.model where name = 'tiny'") == [
        ("program", 16, f"own-{sha256(program)[:16]}.pt2")
    ]
    shown = json.loads(run_cli("add", "other", "--program", str(program), *HOW, "--no-register"))
    assert shown["name"] == "other"
    assert shown["preprocessing"]["mean"] == [0.5, 0.5, 0.5]
    assert len(list(store.iterdir())) == 1, "models with the same contents share a file"


FACTORY = """
from torch import nn

def tiny():
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(16, 5))
"""


def test_a_factory_is_added_and_served(
    run: Run, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Real processes import the package only if the user allowed it."""
    (tmp_path / "mine.py").write_text(FACTORY)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    how = ["--factory", "mine:tiny", "--weights", "random", "--cut", "1", *HOW]
    output = run("models", "add", "tiny", *how, url=database.url).stdout
    assert "pgfeaturize worker --package mine" in output
    assert database.rows("select backbone, dim from featurize.model where name = 'tiny'") == [("mine:tiny", 16)]
    database.rows("create table photos (id int primary key, path text)")
    database.rows("insert into photos values (1, %s)", str(write_image(tmp_path / "1.png", 1)))
    database.rows("select featurize.create_featurizer('photos', 'path', 'tiny')")
    run("worker", "--once", "--package", "mine", url=database.url)
    assert database.progress("photos_tiny")["embedded"] == 1
    space = database.value("select left(fingerprint, 12) from featurize.space where model = 'tiny'")
    assert f"fingerprint {space}" in output


def test_an_untrained_factory_is_named_so(
    run_cli: RunCli, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "untrained_net.py").write_text(FACTORY)
    monkeypatch.syspath_prepend(tmp_path)
    output = run_cli("add", "tiny", "--factory", "untrained_net:tiny", *HOW, url=database.url)
    assert 'registered "tiny_random": 16 values at node' in output
    assert "the network is untrained" in output
    shown = {line.split()[0]: line.split()[1:] for line in output.splitlines() if len(line.split()) > 1}
    assert shown["resize"] == ["aniso"]
    assert shown["size"] == ["32,", "32"]
    assert database.rows("select name, weights from featurize.model where not builtin") == [("tiny_random", "random")]
    assert "× 62" in run_cli("nodes", "--factory", "untrained_net:tiny", "--size", "64")


def test_a_model_is_removed(run_cli: RunCli, database: Database, weights: Path, store: Path) -> None:
    """The file is shared by models with the same contents, and deleted with the last of them."""
    url = database.url
    for name in ("one", "two"):
        run_cli("add", name, "--backbone", "resnet18", "--weights", str(weights), url=url)
    (file,) = store.iterdir()
    database.rows("create table photos (id int primary key, path text)")
    database.rows("select featurize.create_featurizer('photos', 'path', 'one')")
    assert 'featurizer "photos_one"' in run_cli("remove", "ONE", url=url, status=2)
    database.rows("select featurize.register_space('one', 'f'), featurize.drop_featurizer('photos_one')")
    assert "removed" in run_cli("remove", "one", url=url)
    assert file.exists(), "the other model uses it"
    assert str(file) in run_cli("remove", "two", url=url)
    assert not file.exists()
    assert database.rows("select name from featurize.model where not builtin") == []
    assert database.rows("select id from featurize.space where model = 'one'") == []
    assert "there is no model" in run_cli("remove", "two", url=url, status=2)
    assert "shipped" in run_cli("remove", "resnet18", url=url, status=2)


@pytest.fixture
def wrong(tmp_path: Path, weights: Path) -> dict[str, str]:
    """Yield files that are not weights files of the network."""
    names = ("junk.pth", "junk.safetensors", "junk.pt2", "text.txt")
    for name in names:
        (tmp_path / name).write_bytes(b"junk" * 99)
    (tmp_path / "cut.safetensors").write_bytes(weights.read_bytes()[:100_000])
    torch.save({"epoch": 3, "state_dict": {}}, tmp_path / "checkpoint.pth")
    torch.save(Tiny(), tmp_path / "pickled.pth")
    torch.save(Tiny().state_dict(), tmp_path / "tiny.pth")
    state = safetensors.torch.load_file(weights)
    torch.save({name: tensor * 0 for name, tensor in state.items()}, tmp_path / "zero.pth")
    export(tmp_path / "fixed.pt2", batches=False)
    export(tmp_path / "good.pt2")
    return {file.name: str(file) for file in tmp_path.iterdir()}


RESNET = ["--backbone", "resnet18"]
MISTAKES: list[tuple[list[str], str]] = [
    ([], "one source"),
    ([*RESNET, "--program", "good.pt2"], "one source"),
    ([*RESNET, "--weights", "nowhere.pth"], "nowhere.pth is not a weights file"),
    ([*RESNET, "--weights", "text.txt"], "text.txt is not a weights file"),
    ([*RESNET, "--weights", "junk.pth"], "cannot be read"),
    ([*RESNET, "--weights", "junk.safetensors"], "cannot be read"),
    ([*RESNET, "--weights", "cut.safetensors"], "cannot be read"),
    ([*RESNET, "--weights", "pickled.pth"], "cannot be read"),
    ([*RESNET, "--weights", "checkpoint.pth"], "not a state dict"),
    ([*RESNET, "--weights", "tiny.pth"], '"tiny.pth" do not fit'),
    ([*RESNET, "--weights", "zero.pth"], "the vector is zero"),
    ([*RESNET, "--weights", "x-0123abcd.pth"], "x-0123abcd.pth"),
    ([*RESNET, "--weights", "good.pt2"], "good.pt2 is an exported program"),
    ([*RESNET, "--weights", "IMAGENET99"], "IMAGENET1K_V1"),
    ([*RESNET, "--weights", "random", "--node", "layer99"], "layer99"),
    ([*RESNET, "--weights", "random", "--node", "layer1", "--pooling", "flatten"], "16"),
    ([*RESNET, "--weights", "random", "--cut", "999"], "999"),
    ([*RESNET, "--weights", "random", "--pooling", "median"], "median"),
    ([*RESNET, "--weights", "random", "--size", "big"], '"big" is not a size'),
    ([*RESNET, "--weights", "random", "--size", "0x8"], '"0x8" is not a size'),
    ([*RESNET, "--weights", "random", "--mean", "a,b"], '"a,b" are not numbers'),
    ([*RESNET, "--weights", "random", "--mean", "0.5"], "mean"),
    ([*RESNET, "--weights", "random", "--std", "0,1,1"], "std"),
    ([*RESNET, "--weights", "random", "--resize", "squash"], "resize must be one of"),
    (["--backbone", "resnet5000"], "resnet5000"),
    (["--program", "good.pt2"], "--resize, --size, --mean, --std"),
    (["--program", "good.pt2", *HOW[:-2]], "Give --resize."),
    ([*RESNET, "--weights", "zero.pth", "--size", "32"], "Give --resize."),
    (["--program", "good.pt2", "--weights", "tiny.pth", *HOW], "contains its weights"),
    (["--program", "junk.pt2", *HOW], "junk.pt2 cannot be read"),
    (["--program", "fixed.pt2", *HOW], "batch"),
    (["--factory", "nonesuch:network", *HOW], "nonesuch"),
    (["--factory", f"{__name__}:nonesuch", *HOW], "nonesuch"),
    (["--factory", "resnet18", *HOW], '"resnet18" is not a function'),
]


def test_mistakes_leave_nothing_behind(run_cli: RunCli, database: Database, store: Path, wrong: dict[str, str]) -> None:
    before = database.rows("select * from featurize.model order by name")
    for arguments, complaint in MISTAKES:
        typed = [wrong.get(argument, argument) for argument in arguments]
        output = run_cli("add", "mine", *typed, url=database.url, status=2)
        assert output.startswith("Error: "), arguments
        assert complaint in output, arguments
        assert not store.exists() or list(store.iterdir()) == [], arguments
    assert "already exists" in run_cli("add", "ResNet18", *RESNET, url=database.url, status=2)
    assert "no database" in run_cli("add", "mine", *RESNET, status=2)
    assert database.rows("select * from featurize.model order by name") == before


# Weights files


def test_pull(run_cli: RunCli, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "PGFEATURIZE_OFFLINE" in run_cli("pull", "resnet18", status=2)
    monkeypatch.delenv("PGFEATURIZE_OFFLINE")
    with serving() as mirror:
        monkeypatch.setattr("pgfeaturize.models.weights.files.weights_url", lambda _: mirror.url)
        mirror.content = b"another file"
        assert "another file" in run_cli("pull", "resnet18", status=2)
        mirror.content = CONTENT
        assert f"resnet18: {store / NAME}" in run_cli("pull", "resnet18", "lenet_digits")
        assert f"resnet18: intact: {store / NAME}" in run_cli("verify", "resnet18")
    assert "pixels: needs no file" in run_cli("pull", "pixels")
    assert '"resnet5000"' in run_cli("pull", "resnet5000", status=2)
