"""Credentials for a home institution: the learner sends, programs fetch, the recognition officer opens."""
