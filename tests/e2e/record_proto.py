"""RecordIO files of aialgs.data.Record messages, by Google's protobuf."""
import functools
import pathlib
import struct
import subprocess
import tempfile

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

PROTO = pathlib.Path(__file__).resolve().parent.parent / "proto" / "record.proto"
MAGIC = 0xCED7230A


@functools.cache
def record_class():
    with tempfile.NamedTemporaryFile() as out:
        subprocess.run(["protoc", f"-I{PROTO.parent}", f"--descriptor_set_out={out.name}", PROTO.name], check=True)
        files = descriptor_pb2.FileDescriptorSet.FromString(out.read())
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("aialgs.data.Record"))


def dense(row, label=None, uid=None):
    record = record_class()()
    record.features["values"].float32_tensor.values.extend(float(value) for value in row)
    if label is not None:
        record.label["values"].float32_tensor.values.append(label)
    if uid is not None:
        record.uid = uid
    return record


def sparse(row):
    record = record_class()()
    tensor = record.features["values"].float32_tensor
    for key, value in enumerate(row):
        if value != 0:
            tensor.keys.append(key)
            tensor.values.append(float(value))
    tensor.shape.append(len(row))
    return record


def write(records):
    out = bytearray()
    for record in records:
        payload = record.SerializeToString()
        out += struct.pack("<II", MAGIC, len(payload)) + payload + b"\0" * (-len(payload) % 4)
    return bytes(out)


def read(data):
    records = []
    at = 0
    while at < len(data):
        magic, length = struct.unpack_from("<II", data, at)
        assert magic == MAGIC
        records.append(record_class().FromString(data[at + 8 : at + 8 + length]))
        at += 8 + length + -length % 4
    return records
