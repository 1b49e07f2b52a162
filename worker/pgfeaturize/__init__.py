"""pgfeaturize: pre-trained vision networks inside PostgreSQL."""

from importlib.metadata import version

__version__ = version("pgfeaturize")
