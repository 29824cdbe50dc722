#!/usr/bin/env python3
"""PUT and GET of 64 MiB objects, and listing 10,000, beside moto's server and s3rver in the same run.

A PUT of ours is on the disk when it is answered; the peers' need not be. The client signs by presigned URLs and hashes nothing, so what is
measured is the server. Peers that are not installed (`tools/bootstrap --peers`) are left out, and said to be.
"""
import concurrent.futures
import contextlib
import html
import http.client
import os
import pathlib
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse

import boto3
import botocore.config

import goals

ROOT = pathlib.Path(__file__).resolve().parent.parent
BIN = pathlib.Path(os.environ.get("SAGESPARK_BIN_DIR", ROOT / "build/release/bin"))
DEPS = pathlib.Path(os.environ.get("SAGESPARK_DEPS_DIR", ROOT / "build/deps"))
PEERS = {"moto": DEPS / "peers/venv/bin/moto_server", "s3rver": DEPS / "peers/node_modules/.bin/s3rver"}
OBJECT_BYTES = 64 << 20
TRANSFER_LIMIT = 500  # MB/s.
LISTING_LIMIT = 1.0   # Seconds, of 10,000 objects.
BUCKET = "bench-bucket"


def wait_for(host, port, process):
    while True:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args[0]} ended")
        try:
            http.client.HTTPConnection(host, port, timeout=5).connect()
            return
        except OSError:
            time.sleep(0.05)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """An S3 server in a folder of its own, and a boto3 client of it."""

    def __init__(self, name, folder):
        self.name = name
        command, self.key, self.secret, self.port = getattr(self, "_" + name)(folder)
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        if self.port is None:
            self.port = int(self.process.stdout.readline().rsplit(":", 1)[1])
            settings = subprocess.run([BIN / "sagespark", "env", "--data-dir", folder], check=True, capture_output=True, text=True).stdout
            values = dict(line.removeprefix("export ").split("=", 1) for line in settings.splitlines())
            self.key, self.secret = values["AWS_ACCESS_KEY_ID"], values["AWS_SECRET_ACCESS_KEY"]
        wait_for("127.0.0.1", self.port, self.process)
        self.s3 = boto3.client("s3", endpoint_url=f"http://127.0.0.1:{self.port}", region_name="us-east-1", aws_access_key_id=self.key,
                               aws_secret_access_key=self.secret,
                               config=botocore.config.Config(signature_version="s3v4", max_pool_connections=16,
                                                             s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}))
        self.s3.create_bucket(Bucket=BUCKET)

    @staticmethod
    def _sagespark(folder):
        return [BIN / "sagespark", "serve", "--port", "0", "--data-dir", folder], None, None, None

    @staticmethod
    def _moto(folder):
        port = free_port()
        return [PEERS["moto"], "-H", "127.0.0.1", "-p", str(port)], "key", "secret", port

    @staticmethod
    def _s3rver(folder):
        port = free_port()
        return [PEERS["s3rver"], "-d", folder, "-a", "127.0.0.1", "-p", str(port), "-s"], "S3RVER", "S3RVER", port

    def request(self, operation, key):
        method = "PUT" if operation == "put_object" else "GET"
        url = self.s3.generate_presigned_url(operation, Params={"Bucket": BUCKET, "Key": key}, ExpiresIn=3600)
        return method, url.partition(str(self.port))[2]

    def transfer(self, body, back):
        """Seconds of a PUT and of a GET of the body, over one kept connection; `back` is overwritten."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        connection.connect()
        started = time.perf_counter()
        connection.request(*self.request("put_object", "big"), body=body)
        reply = connection.getresponse()
        reply.read()
        put = time.perf_counter() - started
        assert reply.status == 200, (self.name, reply.status)
        started = time.perf_counter()
        connection.request(*self.request("get_object", "big"))
        reply = connection.getresponse()
        view, taken = memoryview(back), 0
        while taken < len(body):
            size = reply.readinto(view[taken:])
            assert size > 0, self.name
            taken += size
        get = time.perf_counter() - started
        connection.close()
        assert back == body, self.name
        return put, get

    def fill(self, count):
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda i: self.s3.put_object(Bucket=BUCKET, Key=f"folder-{i % 10}/object-{i:06}", Body=b"x"), range(count)))

    def list_all(self, count):
        """Seconds of listing all objects, page by page over one connection; boto3 itself would take longer to read the XML."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        started = time.perf_counter()
        found, token = 0, {}
        while True:
            url = self.s3.generate_presigned_url("list_objects_v2", Params={"Bucket": BUCKET, "Prefix": "folder-"} | token, ExpiresIn=3600)
            connection.request("GET", url.partition(str(self.port))[2])
            page = connection.getresponse().read()
            found += page.count(b"<Key>")
            more = re.search(rb"<NextContinuationToken>([^<]+)</NextContinuationToken>", page)
            if more is None:
                break
            token = {"ContinuationToken": html.unescape(more.group(1).decode())}
        assert found == count, (self.name, found)
        connection.close()
        return time.perf_counter() - started

    def stop(self):
        self.process.terminate()
        self.process.wait()


