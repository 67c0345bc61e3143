"""The networks' workloads in PyTorch, only used where it is installed.

Variants of training: `eager` as most code does it, `fused` with fused updates, `compile` with the loss compiled too. Of
sampling: `eager` or `compile`, and the points in a batch. W9 differentiates twice, which `compile` cannot.
"""

import rounds  # first, before a library counts the cores

import math

import torch
from torch import nn
from torch.nn import functional

torch.set_num_threads(rounds.THREADS)
torch.manual_seed(0)
WAY, _, SIZE = rounds.VARIANT.partition("-")


def level(t):
    return torch.cos(0.5 * math.pi * t), torch.sin(0.5 * math.pi * t)


def waves(t, count):
    """Sines and cosines of t at frequencies geometric from 1 to 1000."""
    angles = t[:, None] * torch.logspace(0, 3, count // 2)
    return torch.cat([angles.sin(), angles.cos()], 1)


def stack(sizes):
    layers = []
    for inputs, outputs in zip(sizes, sizes[1:]):
        layers += [nn.Linear(inputs, outputs), nn.SiLU()]
    return nn.Sequential(*layers[:-1])


class Plane(nn.Module):
    def __init__(self):
        super().__init__()
        self.labels, self.layers = nn.Embedding(9, 16), stack([50, 128, 128, 128, 128, 2])

    def forward(self, x, t, y):
        return self.layers(torch.cat([x, waves(t, 32), self.labels(y)], 1))


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = stack([34, 128, 128, 128, 8])

    def forward(self, x, t):
        return self.layers(torch.cat([x, waves(t, 32)], 1))


class Digits(nn.Module):
    def __init__(self):
        super().__init__()
        self.labels, self.time, self.first = nn.Embedding(11, 512), nn.Linear(64, 512), nn.Linear(784, 512)
        self.rest = stack([512, 512, 512, 784])

    def forward(self, x, t, y):
        return self.rest(functional.silu(self.first(x) + self.time(waves(t, 64)) + self.labels(y)))


def compiled(f):
    return torch.compile(f) if WAY == "compile" else f


def denoising(net, batch, null):
    """The loss of a step, which draws its batch."""

    def loss(x, y):
        t, eps = torch.rand(len(x)), torch.randn_like(x)
        alpha, sigma = level(t)
        y = torch.where(torch.rand(len(x)) < 0.1, torch.full_like(y, null), y)
        return functional.mse_loss(net(alpha[:, None] * x + sigma[:, None] * eps, t, y), eps)

    loss = compiled(loss)
    return lambda: loss(*batch())


def explicit(net):
    """The same where the answer is a gradient, to hit the exact score of N(0, 0.3²)."""

    def loss():
        sigma = (1.5 * torch.randn(4096, 1) - 2.3).exp()
        scale, own = (0.25 + sigma**2).sqrt(), 0.09 + sigma**2
        x = own.sqrt() * torch.randn(4096, 2)
        seen = (x / scale).requires_grad_(True)
        f = net(torch.cat([seen, waves(sigma[:, 0].log(), 16)], 1))
        (answer,) = torch.autograd.grad(f.sum(), seen, create_graph=True)
        score = (answer * 0.5 * sigma / scale - x * sigma**2 / scale**2) / sigma**2
        return (sigma * (score + x / own)).square().mean()

    return loss


def train(net, loss):
    weights = list(net.parameters())
    averages = [p.detach().clone() for p in weights]
    adam = torch.optim.Adam(weights, lr=1e-3, fused=WAY != "eager" or None)

    def once():
        adam.zero_grad(set_to_none=True)
        loss().backward()
        adam.step()
        with torch.no_grad():
            if WAY == "eager":
                for average, weight in zip(averages, weights):
                    average.lerp_(weight, 0.001)
            else:
                torch._foreach_lerp_(averages, [p.detach() for p in weights], 0.001)

    for _ in range(20):
        once()
    rounds.run(once, 1)


def walk(eps_of, shape, times, slices):
    def once():
        for _ in range(slices):
            x = torch.randn(shape)
            for t, to in zip(times, times[1:]):
                eps = eps_of(x, t)
                with torch.no_grad():
                    (alpha, sigma), (to_alpha, to_sigma) = level(t), level(to)
                    x = to_alpha * ((x - sigma * eps) / alpha).clamp(-3, 3) + to_sigma * eps

    rounds.run(once, shape[0] * slices * (len(times) - 1))


def free(net, y, null):
    both = torch.cat([y, torch.full_like(y, null)])

    @torch.inference_mode()
    def eps(x, t):
        given, without = net(torch.cat([x, x]), t.expand(len(both)), both).chunk(2)
        return without + 3.0 * (given - without)

    return eps


def steered(net, classify, y):
    null = torch.full_like(y, 8)

    def eps(x, t):
        rows = t.expand(len(y))
        with torch.no_grad():
            plain = net(x, rows, null)
        x = x.detach().requires_grad_(True)
        logs = functional.log_softmax(classify(x, rows), 1).gather(1, y[:, None])
        (gradient,) = torch.autograd.grad(logs.sum(), x)
        return plain - 3.0 * level(t)[1] * gradient

    return eps


if rounds.WORKLOAD == "W1":
    turn = torch.arange(8) * (math.pi / 4)
    modes = torch.stack([turn.cos(), turn.sin()], 1)

    def batch():
        y = torch.randint(0, 8, (512,))
        return modes[y] + 0.1 * torch.randn(512, 2), y

    net = Plane()
    train(net, denoising(net, batch, 8))
elif rounds.WORKLOAD in ("W3", "W4"):
    size = int(SIZE)
    net, y = compiled(Plane().eval()), torch.arange(size) % 8
    eps = free(net, y, 8) if rounds.WORKLOAD == "W3" else steered(net, compiled(Classifier().eval()), y)
    walk(eps, (size, 2), torch.linspace(0.999, 0.001, 257)[:17], 16384 // size)
elif rounds.WORKLOAD == "W5-training":
    images, labels = torch.rand(4096, 784) * 2 - 1, torch.randint(0, 10, (4096,))

    def batch():
        rows = torch.randint(0, 4096, (256,))
        return images[rows], labels[rows]

    net = Digits()
    train(net, denoising(net, batch, 10))
elif rounds.WORKLOAD == "W5-sampling":
    eps = free(compiled(Digits().eval()), torch.arange(256) % 10, 10)
    walk(eps, (256, 784), torch.linspace(0.999, 0.001, 101)[:11], 1)
elif rounds.WORKLOAD == "W8-training":
    from transformer_torch import Transformer

    images = 0.5 * torch.randn(2048, 784)

    def batch():
        rows = torch.randint(0, 2048, (128,))
        return images[rows], rows % 60

    net = Transformer()
    train(net, denoising(net, batch, 60))
elif rounds.WORKLOAD == "W8-sampling":
    from transformer_torch import Transformer

    eps = free(compiled(Transformer().eval()), torch.full((64,), 33), 60)
    walk(eps, (64, 784), torch.linspace(0.999, 0.001, 101)[:11], 1)
elif rounds.WORKLOAD == "W9":
    net = stack([18, 64, 64, 64, 64, 64, 1])
    train(net, explicit(net))
