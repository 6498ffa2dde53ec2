"""numpy as the notebooks use it, in f32: products by its BLAS, everything else by whole-array operations in place.

The models of a sweep are one stack of arrays (numpy.matmul over the first axis).
"""

import numpy as np
from protocol import serve


class Training:
    def __init__(self, problem):
        self.problem = problem
        self.random = np.random.Generator(np.random.SFC64(0))
        column = (slice(None), None, None) if problem.lead else ()
        self.keep = problem.keep[column] if problem.lead else problem.keep[0]
        self.l2 = (problem.l2[column] if problem.lead else problem.l2[0]) / np.float32(problem.rows)
        self.reset()

    def reset(self):
        self.params = [array.copy() for layer in self.problem.start for array in layer]
        self.first = [np.zeros_like(array) for array in self.params]
        self.second = [np.zeros_like(array) for array in self.params]
        self.done = 0

    def step(self, count):
        for _ in range(count):
            self.update(self.gradients())
            self.done += 1

    def gradients(self):
        problem, params = self.problem, self.params
        rows = problem.batch_rows(self.done)
        layers = len(problem.widths) - 1
        inputs, masks = [problem.x[rows]], []
        for l in range(layers):
            z = np.matmul(inputs[l], params[2 * l])
            z += params[2 * l + 1]
            if l < layers - 1:
                np.maximum(z, 0, out=z)
                if problem.dropout:
                    mask = self.random.random(z.shape, dtype=np.float32) < self.keep
                    scale = mask / self.keep
                    z *= scale
                    masks.append(scale)
            inputs.append(z)
        d = self.loss_gradient(inputs.pop(), problem.y[rows])
        gradients = [None] * (2 * layers)
        for l in reversed(range(layers)):
            gradients[2 * l] = np.matmul(np.swapaxes(inputs[l], -1, -2), d)
            gradients[2 * l] += self.l2 * params[2 * l]
            gradients[2 * l + 1] = d.sum(axis=-2, keepdims=bool(problem.lead))
            if l > 0:
                below = inputs[l]
                d = np.matmul(d, np.swapaxes(params[2 * l], -1, -2))
                d *= below > 0
                if problem.dropout:
                    d *= masks[l - 1]
        return gradients

    def loss_gradient(self, z, y):
        if self.problem.loss == "sigmoidCrossEntropy":
            np.negative(z, out=z)
            np.exp(z, out=z)
            z += 1
            np.reciprocal(z, out=z)
        else:
            z -= z.max(axis=-1, keepdims=True)
            np.exp(z, out=z)
            z /= z.sum(axis=-1, keepdims=True)
        z -= y
        z *= np.float32(1 / self.problem.batch)
        return z

    def update(self, gradients):
        optimizer = self.problem.optimizer
        rate, name = optimizer["learningRate"], optimizer["name"]
        if name == "adam":
            beta1, beta2, epsilon = optimizer["beta1"], optimizer["beta2"], optimizer["epsilon"]
            scale1 = 1 / (1 - beta1 ** (self.done + 1))
            scale2 = 1 / (1 - beta2 ** (self.done + 1))
        for i, g in enumerate(gradients):
            if name == "sgd":
                g *= rate
                self.params[i] -= g
                continue
            beta = optimizer["beta"] if name == "momentum" else beta1
            v = self.first[i]
            v *= beta
            if name == "momentum":
                g *= 1 - beta
                v += g
                np.multiply(v, rate, out=g)
                self.params[i] -= g
                continue
            s = self.second[i]
            s *= beta2
            s += (1 - beta2) * (g * g)
            g *= 1 - beta1
            v += g
            deviation = np.sqrt(s * scale2)
            deviation += epsilon
            self.params[i] -= (rate * scale1) * v / deviation

    def weights(self):
        return list(zip(self.params[0::2], self.params[1::2]))


class Product:
    def __init__(self, problem):
        self.problem = problem
        self.out = np.empty((problem.size, problem.size), dtype=np.float32)

    def reset(self):
        pass

    def step(self, count):
        for _ in range(count):
            np.matmul(self.problem.a, self.problem.b, out=self.out)

    def result(self):
        return self.out


class Numpy:
    def open(self):
        pass

    train = Training
    multiply = Product


np.seterr(over="ignore")
serve({f"numpy {np.__version__}": Numpy()})
