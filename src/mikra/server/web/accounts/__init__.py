"""Signing in, one's own account, and who works for an institution."""
