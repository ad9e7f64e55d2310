"""The institution as an issuer to wallets: its addresses for machines, and the page of an offer."""
