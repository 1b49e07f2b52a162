"""Networks saved by torch.export, with their weights; none of the user's code runs."""

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
from pgfeaturize.models.graph.trace import Graph, with_output
from pgfeaturize.models.spec import Model
from pgfeaturize.models.weights.cache import is_stored, sha256
from pgfeaturize.models.weights.files import weights_file

#: How to export a network; a hint of several errors.
EXPORT = (
    "Export it in eval mode, with a batch of any size:\n"
    "torch.export.save(torch.export.export(network.eval(), (images,), "
    'dynamic_shapes=({0: torch.export.Dim("n")},)), "network.pt2")'
)


class Program(Backbone):
    """A .pt2 file in the weights cache; the model's weights are its name."""

    without_file = ()
    remedy = EXPORT
    preserve_precision = True

    def _check(self) -> None:
        if not (is_stored(self.weights) and self.weights.endswith(".pt2")):
            raise UnknownModel(
                f'a program is a file in the weights cache, not "{self.weights}"',
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
        except Exception as error:  # damaged files raise any error
            raise UnsafeProgram(f"{self.weights} cannot be loaded: {error}", EXPORT) from error
        if program.graph_signature.buffers_to_mutate or any(map(_is_in_training, program.graph.nodes)):
            raise WrongNetwork(f"program {self.weights} was exported in training mode", EXPORT)
        return program

    def preprocessing(self) -> Json:
        _, channels, *size = _input(self._program).meta["val"].shape
        sides = [side if isinstance(side, int) else 224 for side in size]  # a size may be dynamic
        default = imagenet(sides, round(max(sides) / 0.875))
        if channels == 3:
            return default
        half = [0.5] * channels
        return {**default, "channels": channels, "mean": half, "std": half}

    def untrained(self, _input_shape: tuple[int, int, int]) -> nn.Module:
        return self._program.module(check_guards=False)

    def build(self, _model: Model, device: torch.device, *, offline: bool) -> Built:
        """Build the network on the device; a program contains its weights."""
        del offline  # a program is never downloaded
        moved = move_to_device_pass(self._program, device)
        return Built(moved.module(check_guards=False), sha256(self._file))

    def graph(self, network: nn.Module) -> Graph:
        assert isinstance(network, fx.GraphModule)
        names = {node.name: node for node in network.graph.nodes if node.op.startswith("call_")}
        return Graph(self.name, network, with_output(names, network.graph))


def _input(program: ExportedProgram) -> Any:
    """Return the input of a program that is neither parameter nor constant.

    Raises:
        WrongNetwork: the input is not one batch of images.
    """
    names = program.graph_signature.user_inputs
    inputs = [node for node in program.graph.nodes if node.name in names and node.op == "placeholder"]
    if len(inputs) != 1 or inputs[0].meta["val"].dim() != 4:
        raise WrongNetwork("a program must have one input, (n, channels, height, width)", EXPORT)
    return inputs[0]


def _is_in_training(node: fx.Node) -> bool:
    """Return whether an operator, such as dropout, has an argument for training mode."""
    arguments = getattr(getattr(node.target, "_schema", None), "arguments", ())
    given = dict(zip((argument.name for argument in arguments), node.args, strict=False))
    return any({**given, **node.kwargs}.get(name) is True for name in ("train", "training"))
