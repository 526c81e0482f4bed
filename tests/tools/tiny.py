"""A Transformer small enough to be worked out entry by entry: 2 layers, 2 heads, 5 words."""

import numpy as np

WORDS, WIDTH, HEADS, PAIRS, LAYERS = 5, 8, 2, 3, 2
EPS = 2.0**-10

SHAPES = {
    "embeddings.word_embeddings.weight": (WORDS, WIDTH),
    "embeddings.token_type_embeddings.weight": (2, WIDTH),
    "embeddings.LayerNorm.weight": (WIDTH,),
    "embeddings.LayerNorm.bias": (WIDTH,),
}
LAYER_SHAPES = {
    "attention.self.query": (WIDTH, WIDTH),
    "attention.self.key": (WIDTH, WIDTH),
    "attention.self.value": (WIDTH, WIDTH),
    "attention.output.dense": (WIDTH, WIDTH),
    "attention.output.LayerNorm": (WIDTH,),
    "intermediate.dense": (PAIRS, WIDTH),
    "output.dense": (WIDTH, PAIRS),
    "output.LayerNorm": (WIDTH,),
}


def tiny_weights(seed=0, places=4):
    """Weights by their names in BERT: multiples of 1/4 in [-1, 1], as every number system has."""
    shapes = SHAPES | {"embeddings.position_embeddings.weight": (places, WIDTH)}
    for layer in range(LAYERS):
        for name, shape in LAYER_SHAPES.items():
            shapes[f"encoder.layer.{layer}.{name}.weight"] = shape
            shapes[f"encoder.layer.{layer}.{name}.bias"] = shape[:1]
    random = np.random.default_rng(seed)
    return {name: random.integers(-4, 5, shape) / 4 for name, shape in shapes.items()}
