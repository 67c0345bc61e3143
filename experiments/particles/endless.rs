//! Where the Feynman–Kac corrector comes to with particles without end: their density, carried over a grid.

use super::populations::Fixture;
use ndarray::{Array1, Array2};
use scorelab::Result;
use scorelab::noise::{Grid, NoiseLevel, Process, Spacing};
use scorelab::score::ScoreFn;

/// The ends of the grid of x/√(1 + σ²).
const ENDS: (f64, f64) = (-6.0, 8.0);

fn places(sigma: f64, cells: usize) -> Array1<f64> {
    Array1::linspace(ENDS.0, ENDS.1, cells) * (1.0 + sigma * sigma).sqrt()
}

/// Mean and sd of the ends in so many steps, on a grid of so many cells.
pub fn endless(fixture: &Fixture, steps: usize, cells: usize) -> Result<[f64; 2]> {
    let process = Process::VE;
    let gamma_at = |sigma: f64| {
        let risen = |half: f64| 1.0 + (fixture.gamma - 1.0) / (1.0 + (sigma / half).powi(2));
        fixture.rise.map_or(fixture.gamma, risen)
    };
    let grid = Grid::to_data(&process, Spacing::KARRAS, steps)?;
    let sigmas: Vec<f64> = grid.times().iter().map(|t| process.level(*t).sigma).collect();
    let mut mass = places(sigmas[0], cells).mapv(|x| (-0.5 * (x / sigmas[0]).powi(2)).exp());
    let mut owed = 0.0;
    for pair in sigmas.windows(2) {
        let (here, there) = (pair[0] * pair[0], pair[1] * pair[1]);
        let (x, level) = (places(pair[0], cells), NoiseLevel::ve(pair[0]));
        let points = x.view().insert_axis(ndarray::Axis(1));
        let u = fixture.guiding.denoised(points, level);
        let apart: Array2<f64> = fixture.main.denoised(points, level) - &u;
        let (gamma, risen) = (gamma_at(pair[1]), gamma_at(pair[1]) - gamma_at(pair[0]));
        let now = gamma * (gamma - 1.0) * (here - there);
        let growth = 0.25 * (owed + now) / (here * here);
        owed = now;
        let logs =
            fixture.main.log_density(points, level) - fixture.guiding.log_density(points, level);
        let grown = apart.column(0).mapv(|d| growth * d * d) + logs * risen;
        let most = grown.fold(f64::NEG_INFINITY, |a, b| a.max(*b));
        mass.zip_mut_with(&grown, |m, g| *m *= (g - most).exp());
        mass /= mass.sum();
        let keep = there / here;
        let to = (apart * gamma + u) * (1.0 - keep);
        let to = x * keep + to.column(0);
        if there == 0.0 {
            return Ok(moments(&mass, &to));
        }
        mass = carried(&mass, &to, &places(pair[1], cells), (there * (1.0 - keep)).sqrt());
    }
    Ok([f64::NAN; 2])
}

fn moments(mass: &Array1<f64>, x: &Array1<f64>) -> [f64; 2] {
    let mean = mass.dot(x);
    [mean, mass.dot(&x.mapv(|x| (x - mean).powi(2))).sqrt()]
}

/// The mass of each cell shared out over a Gaussian of this sd around where it goes; over the two nearest cells where that is
/// narrower than a cell.
fn carried(mass: &Array1<f64>, to: &Array1<f64>, places: &Array1<f64>, sd: f64) -> Array1<f64> {
    let (first, cell) = (places[0], places[1] - places[0]);
    let last = places.len() - 1;
    let mut next = vec![0.0; last + 1];
    let width = if sd > cell { sd / cell } else { 0.0 };
    let mut shares = Vec::new();
    for (m, to) in mass.iter().zip(to).filter(|(m, _)| **m > 1e-300) {
        let at = ((to - first) / cell).clamp(0.0, last as f64);
        let low = (at - 6.0 * width).floor().max(0.0) as usize;
        let high = ((at + 6.0 * width).ceil() as usize).max(low + 1).min(last);
        shares.clear();
        match width > 0.0 {
            true => bell(low as f64 - at, high - low + 1, width, &mut shares),
            false => shares.extend((low..=high).map(|i| (1.0 - (i as f64 - at).abs()).max(0.0))),
        }
        let scale = m / shares.iter().sum::<f64>();
        next[low..=high].iter_mut().zip(&shares).for_each(|(n, share)| *n += scale * share);
    }
    next.into()
}

/// exp(−½(x/width)²) at n places from `x` on, one apart: from one to the next it changes by a factor, which itself changes by one.
fn bell(x: f64, n: usize, width: f64, out: &mut Vec<f64>) {
    let precision = 1.0 / (width * width);
    let mut value = (-0.5 * x * x * precision).exp();
    let (mut factor, change) = ((-(x + 0.5) * precision).exp(), (-precision).exp());
    for _ in 0..n {
        out.push(value);
        value *= factor;
        factor *= change;
    }
}
