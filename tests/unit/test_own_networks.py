"""Users' own networks: exported programs, factories, and networks of timm."""

import dataclasses
import io
import json
import pickle
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import timm
import torch
from timm.data import create_transform, resolve_data_config  # type: ignore[attr-defined]
from torch.export.pt2_archive import PT2ArchiveReader, PT2ArchiveWriter

from pgfeaturize import errors, models
from pgfeaturize.images import Preprocessing, preprocess
from pgfeaturize.models import Model, Network, resolve
from tests.unit import networks
from tests.unit.sample_images import scene

CPU = torch.device("cpu")
OWN: dict[str, Any] = {"packages": ("tests",)}
Store = Callable[[Any], str]


def load(*wanted: Model, **options: Any) -> Network:
    return models.load_network(wanted, CPU, offline=True, **options)


def noise(model: Model, n: int = 3) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (n, *model.input_shape), np.uint8)


def seen(model: Model, pixels: np.ndarray) -> torch.Tensor:
    """Return the pixels as the network receives them."""
    how = model.preprocessing
    mean, std = (torch.tensor(how[name]).view(-1, 1, 1) for name in ("mean", "std"))
    return (torch.from_numpy(pixels) / 255 - mean) / std


# Programs


@pytest.fixture(scope="module")
def program() -> torch.export.ExportedProgram:
    torch.manual_seed(0)
    return networks.exported(networks.Small())


@pytest.mark.slow
def test_a_program_gives_what_its_network_gives(store: Store, program: Any) -> None:
    model = resolve("mine", "program", weights=store(program), node="output")
    assert (model.node, model.pooling, model.dim) == ("output", "none", 5)
    assert model.preprocessing["size"] == [32, 32]
    assert model.preprocessing["shorter"] == 37
    pixels = noise(model)
    with torch.no_grad():
        expected = program.module(check_guards=False)(seen(model, pixels)).numpy()
    for n in (1, 3):
        (vectors,) = load(model).embed(pixels[:n])
        assert np.allclose(vectors, expected[:n], atol=1e-5)


@pytest.mark.slow
def test_a_program_is_cut_like_any_network(store: Store, program: Any) -> None:
    weights = store(program)
    nodes = models.nodes("program", weights=weights)
    assert [node.name for node in nodes if node.default] == ["flatten"], (
        "before the prediction layer, like every network"
    )
    shapes = {node.name: node.shape for node in nodes}
    assert shapes["flatten"] == (8,)
    before = resolve("before", "program", weights=weights, cut=1)
    assert before.dim == 8
    wanted = [
        before,
        *(
            resolve(node, "program", weights=weights, node=node, pooling=pooling)
            for node, pooling in (("batch_norm", "flatten"), ("add", "gem"), ("conv2d_2", "max"))
        ),
    ]
    pixels = noise(before)
    for model, together in zip(wanted, load(*wanted).embed(pixels), strict=True):
        (alone,) = load(model).embed(pixels)
        assert np.allclose(together, alone, atol=1e-5), model.node


@pytest.mark.slow
def test_the_fingerprint_of_a_program_is_of_all_that_is_in_the_file(store: Store) -> None:
    torch.manual_seed(0)
    small = networks.Small()
    one = resolve("x", "program", weights=store(networks.exported(small)))
    small.norm.eps = 0.1
    other = resolve("x", "program", weights=store(networks.exported(small)))
    assert load(one).fingerprints != load(other).fingerprints
    assert load(one).fingerprints == load(one).fingerprints


@pytest.mark.slow
def test_a_program_for_images_of_any_size(store: Store) -> None:
    dim = torch.export.Dim
    shapes = ({0: dim("n"), 2: dim("height", min=8), 3: dim("width", min=8)},)
    network = networks.Small().eval()
    exported = torch.export.export(network, (torch.zeros(2, 3, 40, 48),), dynamic_shapes=shapes)
    weights = store(exported)
    assert resolve("x", "program", weights=weights).preprocessing["size"] == [224, 224]
    model = resolve("x", "program", node="output", weights=weights, preprocessing={"size": [16, 24]})
    pixels = noise(model)
    with torch.no_grad():
        expected = network(seen(model, pixels)).numpy()
    assert np.allclose(load(model).embed(pixels)[0], expected, atol=1e-5)


