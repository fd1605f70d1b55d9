"""Numba kernels on bare arrays; each file stands alone."""