def installed_peers():
    for name, program in PEERS.items():
        if program.exists():
            yield name
        else:
            print(f"{name} is not installed, hence not measured: {program}")


def write_alone(folder, body):
    """Seconds of writing a file and waiting for the disk: no durable PUT is faster."""
    started = time.perf_counter()
    with open(folder / "alone", "wb", buffering=0) as file:
        file.write(body)
        os.fdatasync(file.fileno())
    seconds = time.perf_counter() - started
    (folder / "alone").unlink()
    return seconds


def speed(seconds):
    return OBJECT_BYTES / statistics.median(seconds) / 1e6


def main():
    quick = goals.arguments(__doc__).quick
    rounds, count = (3, 1000) if quick else (9, 10_000)
    body = os.urandom(OBJECT_BYTES)
    back = bytearray(OBJECT_BYTES)
    with tempfile.TemporaryDirectory(prefix="s3-bench-", dir=ROOT / "build") as name, contextlib.ExitStack() as stack:
        servers = {}
        for kind in ["sagespark", *installed_peers()]:
            folder = pathlib.Path(name) / kind
            folder.mkdir()
            servers[kind] = Server(kind, folder)
            stack.callback(servers[kind].stop)
        times, alone = {kind: [] for kind in servers}, []
        for _ in range(rounds + 1):  # The first one warms up.
            alone.append(write_alone(pathlib.Path(name), body))
            for kind, server in servers.items():
                times[kind].append(server.transfer(body, back))
        for index, operation in enumerate(("PUT", "GET")):
            ours = speed([pair[index] for pair in times["sagespark"][1:]])
            peers = {kind: speed([pair[index] for pair in pairs[1:]]) for kind, pairs in times.items() if kind != "sagespark"}
            limits = [f"writing and fdatasync alone {speed(alone[1:]):.0f} MB/s"] if operation == "PUT" else []
            peer = ", ".join(limits + [f"{kind} {value:.0f} MB/s (ours {ours / value:.1f} times)" for kind, value in peers.items()])
            goals.check(f"{operation} of a 64 MiB object", ours, ours=f"{ours:.0f} MB/s", peer=peer, at_least=TRANSFER_LIMIT, unit=" MB/s")
        listed = {}
        for kind, server in servers.items():
            server.fill(count)
            try:
                listed[kind] = statistics.median(server.list_all(count) for _ in range(3))
            except AssertionError as wrong:
                if kind == "sagespark":
                    raise
                print(f"{kind} does not list all of its objects: {wrong}")
        ours = listed.pop("sagespark")
        goals.check(f"listing {count:,} objects, 1,000 a page", ours, ours=f"{ours:.2f} s",
                    peer=", ".join(f"{kind} {value:.2f} s (ours {value / ours:.1f} times as fast)" for kind, value in listed.items()),
                    at_most=LISTING_LIMIT, unit=" s")
    return goals.exit_status()


sys.exit(main())
