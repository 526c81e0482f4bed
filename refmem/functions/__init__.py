"""What a call may name: activations, similarity kernels, feature maps, slopes of heads."""
