"""Arrow arrays of numbers. `pyarrow.array` would load pandas where there is one, which takes longer than judging a bucket."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow


def numbers(values: Any, kind: pyarrow.DataType) -> pyarrow.Array:
    """Whole numbers, a list or an array of NumPy, as an array of a type of a fixed width."""
    held = np.ascontiguousarray(values, dtype=f"i{kind.bit_width // 8}")
    return pyarrow.Array.from_buffers(kind, len(held), [None, pyarrow.py_buffer(held)])
