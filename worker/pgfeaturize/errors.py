"""What can go wrong, as a tree. Each class is one reason; `hint` says what to do about it.

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
│   └── BadVector            the network gave a vector that may not be stored
├── NotTrainable             a classifier cannot be learned from these rows
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
    """No such model in the catalogue, or no such backbone in torchvision."""


class UnknownNode(ModelError):
    """The backbone has no node of that name."""


class BadPreprocessing(ModelError):
    """The preprocessing of a model is no such thing; all that is wrong is named."""


class WrongDimension(ModelError):
    """The network gives vectors of another length than the catalogue says."""


class WeightsMissing(ModelError):
    """The weights are not on this machine and could not be fetched."""


class WrongWeights(ModelError):
    """The weights are there, but are those of another network."""


class WrongNetwork(ModelError):
    """The network cannot be traced, does not take such images, or takes no batches."""


class UnsafeProgram(ModelError):
    """The exported program does more than calculate, or does not prove that it does not."""


class PackageMissing(ModelError):
    """The Python package that makes the network is not installed, or not as it should be."""


class PackageRefused(ModelError):
    """The worker was not started with leave to import the package."""


class SpaceMismatch(ModelError):
    """This worker's network is not the one whose vectors are stored."""


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
    """The URI, or what it redirects to, is not one that the worker may fetch."""

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
    """The image would have more pixels than the limit when decoded."""

    reason = "too_many_pixels"


class TooManySeconds(ImageError):
    """Reading and decoding the image took longer than the limit."""

    reason = "too_many_seconds"


class NotAnImage(ImageError):
    """The bytes are no image in a format that Pillow reads."""

    reason = "not_an_image"


class TruncatedImage(ImageError):
    """The image breaks off or is damaged."""

    reason = "truncated_image"


class ReadFailed(ImageError):
    """The storage failed while reading; worth another try."""

    reason = "read_failed"
    transient = True


class NetworkFailed(ImageError):
    """The network broke on the batch this image was in; worth another try, alone."""

    reason = "network_failed"
    transient = True


class BadVector(ImageError):
    """The vector is not finite, is zero, or does not fit its storage type."""

    reason = "bad_vector"


class NotTrainable(PgfeaturizeError):
    """A classifier cannot be learned from the rows there are."""


class DatabaseError(PgfeaturizeError):
    """The database cannot be used as it is."""


class ServerUnreachable(DatabaseError):
    """No connection to the server."""


class Refused(DatabaseError):
    """One of our functions in the database has refused something.

    Args:
        message: what, naming the object.
        hint: what the user can do about it.
        sqlstate: of class FZ; the list stands in sql/routines/10_common/10_featurizer.sql.
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
