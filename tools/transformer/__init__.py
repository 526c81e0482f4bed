"""A real Transformer, read as two associative memories a layer: what tools/real_model runs."""
