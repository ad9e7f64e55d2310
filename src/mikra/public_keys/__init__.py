"""Public keys as they are written down: in JSON, and as one word."""
