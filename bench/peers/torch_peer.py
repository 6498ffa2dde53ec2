"""PyTorch on the same card (CUDA, else the CPU) in four ways: eager, torch.compile, CUDA graphs, and vmap for the sweep.

Written for PyTorch 2.3 or newer. It has not been run where this repository's results were measured, since no card was at hand:
the benchmark verifies every answer against the f64 reference before it times anything, here as for every peer.
TF32 stays off: everything else is f32 too.
"""

import numpy as np
import torch
from protocol import serve
from torch.func import grad, vmap
from torch.nn import functional as F

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
CUDA = DEVICE == "cuda"
torch.backends.cuda.matmul.allow_tf32 = False
torch.backends.cudnn.allow_tf32 = False


def finish():
    if CUDA:
        torch.cuda.synchronize()


def on_device(array):
    return torch.tensor(np.array(array), device=DEVICE)


class Training:
    """One training step as plain tensor functions over a list of parameters, updated in place."""

    def __init__(self, problem):
        self.problem = problem
        self.x = [on_device(problem.x[problem.batch_rows(k)]) for k in range(problem.batches)]
        self.y = [on_device(problem.y[problem.batch_rows(k)]) for k in range(problem.batches)]
        self.start = [on_device(array) for layer in problem.start for array in layer]
        self.l2, self.keep = on_device(problem.l2), on_device(problem.keep)
        if not problem.lead:
            self.l2, self.keep = self.l2[0], self.keep[0]
        self.params = [value.clone() for value in self.start]
        self.first = [torch.zeros_like(value) for value in self.start]
        self.second = [torch.zeros_like(value) for value in self.start]
        self.count = torch.zeros((), device=DEVICE)
        # The batch of this step, in a place that a graph can name.
        self.x_now, self.y_now = self.x[0].clone(), self.y[0].clone()
        self.done = 0
        self.one_step = self.prepare(self.plain_step)

    def prepare(self, step):
        return step

    def objective(self, params, l2, keep, x, y):
        """Of one model: params (fan_in, fan_out) and (fan_out) in turn."""
        h, layers, squares = x, len(params) // 2, 0
        for l in range(layers):
            w, b = params[2 * l], params[2 * l + 1].reshape(-1)
            squares = squares + (w * w).sum()
            h = torch.addmm(b, h, w)
            if l == layers - 1:
                break
            h = torch.relu(h)
            if self.problem.dropout:
                mask = torch.rand_like(h) < keep
                h = h * mask / keep
        if self.problem.loss == "sigmoidCrossEntropy":
            loss = F.binary_cross_entropy_with_logits(h, y, reduction="sum")
        else:
            loss = -(F.log_softmax(h, dim=-1) * y).sum()
        return loss / self.problem.batch + l2 / (2 * self.problem.rows) * squares

    def gradients(self):
        problem = self.problem
        if problem.lead:
            by_model = vmap(grad(self.objective), in_dims=(0, 0, 0, None, None), randomness="different")
            return by_model(self.params, self.l2, self.keep, self.x_now, self.y_now)
        leaves = [value.detach().requires_grad_() for value in self.params]
        return torch.autograd.grad(self.objective(leaves, self.l2, self.keep, self.x_now, self.y_now), leaves)

    def plain_step(self):
        gradients = [g.detach() for g in self.gradients()]
        optimizer = self.problem.optimizer
        rate, name = optimizer["learningRate"], optimizer["name"]
        with torch.no_grad():
            if name == "sgd":
                torch._foreach_add_(self.params, gradients, alpha=-rate)
                return
            beta = optimizer["beta"] if name == "momentum" else optimizer["beta1"]
            torch._foreach_mul_(self.first, beta)
            torch._foreach_add_(self.first, gradients, alpha=1 - beta)
            if name == "momentum":
                torch._foreach_add_(self.params, self.first, alpha=-rate)
                return
            beta2 = optimizer["beta2"]
            self.count += 1
            torch._foreach_mul_(self.second, beta2)
            torch._foreach_addcmul_(self.second, gradients, gradients, value=1 - beta2)
            scale1, scale2 = 1 / (1 - beta**self.count), 1 / (1 - beta2**self.count)
            for p, v, s in zip(self.params, self.first, self.second):
                p.sub_(rate * scale1 * v / (torch.sqrt(s * scale2) + optimizer["epsilon"]))

    def step(self, count):
        for _ in range(count):
            k = self.done % self.problem.batches
            if self.problem.batches > 1:
                self.x_now.copy_(self.x[k])
                self.y_now.copy_(self.y[k])
            self.one_step()
            self.done += 1
        finish()

    def reset(self):
        for group, values in ((self.params, self.start), (self.first, None), (self.second, None)):
            for i, tensor in enumerate(group):
                tensor.copy_(values[i]) if values else tensor.zero_()
        self.count.zero_()
        self.x_now.copy_(self.x[0])
        self.y_now.copy_(self.y[0])
        self.done = 0
        finish()

    def weights(self):
        arrays = [value.cpu().numpy() for value in self.params]
        return list(zip(arrays[0::2], arrays[1::2]))


class Compiled(Training):
    def prepare(self, step):
        return torch.compile(step)

    def gradients(self):
        if self.problem.lead:
            return super().gradients()
        # The compiler follows torch.func.grad; torch.autograd.grad would break its graph.
        return grad(self.objective)(self.params, self.l2, self.keep, self.x_now, self.y_now)


class Graphed(Training):
    """The step captured once (after a warm-up on a side stream, as the documentation asks) and replayed."""

    def prepare(self, step):
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(3):
                step()
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            step()
        self.reset()
        return graph.replay


class Product:
    def __init__(self, problem):
        self.a, self.b = on_device(problem.a), on_device(problem.b)
        self.out = torch.empty_like(self.a)

    def reset(self):
        pass

    def step(self, count):
        for _ in range(count):
            torch.matmul(self.a, self.b, out=self.out)
        finish()

    def result(self):
        return self.out.cpu().numpy()


class Variant:
    def __init__(self, training, needs_cuda=False):
        self.train, self.multiply, self.needs_cuda = training, Product, needs_cuda

    def open(self):
        if self.needs_cuda and not CUDA:
            raise RuntimeError("CUDA graphs need a CUDA device, and PyTorch sees none")


version = f"torch {torch.__version__} {DEVICE}"
serve(
    {
        f"{version} eager": Variant(Training),
        f"{version} compile": Variant(Compiled),
        f"{version} graphs": Variant(Graphed, needs_cuda=True),
    }
)
