"""The learning examples run, and their results are plausible."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from tests.conftest import ROOT

#: The CMU face images, which may be in a directory next to the checkout.
FACES = ROOT.parent / "shared" / "data" / "cmu_faces"
#: Patterns of printed lines.
PAGE = (ROOT / "docs" / "learning.md").read_text()

pytestmark = pytest.mark.timeout(300)


def learn(*arguments: str | Path) -> tuple[str, dict[str, list[dict[str, Any]]]]:
    """Run the script; return its output, and its tables by the line above each."""
    done = subprocess.run(
        [sys.executable, "examples/learn.py", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, tables(done.stdout)


def tables(text: str) -> dict[str, list[dict[str, Any]]]:
    """Parse tables that psql has printed: title, column names, rule, rows."""
    found = {}
    for title, head, body in re.findall(r"(.+)\n(.+)\n-[-+]+\n((?:.+\n)*)", text):
        names = [name.strip() for name in head.split("|")]
        found[title] = [
            dict(zip(names, (number(value.strip()) for value in line.split("|")), strict=True))
            for line in body.splitlines()
        ]
    return found


def number(text: str) -> Any:
    """Return text as a number, if it is one."""
    return float(text) if re.fullmatch(r"-?\d+(\.\d+)?", text) else text


def plausible(figures: dict[str, Any]) -> float:
    """Return the accuracy, after checking its interval."""
    rows, accuracy, low, high = (figures[name] for name in ("rows", "accuracy", "low", "high"))
    assert 0 <= low <= accuracy <= high <= 1
    assert low < high, "an interval is never a point"
    assert high - low < 2.2 / np.sqrt(rows), "nor wider than that of a coin"
    return float(accuracy)


def test_digits() -> None:
    """Features, a classifier, and suggestions of rows to label."""
    output, found = learn("digits")
    assert "Featurized by lenet_digits" in output
    report = found["Training and test rows"]
    assert [line["label"] for line in report] == list(range(10))
    assert (sum(line["train"] for line in report), sum(line["test"] for line in report)) == (901, 896)
    ((title, (figures,)),) = [pair for pair in found.items() if pair[0].startswith("Accuracy on the test rows")]
    assert figures["rows"] == 896, title
    assert plausible(figures) >= 0.96
    assert figures["log_loss"] < 0.2
    ((new,),) = [rows for title, rows in found.items() if title.startswith("Of these, the digits")]
    assert new["rows"] == sum(line["test"] for line in report[5:])
    assert new["accuracy"] >= 0.94
    confusion = found["Confusion matrix: rows are digits, columns are predictions"]
    right = sum(line[str(int(line["label"]))] for line in confusion)
    assert right / 896 == pytest.approx(figures["accuracy"], abs=1e-4)
    assert [line["label"] for line in found["The most probable eights"]] == [8] * 5
    (nearest,) = found["Without a classifier: prediction from the 5 nearest rows, for every 20th row"]
    assert nearest["accuracy"] >= 0.93
    ((ranking,),) = [rows for title, rows in found.items() if title.startswith("Rank by distance")]
    top = json.loads(ranking["top_accuracy"])
    assert 0.2 < top["1"] < top["8"] < top["32"]
    last = found["Accuracy on the digits that are never labeled"]
    accuracy = {line["name"]: line["accuracy"] for line in last}
    assert {line["name"]: line["labeled"] for line in last} == {
        "digits_few": 100,
        "digits_random": 200,
        "digits_suggested": 200,
    }
    assert {line["tested"] for line in last} == {898}
    assert 0.8 < accuracy["digits_few"] < accuracy["digits_random"] < accuracy["digits_suggested"]
    shown = re.findall(r"0\.\d{4}", PAGE.partition("**Digits**")[2].partition("**Faces")[0])
    ours = [figures[name] for name in ("accuracy", "low", "high")]
    ours += [new["accuracy"]]
    ours += [accuracy[name] for name in ("digits_few", "digits_random", "digits_suggested")]
    assert ours == [pytest.approx(float(one), abs=0.01) for one in shown]


def test_cmu_faces() -> None:
    """312 real images, half of each class for testing; then a split by person."""
    if not FACES.is_dir():
        pytest.skip("there are no images in ../shared/data/cmu_faces")
    output, found = learn("faces", FACES)
    assert "312 of 312 files added" in output
    rows = {(line["split"], line["label"]): line for line in split_of(found)}
    left, right = rows["faces_halves", "left"], rows["faces_halves", "right"]
    assert left["train"] + right["train"] == 157
    assert left["test"] + right["test"] == 155
    assert (left["train"], right["train"]) == (79, 78), "each class by halves"
    assert left["people_on_both_sides"] == 20, "as it has to be"
    assert rows["faces_people", "left"]["people_on_both_sides"] == 0
    people = [rows["faces_people", label] for label in ("left", "right")]
    assert sum(line["train"] + line["test"] for line in people) == 312
    accuracy = {line["split"]: plausible(line) for line in accuracies(found)}
    assert accuracy["faces_halves"] >= 0.95
    assert accuracy["faces_people"] >= 0.80, "of people never seen, and no network"
    assert accuracy["faces_people"] < accuracy["faces_halves"]
    persons = found["Accuracy for each person in the test rows"]
    assert sum(line["rows"] for line in persons) == sum(line["test"] for line in people)
    others = found["Accuracy with other test people, by seed"]
    assert [line["seed"] for line in others] == [1, 2, 3, 4]
    assert min(plausible(line) for line in others) >= 0.80
    shown = re.findall(r"[01]\.\d{4}", PAGE.partition("| `pixels` |")[2].partition("\n")[0])
    ours = [line[name] for line in accuracies(found) for name in ("accuracy", "low", "high")]
    ours += [line["accuracy"] for line in others]
    assert ours == [pytest.approx(float(one), abs=0.02) for one in shown]


def split_of(found: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return the table of the two splits."""
    return found["Images, and number of people on both sides"]


