"""Downloads weights in the background, so that other featurizers are served meanwhile."""

import threading

from pgfeaturize.errors import ModelError, WeightsMissing
from pgfeaturize.models import Model, pull, weights_path


class WeightDownloader:
    """Downloads the weights of models, in a thread for each."""

    def __init__(self) -> None:
        self._under_way: dict[str, _Fetch] = {}

    def ensure(self, model: Model) -> None:
        """Return if the weights are present or not needed; else start or check the download.

        Raises:
            ModelError: the download is still running, or has failed.
        """
        fetch = self._under_way.get(model.name)
        if fetch is None:
            path = weights_path(model)
            if path is None or path.exists():
                return
            fetch = self._under_way[model.name] = _Fetch(model)
            fetch.start()
        fetch.join(_SHORT)
        if fetch.is_alive():
            raise WeightsMissing(
                f'weights of model "{model.name}" are on their way: {fetch.progress}',
                "The worker goes on by itself once they are here.",
            )
        del self._under_way[model.name]
        if fetch.error is not None:
            raise fetch.error


#: Seconds that a batch of others may be held up: what has no file and no network fails as fast.
_SHORT = 0.5


class _Fetch(threading.Thread):
    """One download. It ends with the process: what has come by then is gone on with later."""

    def __init__(self, model: Model) -> None:
        super().__init__(name="fetch", daemon=True)
        self._model = model
        self.progress = "asking for them"
        self.error: ModelError | None = None

    def run(self) -> None:
        try:
            pull(self._model, progress=self._tell)
        except ModelError as error:
            self.error = error

    def _tell(self, done: int, total: int | None) -> None:
        of = f" of {total / 1e6:.0f}" if total else ""
        self.progress = f"{done / 1e6:.0f}{of} MB"
