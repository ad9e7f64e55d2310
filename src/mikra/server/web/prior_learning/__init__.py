"""Validation of prior learning, in the console."""
