"""An image of one's own for tests of hosting: `python3 echo_container.py serve` answers what the body says.

"status CODE TEXT" is answered so, "pid" with the process id, "stream A,B" with chunks, "hold" when a later request says "release"; all else
with the body and the variable TAG behind it. The headers Content-Type, Accept and those of SageMaker come back as X-Seen-NAME, and
custom attributes as the container's own. "meet SECONDS" is answered "together" when another such request is there within that time, else "alone".
"""
import http.server
import os
import sys
import threading

RELEASED = threading.Event()


class Meeting:
    """Of requests that wait for one another."""

    def __init__(self):
        self.changed = threading.Condition()
        self.present = []

    def wait(self, seconds):
        me = {"met": False}
        with self.changed:
            self.present.append(me)
            if len(self.present) > 1:
                for guest in self.present:
                    guest["met"] = True
                self.changed.notify_all()
            self.changed.wait_for(lambda: me["met"], seconds)
            self.present.remove(me)
        return me["met"]


MEETING = Meeting()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def answer(self, status, body, length=True):
        self.send_response(status)
        self.send_header("Content-Type", os.environ.get("CONTENT_TYPE", "text/plain"))
        self.send_header(*(("Content-Length", str(len(body))) if length else ("Transfer-Encoding", "chunked")))
        seen = {name: value for name, value in self.headers.items() if name in ("Content-Type", "Accept") or "sagemaker" in name.lower()}
        self.send_header("X-Amzn-SageMaker-Custom-Attributes", ";".join(f"{name}={value}" for name, value in sorted(seen.items())))
        self.end_headers()
        if length:
            self.wfile.write(body)

    def do_GET(self):
        self.answer(200, b"")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        word, _, rest = body.partition(b" ")
        if word == b"status":
            code, _, text = rest.partition(b" ")
            self.answer(int(code), text)
        elif body == b"pid":
            self.answer(200, b"%d" % os.getpid())
        elif word == b"stream":
            self.answer(200, b"", length=False)
            for part in rest.split(b","):
                if part == b"die":
                    os._exit(3)
                self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
            self.wfile.write(b"0\r\n\r\n")
        elif word == b"meet":
            self.answer(200, b"together" if MEETING.wait(float(rest)) else b"alone")
        elif body == b"hold":
            print("holding", flush=True)
            RELEASED.wait()
            self.answer(200, b"held")
        elif body == b"release":
            RELEASED.set()
            self.answer(200, b"released")
        else:
            self.answer(200, body + os.environ.get("TAG", "").encode())

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128


if __name__ == "__main__":
    if os.environ.get("BROKEN"):
        sys.exit("broken on purpose")
    Server(("127.0.0.1", int(os.environ["SAGEMAKER_BIND_TO_PORT"])), Handler).serve_forever()
