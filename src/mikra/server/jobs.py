"""What runs without anybody asking: sealing, letters, status lists. State rows are the truth; steps can be redone."""