def test_a_program_for_gray_images(store: Store) -> None:
    network = torch.nn.Sequential(torch.nn.Conv2d(1, 4, 3), torch.nn.Flatten()).eval()
    shapes = ({0: torch.export.Dim("n")},)
    exported = torch.export.export(network, (torch.zeros(2, 1, 8, 8),), dynamic_shapes=shapes)
    model = resolve("x", "program", weights=store(exported))
    assert (model.dim, model.preprocessing["mean"]) == (144, [0.5])


def test_a_program_for_so_many_images_and_no_others(store: Store) -> None:
    torch.manual_seed(0)

    class Fixed(networks.Small):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.stem(x).reshape(len(x), 8 * 16 * 16)

    with pytest.raises(errors.WrongNetwork, match="does not take an image") as caught:
        resolve("x", "program", weights=store(networks.exported(Fixed(), batch=2)))
    assert "torch.export.Dim" in caught.value.hint


def test_a_program_that_does_not_tell_images_apart(store: Store) -> None:
    class Mixed(networks.Small):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.stem(x).mean((0, 2, 3), keepdim=True).flatten(1)

    with pytest.raises(errors.UnknownNode, match="no output per image") as caught:
        resolve("x", "program", weights=store(networks.exported(Mixed())))
    assert "torch.export.Dim" in caught.value.hint


def test_a_program_of_a_network_in_training(store: Store) -> None:
    training = torch.export.export(networks.Small().train(), (torch.zeros(2, 3, 32, 32),))
    with pytest.raises(errors.WrongNetwork, match="in training mode") as caught:
        resolve("x", "program", weights=store(training))
    assert "eval mode" in caught.value.hint


def test_a_program_that_takes_more_than_images(store: Store) -> None:
    class Two(networks.Small):
        def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:  # type: ignore[override]
            return super().forward(x + y)

    images = torch.zeros(2, 3, 32, 32)
    exported = torch.export.export(Two().eval(), (images, images))
    with pytest.raises(errors.WrongNetwork, match="must have one input"):
        resolve("x", "program", weights=store(exported))


def test_a_program_that_returns_several_things(store: Store) -> None:
    weights = store(networks.exported(networks.Several()))
    with pytest.raises(errors.UnknownNode, match="output"):
        resolve("x", "program", weights=weights)
    assert resolve("x", "program", weights=weights, node="mean").dim == 8


def test_a_program_that_was_exported_from_another_device(store: Store, tmp_path: Path) -> None:
    class Made(networks.Small):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return super().forward(x) + torch.arange(5, device=x.device)

    weights = store(networks.exported(Made()))
    model = resolve("x", "program", weights=weights)
    expected = load(model).embed(noise(model))
    elsewhere = '"device": {"type": "cuda", "index": 0}'
    changed = edited(tmp_path, weights, lambda _, text: text.replace(DEVICE, elsewhere))
    moved = resolve("x", "program", weights=store(changed))
    assert np.array_equal(load(moved).embed(noise(model)), expected)


DEVICE = '"device": {"type": "cpu", "index": null}'


# Programs that do more than compute


def edited(
    directory: Path,
    weights: str,
    change: Callable[[str, str], str] = lambda _, text: text,
    more: dict[str, bytes] | None = None,
) -> Path:
    """Return a copy of a program with changed JSON, and with added or replaced records."""
    archive = PT2ArchiveReader(str(Path(torch.hub.get_dir()) / "checkpoints" / weights))
    file = directory / "changed.pt2"
    with PT2ArchiveWriter(str(file)) as copy:
        for record in archive.get_file_names():
            if record.endswith(".json"):
                copy.write_string(record, change(record, archive.read_string(record)))
            elif not record.startswith((".data", "archive_", "byteorder", *(more or {}))):
                copy.write_bytes(record, archive.read_bytes(record))
        for record, content in (more or {}).items():
            copy.write_bytes(record, content)
    return file


class Evil:
    def __reduce__(self) -> Any:
        return (pytest.fail, ("code of a program was run",))


def pickled(content: object) -> bytes:
    file = io.BytesIO()
    torch.save(content, file)
    return file.getvalue()


def test_a_copy_that_is_not_changed_is_taken(store: Store, program: Any, tmp_path: Path) -> None:
    copy = store(edited(tmp_path, store(program)))
    assert resolve("x", "program", weights=copy).dim == 8


