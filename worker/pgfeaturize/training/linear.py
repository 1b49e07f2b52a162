"""Linear classifiers: fitted by scikit-learn, and stored as numbers that SQL can compute with.

Normalization of the features and calibration of the scores are folded into one coefficient vector and one intercept for
each class:

    score = coefficients · features + intercept
    softmax link: probability ∝ exp(score)
    sigmoid link: probability ∝ 1 / (1 + exp(-score))

Logistic regression has this form. For two classes, scikit-learn has one score, and each class gets half of it, with
opposite signs. The scores of linear support vector machines and ridge classifiers are calibrated by Platt's method
(1999), with cross-validation.
"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedKFold
from sklearn.preprocessing import MinMaxScaler, StandardScaler, normalize
from sklearn.svm import LinearSVC

from pgfeaturize.errors import NotTrainable
from pgfeaturize.training.squared_hinge import SquaredHinge

Features = npt.NDArray[np.float32]
Labels = npt.NDArray[np.str_]
Scores = npt.NDArray[np.float64]

#: Maximum number of folds of a cross-validation; every class needs as many rows.
FOLDS = 5
#: Number of rows for comparing stored coefficients with scikit-learn's own predictions.
SAMPLE = 1000
#: Default maximum number of iterations; features of networks take some hundreds.
ITERATIONS = 1000
#: With fewer rows than this times the number of features, the dual problem of a support vector machine is solved.
DUAL = 4


@dataclass(frozen=True)
class Linear:
    """A trained classifier.

    Attributes:
        labels: labels of the classes, in order.
        rows: number of training rows of each class.
        coefficients: float32 (classes, dim), for features as they are stored; with l2, for features divided by their
            length.
        intercepts: float64 (classes,).
        link: "softmax" or "sigmoid".
        metrics: metrics on the training rows.
    """

    labels: list[str]
    rows: list[int]
    coefficients: Features
    intercepts: Scores
    link: str
    metrics: dict[str, Any]

    def probabilities(self, features: Features) -> Scores:
        """Return probabilities as SQL computes them, float64 (n, classes); the caller applies l2."""
        scores = (features @ self.coefficients.T).astype(np.float64) + self.intercepts
        if self.link == "softmax":
            weights = np.exp(scores - scores.max(axis=1, keepdims=True))
        else:
            weights = 1 / (1 + np.exp(-np.clip(scores, -700, 700)))
        shares: Scores = weights / weights.sum(axis=1, keepdims=True)
        return shares


@dataclass(frozen=True)
class _Map:
    """An affine map of each feature: x * scale + shift."""

    scale: Scores | float = 1.0
    shift: Scores | float = 0.0


def fit(
    features: Features, labels: Labels, algorithm: str, params: Mapping[str, Any]
) -> tuple[Linear, ClassifierMixin]:
    """Train a classifier.

    Args:
        features: float32 (n, dim); they are normalized in place, to spare memory.
        labels: (n,).
        algorithm: "logistic_regression", "linear_svm" or "ridge".
        params: as featurize.train_classifier() takes them.

    Returns:
        the numbers, and the estimator of scikit-learn that they are of.

    Raises:
        NotTrainable: these rows cannot teach that.
    """
    _check(features, labels)
    sample = features[:SAMPLE].copy()
    constant = int((np.ptp(features, axis=0) == 0).sum())
    done = _normalize(features, sample, params.get("normalize", "standard"))
    classes, counts = np.unique(labels, return_counts=True)
    steps = _steps(algorithm, params, features)
    estimator = _estimator(
        algorithm, params, steps, features.shape, dict(zip(classes.tolist(), counts.tolist(), strict=True))
    )
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        estimator.fit(features, labels)
    scores, link = _scores(estimator)
    coefficients, intercepts = _folded(*scores, done)
    metrics = _metrics(estimator, features, labels)
    metrics |= {name: steps[name] for name in ("C", "alpha") if name in steps}
    metrics["constant_features"] = constant
    metrics["converged"] = not any(issubclass(w.category, ConvergenceWarning) for w in warned)
    metrics["warnings"] = sorted({str(w.message).splitlines()[0] for w in warned})
    linear = Linear(classes.tolist(), counts.tolist(), coefficients, intercepts, link, metrics)
    difference = linear.probabilities(sample) - estimator.predict_proba(features[:SAMPLE])
    metrics["rounding"] = float(np.abs(difference).max())
    return linear, estimator


def _check(features: Features, labels: Labels) -> None:
    if len(features) == 0:
        raise NotTrainable("there are no rows to learn from", "See featurize.training_report().")
    classes = np.unique(labels)
    if len(classes) < 2:
        raise NotTrainable(f'there are rows of one class only, "{classes[0]}"', "It takes two to be told apart.")
    if not np.isfinite(features).all():
        raise NotTrainable("features are not all finite numbers", "Featurize these rows again.")
    if (features == features[0]).all():
        raise NotTrainable("all rows have the same features", "See whether they are of the same image.")


def _normalize(features: Features, sample: Features, how: str) -> _Map:
    """Normalize in place; return the map to fold into the coefficients."""
    if how == "standard":
        scaler = StandardScaler(copy=False).fit(features)
        scaler.transform(features)
        return _Map(1 / scaler.scale_, -scaler.mean_ / scaler.scale_)
    if how == "minmax":
        scaler = MinMaxScaler(copy=False).fit(features)
        scaler.transform(features)
        return _Map(scaler.scale_.astype(np.float64), scaler.min_.astype(np.float64))
    if how == "l2":
        normalize(features, copy=False)
        normalize(sample, copy=False)
    return _Map()


def _estimator(
    algorithm: str,
    params: Mapping[str, Any],
    steps: Mapping[str, Any],
    shape: tuple[int, ...],
    counts: Mapping[str, int],
) -> ClassifierMixin:
    options = {"class_weight": params.get("class_weight"), **steps}
    if algorithm == "logistic_regression":
        return LogisticRegression(**options)
    label, fewest = min(counts.items(), key=lambda item: item[1])
    if fewest < 2:
        raise NotTrainable(
            f'class "{label}" has one row, and {algorithm} needs two to calibrate its probabilities',
            "Label more rows, or use logistic_regression.",
        )
    rows, dim = shape
    if algorithm == "ridge":
        machine = RidgeClassifier(**options)
    elif rows < DUAL * dim:
        machine = LinearSVC(dual=True, random_state=0, **options)
    else:
        machine = SquaredHinge(**options)
    return CalibratedClassifierCV(machine, cv=StratifiedKFold(min(FOLDS, fewest)), ensemble=False)


def _steps(algorithm: str, params: Mapping[str, Any], features: Features) -> dict[str, Any]:
    """Return the parameters of the optimization, for features that are normalized."""
    if algorithm == "ridge":
        return {"alpha": params.get("alpha", 1.0)}
    default = 1 / _mean_square(features) if algorithm == "linear_svm" else 1.0
    return {
        "C": float(params.get("C", default)),
        "tol": params.get("tol", 1e-4),
        "max_iter": int(params.get("max_iter", ITERATIONS)),
    }


def _mean_square(features: Features) -> float:
    """Return the mean squared length of the rows: with it, C does not depend on the number of features or their unit."""
    return float(np.mean([np.dot(row, row) for row in features], dtype=np.float64))


def _scores(estimator: ClassifierMixin) -> tuple[tuple[Scores, Scores], str]:
    """Return coefficients (classes, dim) and intercepts (classes,) for normalized features, and the link."""
    if isinstance(estimator, LogisticRegression):
        slopes, offsets = _both(estimator.coef_, estimator.intercept_)
        # A constant in all scores does not change the probabilities.
        return (slopes - slopes.mean(axis=0), offsets - offsets.mean()), "softmax"
    (calibrated,) = estimator.calibrated_classifiers_
    machine = calibrated.estimator
    steep = np.array([platt.a_ for platt in calibrated.calibrators])
    late = np.array([platt.b_ for platt in calibrated.calibrators])
    slopes = -steep[:, None] * machine.coef_
    offsets = -(steep * machine.intercept_ + late)
    if len(slopes) == 1:
        return _both(slopes, offsets), "softmax"
    return (slopes, offsets), "sigmoid"


def _both(slopes: Scores, offsets: Scores) -> tuple[Scores, Scores]:
    """Return scores of both classes; of two classes, scikit-learn has only the score of the second."""
    if len(slopes) > 1:
        return slopes.astype(np.float64), offsets.astype(np.float64)
    slope, offset = slopes[0].astype(np.float64), float(offsets[0])
    return np.stack([-slope, slope]) / 2, np.array([-offset, offset]) / 2


def _folded(slopes: Scores, offsets: Scores, done: _Map) -> tuple[Features, Scores]:
    """Return coefficients and intercepts for features that are not normalized."""
    shift = np.broadcast_to(np.asarray(done.shift, np.float64), slopes.shape[1:])
    return (slopes * done.scale).astype(np.float32), offsets + slopes @ shift


def _metrics(estimator: ClassifierMixin, features: Features, labels: Labels) -> dict[str, Any]:
    proba = estimator.predict_proba(features)
    guessed = estimator.classes_[proba.argmax(axis=1)]
    return {
        "rows": len(labels),
        "train_accuracy": float((guessed == labels).mean()),
        "train_log_loss": float(log_loss(labels, proba, labels=estimator.classes_)),
    }
