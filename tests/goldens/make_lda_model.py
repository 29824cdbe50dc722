"""Writes lda_model_algo-1, a model of AWS's LDA layout made with struct and numpy alone.

Run: python tests/goldens/make_lda_model.py > tests/goldens/lda_model_algo-1
"""
import struct
import sys

import numpy as np


def array(values):
    head = struct.pack("<Ii", 0xF993FAC9, 0) + struct.pack(f"<I{values.ndim}q", values.ndim, *values.shape)
    return head + struct.pack("<iii", 1, 0, 0) + values.astype("<f4").tobytes()


alpha = np.array([0.75, 0.25])
beta = np.array([[0.5, 0.5, 0], [0, 0.25, 0.75]])
sys.stdout.buffer.write(struct.pack("<QQQ", 0x112, 0, 2) + array(alpha) + array(beta) + struct.pack("<Q", 0))
