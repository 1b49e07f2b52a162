"""Models: the catalogue is torchvision's, the fast network is torchvision's, spaces are told apart."""

import dataclasses
import hashlib
import io
import json
from collections.abc import Iterator
from typing import Any
from urllib.error import URLError

import numpy as np
import pytest
import safetensors.torch
import torch
import torchvision
from PIL import Image

from pgfeaturize import errors, models
from pgfeaturize.images import Preprocessing, prepare
from pgfeaturize.models import CATALOGUE, Model, Network
from pgfeaturize.models.fold import fold, fuse

CPU = torch.device("cpu")
TORCHVISIONS = [model for model in CATALOGUE.values() if model.backbone != "lenet"]


def random_weights(name: str, **changes: Any) -> Model:
    return dataclasses.replace(CATALOGUE[name], weights="random", **changes)


def load(model: Model) -> Network:
    return models.load_network(model, CPU, offline=True)


@pytest.fixture(scope="module")
def pictures() -> list[Image.Image]:
    """Colour and grey, wide and tall, larger and smaller than the network's input."""
    random = np.random.default_rng(0)
    small = [random.integers(0, 256, (h, w, 3), np.uint8) for h, w in ((9, 12), (30, 20), (5, 4))]
    sizes = ((500, 375), (280, 420), (200, 160))
    drawn = [Image.fromarray(s).resize(size, 3) for s, size in zip(small, sizes, strict=True)]
    return [*drawn, drawn[0].convert("L")]


# The catalogue


@pytest.mark.parametrize("model", TORCHVISIONS, ids=lambda model: model.name)
def test_preprocessing_is_that_of_the_weights(model: Model) -> None:
    enum = torchvision.models.get_model_weights(model.backbone)
    theirs = enum[model.weights].transforms()
    ours = Preprocessing.from_json(model.preprocessing)
    assert ours.fit == "crop"
    assert [ours.resize] == theirs.resize_size
    assert [ours.crop] == theirs.crop_size
    assert ours.interpolation == theirs.interpolation.value
    assert list(ours.mean) == theirs.mean
    assert list(ours.std) == theirs.std


def test_every_row_is_plain_json() -> None:
    for name, model in CATALOGUE.items():
        row = json.loads(json.dumps(model.to_json()))
        assert Model(**row) == model
        assert name == model.name == name.lower()
        Preprocessing.from_json(row["preprocessing"])


@pytest.mark.parametrize("name", ["ResNet50", "RESNET50", "resnet50"])
def test_names_in_any_letter_case(name: str) -> None:
    assert models.lookup(name) is CATALOGUE["resnet50"]


def test_an_unknown_model_names_the_known() -> None:
    with pytest.raises(errors.UnknownModel, match='"resnet_50"') as caught:
        models.lookup("resnet_50")
    assert "Did you mean resnet50" in caught.value.hint
    assert all(name in caught.value.hint for name in CATALOGUE)


# The network


@pytest.mark.parametrize("model", CATALOGUE.values(), ids=CATALOGUE)
def test_vectors_are_those_of_torchvision(model: Model, pictures: list[Image.Image]) -> None:
    if model.backbone != "lenet":
        model = random_weights(model.name)
    how = Preprocessing.from_json(model.preprocessing)
    ours = load(model).embed(np.stack([prepare(picture, how) for picture in pictures]))
    assert ours.dtype == np.float32
    assert ours.shape == (len(pictures), model.dim)
    whole = models.build(model, offline=True)
    for vector, picture in zip(ours, pictures, strict=True):
        theirs = torchvisions(whole, model, picture)
        cosine = vector @ theirs / np.linalg.norm(vector) / np.linalg.norm(theirs)
        assert cosine >= 0.9999


@torch.inference_mode()
def torchvisions(whole: torch.nn.Module, model: Model, picture: Image.Image) -> np.ndarray:
    """The features by torchvision's own transforms and its own module, caught by a hook."""
    if model.backbone == "lenet":
        transforms = torchvision.transforms
        both = [transforms.Grayscale(), transforms.Resize((28, 28)), transforms.ToTensor()]
        x = transforms.Compose([*both, transforms.Normalize([0.5], [0.5])])(picture)
        return whole.flatten(run_until(whole, "pool2", x)).numpy()[0]
    enum = torchvision.models.get_model_weights(model.backbone)
    x = enum.IMAGENET1K_V1.transforms()(picture.convert("RGB"))
    if model.backbone == "alexnet":
        return run_until(whole, "classifier.5", x).numpy()[0]
    if model.backbone == "mobilenet_v2":
        return run_until(whole, "features", x).mean((2, 3)).numpy()[0]
    return run_until(whole, "avgpool", x).flatten(1).numpy()[0]


