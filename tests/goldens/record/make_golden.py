"""Writes training.recordio: the rows of RecordEncoderTest.WritesTheBytesOfPythonsProtobuf, by Python's protobuf.

Usage: make_golden.py  (needs protobuf and, for the schema, protoc)
"""

import pathlib
import struct
import subprocess
import tempfile

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

HERE = pathlib.Path(__file__).parent


def record_class():
    proto = HERE.parents[1] / "proto" / "record.proto"
    with tempfile.NamedTemporaryFile() as out:
        subprocess.run(["protoc", f"-I{proto.parent}", f"-o{out.name}", proto.name], check=True)
        files = descriptor_pb2.FileDescriptorSet.FromString(out.read())
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("aialgs.data.Record"))


# (values, keys or None, length, label or None)
ROWS = [
    ([1.5, 0.0, -2.25], None, 3, 7.0),
    ([1.5, 0.0, -2.25], None, 3, None),
    ([255.0, 128.0, 3.0], [0, 127, 128], 784, 5.0),
    ([1.0, 2.0, 3.0, 4.0], [16383, 16384, 2097151, 2097152], 2147483647, None),
    ([], [], 784, 0.0),
    ([], None, 0, None),
    ([0.1], None, 1, 1e30),
]


def main():
    record_type = record_class()
    with open(HERE / "training.recordio", "wb") as out:
        for values, keys, length, label in ROWS:
            record = record_type()
            tensor = record.features["values"].float32_tensor
            tensor.SetInParent()
            tensor.values.extend(values)
            if keys is not None:
                tensor.keys.extend(keys)
                tensor.shape.append(length)
            if label is not None:
                record.label["values"].float32_tensor.values.append(label)
            payload = record.SerializeToString(deterministic=True)
            out.write(struct.pack("<II", 0xCED7230A, len(payload)) + payload + b"\0" * (-len(payload) % 4))


if __name__ == "__main__":
    main()
