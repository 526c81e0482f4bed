"""Other people's models with their own caches, small and with random weights, as engines."""
