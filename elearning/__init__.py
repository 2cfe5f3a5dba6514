"""Training modules built from safeguarding practice reviews, and the record of who completed them."""
