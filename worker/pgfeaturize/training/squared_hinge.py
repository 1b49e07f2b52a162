"""Linear support vector machines with squared hinge loss, of all classes at once.

The problem is that of scikit-learn's LinearSVC. For each class against the others, minimize

    (|w|² + b²) / 2 + C · Σ class weight · max(0, 1 - y · (w · x + b))²

L-BFGS on many classes together reads the features twice for each step and needs no copy of them in float64. LinearSVC
copies them and visits single rows, one class after another.
"""

import warnings
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.class_weight import compute_class_weight

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

#: Maximum number of values in an array of rows by classes, 64 MiB; more classes are fitted in several parts.
PART = 2**24
#: Share of the largest value of the gradient at the start, at which float32 may be too coarse to go further.
ROUNDING = 1e-3


class SquaredHinge(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """An estimator of scikit-learn.

    Args:
        C: weight of the loss; the larger, the less the coefficients are regularized.
        tol: it has converged when no value of the gradient is larger than this share of the largest at the start.
        max_iter: maximum number of iterations.
        class_weight: "balanced" or None, as LinearSVC takes it.

    Attributes:
        classes_: labels of the classes, in order.
        coef_: float64 (classes, dim); of two classes, only that of the second.
        intercept_: float64 (classes,).
    """

    def __init__(
        self,
        C: float = 1.0,  # noqa: N803, scikit-learn's name
        tol: float = 1e-4,
        max_iter: int = 1000,
        class_weight: str | None = None,
    ) -> None:
        self.C = C
        self.tol = tol
        self.max_iter = max_iter
        self.class_weight = class_weight

    def fit(self, features: Floats, labels: npt.NDArray[np.str_]) -> Self:
        """Fit to float32 (n, dim) features; warn if it does not converge."""
        self.classes_, numbers = np.unique(labels, return_inverse=True)
        weights = compute_class_weight(self.class_weight, classes=self.classes_, y=labels)
        # Of two classes, both are weighted; of more, only the one that is fitted against the others.
        negative, first = (weights[0], 1) if len(weights) == 2 else (1.0, 0)
        targets = np.arange(first, len(weights))
        parts = np.array_split(targets, -(-len(targets) * len(features) // PART))
        solved = [self._solve(features, numbers, part, weights[part], negative) for part in parts if len(part)]
        self.coef_ = np.concatenate([solution[:-1] for solution in solved], axis=1).T
        self.intercept_ = np.concatenate([solution[-1] for solution in solved])
        return self

    def decision_function(self, features: Floats) -> Doubles:
        """Return scores, float64 (n, classes); of two classes (n,)."""
        scores: Doubles = (features @ self.coef_.T.astype(np.float32)).astype(np.float64) + self.intercept_
        return scores[:, 0] if scores.shape[1] == 1 else scores

    def predict(self, features: Floats) -> npt.NDArray[np.str_]:
        """Return the label of the highest score for each row."""
        scores = self.decision_function(features)
        best = (scores > 0).astype(int) if scores.ndim == 1 else scores.argmax(axis=1)
        labels: npt.NDArray[np.str_] = self.classes_[best]
        return labels

    def _solve(
        self,
        features: Floats,
        numbers: npt.NDArray[np.intp],
        part: npt.NDArray[np.intp],
        positive: Doubles,
        negative: float,
    ) -> Doubles:
        """Return float64 (dim + 1, classes of the part), with the intercepts last."""
        belongs = numbers[:, None] == part
        signs = np.where(belongs, np.float32(1), np.float32(-1))
        costs = np.where(belongs, self.C * positive, self.C * negative).astype(np.float32)
        shape = features.shape[1] + 1, len(part)

        def objective(values: Doubles) -> tuple[float, Doubles]:
            solution = values.reshape(shape)
            short = features @ solution[:-1].astype(np.float32)
            short += solution[-1].astype(np.float32)
            short *= signs
            np.maximum(1 - short, 0, out=short)
            slopes = costs * short
            loss = float(np.einsum("ij,ij->", slopes, short, dtype=np.float64))
            slopes *= signs
            gradient = solution.copy()
            gradient[:-1] -= 2 * (features.T @ slopes)
            gradient[-1] -= 2 * slopes.sum(axis=0, dtype=np.float64)
            return float(values @ values) / 2 + loss, gradient.ravel()

        start = np.zeros(shape[0] * shape[1])
        steepest = np.abs(objective(start)[1]).max()
        options = {"maxiter": self.max_iter, "maxfun": 20 * self.max_iter, "gtol": self.tol * steepest, "ftol": 0}
        result = minimize(objective, start, jac=True, method="L-BFGS-B", options=options)
        stuck = result.status == 2 and np.abs(result.jac).max() <= ROUNDING * steepest
        if not (result.success or stuck):
            warnings.warn(
                f"linear_svm has not converged after {result.nit} iterations", ConvergenceWarning, stacklevel=2
            )
        solution: Doubles = result.x.reshape(shape)
        return solution
