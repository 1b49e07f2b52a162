"""Networks are cut at any node, and the vectors are those of the original network."""

import dataclasses
from collections import OrderedDict
from typing import Any

import numpy as np
import pytest
import torch
import torchvision
from torchvision.models.feature_extraction import get_graph_node_names
from torchvision.models.vision_transformer import MLPBlock

from pgfeaturize import errors, models
from pgfeaturize.models import Model, Network, lookup, resolve
from pgfeaturize.models.graph.fold import fold, fuse
from pgfeaturize.models.weights.loading import fill
from tests.unit.networks import Small

CPU = torch.device("cpu")
TINY = {"size": [24, 24]}  # so that whole maps fit into vectors


def load(*wanted: Model) -> Network:
    return models.load_network(wanted, CPU, offline=True)


def tiny(node: str, pooling: str = "flatten", backbone: str = "resnet18") -> Model:
    name = f"{node} {pooling}"
    options: dict[str, Any] = {"weights": "random", "preprocessing": TINY}
    return resolve(name, backbone, node=node, pooling=pooling, **options)


def noise(model: Model, n: int = 2) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (n, *model.input_shape), np.uint8)


# Nodes


@pytest.mark.parametrize("backbone", ["resnet18", "swin_t", "shufflenet_v2_x0_5"])
def test_nodes_have_the_names_of_torchvision(backbone: str) -> None:
    whole = torchvision.models.get_model(backbone, weights=None)
    _, theirs = get_graph_node_names(whole, suppress_diff_warning=True)
    ours = [node.name for node in models.nodes(backbone)]
    assert len(ours) > len(theirs) / 2
    assert [name for name in theirs if name in ours] == ours


def test_nodes_have_shapes_and_sizes() -> None:
    nodes = {node.name: node for node in models.nodes("resnet18")}
    assert nodes["layer4.1.relu_1"].shape == (512, 7, 7)
    assert nodes["layer4.1.relu_1"].size == 512 * 7 * 7
    assert nodes["fc"].shape == (1000,)
    assert [name for name, node in nodes.items() if node.default] == ["flatten"]


def test_what_is_not_there_for_each_image_is_no_node() -> None:
    names = {node.name for node in models.nodes("swin_t")}
    assert "features.7.1.norm2" in names
    assert not [name for name in names if "getattr" in name or "bias" in name]


@pytest.mark.parametrize(
    ("backbone", "cut", "node"),
    [
        ("alexnet", 1, "classifier.5"),
        ("alexnet", 2, "classifier.4"),
        ("alexnet", 3, "classifier.2"),  # dropout does not count as a layer
        ("densenet121", 2, "features.denseblock4.cat"),
        ("efficientnet_b0", 1, "flatten"),
        ("lenet", 3, "flatten"),
        ("mobilenet_v3_small", 1, "classifier.1"),
        ("mobilenet_v3_small", 3, "flatten"),
        ("resnet18", 1, "flatten"),
        ("resnet18", 2, "layer4.1.relu_1"),
        ("resnet18", 3, "layer4.1.add"),
        ("squeezenet1_1", 1, "features.12.cat"),
        ("vit_b_16", 2, "encoder.layers.encoder_layer_11.add_1"),
    ],
)
@pytest.mark.slow
def test_cutting_layers_off_the_end(backbone: str, cut: int, node: str) -> None:
    is_vector = len(next(n for n in models.nodes(backbone) if n.name == node).shape) == 1
    model = resolve("x", backbone, cut=cut, pooling=None if is_vector else "max")
    assert model.node == node
    assert model.pooling == ("none" if is_vector else "max")


@pytest.mark.parametrize("cut", [-1, 0, 99])
def test_layers_that_cannot_be_cut_off(cut: int) -> None:
    with pytest.raises(errors.UnknownNode, match=f"{cut} layers") as caught:
        resolve("x", "resnet18", cut=cut)
    assert "layers; 1 omits the prediction layer" in caught.value.hint


def test_the_name_of_a_module_means_its_last_node() -> None:
    assert (tiny("layer4").dim, tiny("layer4.1.relu_1").dim) == (512, 512)
    vectors = load(tiny("layer4"), tiny("layer4.1.relu_1")).embed(noise(tiny("layer4")))
    assert np.array_equal(*vectors)  # type: ignore[arg-type]


# Inferred shapes


def test_what_is_not_given_is_found_out() -> None:
    assert resolve("Mine", "resnet18") == dataclasses.replace(lookup("resnet18"), name="mine")
    assert resolve("mine", "resnet50", weights="IMAGENET1K_V2").preprocessing["shorter"] == 232
    assert resolve("mine", "resnet18", dim=512).dim == 512
    random = resolve("mine", "swin_t", weights="random")
    assert random.preprocessing == lookup("swin_t").preprocessing


