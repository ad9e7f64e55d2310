"""What the world asks of our credentials' status: lists, as they were sealed, and what is said of a withdrawn one."""
