"""Other people's engines: small models with their own caches, and an operator with past states."""
