"""Connections that are slow, deaf or cut: others are served meanwhile, and of what came half nothing is kept."""
import contextlib
import hashlib
import os
import socket
import struct
import time

import pytest

from conftest import Cloud
from test_auth import signed
from test_kill_trials import stored_files

LARGE = 64 << 20


@pytest.fixture
def large(own_cloud):
    s3 = own_cloud.client("s3")
    s3.create_bucket(Bucket="slow")
    s3.put_object(Bucket="slow", Key="large", Body=bytes(LARGE))
    return own_cloud


def head_of(method, path, headers):
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode()


def half_an_upload(cloud, key, length=4 << 20, sent=3 << 19):  # A file is begun at 1 MiB.
    """A connection on which the first bytes of a PUT have been sent."""
    path = f"/slow/{key}"
    headers = signed(cloud, "PUT", path, headers={"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"})
    connection = socket.create_connection(("127.0.0.1", cloud.port))
    connection.sendall(head_of("PUT", path, headers | {"Host": f"127.0.0.1:{cloud.port}", "Content-Length": length}) + bytes(sent))
    return connection


def deaf_reader(cloud):
    """A connection that asked for a large object and reads none of it."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect(("127.0.0.1", cloud.port))
    headers = signed(cloud, "GET", "/slow/large", headers={"X-Amz-Content-SHA256": hashlib.sha256(b"").hexdigest()})
    connection.sendall(head_of("GET", "/slow/large", headers | {"Host": f"127.0.0.1:{cloud.port}"}))
    return connection


def reset(connection):
    """Cuts it as a crash of the client's machine would, and not by a goodbye."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def wait_until(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_others_are_served_beside_hundreds_of_slow_connections(large):
    s3 = large.client("s3")
    before = len(stored_files(large))
    with contextlib.ExitStack() as stack:
        for _ in range(400):
            half_a_head = stack.enter_context(socket.create_connection(("127.0.0.1", large.port)))
            half_a_head.sendall(b"GET /slow/large HTTP/1.1\r\nHost: 127")
        uploads = [half_an_upload(large, f"half-{number}") for number in range(60)]
        readers = [stack.enter_context(deaf_reader(large)) for _ in range(30)]
        wait_until(lambda: len(stored_files(large)) >= before + len(uploads))  # Each has a worker.
        for number in range(20):
            s3.put_object(Bucket="slow", Key=f"quick-{number}", Body=b"x" * 1000)
            assert s3.get_object(Bucket="slow", Key=f"quick-{number}")["Body"].read() == b"x" * 1000
        for number, connection in enumerate(uploads):
            reset(connection) if number % 2 else connection.close()
        assert all(reader.fileno() >= 0 for reader in readers)
    wait_until(lambda: len(stored_files(large)) == before + 20)
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket="slow")["Contents"]]
    assert keys == sorted(["large", *(f"quick-{number}" for number in range(20))])
    assert large.process.poll() is None


def test_an_upload_that_is_cut_leaves_the_object_that_was_there(large):
    s3 = large.client("s3")
    s3.put_object(Bucket="slow", Key="k", Body=b"old")
    before = len(stored_files(large))
    for sent in (0, 1, 100_000):
        reset(half_an_upload(large, "k", sent=sent))
    connection = half_an_upload(large, "k")
    wait_until(lambda: len(stored_files(large)) == before + 1)
    reset(connection)
    wait_until(lambda: len(stored_files(large)) == before)
    assert s3.get_object(Bucket="slow", Key="k")["Body"].read() == b"old"
    s3.put_object(Bucket="slow", Key="k", Body=b"new")
    assert s3.get_object(Bucket="slow", Key="k")["Body"].read() == b"new"


def test_a_reader_that_goes_in_the_middle_costs_nothing(large):
    def open_files():
        return sum(1 for name in os.listdir(f"/proc/{large.process.pid}/fd")
                   if os.readlink(f"/proc/{large.process.pid}/fd/{name}").startswith(str(large.data_dir / "objects")))

    readers = [deaf_reader(large) for _ in range(20)]
    wait_until(lambda: open_files() == len(readers))
    for reader in readers:
        assert reader.recv(100).startswith(b"HTTP/1.1 200 ")
        reset(reader)
    wait_until(lambda: open_files() == 0)


def test_a_server_that_stops_does_not_wait_for_slow_clients(tmp_path):
    cloud = Cloud(tmp_path / "data")
    cloud.client("s3").create_bucket(Bucket="slow")
    with contextlib.ExitStack() as stack:
        for number in range(10):
            stack.enter_context(half_an_upload(cloud, f"half-{number}"))
        wait_until(lambda: len(stored_files(cloud)) == 10)
        assert cloud.stop() == 0
    cloud.start()
    assert "Contents" not in cloud.client("s3").list_objects_v2(Bucket="slow")
    assert cloud.stop() == 0
    assert stored_files(cloud) == []
