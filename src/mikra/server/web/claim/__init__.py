"""The learner's first page: what the letter leads to."""
