"""pgfeaturize: pre-trained vision networks inside PostgreSQL."""

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pgfeaturize.training.dataset import load_training

__version__ = version("pgfeaturize")
__all__ = ["__version__", "load_training"]


def __getattr__(name: str) -> Any:
    """Import what Python programs call when they call for it: `import pgfeaturize` stays cheap."""
    if name == "load_training":
        from pgfeaturize.training.dataset import load_training

        return load_training
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
