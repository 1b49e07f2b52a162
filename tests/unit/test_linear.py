"""Linear classifiers: the stored coefficients predict the same as scikit-learn."""

import warnings
from typing import Any

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, Normalizer, StandardScaler
from sklearn.svm import LinearSVC

from pgfeaturize.errors import NotTrainable
from pgfeaturize.training import linear, squared_hinge
from pgfeaturize.training.squared_hinge import SquaredHinge

SCALERS: dict[str, Any] = {
    "none": FunctionTransformer,
    "standard": StandardScaler,
    "minmax": MinMaxScaler,
    "l2": Normalizer,
}
MACHINES: dict[str, Any] = {
    "logistic_regression": lambda: LogisticRegression(max_iter=1000),
    "ridge": lambda: calibrated(RidgeClassifier()),
}


def calibrated(machine: Any) -> Any:
    return CalibratedClassifierCV(machine, cv=StratifiedKFold(5), ensemble=False)


def rows(classes: int, number: int = 200, dim: int = 40) -> tuple[Any, Any]:
    """Return features as after a ReLU, some constant, some large; and labels as text."""
    dice = np.random.default_rng(classes)
    labels = dice.integers(0, classes, number)
    centers = dice.normal(0, 0.5, (classes, dim))
    features = np.maximum(centers[labels] + dice.normal(0.5, 1, (number, dim)), 0)
    features[:, 0], features[:, 1] = 3.0, 0.0
    features[:, 2] *= 1000
    return features.astype(np.float32), np.array([f"class {label}" for label in labels])


@pytest.mark.parametrize("classes", [2, 5])
@pytest.mark.parametrize("normalize", list(SCALERS))
@pytest.mark.parametrize("algorithm", list(MACHINES))
def test_probabilities_are_those_of_scikit_learn(algorithm: str, normalize: str, classes: int) -> None:
    features, labels = rows(classes)
    learned, _ = linear.fit(features.copy(), labels, algorithm, {"normalize": normalize})
    theirs = make_pipeline(SCALERS[normalize](), MACHINES[algorithm]())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # ours are stored in the metrics
        theirs.fit(features, labels)
    seen = Normalizer().transform(features) if normalize == "l2" else features
    ours = learned.probabilities(seen)
    assert np.abs(ours - theirs.predict_proba(features)).max() < 1e-5
    assert learned.labels == theirs.classes_.tolist()
    assert learned.link == ("sigmoid" if classes > 2 and algorithm != "logistic_regression" else "softmax")
    assert sum(learned.rows) == 200
    assert learned.metrics["rounding"] < 1e-5
    assert learned.metrics["constant_features"] == 2


@pytest.mark.parametrize("number", [100, 400])
@pytest.mark.parametrize("weight", [None, "balanced"])
@pytest.mark.parametrize("classes", [2, 5])
@pytest.mark.parametrize("normalize", ["standard", "minmax", "l2"])
def test_support_vector_machines_are_those_of_scikit_learn(
    normalize: str, classes: int, weight: str | None, number: int
) -> None:
    """With few rows for the features the dual problem is solved, with more the primal one."""
    features, labels = rows(classes, number)
    params = {"normalize": normalize, "C": 0.3, "class_weight": weight, "tol": 1e-5}
    learned, estimator = linear.fit(features.copy(), labels, "linear_svm", params)
    solver = LinearSVC if number < linear.DUAL * 40 else SquaredHinge
    assert isinstance(estimator.calibrated_classifiers_[0].estimator, solver)
    exact = LinearSVC(C=0.3, tol=1e-8, max_iter=100_000, dual=False, class_weight=weight)
    theirs = make_pipeline(SCALERS[normalize](), calibrated(exact)).fit(features, labels)
    seen = Normalizer().transform(features) if normalize == "l2" else features
    assert np.abs(learned.probabilities(seen) - theirs.predict_proba(features)).max() < 0.005
    assert learned.link == ("sigmoid" if classes > 2 else "softmax")
    assert learned.metrics["converged"]


