"""What is proven of a plan, and why a unit moved."""
