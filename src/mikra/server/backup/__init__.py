"""Backup and what comes after: archives with digests, restoring, an institution's own export, going back."""
