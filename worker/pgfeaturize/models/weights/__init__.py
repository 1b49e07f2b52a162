"""Weights: which file a model needs, where it is stored, and how it is downloaded and verified."""
