"""Moved to `mikra.instants`; here only until nobody looks for it here any more."""

from mikra.instants import instant

__all__ = ["instant"]
