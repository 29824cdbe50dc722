"""A proxy on loopback that passes HTTP requests on, and harms those that it is told to."""
import http.client
import http.server
import socket
import struct
import threading
import urllib.parse


class FaultProxy:
    """`fault(request)` decides on each request: None passes it on; an int is answered at once as a status; "cut" resets the connection
    before the request arrives at the server; "lose" does so after it was served; a function takes (status, headers, body) of
    the server's reply and returns what is answered. `requests` are all seen, in order, as (method, path, fault)."""

    def __init__(self, target, fault):
        self.target = urllib.parse.urlsplit(target)
        self.fault = fault
        self.requests = []
        self.lock = threading.Lock()
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # Head and body in one packet.
            disable_nagle_algorithm = True

            def handle_one(self):
                proxy.handle(self)

            do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = handle_one

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_):
                pass  # A client that went away.

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def faults(self):
        return [request for request in self.requests if request[2] is not None]

    def handle(self, handler):
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        with self.lock:
            fault = self.fault(handler)
            self.requests.append((handler.command, handler.path, fault))
        if fault == "cut":
            return self.reset(handler)
        if isinstance(fault, int):
            return self.answer(handler, fault, [("Content-Type", "application/json")], b'{"message":"injected"}')
        reply = self.forward(handler, body)
        if fault == "lose":
            return self.reset(handler)
        self.answer(handler, *(fault(*reply) if callable(fault) else reply))

    def forward(self, handler, body):
        connection = http.client.HTTPConnection(self.target.hostname, self.target.port, timeout=120)
        try:
            connection.putrequest(handler.command, handler.path, skip_host=True, skip_accept_encoding=True)
            for name, value in handler.headers.items():
                if name.lower() not in ("connection", "expect"):
                    connection.putheader(name, value)
            connection.endheaders(body)
            reply = connection.getresponse()
            return reply.status, reply.getheaders(), reply.read()
        finally:
            connection.close()

    @staticmethod
    def answer(handler, status, headers, body):
        handler.send_response_only(status)
        is_head = handler.command == "HEAD"
        for name, value in headers:
            if name.lower() not in ("connection", "transfer-encoding") and (is_head or name.lower() != "content-length"):
                handler.send_header(name, value)
        if not is_head and status != 204:
            handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        if not is_head:
            handler.wfile.write(body)
        handler.wfile.flush()

    @staticmethod
    def reset(handler):
        handler.close_connection = True
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        handler.connection.close()


def every(period, matches, *faults):
    """A fault for each `period`-th request that `matches(request)`, the given ones in turn."""
    counts = {"seen": 0, "harmed": 0}

    def decide(request):
        if not matches(request):
            return None
        counts["seen"] += 1
        if counts["seen"] % period:
            return None
        counts["harmed"] += 1
        return faults[(counts["harmed"] - 1) % len(faults)]

    return decide


def every_new(period, matches, fault):
    """A fault for each `period`-th path that `matches(request)`, at its first request only: its retries pass."""
    paths = set()

    def decide(request):
        if not matches(request) or request.path in paths:
            return None
        paths.add(request.path)
        return fault if len(paths) % period == 0 else None

    return decide


def is_invocation(request):
    return request.path.endswith("/invocations")


def is_operation(*names):
    """Of SageMaker."""
    return lambda request: request.headers.get("X-Amz-Target", "").split(".")[-1] in names


def once(matches, fault):
    """For the first request that matches only."""
    left = [fault]

    def decide(request):
        return left.pop() if left and matches(request) else None

    return decide