def run_until(whole: torch.nn.Module, name: str, x: torch.Tensor) -> torch.Tensor:
    caught: list[torch.Tensor] = []
    module = whole.get_submodule(name)
    hook = module.register_forward_hook(lambda _module, _inputs, output: caught.append(output))
    whole(x[None])
    hook.remove()
    return caught[0].clone()


@pytest.mark.parametrize("name", ["resnet18", "resnet50"])
def test_residual_blocks_are_fused(name: str) -> None:
    model = random_weights(name)
    plain = fold(models.cut(model, models.build(model)))
    fused = fuse(plain, torch.rand(2, 3, 224, 224))
    assert not any(isinstance(module, torch.nn.BatchNorm2d) for module in plain.modules())
    assert "add" not in str(fused.graph)
    assert "add" in str(plain.graph)


def test_a_fused_network_that_disagrees_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    model = random_weights("resnet18")
    plain = fold(models.cut(model, models.build(model)))
    monkeypatch.setattr("pgfeaturize.models.fold._Fused.forward", lambda _, x, y=None: x + (y or 1))
    assert fuse(plain, torch.rand(2, 3, 224, 224)) is plain


def test_a_shortcut_that_is_read_again_is_not_written_over() -> None:
    class Twice(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.one, self.two = (torch.nn.Conv2d(3, 3, 1) for _ in range(2))
            self.relu = torch.nn.ReLU()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            shortcut = self.one(x)
            return self.relu(self.two(x) + shortcut) * shortcut

    network = torch.fx.symbolic_trace(Twice().eval())
    assert fuse(network, torch.rand(2, 3, 8, 8)) is network


@pytest.mark.parametrize("n", [1, 3])
def test_strides_and_kinds_of_batches_do_not_matter(n: int) -> None:
    network = load(random_weights("mobilenet_v3_small"))
    rows_last = np.random.default_rng(0).integers(0, 256, (n, 224, 224, 3), np.uint8)
    view = rows_last.transpose(0, 3, 1, 2)
    expected = network.embed(view)
    for batch in (np.ascontiguousarray(view), torch.from_numpy(np.ascontiguousarray(view))):
        assert np.allclose(network.embed(batch), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("pooling", ["flatten", "avg", "max"])
def test_pooling(pooling: str) -> None:
    dim = 512 * 7 * 7 if pooling == "flatten" else 512
    model = random_weights("resnet18", node="layer4", pooling=pooling, dim=dim)
    batch = np.random.default_rng(0).integers(0, 256, (2, 3, 224, 224), np.uint8)
    vectors = load(model).embed(batch)
    assert vectors.shape == (2, dim)
    if pooling == "avg":
        whole = load(random_weights("resnet18")).embed(batch)
        assert np.allclose(vectors, whole, rtol=1e-3, atol=1e-3)


def test_memory_that_runs_out_halves_the_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    network = load(CATALOGUE["lenet_digits"])
    batch = np.random.default_rng(0).integers(0, 256, (8, 1, 28, 28), np.uint8)
    expected = network.embed(batch)
    sizes = []
    module = network._module

    def tight(x: torch.Tensor) -> torch.Tensor:
        sizes.append(len(x))
        if len(x) > 3:
            raise torch.OutOfMemoryError
        return module(x)

    monkeypatch.setattr(network, "_module", tight)
    assert np.allclose(network.embed(batch), expected, atol=1e-6)
    assert sizes == [8, 4, 2, 2, 2, 2]
    network.embed(batch)
    assert sizes[6:] == [2, 2, 2, 2]


def test_not_even_one_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(_: torch.Tensor) -> torch.Tensor:
        raise torch.OutOfMemoryError

    network = load(CATALOGUE["lenet_digits"])
    monkeypatch.setattr(network, "_module", never)
    with pytest.raises(torch.OutOfMemoryError):
        network.embed(np.zeros((2, 1, 28, 28), np.uint8))


# Weights and fingerprints


@pytest.fixture
def hub(tmp_path: Any) -> Iterator[Any]:
    """An empty torch hub cache."""
    before = torch.hub.get_dir()
    torch.hub.set_dir(str(tmp_path))
    yield tmp_path / "checkpoints"
    torch.hub.set_dir(before)


def test_missing_weights_say_what_to_put_where(hub: Any) -> None:
    model = CATALOGUE["resnet50"]
    with pytest.raises(errors.WeightsMissing, match="resnet50") as caught:
        load(model)
    text = str(caught.value)
    assert str(hub / "resnet50-0676ba61.pth") in text
    assert "https://download.pytorch.org/models/resnet50-0676ba61.pth" in text
    assert "pgfeaturize models pull resnet50" in text
    assert not hub.exists()
    assert not models.verify(model)


def test_a_download_that_fails(hub: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise URLError("no route to host")

    monkeypatch.setattr("torch.hub.urlopen", fail)
    with pytest.raises(errors.WeightsMissing, match="no route to host"):
        models.load_network(CATALOGUE["alexnet"], CPU)
    assert list(hub.iterdir()) == []


def test_a_download_with_a_wrong_hash(hub: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.hub.urlopen", lambda *_, **__: Reply(b"not the weights"))
    with pytest.raises(errors.WeightsMissing, match="invalid hash"):
        models.pull(CATALOGUE["alexnet"])
    assert list(hub.iterdir()) == []


class Reply(io.BytesIO):
    """What urlopen returns."""

    def info(self) -> Any:
        return type("Headers", (), {"get_all": lambda *_: None})()


def test_weights_that_are_pulled_once(hub: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    file = io.BytesIO()
    torch.save(torchvision.models.mobilenet_v3_small(weights=None).state_dict(), file)
    prefix = hashlib.sha256(file.getvalue()).hexdigest()[:8]
    monkeypatch.setattr(
        "pgfeaturize.models.weights.weights_url", lambda _: f"https://example.org/m-{prefix}.pth"
    )
    monkeypatch.setattr("torch.hub.urlopen", lambda *_, **__: Reply(file.getvalue()))
    model = CATALOGUE["mobilenet_v3_small"]
    assert models.pull(model) == hub / f"m-{prefix}.pth"
    assert models.verify(model)
    assert load(model).embed(np.zeros((1, 3, 224, 224), np.uint8)).shape == (1, 576)


@pytest.mark.parametrize("content", [b"", b"junk" * 99])
def test_a_damaged_file_of_weights(hub: Any, content: bytes) -> None:
    hub.mkdir()
    path = models.weights_path(CATALOGUE["resnet18"])
    assert path is not None
    path.write_bytes(content)
    with pytest.raises(errors.WeightsMissing, match="cannot be read"):
        load(CATALOGUE["resnet18"])
    assert not models.verify(CATALOGUE["resnet18"])


def test_a_pickle_with_code_is_not_run(hub: Any) -> None:
    class Evil:
        def __reduce__(self) -> Any:
            return (pytest.fail, ("code of a weights file was run",))

    hub.mkdir()
    path = models.weights_path(CATALOGUE["resnet18"])
    assert path is not None
    torch.save(Evil(), path)
    with pytest.raises(errors.WeightsMissing):
        load(CATALOGUE["resnet18"])


def test_weights_of_another_network(hub: Any) -> None:
    hub.mkdir()
    path = models.weights_path(CATALOGUE["resnet18"])
    assert path is not None
    torch.save({"a": torch.zeros(3)}, path)
    with pytest.raises(errors.WeightsMissing, match="do not fit"):
        load(CATALOGUE["resnet18"])


def test_weights_that_do_not_exist() -> None:
    with pytest.raises(errors.UnknownModel, match="IMAGENET21K") as caught:
        load(dataclasses.replace(CATALOGUE["resnet50"], weights="IMAGENET21K"))
    assert "IMAGENET1K_V2" in caught.value.hint


@pytest.mark.parametrize("backbone", ["resnet5000", "fasterrcnn_resnet50_fpn", "inception_v3"])
def test_an_unknown_backbone(backbone: str) -> None:
    with pytest.raises(errors.UnknownModel, match=backbone):
        load(random_weights("resnet18", backbone=backbone))


def test_an_unknown_node_names_near_ones() -> None:
    with pytest.raises(errors.UnknownNode, match="clasifier") as caught:
        load(random_weights("alexnet", node="clasifier.5"))
    assert "classifier.5" in caught.value.hint


def test_a_wrong_dimension() -> None:
    with pytest.raises(errors.WrongDimension, match="512 values") as caught:
        load(random_weights("resnet18", dim=2048))
    assert "512" in caught.value.hint


def test_a_node_that_gives_no_vector() -> None:
    with pytest.raises(errors.WrongDimension, match="not a vector") as caught:
        load(random_weights("resnet18", node="layer4"))
    assert "avg" in caught.value.hint


def test_an_unknown_pooling() -> None:
    with pytest.raises(errors.ModelError, match="pooling"):
        load(random_weights("resnet18", pooling="median"))


def test_random_weights_are_always_the_same_and_disturb_nobody() -> None:
    torch.manual_seed(7)
    expected = torch.rand(1)
    torch.manual_seed(7)
    one, other = (load(random_weights("mobilenet_v3_small")) for _ in range(2))
    assert torch.rand(1) == expected
    assert one.fingerprint == other.fingerprint
    batch = np.zeros((1, 3, 224, 224), np.uint8)
    assert (one.embed(batch) == other.embed(batch)).all()


@pytest.mark.parametrize("model", TORCHVISIONS, ids=lambda model: model.name)
def test_random_vectors_fit_every_storage_type(model: Model) -> None:
    batch = np.random.default_rng(0).integers(0, 256, (1, 3, 224, 224), np.uint8)
    vector = load(random_weights(model.name)).embed(batch)[0]
    assert 1e-2 < np.linalg.norm(vector.astype(np.float16).astype(float)) < 1e5


LENET = CATALOGUE["lenet_digits"]
CHANGES: list[dict[str, Any]] = [
    {"backbone": "other"},
    {"node": "other"},
    {"pooling": "max"},
    {"preprocessing": {**LENET.preprocessing, "mean": [0.4]}},
    {"preprocessing": {**LENET.preprocessing, "crop": 32}},
]


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_fingerprints_differ_when_anything_differs(change: dict[str, Any]) -> None:
    changed = dataclasses.replace(LENET, **change)
    assert models.fingerprint_of(changed, "w") != models.fingerprint_of(LENET, "w")
    assert models.fingerprint_of(LENET, "v") != models.fingerprint_of(LENET, "w")


def test_fingerprints_know_neither_names_nor_spellings() -> None:
    spelled = {**reversed_(LENET.preprocessing), "crop": 28.0}
    same = dataclasses.replace(LENET, name="other", preprocessing=spelled)
    assert models.fingerprint_of(same, "w") == models.fingerprint_of(LENET, "w")


def reversed_(mapping: Any) -> dict[str, Any]:
    return dict(reversed(list(mapping.items())))


def test_a_digest_sees_names_types_shapes_and_values() -> None:
    one = {"a": torch.tensor([1.0, 2.0]), "b": torch.tensor(3)}
    variants = [
        {"a": one["a"], "c": one["b"]},
        {**one, "a": one["a"].double()},
        {**one, "a": one["a"].view(2, 1)},
        {**one, "a": torch.tensor([1.0, 2.5])},
    ]
    digests = {models.digest(state) for state in (one, *variants)}
    assert len(digests) == 5
    assert models.digest(reversed_(one)) == models.digest(one)


def test_the_digest_is_of_the_weights_as_they_were_loaded() -> None:
    path = models.weights_path(LENET)
    assert path is not None
    digest = models.digest(safetensors.torch.load_file(path))
    assert load(LENET).fingerprint == models.fingerprint_of(LENET, digest)


# Devices


def test_devices() -> None:
    assert models.pick_device("cpu") == CPU
    assert models.pick_device().type == ("cuda" if torch.cuda.is_available() else "cpu")


@pytest.mark.parametrize("name", ["tpu", "cuda:99", "cpu:1", "meta"])
def test_a_device_that_is_not_there(name: str) -> None:
    with pytest.raises(errors.SettingsError, match=name):
        models.pick_device(name)


def test_cuda_without_a_card(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    with pytest.raises(errors.SettingsError, match="0 CUDA devices"):
        models.pick_device("cuda")


# The package


def test_all_names_are_there_and_sorted() -> None:
    assert sorted(models.__all__) == models.__all__
    assert all(hasattr(models, name) for name in models.__all__)
