"""Sets of pixels."""

from typing import cast

import numpy as np


class Pixels(set[tuple[int, int]]):
    """A set of pixels, (column, row). A row of an array of moves is looked for as the pair that it is."""

    def __contains__(self, pixel: object) -> bool:
        if isinstance(pixel, (np.ndarray, list)):
            pixel = tuple(cast(list[int], pixel))
        return super().__contains__(pixel)
