"""The processes of one installation: `mikra serve` is their parent, and none outlives it."""
