"""The registrar's path: choose, who, check, look, approve and seal, follow; and each award afterwards."""