def test_the_example_in_a_program_is_not_unpickled(store: Store, program: Any, tmp_path: Path) -> None:
    file = edited(tmp_path, store(program), more={"data/sample_inputs/model.pt": pickled(Evil())})
    assert resolve("x", "program", weights=store(file)).dim == 8


def test_guards_and_remarks_in_a_program_are_not_run(store: Store, program: Any, tmp_path: Path) -> None:
    def change(record: str, text: str) -> str:
        if record != "models/model.json":
            return text
        document = json.loads(text)
        document["guards_code"] = ["__import__('pytest').fail('a guard was run')"]
        for node in document["graph_module"]["graph"]["nodes"]:
            node["metadata"] = {"stack_trace": "\n__import__('pytest').fail('a remark was run')"}
        return json.dumps(document)

    weights = store(edited(tmp_path, store(program), change))
    model = resolve("x", "program", weights=weights)
    assert load(model).embed(noise(model))[0].shape == (3, 8)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"target": "torch.ops.aten.conv2d.default"', '"target": "torch.os.system"'),
        ('"target": "torch.ops.aten.conv2d.default"', '"target": "torch.ops.load_library"'),
        ('"target": "torch.ops.aten.conv2d.default"', '"target": "torch.ops.aten.from_file.default"'),
        ('"target": "torch.ops.aten.conv2d.default"', '"target": "torch.ops.aten.__class__.mro"'),
        ('"target": "torch.ops.aten.conv2d.default"', '"target": "_operator.attrgetter"'),
        ('"target": "torch.ops.aten.conv2d.default"', '"target": "#a:b"'),
        ('"name": "flatten"', '"name": "x; import os"'),
        ('"name": "flatten"', '"name": "torch.load"'),
        ('"forward_arg_names": ["x"]', '"forward_arg_names": ["x=print(1)"]'),
        ('"parameter_name": "stem.weight"', '"parameter_name": "stem\\"].weight"'),
        ("Symbol('s77'", "__import__('os').system('s77'"),
        ("Symbol('s77'", "Symbol('s77'.__class__"),
        ("Symbol('s77'", "9**9**9**Symbol('s77'"),
        ("builtins.dict", "collections.defaultdict"),
        ('\\"context\\": \\"[]\\"', '\\"context\\": \\"{\\\\\\"__enum__\\\\\\": true}\\"'),
        ('"use_pickle": false', '"use_pickle": true'),
        ('"path_name": "weight_0"', '"path_name": "../weight_0"'),
    ],
)  # fmt: skip
def test_a_program_with_something_else_than_a_network_in_it(
    store: Store, program: Any, tmp_path: Path, old: str, new: str
) -> None:
    weights = store(program)
    changes = []

    def change(_: str, text: str) -> str:
        changes.append(old in text)
        return text.replace(old, new)

    file = edited(tmp_path, weights, change)
    assert any(changes), "this torch writes it in another way"
    with pytest.raises(errors.UnsafeProgram) as caught:
        resolve("x", "program", weights=store(file))
    assert caught.value.hint


@pytest.mark.parametrize(
    "record",
    ["data/aotinductor/model/model.so", "data/constants/custom_obj_0", "data/weights/model.pt",
     "data/constants/opaque_obj_0", "data/constants/model.pt", "models/other.json"],
)  # fmt: skip
def test_a_program_with_other_records(store: Store, program: Any, tmp_path: Path, record: str) -> None:
    file = edited(tmp_path, store(program), more={record: pickle.dumps(Evil())})
    with pytest.raises(errors.UnsafeProgram, match=record):
        resolve("x", "program", weights=store(file))


def test_a_program_of_the_format_before(store: Store, tmp_path: Path) -> None:
    """For the older format torch.export.load would unpickle."""
    file = tmp_path / "old.pt2"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("version", "8.8")
        for name in ("exported_program.json", "state_dict.pt", "constants.pt", "example_inputs.pt"):
            archive.writestr(f"serialized_{name}", pickled(Evil()))
    with pytest.raises(errors.UnsafeProgram, match="cannot be read"):
        resolve("x", "program", weights=store(file))


