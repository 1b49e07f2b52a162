"""The public names of the package, and the modules that `import pgfeaturize` imports."""

import subprocess
import sys

import pytest


def test_public_names_are_imported_when_used() -> None:
    """Not when the package is imported; torch is imported only for torch tensors."""
    program = (
        "import sys, pgfeaturize; assert 'numpy' not in sys.modules and 'psycopg' not in sys.modules;"
        "pgfeaturize.load_training; assert 'numpy' in sys.modules and 'torch' not in sys.modules;"
        "assert 'load_training' in pgfeaturize.__all__ == sorted(pgfeaturize.__all__)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_unknown_name() -> None:
    import pgfeaturize

    with pytest.raises(AttributeError, match="no attribute 'load_trainings'"):
        pgfeaturize.load_trainings  # noqa: B018