def test_preprocessing_is_what_is_given_over_what_is_default() -> None:
    default = lookup("resnet18").preprocessing
    given = resolve("x", "resnet18", preprocessing={"size": [448, 224], "order": "bgr"})
    turned = {"mean": default["mean"][::-1], "std": default["std"][::-1]}
    assert given.preprocessing == {
        **default, "size": [448, 224], "order": "bgr", "shorter": 256, **turned
    }  # fmt: skip
    larger = resolve("x", "resnet18", preprocessing={"size": [448, 448]})
    assert larger.preprocessing["shorter"] == 512
    padded = resolve("x", "resnet18", preprocessing={"resize": "iso_pad", "mean": [0, 0, 0]})
    assert padded.preprocessing == {**default, "resize": "iso_pad", "shorter": None, "mean": [0, 0, 0]}


@pytest.mark.parametrize(
    "wrong",
    [{"crop": 224}, {"size": 224}, {"size": [224]}, {"size": ["a", 1]}, {"size": [0, 9]},
     {"size": [224, 5000]}, {"channels": 2}],
    ids=str,
)  # fmt: skip
def test_a_preprocessing_that_cannot_be(wrong: dict[str, Any]) -> None:
    with pytest.raises(errors.BadPreprocessing, match=next(iter(wrong))):
        resolve("x", "resnet18", preprocessing=wrong)


@pytest.mark.parametrize("backbone", ["resnet5000", "fasterrcnn_resnet50_fpn", "fcn_resnet50"])
def test_an_unknown_backbone(backbone: str) -> None:
    with pytest.raises(errors.UnknownModel, match=backbone) as caught:
        resolve("x", backbone)
    assert "Did you mean" in caught.value.hint


@pytest.mark.parametrize(
    ("backbone", "weights"),
    [("resnet50", "IMAGENET21K"), ("resnet50", "none"), ("pixels", "random"), ("lenet", "none"),
     ("program", "random"), ("program", "net.pt2"), ("program", "net-12345678.pth")],
)  # fmt: skip
def test_weights_that_there_cannot_be(backbone: str, weights: str) -> None:
    with pytest.raises(errors.UnknownModel, match=weights):
        resolve("x", backbone, weights=weights)


def test_a_node_and_a_cut_at_once() -> None:
    with pytest.raises(errors.ModelError, match="both"):
        resolve("x", "resnet18", node="flatten", cut=1)


def test_an_unknown_node_names_near_ones() -> None:
    with pytest.raises(errors.UnknownNode, match="clasifier") as caught:
        resolve("x", "alexnet", node="clasifier.5")
    assert "classifier.5" in caught.value.hint


def test_a_node_without_a_value_for_each_image() -> None:
    with pytest.raises(errors.UnknownNode, match="no output per image"):
        resolve("x", "vit_b_16", node="encoder.layers.encoder_layer_0.self_attention")


def test_a_dimension_that_is_not_so() -> None:
    with pytest.raises(errors.WrongDimension, match=r"512 values, not 2,048"):
        resolve("x", "resnet18", dim=2048)
    with pytest.raises(errors.WrongDimension, match=r"512 values, but is registered with 2,048") as caught:
        load(dataclasses.replace(lookup("resnet18"), weights="random", dim=2048))
    assert "512" in caught.value.hint


def test_a_map_is_no_vector() -> None:
    with pytest.raises(errors.WrongDimension, match="512 × 7 × 7, not a vector") as caught:
        resolve("x", "resnet18", node="layer4")
    assert '"avg", "max" or "gem"' in caught.value.hint
    assert "flatten" not in caught.value.hint
    with pytest.raises(errors.WrongDimension, match="512 × 1 × 1") as caught:
        load(dataclasses.replace(lookup("resnet18"), weights="random", node="avgpool"))
    assert '"flatten", for 512 values' in caught.value.hint


def test_nothing_is_cut_off_a_vector_that_is_too_long() -> None:
    with pytest.raises(errors.WrongDimension, match="25,088 values") as caught:
        resolve("x", "resnet18", node="layer4", pooling="flatten")
    assert '"avg", "max" or "gem"' in caught.value.hint


def test_a_vector_is_not_pooled() -> None:
    with pytest.raises(errors.WrongDimension, match="needs a feature map"):
        resolve("x", "resnet18", node="flatten", pooling="avg")