@pytest.mark.parametrize("content", [b"", b"junk" * 99])
def test_a_damaged_program(store: Store, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "damaged.pt2"
    file.write_bytes(content)
    with pytest.raises(errors.UnsafeProgram, match="cannot be read"):
        resolve("x", "program", weights=store(file))


def test_a_program_whose_tensors_are_gone(store: Store, program: Any, tmp_path: Path) -> None:
    weights = store(program)
    file = edited(tmp_path, weights, lambda _, text: text.replace('"weight_0"', '"weight_99"'))
    with pytest.raises(errors.UnsafeProgram, match="cannot be loaded"):
        resolve("x", "program", weights=store(file))


def test_a_program_that_is_not_here(store: Store) -> None:
    del store
    with pytest.raises(errors.WeightsMissing, match="net-01234567"):
        resolve("x", "program", weights="net-01234567.pt2")


# Factories


def test_a_function_makes_the_network() -> None:
    model = resolve("mine", "tests.unit.networks:small", **OWN)
    assert (model.node, model.dim, model.weights) == ("flatten", 8, "random"), "nobody has trained it"
    network = load(model, **OWN)
    assert network.embed(noise(model))[0].shape == (3, 8)
    assert network.fingerprints == load(model, **OWN).fingerprints


def test_weights_for_the_network_of_a_function(store: Store) -> None:
    torch.manual_seed(1)
    trained = networks.Small(classes=9)
    options = {"weights": store(trained.state_dict()), "preprocessing": {"size": [32, 32]}, **OWN}
    model = resolve("mine", "tests.unit.networks:small", **options)
    trained.head = torch.nn.Identity()  # type: ignore[assignment]
    with torch.no_grad():
        expected = trained.eval()(seen(model, noise(model))).numpy()
    assert np.allclose(load(model, **OWN).embed(noise(model))[0], expected, atol=1e-5)


def test_the_fingerprint_of_a_function_is_of_its_code_as_well(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    weights = store(networks.Small().state_dict())
    model = resolve("mine", "tests.unit.networks:small", weights=weights, **OWN)
    before = load(model, **OWN).fingerprints
    monkeypatch.setattr(networks.Small, "forward", lambda self, x: self.pool(x).flatten(1))
    changed = dataclasses.replace(model, node="output", dim=3)
    unchanged = dataclasses.replace(changed, node=model.node)
    assert load(changed, **OWN).fingerprints != before
    assert models.fingerprint_of(unchanged, "") == models.fingerprint_of(model, "")


def test_a_network_that_wants_pixels_in_rows() -> None:
    model = resolve("mine", "tests.unit.networks:rows", node="output", **OWN)
    pixels = noise(model)
    torch.manual_seed(0)
    assert load(model, **OWN).embed(pixels.transpose(0, 1, 3, 2))[0].shape == (3, 32)


def test_random_weights_for_the_network_of_a_function() -> None:
    model = resolve("mine", "tests.unit.networks:small", weights="random", **OWN)
    assert np.isfinite(load(model, **OWN).embed(noise(model))).all()


def test_several_results_can_be_cut_at_their_nodes() -> None:
    backbone = "tests.unit.networks:several"
    assert resolve("x", backbone, node="mean", **OWN).dim == 8
    assert "mean_1" not in {node.name for node in models.nodes(backbone, **OWN)}


def test_a_network_that_looks_at_the_image_first() -> None:
    with pytest.raises(errors.WrongNetwork, match="cannot be traced") as caught:
        resolve("x", "tests.unit.networks:dynamic", **OWN)
    assert "torch.export.save" in caught.value.hint


def test_a_package_that_was_not_named_is_not_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "this", raising=False)
    with pytest.raises(errors.PackageRefused, match="this:s") as caught:
        resolve("x", "this:s", **OWN)
    assert "--package this" in caught.value.hint
    with pytest.raises(errors.PackageRefused):
        load(Model("x", "this:s", "output", "none", 1, "none", {}), **OWN)
    assert "this" not in sys.modules


@pytest.mark.parametrize(
    ("function", "error", "says"),
    [
        ("tests.unit.networks:nothing", errors.PackageMissing, "nothing"),
        ("tests.unit.nowhere:small", errors.PackageMissing, "nowhere"),
        ("tests.unit.networks:broken", errors.PackageMissing, "no weights here"),
        ("tests.unit.networks:no_network", errors.WrongNetwork, "tuple_iterator"),
        ("tests.unit.networks:wide", errors.WrongDimension, "50,176 values"),
    ],
)
def test_functions_that_make_no_network(function: str, error: type[errors.ModelError], says: str) -> None:
    with pytest.raises(error, match=says) as caught:
        resolve("x", function, node="output", **OWN)
    assert caught.value.hint


# timm


@pytest.mark.slow
def test_a_network_of_timm() -> None:
    model = resolve("mine", "timm/test_resnet", weights="random")
    (vectors,) = load(model).embed(noise(model))
    assert vectors.shape == (3, model.dim)
    assert [node.name for node in models.nodes("timm/test_resnet") if node.default] == [model.node]


@pytest.mark.parametrize("name", ["test_vit", "mobilenetv3_small_050", "swin_s3_tiny_224"])
@pytest.mark.slow
def test_networks_of_timm_are_cut_before_they_predict(name: str) -> None:
    model = resolve("mine", f"timm/{name}", weights="random")
    whole = timm.create_model(name, pretrained=False)
    assert model.dim == whole.get_classifier().in_features  # type: ignore[operator]


def test_preprocessing_is_that_of_timm() -> None:
    model = resolve("mine", "timm/resnet10t.c3_in1k")
    theirs = create_transform(
        **resolve_data_config(pretrained_cfg=timm.get_pretrained_cfg("resnet10t.c3_in1k").to_dict())  # type: ignore[no-untyped-call, union-attr]
    )
    image = scene(300, 200)
    pixels = preprocess(image, Preprocessing.from_json(model.preprocessing))
    assert torch.allclose(seen(model, pixels), theirs(image), atol=1.01 / 255 / 0.22)


def test_pretrained_weights_of_timm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    model = resolve("mine", "timm/test_resnet.r160_in1k")
    assert model.weights == "pretrained"
    with pytest.raises(errors.WeightsMissing, match="PGFEATURIZE_OFFLINE") as caught:
        load(model)
    assert "timm/test_resnet.r160_in1k" in caught.value.hint
    assert "model.safetensors" in caught.value.hint
    snapshot = tmp_path / "models--timm--test_resnet.r160_in1k" / "snapshots" / "0123"
    snapshot.mkdir(parents=True)
    (snapshot.parents[1] / "refs").mkdir()
    (snapshot.parents[1] / "refs" / "main").write_text("0123")
    trained = timm.create_model("test_resnet", pretrained=False)
    safetensors.torch.save_file(trained.state_dict(), snapshot / "model.safetensors")
    assert models.weights_path(model) == snapshot / "model.safetensors"
    with torch.no_grad():
        expected = trained.eval().forward_features(seen(model, noise(model))).mean((2, 3))  # type: ignore[operator]
    assert np.allclose(load(model).embed(noise(model))[0], expected.numpy(), rtol=1e-3, atol=1e-4)
    safetensors.torch.save_file({"a": torch.zeros(1)}, snapshot / "model.safetensors")
    with pytest.raises(errors.WrongWeights, match="does not fit"):
        load(model)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("test_resnett", "timm/test_resnet"),
        ("resnet18.nonsense", "timm/resnet18"),
        ("hf-hub:someone/something", "Did you mean"),
        ("../resnet18", "timm/resnet18"),
    ],
)
def test_names_that_timm_does_not_have(name: str, says: str) -> None:
    with pytest.raises(errors.UnknownModel, match=name) as caught:
        resolve("x", f"timm/{name}")
    assert says in caught.value.hint


def test_a_network_of_timm_without_weights() -> None:
    model = resolve("x", "timm/test_maxvit", weights="random")
    with pytest.raises(errors.WeightsMissing, match="no weights on the hub"):
        load(dataclasses.replace(model, weights="pretrained"))


def test_a_network_whose_images_nobody_here_prepares() -> None:
    name = next(name for name in timm.list_models() if is_bordered(name))
    with pytest.raises(errors.BadPreprocessing, match="border"):
        resolve("x", f"timm/{name}", weights="random")


def is_bordered(name: str) -> bool:
    published = timm.get_pretrained_cfg(name)
    return published is not None and published.crop_mode == "border"


def test_timm_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "timm", None)
    with pytest.raises(errors.PackageMissing, match="timm") as caught:
        resolve("x", "timm/test_resnet")
    assert caught.value.hint == "Run: pip install 'huggingface-hub>=0.30' 'timm>=1.0.20'"
