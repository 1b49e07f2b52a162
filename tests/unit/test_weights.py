"""Weights are downloaded over unreliable networks or imported, and match the hash in their name."""

import dataclasses
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch
from torch import nn

from pgfeaturize.errors import SettingsError, UnknownModel, WeightsMissing, WrongWeights
from pgfeaturize.models import Model, lookup
from pgfeaturize.models.weights import files
from pgfeaturize.models.weights.cache import sha256
from pgfeaturize.models.weights.checkpoints import unwrapped
from pgfeaturize.models.weights.download import DownloadFailed, download
from pgfeaturize.models.weights.loading import fill
from tests.conftest import PATIENCE, until
from tests.mirror import CONTENT, HALF, NAME, Mirror, serving
from tests.unit.conftest import keep_file


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Use an empty torch hub cache, and return its directory of weights files."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    return tmp_path / "hub" / "checkpoints"


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    """Start a web server of one file."""
    with serving() as started:
        yield started


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of the download; its directory does not exist yet."""
    return tmp_path / "store" / NAME


def fetch(mirror: Mirror, path: Path) -> list[tuple[int, int | None]]:
    """Download, and return the reported progress."""
    told: list[tuple[int, int | None]] = []
    download(mirror.url, path, lambda *now: told.append(now))
    assert path.read_bytes() == CONTENT
    assert names(path.parent) == [NAME]
    return told


def names(directory: Path) -> list[str]:
    """Return the names in a directory."""
    return sorted(file.name for file in directory.iterdir())


# Downloads


def test_a_download_tells_its_progress_and_happens_once(mirror: Mirror, path: Path) -> None:
    told = fetch(mirror, path)
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert [done for done, _ in told] == sorted({done for done, _ in told})
    assert fetch(mirror, path) == []
    assert mirror.asked == [None]


def test_a_connection_that_breaks_is_gone_on_with(mirror: Mirror, path: Path) -> None:
    mirror.cuts = (100, HALF)
    told = fetch(mirror, path)
    assert mirror.asked == [None, "bytes=100-", f"bytes={HALF}-"]
    assert told[-1] == (len(CONTENT), len(CONTENT))


def test_a_network_that_stays_broken_leaves_what_has_come(mirror: Mirror, path: Path) -> None:
    mirror.cuts = (HALF, HALF)
    with pytest.raises(DownloadFailed, match="was lost after 128,000 of 256,000 bytes"):
        fetch(mirror, path)
    assert names(path.parent) == [f"{NAME}.lock", f"{NAME}.part"]
    fetch(mirror, path)
    assert mirror.asked == [None, *[f"bytes={HALF}-"] * 2]


def test_a_server_that_cannot_go_on_starts_again(mirror: Mirror, path: Path) -> None:
    mirror.resumes = False
    mirror.cuts = (HALF,)
    fetch(mirror, path)
    assert mirror.asked == [None, f"bytes={HALF}-"]


def test_a_part_that_is_the_whole(mirror: Mirror, path: Path) -> None:
    path.parent.mkdir()
    path.with_name(f"{NAME}.part").write_bytes(CONTENT)
    fetch(mirror, path)
    assert mirror.asked == [f"bytes={len(CONTENT)}-"]


@pytest.mark.parametrize("part", [b"", b"part of another file", CONTENT + b"and more"], ids=len)
def test_another_file_is_deleted(mirror: Mirror, path: Path, part: bytes) -> None:
    path.parent.mkdir()
    path.with_name(f"{NAME}.part").write_bytes(part)
    mirror.content = CONTENT if part else b"not the weights"
    with pytest.raises(DownloadFailed, match=f"sha256 begins with .* instead of {NAME[4:12]}"):
        fetch(mirror, path)
    assert names(path.parent) == [f"{NAME}.lock"]
    mirror.content = CONTENT
    fetch(mirror, path)
    assert mirror.asked[-1] is None


def test_a_network_that_falls_silent(mirror: Mirror, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pgfeaturize.models.weights.download.TIMEOUT", 0.2)
    mirror.stalls_at = 0
    with pytest.raises(DownloadFailed, match="timed out"):
        fetch(mirror, path)
    mirror.stalls_at = 1000
    mirror.stalled.clear()
    fetch(mirror, path)
    assert mirror.asked == [None, None, "bytes=1000-"]


def test_a_server_that_refuses(mirror: Mirror, path: Path) -> None:
    mirror.status = 404
    with pytest.raises(DownloadFailed, match="404"):
        fetch(mirror, path)
    with Mirror() as closed:
        pass
    with pytest.raises(DownloadFailed, match="refused"):
        fetch(closed, path)


def test_a_disk_without_room(mirror: Mirror, path: Path) -> None:
    mirror.claims = 1 << 60
    with pytest.raises(DownloadFailed, match=r"not enough space in .* bytes are needed"):
        fetch(mirror, path)


def test_a_disk_that_fills_up(mirror: Mirror, path: Path) -> None:
    path.parent.mkdir()
    path.with_name(f"{NAME}.part").symlink_to("/dev/full")
    with pytest.raises(DownloadFailed, match=f"{path.parent}: No space left"):
        fetch(mirror, path)
    assert names(path.parent) == [f"{NAME}.lock"], "what others need is given back"


def test_a_place_that_is_no_directory(mirror: Mirror, path: Path) -> None:
    path.parent.write_text("")
    with pytest.raises(DownloadFailed, match=str(path.parent)):
        fetch(mirror, path)
    assert mirror.asked == []


@pytest.fixture
def puller(mirror: Mirror, path: Path) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Return a function that starts processes that print "ready" and then download."""
    program = (
        "import sys, pathlib; from pgfeaturize.models.weights.download import download; print('ready', flush=True);"
        "download(sys.argv[1], pathlib.Path(sys.argv[2]), lambda *_: None)"
    )
    started: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        command = [sys.executable, "-c", program, mirror.url, str(path)]
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.slow
def test_two_processes_that_want_the_same_file(
    mirror: Mirror, path: Path, puller: Callable[[], subprocess.Popen[str]]
) -> None:
    mirror.stalls_at = HALF
    both = [puller(), puller()]
    assert [process.stdout and process.stdout.readline() for process in both] == ["ready\n"] * 2
    assert mirror.stalled.wait(PATIENCE)
    assert not path.exists()
    mirror.go_on.set()
    assert [process.wait(PATIENCE) for process in both] == [0, 0]
    assert path.read_bytes() == CONTENT
    assert mirror.asked == [None]


