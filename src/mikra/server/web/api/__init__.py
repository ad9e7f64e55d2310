"""The JSON API under /api/v1: parses, calls one action, says what came of it. No rule of the work stands here."""
