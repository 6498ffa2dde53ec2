"""The Python end of contenders/remote.ts: one JSON request per line on stdin, one JSON answer per line on stdout.

A peer file gives `variants`: name -> object with train(problem) and multiply(problem), each returning a job with
step(count), reset(), weights() or result(). Times are this process's own, around finished work.
"""

import base64
import json
import sys
import time

import numpy as np


def floats(text):
    return np.frombuffer(base64.b64decode(text), dtype=np.float32)


def text(values):
    return base64.b64encode(np.ascontiguousarray(values, dtype=np.float32).tobytes()).decode()


class Problem:
    """A training workload as arrays; weights are (models, fan_in, fan_out), without the first axis for one model."""

    def __init__(self, request):
        self.widths = request["widths"]
        self.rows, self.batch, self.batches = request["rows"], request["batch"], request["batches"]
        self.loss, self.optimizer = request["loss"], request["optimizer"]
        self.l2 = np.array(request["l2"], dtype=np.float32)
        self.keep = 1 - np.array(request["dropRate"], dtype=np.float32)
        self.models = len(self.l2)
        self.lead = (self.models,) if self.models > 1 else ()
        self.x = floats(request["x"]).reshape(self.rows, self.widths[0])
        self.y = self._targets(floats(request["y"]))
        self.start = [self._layer(l, layer) for l, layer in enumerate(request["start"])]

    def _targets(self, y):
        if self.loss == "sigmoidCrossEntropy":
            return y.reshape(self.rows, 1)
        return np.eye(self.widths[-1], dtype=np.float32)[y.astype(int)]

    def _layer(self, l, layer):
        fan_in, fan_out = self.widths[l], self.widths[l + 1]
        row = (1,) if self.lead else ()
        return (
            floats(layer["w"]).reshape(*self.lead, fan_in, fan_out),
            floats(layer["b"]).reshape(*self.lead, *row, fan_out),
        )

    @property
    def dropout(self):
        return bool((self.keep < 1).any())

    def batch_rows(self, step):
        first = (step % self.batches) * self.batch
        return slice(first, first + self.batch)


class MatmulProblem:
    def __init__(self, request):
        self.size = request["size"]
        self.a = floats(request["a"]).reshape(self.size, self.size)
        self.b = floats(request["b"]).reshape(self.size, self.size)


def serve(variants):
    jobs = {}

    def answer(request):
        ask = request["ask"]
        if ask == "hello":
            return {"variants": list(variants)}
        if ask == "open":
            variants[request["name"]].open()
            return {}
        if ask in ("train", "multiply"):
            problem = Problem(request) if ask == "train" else MatmulProblem(request)
            jobs[len(jobs)] = getattr(variants[request["name"]], ask)(problem)
            return {"job": len(jobs) - 1}
        job = jobs[request["job"]]
        if ask == "step":
            started = time.perf_counter()
            job.step(request["count"])
            return {"ms": 1000 * (time.perf_counter() - started)}
        if ask == "weights":
            return {"layers": [{"w": text(w), "b": text(b)} for w, b in job.weights()]}
        if ask == "result":
            return {"values": text(job.result())}
        if ask == "reset":
            job.reset()
        else:
            jobs[request["job"]] = None
        return {}

    for line in sys.stdin:
        try:
            reply = answer(json.loads(line))
        except Exception as error:  # the benchmark shows a broken peer with its reason
            reply = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), flush=True)
