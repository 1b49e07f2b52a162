"""Fills the parameters of a network with weights, or prepares random ones."""

import math
import re
from collections import OrderedDict

import torch
from torch import Tensor, nn

from pgfeaturize.models.weights.checkpoints import StateDict

# Published weights of DenseNets have old names of parameters: "norm.1" is "norm1" now.
_OLD_DENSE_LAYER = re.compile(r"(denselayer\d+\.(?:norm|conv))\.([12]\.)")


def fill(network: nn.Module, state: StateDict) -> frozenset[str]:
    """Load all tensors that fit; return the names of parameters without a tensor that fits.

    So the features of a network with another classifier can be used.
    """
    own = network.state_dict()
    renamed = {_OLD_DENSE_LAYER.sub(r"\1\2", name): tensor for name, tensor in state.items()}
    fitting = OrderedDict(
        (name, tensor) for name, tensor in renamed.items() if name not in own or tensor.shape == own[name].shape
    )
    # Modules use the versions in the metadata to convert older names.
    fitting._metadata = getattr(state, "_metadata", own._metadata)  # type: ignore[attr-defined]
    missing = network.load_state_dict(fitting, strict=False).missing_keys
    return frozenset(name for name in missing if not name.endswith("num_batches_tracked"))


def init_batchnorm_stats(network: nn.Module, input_shape: tuple[int, int, int]) -> None:
    """Initialize the batch norms of a random network; deep ones would overflow or vanish otherwise.

    The scales are measured on noise, black and white, and rounded to powers of two, so that rounding errors do not make
    machines differ.
    """
    norms = [module for module in network.modules() if _has_statistics(module)]
    hooks = [norm.register_forward_pre_hook(_scale) for norm in norms]
    black_and_white = torch.tensor([-2.0, 2.0]).view(-1, 1, 1, 1).expand(-1, *input_shape)
    if norms:
        with torch.no_grad():
            network(torch.cat([torch.randn(1, *input_shape), black_and_white]))
    for hook in hooks:
        hook.remove()


def _has_statistics(module: nn.Module) -> bool:
    return isinstance(module, nn.BatchNorm2d) and module.affine and module.track_running_stats


def _scale(norm: nn.Module, inputs: tuple[Tensor, ...]) -> None:
    assert isinstance(norm.bias, Tensor)
    assert isinstance(norm.running_var, Tensor)
    norm.bias.normal_(std=0.5)
    power = inputs[0].square().mean().item()
    if power > 0:
        norm.running_var.fill_(2.0 ** round(math.log2(power)))
