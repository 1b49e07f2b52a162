"""The errors of this package. Each class is one reason; `hint` names the remedy.

A ModelError or StorageUnavailable blocks a featurizer, an ImageError fails one row, a DatabaseError ends a command or
makes a worker reconnect.
"""

from datetime import timedelta
from typing import ClassVar

from pgfeaturize.printable import printable


class PgfeaturizeError(Exception):
    """Base of all errors of this package.

    Args:
        message: what is wrong, naming the object.
        hint: what the user can do about it.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        # Both often quote what files, servers and libraries say.
        self.message = printable(message)
        self.hint = printable(hint)
        super().__init__(self.message)

    def __str__(self) -> str:
        return f"{self.message}\nHint: {self.hint}" if self.hint else self.message


class SettingsError(PgfeaturizeError):
    """The command line or the environment is wrong."""


class ModelError(PgfeaturizeError):
    """A model cannot be used; its featurizers wait, no row fails."""


class UnknownModel(ModelError):
    """There is no such model, backbone or weights."""


class UnknownNode(ModelError):
    """The backbone has no node of that name."""


class BadPreprocessing(ModelError):
    """The preprocessing of a model is malformed; the message lists all errors."""


class WrongDimension(ModelError):
    """The dimension of the vectors differs from the registered one."""


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


class StorageUnavailable(PgfeaturizeError):
    """A directory of images is not there; featurizers wait, no row fails."""


class ImageError(PgfeaturizeError):
    """One image cannot be featurized; its row fails, the rest of its batch does not.

    Attributes:
        reason: value of featurize.failure.reason.
        transient: whether another attempt may succeed.
        retry_after: time that the web server asks to wait before the next attempt; None if it does not say.
    """

    reason: ClassVar[str]
    transient: ClassVar[bool]
    retry_after: timedelta | None = None

    def __init_subclass__(cls, reason: str, transient: bool = False) -> None:
        cls.reason, cls.transient = reason, transient


class EmptyPath(ImageError, reason="empty_path"):
    """The path is an empty string."""


class MissingFile(ImageError, reason="missing_file"):
    """There is no file at the path."""


class NotAFile(ImageError, reason="not_a_file"):
    """The path is a directory, FIFO, socket or device."""


class OutsideRoots(ImageError, reason="outside_roots"):
    """The path, with symbolic links resolved, is not below an allowed root."""


class NotAllowed(ImageError, reason="not_allowed"):
    """The worker may not fetch the URI, or a redirect of it."""


class PermissionDenied(ImageError, reason="permission_denied"):
    """The worker may not read the file."""


class BadRequest(ImageError, reason="bad_request"):
    """The web server rejects the request: status 400, 405, 414, 418, …."""


class BadEncoding(ImageError, reason="bad_encoding"):
    """The text is not valid base64, or not a valid data URI."""


class EmptyFile(ImageError, reason="empty_file"):
    """The file has no bytes."""


class TooManyBytes(ImageError, reason="too_many_bytes"):
    """The file is larger than the limit."""


class TooManyPixels(ImageError, reason="too_many_pixels"):
    """The decoded image would have more pixels than the limit."""


class TooMuchMemory(ImageError, reason="too_much_memory"):
    """Decoding the image would take more memory than the worker may use."""


class TooManySeconds(ImageError, reason="too_many_seconds"):
    """Reading and decoding the image took longer than the limit."""


class NotAnImage(ImageError, reason="not_an_image"):
    """The bytes are not an image in a supported format."""


class UnsupportedImage(ImageError, reason="unsupported_image"):
    """The image or video is of a kind that the worker does not read."""


class TruncatedImage(ImageError, reason="truncated_image"):
    """The image is truncated or damaged."""


class UnexpectedError(ImageError, reason="unexpected_error"):
    """Reading or decoding the image raised an error that the worker does not know; its log has the traceback."""


class ReadFailed(ImageError, reason="read_failed", transient=True):
    """Reading from storage failed; retried later."""


class NetworkFailed(ImageError, reason="network_failed", transient=True):
    """The forward pass failed on the batch; each image is retried alone."""


class BadVector(ImageError, reason="bad_vector"):
    """The vector is not finite, is zero, or does not fit its storage type."""


class NotTrainable(PgfeaturizeError):
    """The classifier cannot be trained on the available rows."""


class DatabaseError(PgfeaturizeError):
    """The database cannot be used."""


class ServerUnreachable(DatabaseError):
    """No connection to the server."""


class LoginRefused(ServerUnreachable):
    """The server does not let the role in."""


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


class ReadOnlyDatabase(DatabaseError):
    """The server is a standby, or the database or role is set to read-only."""


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
