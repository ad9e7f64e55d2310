"""Wallet protocols as messages and state: what wallets are told and say; no socket, clock or database."""