@pytest.mark.slow
def test_a_process_that_is_killed_leaves_its_part_to_the_next(
    mirror: Mirror, path: Path, puller: Callable[[], subprocess.Popen[str]]
) -> None:
    mirror.stalls_at = HALF
    process = puller()
    assert mirror.stalled.wait(PATIENCE)
    part = path.with_name(f"{NAME}.part")
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(fetch, mirror, path)
        until(lambda: part.exists() and part.stat().st_size, "a part is downloaded")
        process.kill()
        waiting.result(PATIENCE)
    first, second = mirror.asked
    assert first is None
    assert second is not None
    assert second.startswith("bytes=")


# Weights of models

RESNET = lookup("resnet18")


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """Save a weights file of a user."""
    file = tmp_path / "my files.safetensors"
    safetensors.torch.save_file({"a": torch.arange(3.0)}, file)
    return file


def model(weights: str, backbone: str = "resnet18") -> Model:
    """Return a model with these weights."""
    return dataclasses.replace(RESNET, weights=weights, backbone=backbone)


def test_missing_weights_say_what_to_put_where(hub: Path) -> None:
    with pytest.raises(WeightsMissing, match=r'"resnet18".*OFFLINE') as caught:
        files.load_weights(RESNET, offline=True)
    text = str(caught.value)
    assert str(hub / "resnet18-f37072fd.pth") in text
    assert "https://download.pytorch.org/models/resnet18-f37072fd.pth" in text
    assert "pgfeaturize models pull resnet18" in text
    assert not hub.exists()
    assert not files.verify(RESNET)


