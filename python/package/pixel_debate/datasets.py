"""Images with labels: MNIST inside, any IDX pair, any folder of pictures."""

from pixel_debate._native import Dataset, load

__all__ = ["Dataset", "load"]
