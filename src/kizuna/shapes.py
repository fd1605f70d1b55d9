"""Array types whose names carry their shape; N is the number of rows."""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]
"""Any float64 array, where the docstring gives the shape."""

FloatN = Annotated[NDArray[np.float64], "(N,)"]
FloatNx3 = Annotated[NDArray[np.float64], "(N, 3)"]
FloatNx6 = Annotated[NDArray[np.float64], "(N, 6)"]
FloatNx3x3 = Annotated[NDArray[np.float64], "(N, 3, 3)"]
FloatNx6x6 = Annotated[NDArray[np.float64], "(N, 6, 6)"]
FloatNx21 = Annotated[NDArray[np.float64], "(N, 21) upper triangle of a symmetric 6x6, row by row"]
ByteN = Annotated[NDArray[np.uint8], "(N,)"]
IntN = Annotated[NDArray[np.int64], "(N,)"]
CodeN = Annotated[NDArray[np.int32], "(N,) index into a list of names, -1 where there is none"]
BoolN = Annotated[NDArray[np.bool_], "(N,)"]
