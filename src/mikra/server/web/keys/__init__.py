"""Keys and seals of an institution, and the switch that stops them."""
