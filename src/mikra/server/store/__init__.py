"""State: one topic a file, each with its models and questions. No credential formats here."""