def accuracies(found: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return the table of both accuracies."""
    return found["Accuracy with its 95 % interval, and area under the ROC curve"]


def test_faces_of_our_own_without_learned_weights(tmp_path: Path) -> None:
    """Faces that look left are dark on the left, which even random layers preserve."""
    folder = tmp_path / "faces"
    folder.mkdir()
    random = np.random.default_rng(0)
    for person in range(8):
        for direction in ("left", "right", "up"):
            for eyes in ("open", "sunglasses"):
                file = folder / f"p{person}_{direction}_happy_{eyes}.pgm"
                write_pgm(file, face(random, direction))
    output, found = learn(
        *("faces", folder, "--model", "lenet_digits", "--weights", "random"), *("--plots", tmp_path / "plots")
    )
    assert "Model lenet_digits_random has random weights" in output
    assert "Featurized by lenet_digits_random" in output
    rows = split_of(found)
    assert {line["label"] for line in rows} == {"left", "right"}, "up has no label"
    assert sum(line["train"] + line["test"] for line in rows if line["split"] == "faces_halves") == 32
    assert {line["people_on_both_sides"] for line in rows if line["split"] == "faces_people"} == {0}
    assert min(plausible(line) for line in accuracies(found)) >= 0.75
    assert {file.name for file in (tmp_path / "plots").iterdir()} == {
        "faces_halves_roc.png",
        "faces_people_roc.png",
        "faces_people_map.png",
    }


def face(random: np.random.Generator, direction: str) -> Any:
    """Return gray noise that is darker on the side the face looks to."""
    pixels = random.integers(60, 200, (30, 32))
    half = slice(0, 16) if direction == "left" else slice(16, 32)
    if direction != "up":
        pixels[:, half] -= 50
    return pixels


def write_pgm(file: Path, pixels: Any) -> None:
    """Write an ASCII PGM file, as those of CMU are."""
    height, width = pixels.shape
    file.write_text(f"P2\n{width} {height}\n255\n" + "\n".join(" ".join(map(str, row)) for row in pixels))


def test_five_folders(tmp_path: Path) -> None:
    """A folder with a subfolder for each class, and one file that is not an image."""
    random = np.random.default_rng(0)
    for name in TEXTURES:
        (tmp_path / name).mkdir()
        for index in range(20):
            Image.fromarray(texture(random, name)).save(tmp_path / name / f"{index:02}.png")
    (tmp_path / "rings" / "broken.png").write_text("no image")
    output, found = learn("folder", tmp_path)
    assert "101 of 101 files added" in output
    ((report,),) = [[rows] for title, rows in found.items() if title.startswith("Rows of each class")]
    assert [(line["label"], line["train"], line["test"]) for line in report] == [
        (name, 15, 5) for name in sorted(TEXTURES)
    ]
    assert {line["label"]: line["missing"] for line in report if line["missing"]} == {"rings": 1}
    (figures,) = found["Accuracy with its 95 % interval"]
    assert figures["rows"] == 25
    assert plausible(figures) >= 0.8, "chance is 0.2"
    assert {line["label"]: line["rows"] for line in found["Each class"]} == dict.fromkeys(TEXTURES, 5)
    confusion = found["Confusion matrix: rows are labels, columns are predictions"]
    assert [line["label"] for line in confusion] == sorted(TEXTURES)
    assert sum(line[name] for line in confusion for name in TEXTURES) == 25
    wrong = found[next(title for title in found if title.startswith("Wrong predictions"))]
    assert len(wrong) == min(5, 25 - round(25 * figures["accuracy"]))


TEXTURES = ("bars", "blobs", "checks", "lines", "rings")


def texture(random: np.random.Generator, name: str) -> Any:
    """Return one of five textures, shifted, with noise: uint8 (32, 32)."""
    y, x = np.indices((32, 32)) + random.integers(0, 3, (2, 1, 1))
    shape = {
        "bars": np.sin(x * 0.8),
        "lines": np.sin(y * 0.8),
        "checks": np.sign(np.sin(x * 0.8) * np.sin(y * 0.8)),
        "rings": np.sin(np.hypot(x - 17, y - 17) * 0.9),
        "blobs": 2 * np.exp(-((x - 17) ** 2 + (y - 17) ** 2) / 60) - 1,
    }[name]
    noisy = 128 + 70 * shape + random.normal(0, 30, (32, 32))
    return np.clip(noisy, 0, 255).astype(np.uint8)


def test_a_model_of_ones_own(tmp_path: Path) -> None:
    network = torch.nn.Sequential(torch.nn.Conv2d(1, 8, 3), torch.nn.ReLU(), torch.nn.Flatten())
    program = torch.export.export(
        network.eval(), (torch.zeros(2, 1, 8, 8),), dynamic_shapes=({0: torch.export.Dim("n")},)
    )
    torch.export.save(program, tmp_path / "net.pt2")
    how = ("--resize", "aniso", "--size", "8", "--channels", "1", "--mean", "0.5", "--std", "0.5")
    output, _ = learn("digits", "--model", "Own", "--", "--program", tmp_path / "net.pt2", "--node", "output", *how)
    assert "Featurized by own" in output


@pytest.mark.parametrize("weights", [[], ["--weights", "random"]])
def test_a_model_that_does_not_exist(weights: list[str]) -> None:
    command = [sys.executable, "examples/learn.py", "digits", "--model", "resnet51", *weights]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith('Error: there is no model "resnet51"\nHint: Did you mean')
    assert "Traceback" not in done.stderr


def test_wrong_arguments() -> None:
    """The faces example needs a directory, the digits example does not."""
    for arguments in (["faces"], ["digits", "somewhere"], ["cats", "somewhere"]):
        done = subprocess.run(
            [sys.executable, "examples/learn.py", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 2
        assert "need DIR" in done.stderr or "invalid choice" in done.stderr
