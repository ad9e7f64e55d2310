"""The learner's wallet: what they hold, what they show to whom, and what is known of them here."""
