"""The errors of this package. Each class is one reason; `hint` names the remedy.

PgfeaturizeError
├── SettingsError            the command line or the environment is wrong
├── ModelError               pauses a featurizer, never fails a row
│   ├── UnknownModel
│   ├── UnknownNode
│   ├── BadPreprocessing
│   ├── WrongDimension
│   ├── WeightsMissing, WrongWeights
│   ├── WrongNetwork, UnsafeProgram
│   ├── PackageMissing, PackageRefused
│   └── SpaceMismatch
├── ImageError               fails one row, with `reason`
│   ├── EmptyPath, MissingFile, NotAFile, OutsideRoots, NotAllowed, PermissionDenied
│   ├── EmptyFile, TooManyBytes, TooManyPixels, TooManySeconds, NotAnImage, TruncatedImage
│   ├── ReadFailed, NetworkFailed   transient: tried again later
│   └── BadVector            the vector may not be stored
├── NotTrainable             a classifier cannot be trained on these rows
└── DatabaseError
    ├── ServerUnreachable
    ├── Refused              by a function of ours, with an SQLSTATE of class FZ
    ├── VectorMissing, VectorTooOld
    └── SchemaMissing, SchemaTooOld, SchemaTooNew, SchemaIncompatible
"""

from typing import ClassVar


class PgfeaturizeError(Exception):
    """Base of all errors of this package.

    Args:
        message: what is wrong, naming the object.
        hint: what the user can do about it.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\nHint: {self.hint}" if self.hint else self.message


class SettingsError(PgfeaturizeError):
    """The command line or the environment is wrong."""


class ModelError(PgfeaturizeError):
    """A model cannot be used; its featurizers wait, no row fails."""


class UnknownModel(ModelError):
    """No such model in the catalog, or no such backbone in torchvision."""


class UnknownNode(ModelError):
    """The backbone has no node of that name."""


class BadPreprocessing(ModelError):
    """The preprocessing of a model is malformed; the message lists all errors."""


class WrongDimension(ModelError):
    """The length of the vectors is not the one in the catalog."""


class WeightsMissing(ModelError):
    """The weights are not on this machine and could not be downloaded."""


class WrongWeights(ModelError):
    """The weights belong to another network."""


class WrongNetwork(ModelError):
    """The network cannot be traced, or rejects the input or batches of it."""


class UnsafeProgram(ModelError):
    """The exported program may do more than compute."""


class PackageMissing(ModelError):
    """The Python package that builds the network is missing or incomplete."""


class PackageRefused(ModelError):
    """The worker was not started with --package for this package."""


class SpaceMismatch(ModelError):
    """The network of this worker has another fingerprint than the stored vectors."""


class ImageError(PgfeaturizeError):
    """One image cannot be featurized; its row fails, its batch goes on."""

    reason: ClassVar[str]
    transient: ClassVar[bool] = False


class EmptyPath(ImageError):
    """The path is an empty string."""

    reason = "empty_path"


class MissingFile(ImageError):
    """There is no file at the path."""

    reason = "missing_file"


class NotAFile(ImageError):
    """The path is a directory, FIFO, socket or device."""

    reason = "not_a_file"


class OutsideRoots(ImageError):
    """The path, symlinks resolved, is not under an allowed root."""

    reason = "outside_roots"


class NotAllowed(ImageError):
    """The worker may not fetch the URI, or a redirect of it."""

    reason = "not_allowed"


class PermissionDenied(ImageError):
    """The worker may not read the file."""

    reason = "permission_denied"


class EmptyFile(ImageError):
    """The file has no bytes."""

    reason = "empty_file"


class TooManyBytes(ImageError):
    """The file is larger than the limit."""

    reason = "too_many_bytes"


class TooManyPixels(ImageError):
    """The decoded image would have more pixels than the limit."""

    reason = "too_many_pixels"


class TooManySeconds(ImageError):
    """Reading and decoding the image took longer than the limit."""

    reason = "too_many_seconds"


class NotAnImage(ImageError):
    """The bytes are not an image in a supported format."""

    reason = "not_an_image"


class TruncatedImage(ImageError):
    """The image is truncated or damaged."""

    reason = "truncated_image"


class ReadFailed(ImageError):
    """Reading from storage failed; tried again later."""

    reason = "read_failed"
    transient = True


class NetworkFailed(ImageError):
    """The forward pass failed on the batch; each image is tried again alone."""

    reason = "network_failed"
    transient = True


class BadVector(ImageError):
    """The vector is not finite, is zero, or does not fit its storage type."""

    reason = "bad_vector"


class NotTrainable(PgfeaturizeError):
    """The classifier cannot be trained on the available rows."""


class DatabaseError(PgfeaturizeError):
    """The database cannot be used."""


class ServerUnreachable(DatabaseError):
    """No connection to the server."""


class Refused(DatabaseError):
    """A function of schema featurize rejected a call.

    Args:
        message: what was rejected, with the name of the object.
        hint: what the user can do about it.
        sqlstate: of class FZ; the list is in sql/routines/10_common/10_featurizer.sql.
    """

    def __init__(self, message: str, hint: str, sqlstate: str) -> None:
        super().__init__(message, hint)
        self.sqlstate = sqlstate


class VectorMissing(DatabaseError):
    """The server does not have pgvector."""


class VectorTooOld(DatabaseError):
    """The database has a pgvector older than 0.8."""


class SchemaMissing(DatabaseError):
    """pgfeaturize is not installed in the database."""


class SchemaTooOld(DatabaseError):
    """The database has an older release of pgfeaturize than this program."""


class SchemaTooNew(DatabaseError):
    """The database has a newer release of pgfeaturize than this program."""


class SchemaIncompatible(DatabaseError):
    """A statement of this program does not fit the functions in the database."""
