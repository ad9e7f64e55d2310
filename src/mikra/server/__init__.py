"""The institution's service: Django around the core. `store` holds state, `actions` are verbs, `web` speaks HTTP."""
