"""A small Europe for tests, behind the same doors as the real one. `europe` names all of it."""
