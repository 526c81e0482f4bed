"""Kernels that can be checked, and how each is called. One file a project."""
