"""Downloads weights in the background, while the worker serves other featurizers."""

import threading

from pgfeaturize.errors import ModelError, WeightsMissing
from pgfeaturize.models import Model, pull, weights_path


class WeightDownloader:
    """Downloads the weights of models, each in a separate thread."""

    def __init__(self) -> None:
        self._running: dict[str, _Download] = {}

    def ensure(self, model: Model) -> None:
        """Return if the weights are present or not needed; else start or check the download.

        Raises:
            ModelError: the download is still running, or has failed.
        """
        download = self._running.get(model.name)
        if download is None:
            path = weights_path(model)
            if path is None or path.exists():
                return
            download = self._running[model.name] = _Download(model)
            download.start()
        download.join(_WAIT)
        if download.is_alive():
            raise WeightsMissing(
                f'weights of model "{model.name}" are being downloaded: {download.progress}',
                "The worker continues when the download is complete.",
            )
        del self._running[model.name]
        if download.error is not None:
            raise download.error


#: Seconds to wait for a download that fails at once; other featurizers wait that long too.
_WAIT = 0.5


class _Download(threading.Thread):
    """One download. It ends with the process; the next one resumes it."""

    def __init__(self, model: Model) -> None:
        super().__init__(name="download", daemon=True)
        self._model = model
        self.progress = "connecting"
        self.error: ModelError | None = None

    def run(self) -> None:
        try:
            pull(self._model, progress=self._report)
        except ModelError as error:
            self.error = error

    def _report(self, done: int, total: int | None) -> None:
        of = f" of {total / 1e6:.0f}" if total else ""
        self.progress = f"{done / 1e6:.0f}{of} MB"
