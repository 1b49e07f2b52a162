"""Finds the state dict in a checkpoint of a training program, and removes prefixes of wrapped networks."""

from collections.abc import Iterator, Mapping
from typing import Any

from torch import Tensor, nn

from pgfeaturize.errors import WrongWeights

StateDict = Mapping[str, Tensor]

#: Keys under which training programs save a state dict.
KEYS = (
    *("state_dict", "model_state_dict", "model", "network", "net", "module", "weights"),
    *("ema", "model_ema", "ema_state_dict", "state_dict_ema", "ema_model"),
)
#: Names of the attribute that holds a network in a wrapper.
PREFIXES = ("module", "model", "net", "network", "backbone", "encoder", "_orig_mod")


def state_dicts(checkpoint: Any) -> dict[str, StateDict]:
    """Return the state dicts of a checkpoint by their keys; a plain state dict has the key "".

    A checkpoint may have several, such as those of the network and of its moving average.
    """
    if not isinstance(checkpoint, Mapping):
        return {}
    if checkpoint and all(isinstance(value, Tensor) for value in checkpoint.values()):
        return {"": checkpoint}
    return {
        f"{key}.{inner}" if inner else key: state
        for key in KEYS
        for inner, state in state_dicts(checkpoint.get(key)).items()
    }


def unwrapped(network: nn.Module, state: StateDict) -> StateDict:
    """Return a state dict without the prefix of a wrapper: "module.conv1.weight" becomes "conv1.weight".

    The names are changed only if more of them fit the network then.

    Raises:
        WrongWeights: several prefixes fit equally well.
    """
    own = {name: tensor.shape for name, tensor in network.state_dict().items()}
    fitting = {
        prefix: sum(
            own.get(name[len(prefix) :]) == tensor.shape for name, tensor in state.items() if name.startswith(prefix)
        )
        for prefix in dict.fromkeys(["", *(prefix for name in state for prefix in _prefixes(name))])
    }
    most = max(fitting.values(), default=0)
    best = [prefix for prefix, count in fitting.items() if count == most]
    if "" in best:
        return state
    if len(best) > 1:
        raise WrongWeights(
            f"the weights of several networks fit: {', '.join(prefix + '*' for prefix in best)}",
            "Save the state dict of one of them.",
        )
    renamed = {name.removeprefix(best[0]): tensor for name, tensor in state.items() if name.startswith(best[0])}
    # A wrapper may have the prediction layer beside the backbone.
    return {**{name: tensor for name, tensor in state.items() if not name.startswith(best[0])}, **renamed}


def _prefixes(name: str) -> Iterator[str]:
    """Yield the prefixes of a name that consist of names of wrappers."""
    prefix = ""
    for part in name.split(".")[:-1]:
        if part not in PREFIXES and part not in KEYS:
            return
        prefix += f"{part}."
        yield prefix
