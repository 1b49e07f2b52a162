"""Backbones, models and their identity."""
