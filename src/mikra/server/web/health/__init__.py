"""How the service is: for machines that watch it, and for people who run it."""
