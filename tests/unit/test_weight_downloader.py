"""Weights are downloaded in the background, and featurizers report it."""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import replace

import pytest
import torch

from pgfeaturize.errors import WeightsMissing
from pgfeaturize.models import build, lookup, weights_path
from pgfeaturize.worker.weight_downloader import WeightDownloader
from tests.conftest import until
from tests.mirror import Mirror, serving

MODEL = lookup("squeezenet1_1")


@pytest.fixture
def mirror(store: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:  # noqa: ARG001
    """Start a web server with the weights of a model, and use an empty cache."""
    file = io.BytesIO()
    torch.save(build(replace(MODEL, weights="random")).state_dict(), file)
    prefix = hashlib.sha256(file.getvalue()).hexdigest()[:8]
    with serving() as opened:
        opened.content = file.getvalue()
        url = f"http://127.0.0.1:{opened.server_port}/net-{prefix}.pth"
        monkeypatch.setattr("pgfeaturize.models.weights.files.weights_url", lambda _: url)
        yield opened


def arrived(fetcher: WeightDownloader) -> bool:
    """Return whether the weights are downloaded; until then, check that the progress is reported."""
    try:
        fetcher.ensure(MODEL)
    except WeightsMissing as error:
        if "being downloaded" not in error.message:
            raise
        return False
    return True


def test_weights_being_downloaded(mirror: Mirror) -> None:
    mirror.stalls_at = 2_000_000
    fetcher = WeightDownloader()
    with pytest.raises(WeightsMissing, match=r"being downloaded") as caught:
        fetcher.ensure(MODEL)
    assert "continues when" in caught.value.hint
    assert mirror.stalled.wait(60)
    until(lambda: "2 of 5 MB" in progress(fetcher), "the progress is reported")
    mirror.go_on.set()
    until(lambda: arrived(fetcher), "the weights are here")
    path = weights_path(MODEL)
    assert path is not None
    assert path.read_bytes() == mirror.content
    fetcher.ensure(MODEL)
    assert mirror.asked == [None]


def progress(fetcher: WeightDownloader) -> str:
    with pytest.raises(WeightsMissing) as caught:
        fetcher.ensure(MODEL)
    return caught.value.message


def test_weights_that_cannot_be_had_are_asked_for_again(mirror: Mirror) -> None:
    mirror.status = 503
    fetcher = WeightDownloader()
    for _ in range(2):
        with pytest.raises(WeightsMissing, match="503"):
            until(lambda: arrived(fetcher), "it has failed")
    assert len(mirror.asked) >= 2
    mirror.status = None
    until(lambda: arrived(fetcher), "the weights are here")
