"""From an architecture to a plain function of images: build, load, cut at the node, pool."""

import difflib

import torch
import torchvision
from torch import Tensor, fx, nn
from torchvision.models.feature_extraction import create_feature_extractor, get_graph_node_names

from pgfeaturize.errors import ModelError, UnknownModel, UnknownNode, WeightsMissing, WrongDimension
from pgfeaturize.models.catalogue import Model
from pgfeaturize.models.lenet import LeNet
from pgfeaturize.models.weights import RANDOM, StateDict, load_weights

_SEED = 20_240_229
# Their weights want pixels scaled otherwise inside the network, by an argument of the builder that
# torchvision sets only when it loads the weights itself. Wrong vectors are worse than none.
_REFUSED = ("googlenet", "inception_v3")


def build(model: Model, *, offline: bool = False) -> nn.Module:
    """The whole backbone of `model` with its weights, on the CPU, in eval mode.

    Raises:
        UnknownModel: torchvision has no such classification network.
        WeightsMissing: the weights are not here, or are not those of this backbone.
    """
    with torch.random.fork_rng(devices=[]):  # nobody else's random numbers change
        torch.manual_seed(_SEED)
        network = _architecture(model.backbone).eval()
        if model.weights == RANDOM:
            _settle(network, model)
            return network
    _load(network, load_weights(model, offline=offline), model)
    return network


def _architecture(backbone: str) -> nn.Module:
    if backbone == "lenet":
        return LeNet()
    known = torchvision.models.list_models(module=torchvision.models)
    if backbone not in known or backbone in _REFUSED:
        near = difflib.get_close_matches(backbone, known) or ["resnet50"]
        raise UnknownModel(
            f'there is no backbone "{backbone}"', f"Did you mean {' or '.join(near)}?"
        )
    network: nn.Module = torchvision.models.get_model(backbone, weights=None)
    return network


def _load(network: nn.Module, state: StateDict, model: Model) -> None:
    try:
        network.load_state_dict(state)
    except RuntimeError as error:
        raise WeightsMissing(
            f'weights "{model.weights}" do not fit backbone "{model.backbone}": {error}',
            f"Delete the file, then run: pgfeaturize models pull {model.name}",
        ) from error


def _settle(network: nn.Module, model: Model) -> None:
    """Give random batch norms a scale; else deep networks overflow and mobile ones fade to zero.

    A power of two per layer, so that all machines agree on it in spite of their rounding.
    """

    def scale(norm: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        assert isinstance(norm.running_var, Tensor)
        norm.running_var.fill_(2.0 ** inputs[0].var().log2().round().item())

    norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    hooks = [norm.register_forward_pre_hook(scale) for norm in norms]
    with torch.no_grad():
        network(torch.randn(2, *input_shape(model)))
    for hook in hooks:
        hook.remove()


def cut(model: Model, network: nn.Module) -> fx.GraphModule:
    """`network` up to the node of `model`, pooled: float32 (n, c, h, w) to (n, dim).

    Shares its parameters with `network`.

    Raises:
        UnknownNode: the hint names nodes that sound alike.
        WrongDimension: the vectors are not as long as `model.dim`, or are none.
    """
    _check_node(network, model)
    extractor = create_feature_extractor(
        network.eval(), [model.node], suppress_diff_warning=True
    ).eval()
    # Only the eval graph: the extractor keeps both, and a copy of it forgets which one it is in.
    plain = fx.GraphModule(extractor, extractor.graph).eval()
    _pool(plain, model)
    _check_dimension(plain, model)
    return plain


def _check_node(network: nn.Module, model: Model) -> None:
    _, names = get_graph_node_names(network.eval(), suppress_diff_warning=True)
    if any(name == model.node or name.startswith(f"{model.node}.") for name in names):
        return
    near = difflib.get_close_matches(model.node, names, n=3, cutoff=0.5)
    raise UnknownNode(
        f'backbone "{model.backbone}" has no node "{model.node}"',
        f"Near matches: {', '.join(near)}." if near else f"Its last nodes: {names[-4:]}.",
    )


def _pool(graph_module: fx.GraphModule, model: Model) -> None:
    """Make the graph return the pooled tensor itself, not a dictionary of nodes."""
    graph = graph_module.graph
    (output,) = (node for node in graph.nodes if node.op == "output")
    (features,) = output.all_input_nodes
    with graph.inserting_before(output):
        match model.pooling:
            case "none":
                pass
            case "flatten":
                features = graph.call_function(torch.flatten, (features, 1))
            case "avg":
                features = graph.call_method("mean", (features, (-2, -1)))
            case "max":
                features = graph.call_method("amax", (features, (-2, -1)))
            case unknown:
                raise ModelError(
                    f'model "{model.name}" has an unknown pooling "{unknown}"',
                    "Known: none, flatten, avg, max.",
                )
    output.args = (features,)
    graph_module.recompile()


def _check_dimension(network: nn.Module, model: Model) -> None:
    with torch.inference_mode():
        shape = tuple(network(torch.zeros(1, *input_shape(model))).shape)
    if shape == (1, model.dim):
        return
    if len(shape) != 2:
        raise WrongDimension(
            f'node "{model.node}" of backbone "{model.backbone}" gives {shape[1:]}, not a vector',
            'Choose pooling "avg", "max" or "flatten".',
        )
    raise WrongDimension(
        f'model "{model.name}" gives vectors of {shape[1]} values, the catalogue says {model.dim}',
        f"Register it with dim => {shape[1]}.",
    )


def input_shape(model: Model) -> tuple[int, int, int]:
    """(channels, height, width) of one input, by the preprocessing of `model`."""
    side = int(model.preprocessing["crop"])
    return int(model.preprocessing["channels"]), side, side
