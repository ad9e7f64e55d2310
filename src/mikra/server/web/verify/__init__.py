"""The verifier's page: one box for anything, one sentence for an answer."""
