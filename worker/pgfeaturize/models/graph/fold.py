"""Optimizes a network: folds batch norms into convolutions, and fuses residual blocks.

`fold` is for every device. `fuse` is for CPUs: oneDNN adds the shortcut and applies the ReLU while a convolution writes
its output, which saves two passes over memory per block. It speeds up ResNets; networks without such blocks are
unchanged. `python -m benchmarks forward` measures both.
"""

import copy
import operator
from collections import Counter
from typing import Any, cast

import torch
from torch import Tensor, fx, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval


def fold(network: fx.GraphModule) -> fx.GraphModule:
    """Fold every batch norm that directly follows a convolution into it.

    Modules of `network` are replaced, not changed, because other networks may share them.
    """
    norm: Any  # fx types the arguments of a node as a wide union
    uses = Counter(node.target for node in network.graph.nodes)
    for norm in list(network.graph.nodes):
        convolution: Any = norm.args[0] if _is(norm, network, nn.BatchNorm2d) else None
        if not _is(convolution, network, nn.Conv2d) or len(convolution.users) > 1:
            continue
        # The statistics must be fixed, and the convolution must be used once.
        if uses[convolution.target] > 1 or _module(norm, network).running_var is None:
            continue
        folded = fuse_conv_bn_eval(_module(convolution, network), _module(norm, network))
        network.set_submodule(convolution.target, folded)
        norm.replace_all_uses_with(convolution)
        network.graph.erase_node(norm)
    network.delete_all_unused_submodules()
    network.recompile()
    return network


def fuse(network: fx.GraphModule, example: Tensor) -> fx.GraphModule:
    """Return the network with fused residual blocks, or unchanged if its output would differ.

    torch's own compiler uses these operators, but they are not a public interface. So the fused network must reproduce
    the output for `example`.
    """
    if not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        return network
    fused = fx.GraphModule(network, copy.deepcopy(network.graph)).eval()
    shortcuts = [_fuse_shortcut(node, fused) for node in list(fused.graph.nodes)]
    if not any(shortcuts):
        return network
    for node in list(fused.graph.nodes):
        _fuse_relu(node, fused)
    fused.delete_all_unused_submodules()
    fused.recompile()
    return fused if _outputs_agree(network, fused, example) else network


def _fuse_shortcut(addition: Any, network: fx.GraphModule) -> bool:
    """Fuse relu(convolution + shortcut) if no other node needs the two terms."""
    relu = _only_user(addition)
    if addition.target not in (operator.add, operator.iadd, torch.add) or not _is(relu, network, nn.ReLU):
        return False
    for convolution, shortcut in (addition.args, addition.args[::-1]):
        if _is(convolution, network, nn.Conv2d) and _only_user(convolution) is addition:
            if not _is_overwritable(shortcut, addition, network):
                continue
            _replace(convolution, (convolution.args[0], shortcut), relu, network)
            network.graph.erase_node(addition)
            network.graph.erase_node(convolution)
            return True
    return False


def _fuse_relu(convolution: fx.Node, network: fx.GraphModule) -> None:
    relu = _only_user(convolution)
    if _is(convolution, network, nn.Conv2d) and _is(relu, network, nn.ReLU):
        _replace(convolution, convolution.args, relu, network)
        network.graph.erase_node(convolution)


def _replace(convolution: fx.Node, args: tuple[Any, ...], relu: fx.Node, network: fx.GraphModule) -> None:
    network.set_submodule(str(convolution.target), _Fused(_module(convolution, network)))
    with network.graph.inserting_before(relu):
        fused = network.graph.call_module(str(convolution.target), args)
    relu.replace_all_uses_with(fused)
    network.graph.erase_node(relu)


class _Fused(nn.Module):
    """relu(convolution(x)), or relu(convolution(x) + shortcut), which overwrites the shortcut."""

    def __init__(self, convolution: nn.Conv2d) -> None:
        super().__init__()
        self.weight, self.bias = convolution.weight, convolution.bias
        self._geometry = (convolution.padding, convolution.stride, convolution.dilation, convolution.groups)

    def forward(self, x: Tensor, shortcut: Tensor | None = None) -> Tensor:
        operators, convolution = torch.ops.mkldnn, (x, self.weight, self.bias, *self._geometry)
        if shortcut is None:
            result = operators._convolution_pointwise(*convolution, "relu", [], "")
        else:
            result = operators._convolution_pointwise_.binary(shortcut, *convolution, "add", 1.0, "relu", [], None)
        return cast(Tensor, result)


def _is_overwritable(shortcut: Any, addition: fx.Node, network: fx.GraphModule) -> bool:
    """Return whether the shortcut has its own memory, which no node after `addition` reads."""
    owns_memory = any(_is(shortcut, network, kind) for kind in (nn.Conv2d, nn.MaxPool2d, _Fused))
    return owns_memory and all(user <= addition for user in shortcut.users)


def _is(node: Any, network: fx.GraphModule, kind: type[nn.Module]) -> bool:
    return isinstance(node, fx.Node) and node.op == "call_module" and type(_module(node, network)) is kind


def _module(node: fx.Node, network: fx.GraphModule) -> Any:
    return network.get_submodule(str(node.target))


def _only_user(node: fx.Node) -> Any:
    return next(iter(node.users)) if len(node.users) == 1 else None


def _outputs_agree(one: nn.Module, other: nn.Module, example: Tensor) -> bool:
    try:
        with torch.inference_mode():
            return all(
                torch.allclose(expected, got, rtol=1e-3, atol=1e-4 * float(expected.abs().max()))
                for expected, got in zip(one(example), other(example), strict=True)
            )
    except RuntimeError:  # this torch or CPU lacks an operator, or all values are NaN
        return False
