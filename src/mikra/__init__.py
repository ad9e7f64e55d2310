"""Mikra: the European micro-credential system. Describe, award, seal, verify."""

__version__ = "0.1.0"
