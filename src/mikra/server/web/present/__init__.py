"""Asking a wallet for a credential: pages for people, addresses for wallets."""
