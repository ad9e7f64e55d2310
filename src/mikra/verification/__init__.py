"""From any bytes to one honest report."""

from mikra.verification.policy import DEFAULT_POLICY, Policy
from mikra.verification.verify import verify

__all__ = ["DEFAULT_POLICY", "Policy", "verify"]
