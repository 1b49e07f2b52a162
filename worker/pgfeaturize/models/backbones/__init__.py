"""Backbones: how networks of torchvision, timm, this package and users are built."""