@pytest.mark.parametrize(("normalize", "scale"), [("standard", 1), ("none", 1), ("none", 1000), ("l2", 7)])
def test_default_c_does_not_depend_on_number_and_unit_of_features(normalize: str, scale: float) -> None:
    features, labels = rows(3)
    wide = np.concatenate([features] * 8, axis=1) * np.float32(scale)
    used = [linear.fit(each, labels, "linear_svm", {"normalize": normalize})[0] for each in (features.copy(), wide)]
    assert all(each.metrics["converged"] for each in used)
    if normalize == "standard":
        assert used[1].metrics["C"] == pytest.approx(1 / (38 * 8), rel=1e-3), "of 40 features, 2 are constant"
    assert (used[0].metrics["train_accuracy"] - used[1].metrics["train_accuracy"]) == pytest.approx(0, abs=0.03)


def test_classes_in_several_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    features, labels = rows(7)
    features = StandardScaler().fit_transform(features)
    whole = SquaredHinge(C=0.01).fit(features, labels)
    monkeypatch.setattr(squared_hinge, "PART", 600)
    parts = SquaredHinge(C=0.01).fit(features, labels)
    assert parts.coef_.shape == (7, 40)
    np.testing.assert_allclose(parts.decision_function(features), whole.decision_function(features), atol=0.01)
    assert (parts.predict(features) == whole.predict(features)).mean() > 0.98


def test_more_features_than_rows() -> None:
    features, labels = rows(3, number=30, dim=200)
    learned, _ = linear.fit(features, labels, "logistic_regression", {})
    assert learned.coefficients.shape == (3, 200)
    assert learned.metrics["train_accuracy"] == 1.0


def test_a_class_with_one_row() -> None:
    features, labels = rows(2)
    labels = np.array(["rare", *labels[1:]])
    learned, _ = linear.fit(features.copy(), labels, "logistic_regression", {})
    assert learned.rows[learned.labels.index("rare")] == 1
    for algorithm in ("linear_svm", "ridge"):
        with pytest.raises(NotTrainable, match='class "rare" has one row'):
            linear.fit(features.copy(), labels, algorithm, {})


def test_what_cannot_be_learned_from() -> None:
    features, labels = rows(2)
    with pytest.raises(NotTrainable, match='one class only, "a"'):
        linear.fit(features.copy(), np.full(200, "a"), "ridge", {})
    with pytest.raises(NotTrainable, match="no rows"):
        linear.fit(features[:0], labels[:0], "ridge", {})
    with pytest.raises(NotTrainable, match="the same features"):
        linear.fit(np.ones((200, 3), np.float32), labels, "ridge", {})
    features[7, 7] = np.nan
    with pytest.raises(NotTrainable, match="not all finite"):
        linear.fit(features, labels, "ridge", {})


@pytest.mark.parametrize("number", [100, 400])
@pytest.mark.parametrize("algorithm", ["logistic_regression", "linear_svm"])
def test_what_does_not_converge_says_so(algorithm: str, number: int) -> None:
    features, labels = rows(2, number)
    learned, _ = linear.fit(features.copy(), labels, algorithm, {"max_iter": 1})
    assert learned.metrics["converged"] is False
    assert "converge" in learned.metrics["warnings"][0]


def test_balanced_classes() -> None:
    features, labels = rows(2)
    keep = (labels == "class 0") | (np.arange(200) < 20)
    plain, _ = linear.fit(features[keep], labels[keep], "logistic_regression", {"C": 0.01})
    balanced, _ = linear.fit(
        features[keep], labels[keep], "logistic_regression", {"C": 0.01, "class_weight": "balanced"}
    )
    rare = plain.labels.index("class 1")
    assert balanced.intercepts[rare] != plain.intercepts[rare]
    assert balanced.probabilities(features)[:, rare].mean() > plain.probabilities(features)[:, rare].mean()
