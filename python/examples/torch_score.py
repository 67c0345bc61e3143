"""A score network trained in PyTorch, judged by the exact answer. Needs torch.

Run `python torch_score.py`: it trains for a few seconds and prints the table of `scorelab.compare`, in which `torch` should be near
`conditional`, and the network's error against the exact score.
"""

import math

import scorelab as sl
import torch

SCENE, LABEL = sl.Scene("three"), 0


class Net(torch.nn.Module):
    """D(x; sigma) = c_skip * x + c_out * F(c_in * x, ln sigma), Karras et al. 2022."""

    def __init__(self, sigma_data: float) -> None:
        super().__init__()
        self.sigma_data = sigma_data
        widths = [3, 64, 64, 2]
        layers = [m for a, b in zip(widths, widths[1:]) for m in (torch.nn.Linear(a, b), torch.nn.SiLU())]
        self.f = torch.nn.Sequential(*layers[:-1])

    def forward(self, x: torch.Tensor, sigma: torch.Tensor) -> torch.Tensor:
        v = self.sigma_data**2 + sigma**2
        seen = torch.cat([x / v.sqrt(), sigma.log() / 4], dim=1)
        return self.sigma_data**2 / v * x + sigma * self.sigma_data / v.sqrt() * self.f(seen)


def train(data: torch.Tensor, steps: int = 3000, batch: int = 256) -> Net:
    torch.manual_seed(0)
    net = Net(data.square().mean().sqrt().item())
    adam = torch.optim.Adam(net.parameters(), 3e-3)
    fall = torch.optim.lr_scheduler.CosineAnnealingLR(adam, steps)
    for _ in range(steps):
        x0 = data[torch.randint(len(data), (batch,))]
        sigma = torch.exp(-0.5 + torch.logit(torch.rand(batch, 1), 1e-6))
        weight = (sigma**2 + net.sigma_data**2) / (sigma * net.sigma_data) ** 2
        loss = (weight * (net(x0 + sigma * torch.randn_like(x0), sigma) - x0) ** 2).mean()
        adam.zero_grad()
        loss.backward()
        adam.step()
        fall.step()
    return net


def main() -> None:
    exact = SCENE.given(LABEL)
    x, _ = exact.sample(20_000, seed=1)
    net = train(torch.from_numpy(x).float())

    @torch.no_grad()
    def score(x, alpha, sigma):  # the network knows alpha = 1: x/alpha at sigma/alpha, and its score over alpha
        r = sigma / alpha
        at = torch.from_numpy(x / alpha).float()
        d = net(at, torch.full((len(x), 1), r))
        return ((d - at) / (r * r * alpha)).numpy()

    level = sl.Process().level(0.4)
    x, _ = exact.noised(*level).sample(2000, seed=2)
    value, se = sl.score_error(score(x, *level), exact.score(x, *level))
    print(f"score error at sigma/alpha = {level.ratio:.2f}: {value:.3f} ± {se:.3f}\n")
    print(sl.compare({"torch": score}, gamma=1, scene=SCENE, label=LABEL))
    assert math.isfinite(value) and value < 0.3


if __name__ == "__main__":
    main()
