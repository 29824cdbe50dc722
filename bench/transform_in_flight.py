#!/usr/bin/env python3
"""Rows a second of a transform with several requests in flight to those of one request at a time.

The MNIST training rows (60,000, sparse, in memory) in 2 partitions, 500 rows a request, against an endpoint on this machine that
answers each request 100 ms after it has arrived, however many there are at a time.
"""
import http.server
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import goals
import mnist

GOAL = 6.0
LATENCY = 0.1  # Seconds.
ROWS_PER_REQUEST = 500
IN_FLIGHT = 16
PROGRAM = mnist.PROGRAMS / "transform_in_flight_bench"


class Endpoint(http.server.BaseHTTPRequestHandler):
    """Answers a line for each record of a RecordIO body."""
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        time.sleep(LATENCY)
        reply = b"1\n" * self.records(body)
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    @staticmethod
    def records(body):
        count = position = 0
        while position < len(body):  # A magic number and a length, then the record, padded to 4 bytes.
            length = int.from_bytes(body[position + 4 : position + 8], "little")
            position += 8 + (length + 3) // 4 * 4
            count += 1
        return count

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def measure(rows, url):
    """Seconds by the number of requests in flight, in one process."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")} | {
        "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": url, "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "secret"}
    output = subprocess.run([PROGRAM, rows, str(ROWS_PER_REQUEST), "1", str(IN_FLIGHT)], env=environment, check=True,
                            stdout=subprocess.PIPE, text=True).stdout
    runs = [json.loads(line) for line in output.splitlines()]
    assert all(run["rows"] == 60_000 for run in runs), runs
    return [run["seconds"] for run in runs]


def main():
    rounds = 1 if goals.arguments(__doc__).quick else 3
    with Server(("127.0.0.1", 0), Endpoint) as server, tempfile.TemporaryDirectory() as folder:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        subprocess.run([mnist.BIN / "sagespark", "data", "mnist", "--from", mnist.DATA, "--to", folder], check=True,
                       stdout=subprocess.DEVNULL)
        url = f"http://127.0.0.1:{server.server_address[1]}"
        one, several = (statistics.median(column) for column in zip(*(measure(f"{folder}/train", url) for _ in range(rounds))))
        server.shutdown()
    goals.check(f"transform, {IN_FLIGHT} requests in flight", one / several, ours=f"{60_000 / several:,.0f} rows/s",
                peer=f"{60_000 / one:,.0f} rows/s one at a time", at_least=GOAL)
    return goals.exit_status()


sys.exit(main())
