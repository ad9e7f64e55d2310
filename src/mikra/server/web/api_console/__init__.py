"""What administrators do for programs: keys, webhooks, folders."""