def test_weights_are_pulled_once(hub: Path, mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pgfeaturize.models.weights.files.weights_url", lambda _: mirror.url)
    mirror.content = b"not the weights"
    with pytest.raises(WeightsMissing, match=r"download failed: .* another file") as caught:
        files.pull(RESNET)
    assert "pgfeaturize models pull resnet18" in caught.value.hint
    mirror.content = CONTENT
    told: list[Any] = []
    assert files.pull(RESNET, progress=lambda *now: told.append(now)) == hub / NAME
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert files.pull(RESNET, offline=True) == hub / NAME
    assert files.verify(RESNET)
    assert len(mirror.asked) == 2


@pytest.mark.parametrize("name", ["random", "none"])
def test_weights_without_a_file(name: str, saved: Path) -> None:
    assert files.weights_path(model(name)) is None
    assert files.pull(model(name), offline=True) is None
    assert files.verify(model(name))
    with pytest.raises(SettingsError, match="needs no weights file"):
        files.import_file(model(name), saved)
    with pytest.raises(ValueError, match=name):
        files.load_weights(model(name))


def test_shipped_weights() -> None:
    lenet = lookup("lenet_digits")
    assert files.pull(lenet, offline=True) == files.weights_path(lenet)
    assert files.verify(lenet)
    assert "conv1.weight" in files.load_weights(lenet)


def test_weights_that_do_not_exist() -> None:
    with pytest.raises(UnknownModel, match="IMAGENET21K") as caught:
        files.load_weights(model("IMAGENET21K"))
    assert "IMAGENET1K_V1" in caught.value.hint


ESCAPES = [
    "../x-0123abcd.pth",
    "/etc/x-0123abcd.pth",
    "a/x-0123abcd.pth",
    "a\\x-0123abcd.pth",
    "x-0123abcd.pth\n",
    "x-0123abcd.pth\0.pth",
    "x-0123ABCD.pth",
    "x-0123abc.pth",
    "x-0123abcd.pkl",
    "x.pth",
    "-0123abcd.pth",
    "",
]


@pytest.mark.parametrize("name", ESCAPES, ids=repr)
@pytest.mark.parametrize("backbone", ["resnet18", "package.module:function"])
def test_names_that_are_none_of_the_store(name: str, backbone: str) -> None:
    for use in (files.weights_path, files.load_weights, files.pull, files.verify):
        with pytest.raises(UnknownModel, match="weights"):
            use(model(name, backbone))


@pytest.mark.parametrize("ending", ["safetensors", "pth"])
def test_a_file_of_the_user_is_kept(hub: Path, saved: Path, ending: str) -> None:
    if ending == "pth":
        saved = saved.with_suffix(".pt")
        torch.save({"a": torch.arange(3.0)}, saved)
    name = keep_file(saved)
    assert name == f"own-{sha256(saved)[:16]}.{ending}"
    assert keep_file(saved) == name
    assert names(hub) == [name]
    state = files.load_weights(model(name), offline=True)
    assert state["a"].tolist() == [0, 1, 2]
    assert files.verify(model(name))


def test_a_file_that_cannot_be_kept(hub: Path, saved: Path, tmp_path: Path) -> None:
    pickle = saved.rename(saved.with_suffix(".pkl"))
    with pytest.raises(SettingsError, match=r"not a weights file(.|\n)*\.safetensors"):
        keep_file(pickle)
    with pytest.raises(SettingsError, match="nowhere"):
        keep_file(tmp_path / "nowhere.pth")
    assert not hub.exists()
    hub.parent.write_text("no directory")
    with pytest.raises(WeightsMissing, match="cannot be copied") as caught:
        keep_file(pickle.rename(saved))
    assert "TORCH_HOME" in caught.value.hint


def test_a_file_is_imported_only_if_it_is_the_one(hub: Path, saved: Path) -> None:
    name = f"elsewhere-{sha256(saved)[:8]}.safetensors"
    with pytest.raises(WeightsMissing, match=name) as caught:
        files.load_weights(model(name))
    assert "pgfeaturize models import resnet18 FILE" in caught.value.hint
    assert files.import_file(model(name), saved) == hub / name
    assert files.load_weights(model(name))["a"].tolist() == [0, 1, 2]
    with pytest.raises(WeightsMissing, match=r"is not resnet18-f37072fd\.pth.*instead of f37072fd"):
        files.import_file(RESNET, saved)
    with pytest.raises(SettingsError, match="there is no file"):
        files.import_file(RESNET, hub / "nowhere.pth")
    assert names(hub) == [name]


def test_a_file_that_was_exchanged_is_not_loaded(hub: Path, saved: Path) -> None:
    """Otherwise its vectors would be stored in the wrong feature space."""
    name = keep_file(saved)
    safetensors.torch.save_file({"a": torch.zeros(3)}, hub / name)
    with pytest.raises(WeightsMissing, match="damaged") as caught:
        files.load_weights(model(name))
    assert "models import" in caught.value.hint
    assert not files.verify(model(name))


@pytest.mark.parametrize("content", [b"", b"junk" * 99], ids=["empty", "junk"])
def test_a_damaged_file(hub: Path, content: bytes) -> None:
    hub.mkdir(parents=True)
    (hub / "resnet18-f37072fd.pth").write_bytes(content)
    with pytest.raises(WeightsMissing, match="cannot be read") as caught:
        files.load_weights(RESNET)
    assert "Delete the file" in caught.value.hint
    assert not files.verify(RESNET)


class Evil:
    """Runs code when it is unpickled."""

    def __reduce__(self) -> Any:
        return (pytest.fail, ("code of a file of weights was run",))


@pytest.mark.parametrize("content", [Evil(), torch.nn.Linear(1, 1)], ids=["evil", "network"])
def test_code_in_a_file_is_not_run(hub: Path, content: object) -> None:
    hub.mkdir(parents=True)
    torch.save(content, hub / "resnet18-f37072fd.pth")
    with pytest.raises(WeightsMissing, match="cannot be read") as caught:
        files.load_weights(RESNET)
    assert "weights_only" not in caught.value.hint


@pytest.mark.usefixtures("hub")
@pytest.mark.parametrize("key", ["state_dict", "model", "model_state_dict", "ema"])
@pytest.mark.parametrize("ending", ["th", "pt", "ckpt", "pth.tar"])
def test_a_checkpoint_of_a_training_program(tmp_path: Path, key: str, ending: str) -> None:
    file = tmp_path / f"checkpoint.{ending}"
    torch.save({key: {"a": torch.ones(1)}, "epoch": 3, "optimizer": {"state": {}}}, file)
    assert files.load_weights(model(keep_file(file)))["a"].tolist() == [1]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ({"epoch": 3}, "not a state dict"),
        ({"state_dict": {}}, "not a state dict"),
        ([1, 2], "not a state dict"),
        ({"model": {"a": torch.zeros(1)}, "ema": {"a": torch.ones(1)}}, "several state dicts: model, ema"),
    ],
)
def test_a_file_without_one_state_dict(tmp_path: Path, content: object, complaint: str) -> None:
    file = tmp_path / "checkpoint.pth"
    torch.save(content, file)
    with pytest.raises(WeightsMissing, match=complaint):
        files.load_weights(model(keep_file(file)))


