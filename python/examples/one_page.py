"""The lecture on one page, with NumPy alone: a mixture, two networks, two ways to guide, and one table.

`python one_page.py`. Expect the wanted class in 99 % of the samples at gamma = 1 and 2 and in a third at gamma = 0, exact or learned;
the run checks it. The same lecture as `experiments/one_page.rs`, with arrays for its loops.
"""

import numpy as np

rng = np.random.default_rng(1)

# the data: K round modes, a class each; p_t has the same means and the variance S² + sigma² (here alpha = 1)
K, S = 3, 0.5
MEANS = np.array([[0.0, 2.0], [-1.732051, -1.0], [1.732051, -1.0]])
SIGMA_DATA = 1.5  # √(2²/2 + S²), the root mean square of a coordinate
CLASS, NULL = 0, K  # y, the class to steer to, and ∅, the label that says nothing
WIDTH, BATCH, STEPS = 32, 128, 40


def examples():
    """x_0 with its class, x_t = x_0 + sigma * eps and sigma, one from each part of the batch of a logistic ln sigma."""
    y = rng.integers(K, size=BATCH)
    x0 = MEANS[y] + S * rng.normal(size=(BATCH, 2))
    u = ((np.arange(BATCH) + rng.random(BATCH)) / BATCH).clip(1e-6, 1 - 1e-6)
    sigma = np.exp(-0.4 + np.log(u / (1 - u)))[:, None]
    return x0, y, x0 + sigma * rng.normal(size=(BATCH, 2)), sigma


def softmax(f):
    p = np.exp(f - f.max(axis=1, keepdims=True))
    return p / p.sum(axis=1, keepdims=True)


def exact(x, sigma, label=None):
    """Σ_k r_k (mu_k - x) / (S² + sigma²), r_k ∝ exp(-|x - mu_k|² / 2(S² + sigma²)), over all classes or one."""
    v = S**2 + sigma**2
    off = MEANS - x[:, None]  # (n, K, 2)
    r = softmax(-(off**2).sum(axis=2) / (2 * v)) if label is None else np.eye(K)[[label] * len(x)]
    return np.einsum("nk,nkd->nd", r, off) / v


class Net:
    """Inputs, two hidden layers with SiLU, outputs; each layer sees a 1 behind its inputs."""

    def __init__(self, outputs):
        sizes = [2 + 7 + K + 2, WIDTH + 1, WIDTH + 1, outputs]
        self.w = [rng.normal(size=(n, m - (m == WIDTH + 1))) / n**0.5 for n, m in zip(sizes, sizes[1:])]
        self.w[2] /= sizes[2]
        self.m, self.v = ([np.zeros_like(w) for w in self.w] for _ in range(2))

    def forward(self, x, sigma, label):
        """F(x), of c_in * x, the noise level and the label; every layer is kept for `backward`."""
        sigma, label = np.broadcast_to(sigma, (len(x), 1)), np.broadcast_to(label, len(x))
        t = 0.5 * np.log(sigma)
        waves = [wave(k * t) for k in (1, 2, 3) for wave in (np.sin, np.cos)]
        h = np.hstack([x / np.hypot(SIGMA_DATA, sigma), t, *waves, np.eye(K + 1)[label]])
        self.h, self.pre = [], []
        for w in self.w:
            self.h.append(np.hstack([h, np.ones((len(x), 1))]))
            self.pre.append(self.h[-1] @ w)
            h = self.pre[-1] / (1 + np.exp(-self.pre[-1]))
        return self.pre[-1]

    def backward(self, d):
        """The gradients by the weights, given dL/dF, and dL/dx without the factor c_in."""
        grads: list[np.ndarray] = []
        for layer in (2, 1, 0):
            if layer < 2:
                s = 1 / (1 + np.exp(-self.pre[layer]))
                d = d[:, :-1] * s * (1 + self.pre[layer] * (1 - s))  # SiLU'
            grads.insert(0, self.h[layer].T @ d)
            d = d @ self.w[layer].T
        return grads, d[:, :2]

    def train(self, steps, d_of):
        """Adam; `d_of` draws examples, runs the network on them and answers dL/dF of each."""
        for step in range(steps):
            rate = 2e-2 * 0.5 * (1 + np.cos(np.pi * step / steps))
            grads, _ = self.backward(d_of(self) / BATCH)
            for w, m, v, g in zip(self.w, self.m, self.v, grads):
                m += 0.1 * (g - m)
                v += 0.01 * (g * g - v)
                w -= rate * m / (1 - 0.9 ** (step + 1)) / (np.sqrt(v / (1 - 0.99 ** (step + 1))) + 1e-8)
        return self


