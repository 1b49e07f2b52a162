"""What stands in the parameters of a network: weights of a file, or random ones that behave."""

import math
import re
from collections import OrderedDict

import torch
from torch import Tensor, nn

from pgfeaturize.models.weights.files import StateDict

# DenseNets were once built with dots in names, and are published so: "norm.1" is "norm1" now.
_OLD_DENSE_LAYER = re.compile(r"(denselayer\d+\.(?:norm|conv))\.([12]\.)")


def fill(network: nn.Module, state: StateDict) -> frozenset[str]:
    """Load what fits of `state`; the names of parameters for which it has nothing that fits.

    So a network whose head was exchanged gives its features all the same.
    """
    own = network.state_dict()
    renamed = {_OLD_DENSE_LAYER.sub(r"\1\2", name): tensor for name, tensor in state.items()}
    fitting = OrderedDict(
        (name, tensor)
        for name, tensor in renamed.items()
        if name not in own or tensor.shape == own[name].shape
    )
    # Versions of modules, by which they know older names of their parameters.
    fitting._metadata = getattr(state, "_metadata", own._metadata)  # type: ignore[attr-defined]
    missing = network.load_state_dict(fitting, strict=False).missing_keys
    return frozenset(name for name in missing if not name.endswith("num_batches_tracked"))


def init_batchnorm_stats(network: nn.Module, input_shape: tuple[int, int, int]) -> None:
    """Give random batch norms scale and bias; else deep networks overflow, or fade to zero.

    Measured on noise and on plain black and white, which lie far apart after many layers. Scales
    are powers of two, so that all machines agree on them in spite of their rounding.
    """
    norms = [module for module in network.modules() if _is_settled(module)]
    hooks = [norm.register_forward_pre_hook(_scale) for norm in norms]
    plain = torch.tensor([-2.0, 2.0]).view(-1, 1, 1, 1).expand(-1, *input_shape)
    if norms:
        with torch.no_grad():
            network(torch.cat([torch.randn(1, *input_shape), plain]))
    for hook in hooks:
        hook.remove()


def _is_settled(module: nn.Module) -> bool:
    return isinstance(module, nn.BatchNorm2d) and module.affine and module.track_running_stats


def _scale(norm: nn.Module, inputs: tuple[Tensor, ...]) -> None:
    assert isinstance(norm.bias, Tensor)
    assert isinstance(norm.running_var, Tensor)
    norm.bias.normal_(std=0.5)
    power = inputs[0].square().mean().item()
    if power > 0:
        norm.running_var.fill_(2.0 ** round(math.log2(power)))
