"""Networks that torch.export has saved, with their weights: no code of the user's runs here."""

from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from torch import fx, nn
from torch.export import ExportedProgram
from torch.export.passes import move_to_device_pass

from pgfeaturize.errors import ModelError, UnknownModel, UnsafeProgram, WrongNetwork
from pgfeaturize.models.backbones.base import Backbone, Built
from pgfeaturize.models.backbones.program_archive import safe_copy
from pgfeaturize.models.default_preprocessing import Json, imagenet
from pgfeaturize.models.graph.trace import OUTPUT, Graph, with_output
from pgfeaturize.models.spec import Model
from pgfeaturize.models.weights.cache import is_stored, sha256
from pgfeaturize.models.weights.files import weights_file

#: How to save a network so that it can be used here.
EXPORT = (
    "Export it in eval mode, with a batch of any size:\n"
    "torch.export.save(torch.export.export(network.eval(), (images,), "
    'dynamic_shapes=({0: torch.export.Dim("n")},)), "network.pt2")'
)


class Program(Backbone):
    """A file of the store; its name is what the model calls the weights."""

    without_file = ()
    remedy = EXPORT
    preserve_precision = True
    node = OUTPUT

    def _check(self) -> None:
        if not (is_stored(self.weights) and self.weights.endswith(".pt2")):
            raise UnknownModel(
                f'a program is a file of the store, not "{self.weights}"',
                "Run: pgfeaturize models add NAME --program FILE.pt2",
            )

    @cached_property
    def _file(self) -> Path:
        return weights_file(Model("", self.name, "", "", 0, self.weights, {}), offline=True)

    @cached_property
    def _program(self) -> ExportedProgram:
        try:
            program = torch.export.load(safe_copy(self._file))
        except ModelError:
            raise
        except Exception as error:  # the format has many ways to be wrong
            raise UnsafeProgram(f"{self.weights} cannot be loaded: {error}", EXPORT) from error
        if program.graph_signature.buffers_to_mutate or any(map(_trains, program.graph.nodes)):
            raise WrongNetwork(f"program {self.weights} was exported while in training", EXPORT)
        return program

    def preprocessing(self) -> Json:
        _, channels, *size = _input(self._program).meta["val"].shape
        sides = [side if isinstance(side, int) else 224 for side in size]  # fixed, or any
        usual = imagenet(sides, round(max(sides) / 0.875))
        half = [0.5] * channels
        return (
            usual if channels == 3 else {**usual, "channels": channels, "mean": half, "std": half}
        )

    def sketch(self, _input_shape: tuple[int, int, int]) -> nn.Module:
        return self._program.module(check_guards=False)

    def build(self, _model: Model, device: torch.device, *, offline: bool) -> Built:
        """See `Backbone.build`. The network is bound to `device`."""
        del offline  # nobody else has it
        moved = move_to_device_pass(self._program, device)
        return Built(moved.module(check_guards=False), sha256(self._file))

    def graph(self, network: nn.Module) -> Graph:
        assert isinstance(network, fx.GraphModule)
        names = {node.name: node for node in network.graph.nodes if node.op.startswith("call_")}
        return Graph(self.name, network, with_output(names, network.graph))


def _input(program: ExportedProgram) -> Any:
    """The one input of a program that is neither parameter nor constant.

    Raises:
        WrongNetwork: it is no batch of images.
    """
    wanted = program.graph_signature.user_inputs
    inputs = [
        node for node in program.graph.nodes if node.name in wanted and node.op == "placeholder"
    ]
    if len(inputs) != 1 or inputs[0].meta["val"].dim() != 4:
        raise WrongNetwork("a program takes (n, channels, height, width) and nothing else", EXPORT)
    return inputs[0]


def _trains(node: fx.Node) -> bool:
    """Whether an operator is told that the network is being trained, as dropouts are."""
    arguments = getattr(getattr(node.target, "_schema", None), "arguments", ())
    given = dict(zip((argument.name for argument in arguments), node.args, strict=False))
    return any({**given, **node.kwargs}.get(name) is True for name in ("train", "training"))