def test_an_unknown_pooling() -> None:
    with pytest.raises(errors.ModelError, match="median"):
        resolve("x", "resnet18", node="layer4", pooling="median")


def test_images_that_a_network_does_not_take() -> None:
    with pytest.raises(errors.WrongNetwork, match="vit_b_16"):
        resolve("x", "vit_b_16", preprocessing={"size": [224, 220]})
    with pytest.raises(errors.WrongNetwork, match="indivisible"):
        resolve("x", "vit_b_16", preprocessing={"size": [220, 220]})
    with pytest.raises(errors.WrongNetwork, match=r"\(1, 224, 224\)"):
        resolve("x", "resnet18", preprocessing={"channels": 1})
    gray = {**lookup("resnet18").preprocessing, "channels": 1}
    with pytest.raises(errors.WrongNetwork, match=r"\(1, 224, 224\)"):
        load(dataclasses.replace(lookup("resnet18"), weights="random", preprocessing=gray))


# Pooling


def test_pooling_goes_over_height_and_width() -> None:
    wanted = [tiny("layer2", pooling) for pooling in ("flatten", "avg", "max", "gem")]
    flat, avg, largest, gem = load(*wanted).embed(noise(wanted[0]))
    pixels = flat.reshape(2, 128, 9)
    assert np.allclose(avg, pixels.mean(2), rtol=1e-4, atol=1e-5)
    assert np.array_equal(largest, pixels.max(2))
    expected = np.cbrt((np.maximum(pixels, 1e-6).astype(float) ** 3).mean(2))
    assert np.allclose(gem, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("size", [[64, 64], [64, 96]], ids=str)
@pytest.mark.slow
def test_pooling_knows_where_the_channels_are(size: list[int]) -> None:
    """Swin has them last, and averages before its classifier."""
    options: dict[str, Any] = {"weights": "random", "preprocessing": {"size": size}}
    last = resolve("last", "swin_t", node="norm", pooling="avg", **options)
    first = resolve("first", "swin_t", node="permute", pooling="avg", **options)
    theirs = resolve("theirs", "swin_t", **options)
    ours, ours_first, expected = load(last, first, theirs).embed(noise(theirs))
    assert ours.shape == (2, 768)
    assert np.allclose(ours, expected, atol=1e-5)
    assert np.allclose(ours_first, expected, atol=1e-5)


@pytest.mark.slow
def test_pooling_goes_over_tokens() -> None:
    options: dict[str, Any] = {"weights": "random", "preprocessing": {"size": [32, 32]}}
    largest = resolve("max", "vit_b_32", node="encoder.ln", pooling="max", **options)
    flat = resolve("flat", "vit_b_32", node="encoder.ln", pooling="flatten", **options)
    assert (largest.dim, flat.dim) == (768, 2 * 768)
    one, other = load(largest, flat).embed(noise(flat))
    assert np.array_equal(one, other.reshape(2, 2, 768).max(1))


# Several models of one forward pass


@pytest.mark.slow
def test_nodes_that_are_overwritten_later_keep_their_values() -> None:
    """One forward pass gives the same as separate networks, even when folded and fused."""
    nodes = ["bn1", "maxpool", "layer1.0.conv1", "layer1.0.bn2", "layer1.0.add", "layer1.0.relu"]
    wanted = [tiny(node) for node in (*nodes, "layer1.0.relu_1", "layer2.0.downsample.1")]
    wanted = [*wanted, tiny("flatten", "none"), tiny("layer1.0.add", "gem"), tiny("output", "none")]
    pixels = noise(wanted[0])
    for model, together in zip(wanted, load(*wanted).embed(pixels), strict=True):
        (alone,) = load(model).embed(pixels)
        assert together.shape == (2, model.dim)
        assert np.allclose(together, alone, rtol=1e-3, atol=1e-4 * np.abs(alone).max()), model.node


@pytest.mark.slow
def test_models_share_fingerprints_with_networks_of_their_own() -> None:
    wanted = [tiny("layer1", "avg"), tiny("layer2", "avg")]
    together = load(*wanted)
    assert together.models == tuple(wanted)
    assert together.fingerprints == tuple(load(model).fingerprints[0] for model in wanted)


def test_models_of_several_backbones_share_no_network() -> None:
    with pytest.raises(ValueError, match="do not share a forward pass"):
        load(tiny("layer1", "avg"), tiny("features", "avg", "squeezenet1_1"))


# Folding and fusing


def traced(model: Model) -> torch.fx.GraphModule:
    return models.cut([model], models.trace(model.backbone, models.build(model, offline=True)))


@pytest.mark.parametrize("name", ["resnet18", "resnet50"])
@pytest.mark.slow
def test_residual_blocks_are_fused(name: str) -> None:
    plain = fold(traced(dataclasses.replace(lookup(name), weights="random")))
    fused = fuse(plain, torch.rand(2, 3, 224, 224))
    assert not any(isinstance(module, torch.nn.BatchNorm2d) for module in plain.modules())
    assert "add" not in str(fused.graph)
    assert "add" in str(plain.graph)


def test_a_fused_network_that_disagrees_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = fold(traced(dataclasses.replace(lookup("resnet18"), weights="random")))
    monkeypatch.setattr("pgfeaturize.models.graph.fold._Fused.forward", lambda _, x, y=None: x + (y or 1))
    assert fuse(plain, torch.rand(2, 3, 224, 224)) is plain


def test_a_shortcut_that_is_read_again_is_not_written_over() -> None:
    class Twice(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.one, self.two = (torch.nn.Conv2d(3, 3, 1) for _ in range(2))
            self.relu = torch.nn.ReLU()

        def forward(self, x: torch.Tensor) -> tuple[torch.Tensor]:
            shortcut = self.one(x)
            return (self.relu(self.two(x) + shortcut) * shortcut,)

    network = torch.fx.symbolic_trace(Twice().eval())
    assert fuse(network, torch.rand(2, 3, 8, 8)) is network


def test_a_convolution_that_is_used_twice_is_not_folded() -> None:
    whole = Small().eval()
    pixels = torch.rand(2, 3, 16, 16)
    expected = whole(pixels)
    folded = fold(torch.fx.symbolic_trace(whole))
    assert torch.allclose(folded(pixels), expected, atol=1e-5)
    assert isinstance(folded.get_submodule("first"), torch.nn.BatchNorm2d)
    assert "norm" not in dict(folded.named_children())


# Loading weights


@pytest.mark.slow
def test_weights_with_another_head(store: Any) -> None:
    tuned = torchvision.models.mobilenet_v3_small(weights=None, num_classes=7)
    weights = store(tuned.state_dict())
    model = resolve("tuned", "mobilenet_v3_small", weights=weights)
    network = load(model)
    x = torch.from_numpy(noise(model)).float() / 255
    how = model.preprocessing
    x = (x - torch.tensor(how["mean"]).view(3, 1, 1)) / torch.tensor(how["std"]).view(3, 1, 1)
    tuned.classifier = torch.nn.Identity()
    with torch.no_grad():
        expected = tuned.eval()(x).numpy()
    assert np.allclose(network.embed(noise(model))[0], expected, atol=1e-4)
    with pytest.raises(errors.WrongWeights, match=r"classifier\.3\.bias, classifier\.3\.weight"):
        load(dataclasses.replace(model, node="output", dim=1000))


def test_weights_that_lack_something_that_is_used(store: Any) -> None:
    state = torchvision.models.mobilenet_v3_small(weights=None).state_dict()
    del state["features.0.0.weight"]
    state["features.1.block.0.0.weight"] = torch.zeros(3)
    with pytest.raises(errors.WrongWeights, match=r"features\.0\.0\.weight.*features\.1") as caught:
        load(resolve("x", "mobilenet_v3_small", weights=store(state)))
    assert "weights of this network" in caught.value.hint


def test_weights_of_another_network(store: Any) -> None:
    with pytest.raises(errors.WrongWeights, match="and 96 more"):
        load(resolve("x", "resnet18", weights=store({"a": torch.zeros(3)})))


def test_densenets_are_published_under_old_names() -> None:
    state = torchvision.models.densenet121(weights=None).state_dict()
    old = {
        name.replace("norm1.", "norm.1.").replace("conv2.", "conv.2.") if "denselayer" in name else name: tensor
        for name, tensor in state.items()
    }
    assert old.keys() != state.keys()
    whole = torchvision.models.densenet121(weights=None)
    assert fill(whole, old) == frozenset()
    assert all(torch.equal(state[name], tensor) for name, tensor in whole.state_dict().items())


def test_modules_know_their_own_old_names() -> None:
    block = MLPBlock(4, 8, 0.0)
    state = OrderedDict(block.state_dict())
    old = OrderedDict(
        (name.replace("0.", "linear_1.").replace("3.", "linear_2."), tensor + 1) for name, tensor in state.items()
    )
    old._metadata = {"": {"version": 1}}  # type: ignore[attr-defined]
    assert fill(block, old) == frozenset()
    assert torch.equal(block.state_dict()["3.bias"], old["linear_2.bias"])
