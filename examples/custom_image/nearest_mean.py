#!/usr/bin/env python3
"""A container image of one's own as a script: a nearest-mean classifier, in Python without any package.

    nearest_mean.py train     reads /opt/ml/input, writes /opt/ml/model
    nearest_mean.py serve     answers GET /ping and POST /invocations

Training data are text files of the channel "train", CSV with the label first or LibSVM by the channel's ContentType. A request is
text/csv or application/jsonlines (a list of numbers a line); an answer is one line a row, application/jsonlines or text/csv by Accept.
The hyperparameter "metric" is euclidean (the default) or manhattan.
"""
import http.server
import json
import os
import pathlib
import socketserver
import sys
import traceback

ML = pathlib.Path(os.environ.get("SAGESPARK_ML_ROOT", "/opt/ml"))


def distance(metric, left, right):
    if metric == "manhattan":
        return sum(abs(a - b) for a, b in zip(left, right))
    return sum((a - b) ** 2 for a, b in zip(left, right)) ** 0.5


def csv_row(line):
    label, *features = map(float, line.split(","))
    return label, dict(enumerate(features))


def libsvm_row(line):
    label, *pairs = line.split()
    return float(label), {int(index) - 1: float(value) for index, value in (pair.split(":") for pair in pairs)}


def train():
    config = ML / "input" / "config"
    hyperparameters = json.loads((config / "hyperparameters.json").read_text())
    content_type = json.loads((config / "inputdataconfig.json").read_text())["train"].get("ContentType", "text/csv")
    metric = hyperparameters.get("metric", "euclidean")
    if metric not in ("euclidean", "manhattan"):
        raise ValueError(f"ClientError: metric must be euclidean or manhattan: {metric}")
    parse = libsvm_row if "libsvm" in content_type else csv_row

    counts, sums = {}, {}
    for path in sorted((ML / "input" / "data" / "train").rglob("*")):
        if path.is_file():
            with path.open() as lines:
                for label, features in map(parse, filter(str.strip, lines)):
                    counts[label] = counts.get(label, 0) + 1
                    total = sums.setdefault(label, {})
                    for index, value in features.items():
                        total[index] = total.get(index, 0.0) + value
    if not counts:
        raise ValueError("ClientError: the channel train has no rows")
    dimension = 1 + max(index for total in sums.values() for index in total)
    means = {label: [total.get(index, 0.0) / counts[label] for index in range(dimension)] for label, total in sums.items()}
    (ML / "model" / "means.json").write_text(json.dumps({"metric": metric, "means": sorted(means.items())}))
    print(f"rows={sum(counts.values())}; classes={len(means)};", flush=True)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    model = None  # {"metric": ..., "means": [[label, mean], ...]}

    def answer(self, status, body="", content_type="text/plain"):
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        self.answer(200 if self.path == "/ping" else 404)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        content_type = self.headers.get("Content-Type", "text/csv").split(";")[0]
        if content_type not in ("text/csv", "application/jsonlines"):
            return self.answer(415, f"Content-Type is not offered: {content_type}")
        try:
            lines = filter(None, body.splitlines())
            rows = [json.loads(line) if "json" in content_type else [float(cell) for cell in line.split(",")] for line in lines]
            predictions = [self.predict(row) for row in rows]
        except ValueError as error:
            return self.answer(400, f"Bad row: {error}")
        if "csv" in self.headers.get("Accept", ""):
            return self.answer(200, "".join(f"{label},{far}\n" for label, far in predictions), "text/csv")
        lines = (json.dumps({"label": label, "distance": far}) + "\n" for label, far in predictions)
        self.answer(200, "".join(lines), "application/jsonlines")

    def predict(self, row):
        if len(row) != len(self.model["means"][0][1]):
            raise ValueError(f"{len(row)} numbers where the model has {len(self.model['means'][0][1])}")
        far, label = min((distance(self.model["metric"], row, mean), label) for label, mean in self.model["means"])
        return label, far

    def log_message(self, *_):
        pass


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True


def serve():
    Handler.model = json.loads((ML / "model" / "means.json").read_text())
    port = int(os.environ.get("SAGEMAKER_BIND_TO_PORT", "8080"))
    # In docker the port must be reached from outside the container; in the local cloud from this machine only.
    host = "127.0.0.1" if "SAGESPARK_ML_ROOT" in os.environ else "0.0.0.0"
    Server((host, port), Handler).serve_forever()


if __name__ == "__main__":
    try:
        {"train": train, "serve": serve}[sys.argv[1]]()
    except Exception as problem:
        traceback.print_exc()
        if sys.argv[1:] == ["train"]:
            (ML / "output" / "failure").write_text(str(problem))
        sys.exit(1)
