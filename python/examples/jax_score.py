"""A guidance of one's own in JAX, judged by the exact answer. Needs jax.

Run `python jax_score.py`: the score is the gradient of a log density that JAX differentiates, sharpened towards the class, and the
table of `scorelab.compare` says what it does.
"""

import jax
import jax.numpy as jnp
import numpy as np
import scorelab as sl

jax.config.update("jax_enable_x64", True)
SCENE, LABEL, GAMMA = sl.Scene("three"), 0, 2.0


def log_density(mixture: sl.Mixture):
    """log p_t(x) of one point, as a function that JAX can differentiate."""
    weights, means, covs = (jnp.asarray(a) for a in (mixture.weights, mixture.means, mixture.covs))

    def log_p(x, alpha, sigma):
        c = alpha**2 * covs + sigma**2 * jnp.eye(len(x))
        off = x - alpha * means
        square = jnp.einsum("ki,kij,kj->k", off, jnp.linalg.inv(c), off)
        log_det = jnp.linalg.slogdet(2 * jnp.pi * c)[1]
        return jax.scipy.special.logsumexp(jnp.log(weights) - 0.5 * (square + log_det))

    return log_p


def main() -> None:
    p, p_c = log_density(SCENE.mixture), log_density(SCENE.given(LABEL))

    def target(x, alpha, sigma):  # less guidance where the noise is high
        gamma = 1 + (GAMMA - 1) / (1 + (sigma / alpha) ** 2)
        return (1 - gamma) * p(x, alpha, sigma) + gamma * p_c(x, alpha, sigma)

    gradient = jax.jit(jax.vmap(jax.grad(target), in_axes=(0, None, None)))

    def score(x, alpha, sigma):
        return np.asarray(gradient(x, alpha, sigma))

    exact = jax.vmap(jax.grad(p), in_axes=(0, None, None))
    x = np.random.default_rng(0).normal(size=(100, 2))
    assert np.allclose(exact(x, 0.6, 0.8), SCENE.mixture.score(x, 0.6, 0.8), atol=1e-10)
    print(sl.compare({"jax": score}, gamma=GAMMA, scene=SCENE, label=LABEL))


if __name__ == "__main__":
    main()
