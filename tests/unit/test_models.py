"""Models: the catalog equals torchvision's, optimized networks give the same vectors, fingerprints differ."""

import dataclasses
import io
import json
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch
import torchvision
from PIL import Image

from pgfeaturize import errors, models
from pgfeaturize.images import Limits, Preprocessing, decode, preprocess
from pgfeaturize.models import Model, Network, known, lookup
from pgfeaturize.models.backbones.base import Built
from pgfeaturize.models.backbones.registry import find, seeded
from pgfeaturize.models.network import assemble
from tests.conftest import ROOT

CPU = torch.device("cpu")
LENET = lookup("lenet_digits")
GOLDEN = ROOT / "tests" / "golden" / "vectors.json"

#: The smallest network of each family, and those that are not of torchvision.
FAMILIES = (
    *("alexnet", "convnext_tiny", "densenet121", "efficientnet_b0", "efficientnet_v2_s"),
    *("googlenet", "inception_v3", "lenet_digits", "maxvit_t", "mnasnet0_5", "mobilenet_v2"),
    *("mobilenet_v3_small", "pixels", "regnet_y_400mf", "resnet18", "resnext50_32x4d"),
    *("shufflenet_v2_x0_5", "squeezenet1_1", "swin_t", "swin_v2_t", "vgg11", "vit_b_16"),
    "wide_resnet50_2",
)


def load(model: Model, **options: Any) -> Network:
    return models.load_network([model], CPU, offline=True, **options)


# The catalog


def test_names_are_sorted_as_people_do() -> None:
    assert len(known()) > 100
    assert list(known()).index("resnet50") < list(known()).index("resnet50_v2")
    assert list(known()).index("resnet50_v2") < list(known()).index("resnet101")


def test_all_weights_of_torchvision_have_a_name() -> None:
    theirs = torchvision.models.list_models(module=torchvision.models)
    enums = {name: torchvision.models.get_model_weights(name) for name in theirs}
    assert len(known()) == 3 + sum(len(enum) for enum in enums.values())
    assert {"vgg16_features", "vit_b_16_swag_e2e", "vit_b_16_swag_linear"} < {*known()}


@pytest.mark.parametrize(
    ("name", "weights"),
    [
        ("resnet50", "IMAGENET1K_V1"),
        ("resnet50_v2", "IMAGENET1K_V2"),
        ("vit_h_14", "IMAGENET1K_SWAG_E2E_V1"),
        ("vit_h_14_swag_linear", "IMAGENET1K_SWAG_LINEAR_V1"),
    ],
)
def test_names_mean_weights(name: str, weights: str) -> None:
    assert lookup(name).weights == weights


@pytest.mark.parametrize(
    ("name", "node", "pooling", "dim"),
    [
        ("alexnet", "classifier.5", "none", 4096),
        ("alexnet_227", "classifier.5", "none", 4096),
        ("mobilenet_v3_large", "flatten", "none", 960),
        ("mobilenet_v3_small", "flatten", "none", 576),
        ("pixels", "flatten", "none", 3072),
        ("resnet101", "flatten", "none", 2048),
        ("squeezenet1_0", "features.12.cat", "avg", 512),
        ("vgg16_features", "features", "avg", 512),
        ("vit_b_16", "getitem_5", "none", 768),
    ],
)
def test_where_a_network_is_cut(name: str, node: str, pooling: str, dim: int) -> None:
    model = lookup(name)
    assert (model.node, model.pooling, model.dim) == (node, pooling, dim)


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.slow
def test_every_row_is_plain_json(name: str) -> None:
    model = lookup(name)
    row = json.loads(json.dumps(model.to_json()))
    assert Model(**row) == model
    assert name == model.name == name.lower()
    assert Preprocessing.from_json(row["preprocessing"]).shape == model.input_shape


@pytest.mark.parametrize("name", ["ResNet18", "RESNET18", "resnet18"])
def test_names_in_any_letter_case(name: str) -> None:
    assert lookup(name) == lookup("resnet18")


def test_an_unknown_model_names_the_nearest() -> None:
    with pytest.raises(errors.UnknownModel, match='"resnet_50"') as caught:
        lookup("resnet_50")
    assert "Did you mean resnet50" in caught.value.hint


def test_a_model_unlike_any_other_names_the_list() -> None:
    with pytest.raises(errors.UnknownModel) as caught:
        lookup("xyz!")
    assert caught.value.hint == "`pgfeaturize models list --all` lists the models."


# The networks of all families


@dataclasses.dataclass(frozen=True)
class Family:
    """One network, built once, and its models."""

    model: Model
    whole: Built
    network: Network

    def embed(self, image: Image.Image, **changes: Any) -> np.ndarray:
        """Return the vector by the package's own preprocessing."""
        how = Preprocessing.from_json({**self.model.preprocessing, **changes})
        (vectors,) = self.network.embed(preprocess(image, how)[None])
        return vectors[0]


