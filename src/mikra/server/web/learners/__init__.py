"""Finding a person, and all that they were awarded."""