@pytest.mark.parametrize("prefix", ["", "module.", "net.", "model.", "backbone.", "module.model.", "_orig_mod.module."])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_prefixes_of_wrapped_networks(prefix: str, dtype: torch.dtype) -> None:
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Linear(2, 2))
    state = {f"{prefix}{name}": tensor.to(dtype) for name, tensor in network.state_dict().items()}
    wrapped = {**state, "head.weight": torch.zeros(1)} if prefix else state
    found = unwrapped(network, wrapped)
    assert network.state_dict().keys() <= found.keys()
    assert fill(network, found) == frozenset()


def test_two_networks_in_one_state_dict() -> None:
    network = nn.Linear(2, 2)
    state = {f"{part}.{name}": t for part in ("net", "ema") for name, t in network.state_dict().items()}
    with pytest.raises(WrongWeights, match=r"net\.\*, ema\.\*"):
        unwrapped(network, state)


def test_weights_of_timm_lie_in_the_cache_of_their_hub(
    saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There a file is a link to a file named after its hash."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    timms = model("pretrained", "timm/resnet18.a1_in1k")
    path = files.weights_path(timms)
    assert path is not None
    assert not files.verify(timms)
    with pytest.raises(WeightsMissing, match=r"timm/resnet18\.a1_in1k"):
        files.load_weights(timms, offline=True)
    with pytest.raises(SettingsError, match="cache of the Hugging Face hub"):
        files.import_file(timms, saved)

    cache, blob = path.parent, path.parent / "blobs" / sha256(saved)
    for folder in ("blobs", "refs", "snapshots/1"):
        (cache / folder).mkdir(parents=True)
    (cache / "refs" / "main").write_text("1")
    saved.rename(blob)
    (cache / "snapshots" / "1" / path.name).symlink_to(blob)
    assert files.verify(timms)
    assert files.load_weights(timms, offline=True)["a"].tolist() == [0, 1, 2]
    blob.write_bytes(b"damaged")
    assert not files.verify(timms)


def test_a_digest_sees_names_types_shapes_and_values() -> None:
    one = {"a": torch.tensor([1.0, 2.0]), "b": torch.tensor(3)}
    variants = [
        {"a": one["a"], "c": one["b"]},
        {**one, "a": one["a"].double()},
        {**one, "a": one["a"].view(2, 1)},
        {**one, "a": torch.tensor([1.0, 2.5])},
    ]
    digests = {files.digest(state) for state in (one, *variants)}
    assert len(digests) == 5
    assert files.digest(dict(reversed(one.items()))) == files.digest(one)