@pytest.fixture(scope="module", params=FAMILIES)
def family(request: pytest.FixtureRequest) -> Family:
    model = lookup(request.param)
    if model.weights.startswith("IMAGENET"):
        model = dataclasses.replace(model, weights="random")
    with seeded():
        backbone = find(model.backbone, model.weights)
        whole = backbone.build(model, CPU, offline=True)
    return Family(model, whole, assemble([model], backbone, whole, CPU))


@pytest.fixture(scope="module")
def image() -> Image.Image:
    """Return an image of rings, a gradient and a checkerboard, one per channel, read from a file."""
    y, x = np.mgrid[:300, :420]
    rings = 127 + 127 * np.sin(np.hypot(x - 200, y - 150) ** 1.5 / 40)
    checkers = 255 * ((x // 6 + y // 9) % 2)
    drawn = np.stack([rings, checkers, 255 * (x + y) / 718], -1).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(drawn).save(file, "PNG")
    return decode(file.getvalue(), Limits())


@pytest.mark.slow
def test_vectors_are_those_of_torchvision(family: Family, image: Image.Image) -> None:
    ours, theirs = family.embed(image), torchvisions(family, image)
    assert ours.dtype == np.float32
    assert ours.shape == (family.model.dim,)
    assert ours @ theirs / np.linalg.norm(ours) / np.linalg.norm(theirs) >= 0.9999


@torch.inference_mode()
def torchvisions(family: Family, image: Image.Image) -> np.ndarray:
    """Return the features by torchvision's transforms, captured at the input of its classifier."""
    caught: list[torch.Tensor] = []
    whole = family.whole.network
    predicts = predicting(family.model, whole)
    hook = predicts.register_forward_pre_hook(lambda _, inputs: caught.append(inputs[0].clone()))
    whole(transformed(family.model, image)[None])
    hook.remove()
    features = caught[0].mean((2, 3)) if family.model.pooling == "avg" else caught[0].flatten(1)
    return features.numpy()[0]


def predicting(model: Model, whole: torch.nn.Module) -> torch.nn.Module:
    if model.backbone in ("lenet", "pixels"):
        return whole.flatten  # type: ignore[return-value]
    if model.backbone.startswith("mobilenet_v3"):
        return whole.classifier  # type: ignore[return-value]
    linear = (torch.nn.Linear, torch.nn.Conv2d)
    return [module for module in whole.modules() if isinstance(module, linear)][-1]


def transformed(model: Model, image: Image.Image) -> torch.Tensor:
    transforms = torchvision.transforms
    if model.backbone not in ("lenet", "pixels"):
        enum = torchvision.models.get_model_weights(model.backbone)
        return enum.IMAGENET1K_V1.transforms()(image.convert("RGB"))
    image = image.convert("L" if model.backbone == "lenet" else "RGB")
    steps = [transforms.Resize(model.input_shape[1:]), transforms.ToTensor()]
    return transforms.Compose([*steps, transforms.Normalize([0.5], [0.5])])(image)


@pytest.mark.slow
def test_vectors_are_the_golden_ones(family: Family, image: Image.Image, request: pytest.FixtureRequest) -> None:
    vector = family.embed(image)
    if request.config.getoption("--golden"):
        write_golden(family.model.name, vector)
    assert is_golden(family.model.name, vector), "if the change is wanted: make golden"


@pytest.mark.slow
def test_golden_vectors_tell_how_an_image_was_made_smaller(family: Family, image: Image.Image) -> None:
    other = {"bilinear": "bicubic", "bicubic": "bilinear"}
    changed = family.embed(image, interpolation=other[family.model.preprocessing["interpolation"]])
    assert not is_golden(family.model.name, changed)


def is_golden(name: str, vector: np.ndarray) -> bool:
    """Return whether a vector equals the one in the golden file, within the tolerance between machines."""
    golden = json.loads(GOLDEN.read_text())[name]
    found = [np.linalg.norm(vector), *vector[:8]]
    near = 1e-4 * golden[0] / np.sqrt(len(vector))
    return bool(
        np.isclose(found[0], golden[0], rtol=1e-4, atol=0) and np.allclose(found[1:], golden[1:], rtol=0, atol=near)
    )


def write_golden(name: str, vector: np.ndarray) -> None:
    """Write norm and first values, a line for each model."""
    golden = json.loads(GOLDEN.read_text()) if GOLDEN.exists() else {}
    golden[name] = [float(f"{number:.6g}") for number in (np.linalg.norm(vector), *vector[:8])]
    lines = (f"{json.dumps(name)}: {json.dumps(golden[name])}" for name in sorted(golden))
    GOLDEN.write_text("{\n" + ",\n".join(lines) + "\n}\n")


@pytest.mark.slow
def test_random_vectors_fit_every_storage_type(family: Family) -> None:
    channels, height, width = family.model.input_shape
    noise = np.random.default_rng(0).integers(0, 256, (channels, height, width), np.uint8)
    (vectors,) = family.network.embed(np.stack([noise, np.full_like(noise, 255)]))
    norms = np.linalg.norm(vectors.astype(np.float16).astype(float), axis=1)
    assert (norms > 1e-2).all()
    assert (norms < 1e5).all()


def test_a_black_image_is_no_vector_of_zeros() -> None:
    (vectors,) = load(lookup("pixels")).embed(np.zeros((1, 3, 32, 32), np.uint8))
    assert (vectors == -1).all()


# Running


@pytest.mark.parametrize("n", [1, 3])
@pytest.mark.slow
def test_strides_and_kinds_of_batches_do_not_matter(n: int) -> None:
    network = load(dataclasses.replace(lookup("mobilenet_v3_small"), weights="random"))
    rows_last = np.random.default_rng(0).integers(0, 256, (n, 224, 224, 3), np.uint8)
    view = rows_last.transpose(0, 3, 1, 2)
    (expected,) = network.embed(view)
    for batch in (np.ascontiguousarray(view), torch.from_numpy(np.ascontiguousarray(view))):
        assert np.allclose(network.embed(batch), expected, rtol=1e-4, atol=1e-4)


def test_offset_and_scale_come_before_mean_and_std() -> None:
    how = {"offset": 10, "scale": 0.5, "mean": [1, 2, 3], "std": [4, 5, 0.25], "order": "bgr"}
    network = load(models.resolve("p", "pixels", preprocessing={**how, "size": [1, 1]}))
    (vectors,) = network.embed(np.array([10, 20, 30], np.uint8).reshape(1, 3, 1, 1))
    assert np.allclose(vectors, [[(0 - 1) / 4, (5 - 2) / 5, (10 - 3) / 0.25]])


def test_memory_that_runs_out_halves_the_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    network = load(LENET)
    batch = np.random.default_rng(0).integers(0, 256, (8, 1, 28, 28), np.uint8)
    expected = network.embed(batch)
    sizes = []
    module = network._module

    def tight(x: torch.Tensor) -> Any:
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
    def never(_: torch.Tensor) -> Any:
        raise torch.OutOfMemoryError

    network = load(LENET)
    monkeypatch.setattr(network, "_module", never)
    with pytest.raises(torch.OutOfMemoryError):
        network.embed(np.zeros((2, 1, 28, 28), np.uint8))


# Fingerprints


CHANGES: list[dict[str, Any]] = [
    {"backbone": "other"},
    {"node": "other"},
    {"pooling": "max"},
    {"preprocessing": {**LENET.preprocessing, "mean": [0.4]}},
    {"preprocessing": {**LENET.preprocessing, "size": [28, 32]}},
]


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_fingerprints_differ_when_anything_differs(change: dict[str, Any]) -> None:
    changed = dataclasses.replace(LENET, **change)
    assert models.fingerprint_of(changed, "w") != models.fingerprint_of(LENET, "w")
    assert models.fingerprint_of(LENET, "v") != models.fingerprint_of(LENET, "w")


def test_fingerprints_know_neither_names_nor_spellings() -> None:
    turned = dict(reversed(LENET.preprocessing.items()))  # type: ignore[call-overload]
    same = dataclasses.replace(LENET, name="other", preprocessing={**turned, "size": (28.0, 28), "offset": 0.0})
    assert models.fingerprint_of(same, "w") == models.fingerprint_of(LENET, "w")
    assert same.forward_key == LENET.forward_key


def test_the_digest_is_of_the_weights_as_they_were_loaded() -> None:
    path = models.weights_path(LENET)
    assert path is not None
    digest = models.digest(safetensors.torch.load_file(path))
    assert load(LENET).fingerprints == (models.fingerprint_of(LENET, digest),)


@pytest.mark.slow
def test_random_weights_are_always_the_same_and_disturb_nobody() -> None:
    model = dataclasses.replace(lookup("mobilenet_v3_small"), weights="random")
    torch.manual_seed(7)
    expected = torch.rand(1)
    torch.manual_seed(7)
    one, other = load(model), load(model)
    models.resolve("x", "resnet18")
    assert torch.rand(1) == expected
    assert one.fingerprints == other.fingerprints
    batch = np.zeros((1, 3, 224, 224), np.uint8)
    assert np.array_equal(one.embed(batch), other.embed(batch))


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
