"""Planted faults: each verification check of the source removed, one at a time; the tests beside it must notice."""
