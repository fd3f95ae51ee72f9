"""What is wrong with a company's accounts, and its repairs."""