def skip_and_out(sigma):
    """c_skip and c_out of Karras et al. 2022: D = c_skip * x + c_out * F."""
    v = SIGMA_DATA**2 + sigma**2
    return SIGMA_DATA**2 / v, sigma * SIGMA_DATA / np.sqrt(v)


def denoising(net):
    """Denoising score matching, one network for every label and for none: a label is dropped three times in ten."""
    x0, y, x, sigma = examples()
    skip, out = skip_and_out(sigma)
    label = np.where(rng.random(BATCH) < 0.3, NULL, y)
    return net.forward(x, sigma, label) - (x0 - skip * x) / out


def learned(net, x, sigma, label):
    """s(x, y) = (D - x) / sigma² of the joint network; of `NULL` it is the unconditional score."""
    skip, out = skip_and_out(sigma)
    return (skip * x + out * net.forward(x, sigma, label) - x) / sigma**2


def towards(y, f, sigma):
    """d log p(y | x)/dF, p = softmax(g * F), where g is the slope of the log-odds of two Gaussian classes of width S."""
    g = SIGMA_DATA * np.hypot(SIGMA_DATA, sigma) / (S**2 + sigma**2)
    return g * (np.eye(K)[y] - softmax(g * f))


def cross_entropy(net):
    """The noisy classifier, on noised data."""
    _, y, x, sigma = examples()
    return -towards(y, net.forward(x, sigma, NULL), sigma)


def likelihood(net, x, sigma):
    """The gradient of log p(y | x_t) of the classifier."""
    _, d = net.backward(towards([CLASS] * len(x), net.forward(x, sigma, NULL), sigma))
    return d / np.hypot(SIGMA_DATA, sigma)


def sample(n, score):
    """DDIM down the levels of Karras et al. 2022, from x = sigma_max * z: dx/dsigma = -sigma * s(x, sigma)."""
    high, low = 80 ** (1 / 7), 0.002 ** (1 / 7)
    sigmas = (high + np.arange(STEPS + 1) / STEPS * (low - high)) ** 7
    x = 80 * np.random.default_rng(8).normal(size=(n, 2))  # the same noise for every row of the table
    for here, there in zip(sigmas, sigmas[1:]):
        x = x + (here - there) * here * score(x, here)
    return x


def shares(x):
    """In per cent: on the mode of the class (within 3.5 S), on another, past the class as seen from 0, elsewhere."""
    on = np.linalg.norm(x[:, None] - MEANS, axis=2) <= 3.5 * S  # (n, K)
    past = (x - MEANS[CLASS]) @ MEANS[CLASS] > 0
    found = np.select([on[:, CLASS], on.any(axis=1), past], [0, 1, 2], 3)
    return [100 * (found == k).mean() for k in range(4)]


def main(n=2000):
    net, judge = Net(2).train(3200, denoising), Net(K).train(1400, cross_entropy)
    print("score                        γ  target %  other %  overshoot %  hybrid %")
    for gamma in (0.0, 1.0, 2.0):
        rows = {
            "exact": lambda x, s: exact(x, s) + gamma * (exact(x, s, CLASS) - exact(x, s)),
            "classifier guidance": lambda x, s: learned(net, x, s, NULL) + gamma * likelihood(judge, x, s),
            "classifier-free guidance": lambda x, s: (1 - gamma) * learned(net, x, s, NULL) + gamma * learned(net, x, s, CLASS),
        }
        for name, score in rows.items():
            target, other, past, hybrid = shares(sample(n, score))
            print(f"{name:<26}{gamma:>4.0f}{target:>10.1f}{other:>9.1f}{past:>13.1f}{hybrid:>10.1f}")
            assert abs(target - 33.3) < 5 if gamma == 0 else target > 97, "a share is not what the lecture says"


if __name__ == "__main__":
    main()
