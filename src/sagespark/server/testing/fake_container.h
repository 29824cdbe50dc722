#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "sagespark/server/jobs/container_images.h"

namespace sagespark::server::testing {

/// A container that serves, in Python. Its variable MODE says how it behaves: "echo" (by default), "error", "no ping", "exit" (at once),
/// "slow", "flaky" (503 to each body's first attempt), "stream" (answers the parts between commas as chunks; dies at "cut"), "garbage" (answers no
/// HTTP), "long" (answers as many bytes as the body says), "flood" and "flood without lines" (writes its output without end). "echo" appends its variable TAG. GET /execution-parameters is answered with PARAMETERS. A body "die" ends it, after "hang" it answers no ping any more, one
/// with "bad" is answered 400, "framing" with its Transfer-Encoding, "batch" with the SAGEMAKER_ variables of batch jobs; "pid" is answered with its process id, "model" with the model's file.
inline constexpr char kFakeContainer[] = R"py(
import http.server, os, pathlib, socketserver, sys, threading, time
mode, root = os.environ.get("MODE", "echo"), sys.argv[3]
seen = set()
hung = threading.Event()
print("starting in mode", mode, flush=True)
def flood():
    while True:
        os.write(1, b"x" * 65536 if mode == "flood without lines" else b"a line of the flood\n" * 3000)
if mode.startswith("flood"):
    threading.Thread(target=flood, daemon=True).start()
if mode == "exit":
    sys.exit(1)
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    def answer(self, status, body, kind="text/plain"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if "X-Amzn-SageMaker-Custom-Attributes" in self.headers:
            self.send_header("X-Amzn-SageMaker-Custom-Attributes", self.headers["X-Amzn-SageMaker-Custom-Attributes"])
        self.end_headers()
        self.wfile.write(body)
    def read_body(self):
        if "Content-Length" in self.headers:
            return self.rfile.read(int(self.headers["Content-Length"]))
        chunks = []
        while size := int(self.rfile.readline(), 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)
    def stream(self, body):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for part in body.split(b","):
            if part == b"cut":
                os._exit(3)
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
        self.wfile.write(b"0\r\n\r\n")
    def do_GET(self):
        if mode == "no ping" or hung.is_set():
            threading.Event().wait()
        self.answer(200, os.environ.get("PARAMETERS", "").encode() if self.path == "/execution-parameters" else b"")
    def do_POST(self):
        body = self.read_body()
        if body == b"die":
            os._exit(3)
        if body == b"hang":
            hung.set()
        if body == b"pid":
            return self.answer(200, str(os.getpid()).encode())
        if body == b"model":
            return self.answer(200, pathlib.Path(root, "model", "weights").read_bytes())
        if body == b"framing":
            return self.answer(200, self.headers.get("Transfer-Encoding", "whole").encode())
        if b"bad" in body:
            return self.answer(400, b"bad record")
        if body == b"batch":
            names = sorted(name for name in os.environ if name.startswith("SAGEMAKER_") and name != "SAGEMAKER_BIND_TO_PORT")
            return self.answer(200, "".join(f"{name}={os.environ[name]};" for name in names).encode())
        if mode == "flaky" and body not in seen:
            seen.add(body)
            return self.answer(503, b"not yet")
        if mode == "stream":
            return self.stream(body)
        if mode == "garbage":
            self.close_connection = True
            return self.wfile.write(b"\0\1\2 this is no HTTP" * 1000)
        if mode == "long":
            return self.answer(200, b"x" * int(body))
        if mode == "slow":
            threading.Event().wait()
        if mode == "error":
            return self.answer(500, b"no such luck")
        self.answer(200, body + os.environ.get("TAG", "").encode(), self.headers.get("Accept", "none") + ";was=" + self.headers.get("Content-Type", "none"))
    def log_message(self, *args):
        pass
class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
Server(("127.0.0.1", int(os.environ["SAGEMAKER_BIND_TO_PORT"])), Handler).serve_forever()
)py";

/// The fake as the program of an image; its script is put into `folder`.
inline ContainerProgram FakeContainer(const std::filesystem::path& folder) {
  const std::filesystem::path script = folder / "fake_container.py";
  std::ofstream(script) << kFakeContainer;
  return {.command = {"/usr/bin/python3", "-S", "-E", script.string()}};
}

}  // namespace sagespark::server::testing
