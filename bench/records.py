"""RecordIO files of Amazon Records, written and read with NumPy alone."""
import struct

import numpy as np


def varint(number):
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def field(number, payload):
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def message(values):
    return field(1, b"values") + field(2, field(2, field(1, values)))


def frame_of(width):
    """The bytes of a record of zeros and label 0, and where its features and its label begin."""
    head = field(1, message(bytes(4 * width)))
    payload = head + field(2, message(bytes(4)))
    frame = struct.pack("<II", 0xCED7230A, len(payload)) + payload + bytes(-len(payload) % 4)
    return frame, 8 + len(head) - 4 * width, 8 + len(payload) - 4


def write(features, targets):
    """The bytes; all records have one length, so that the floats are put in by columns."""
    count, width = features.shape
    frame, first, label = frame_of(width)
    rows = np.tile(np.frombuffer(frame, np.uint8), (count, 1))
    rows[:, first : first + 4 * width] = features.astype("<f4").view(np.uint8).reshape(count, -1)
    rows[:, label : label + 4] = targets.astype("<f4").reshape(-1, 1).view(np.uint8)
    return rows.tobytes()


def read(path, width):
    """Features and labels of such a file: by their places, with no look at what is between, as no reader of other files may do."""
    frame, first, label = frame_of(width)
    rows = np.fromfile(path, np.uint8).reshape(-1, len(frame))
    floats = np.ascontiguousarray(rows[:, first : first + 4 * width]).view("<f4")
    return floats, np.ascontiguousarray(rows[:, label : label + 4]).view("<f4").ravel()
