"""What is shown once, at the first start."""
