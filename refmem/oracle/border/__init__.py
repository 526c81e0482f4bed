"""The border: other people's conventions, layouts and arrays."""
