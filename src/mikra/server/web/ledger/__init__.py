"""The ledger: what became of each letter, and what can be done about it."""
