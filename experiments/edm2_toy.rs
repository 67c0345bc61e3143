//! Why does a worse version of a network guide it well: the toy of Karras et al. 2024, made anew.
//!
//! ```text
//! cargo run --example edm2_toy
//! ```
//!
//! Three networks learn the exact score of the scene `tree`. The output of each is a log-density and its score the gradient; batches
//! hold 4,096 points, their levels ln σ ~ N(−2.3, 1.5²) where σ_data is ½. The network of the crown is 64 wide and learns for 4,096
//! steps, a worse one of the crown and one of the whole tree 32 wide and for 512. The first is sampled alone, pushed away from the
//! whole tree (classifier-free guidance) and from its worse self (autoguidance), by Heun from σ = 5 in 32 steps and in 64.
//! Expect, at γ = 3: 10 % of the samples off the support without guidance, 2 to 3 points fewer by autoguidance, which moves 3 points more
//! to a wrong bough, and 4 more by classifier-free guidance, which moves 40 and leaves the lower trunk empty.
//! Nothing is promised of the networks' errors; what was measured: that they err the same way, the worse one more, is not seen. Over
//! draws of the data at all levels their errors have cosine .2, nearly all of it at the least noise, less than the ratio of their sizes, so
//! the guided score is nearest to the exact one just below γ = 1, at .99. What guidance mends is where samples end, not the score's mean square.
//! Source: 2406.02507, section 2 and its appendix.
//!
//! What differs from theirs: along each of the 127 branches of the crown four components, and they have eight (508 and 1,016, so that
//! an exact score costs them twice as much for this alone); a linear last layer where theirs takes a mean of squares, a level told by
//! cosines and sines where theirs is told by ln σ, and biases.

#[path = "edm2_toy/boughs.rs"]
mod boughs;
#[path = "edm2_toy/errors.rs"]
mod errors;

use boughs::Boughs;
use errors::Errors;
use ndarray::{Array2, ArrayView2, Axis};
use scorelab::guidance::{Gamma, Guided};
use scorelab::metrics::Support;
use scorelab::mixture::Mixture;
use scorelab::nn::{MlpConfig, Net, Potential, ScoreNet, Shape};
use scorelab::noise::{Grid, NoiseLevel, Process, Spacing};
use scorelab::number::{count, significant};
use scorelab::rng::Purpose;
use scorelab::score::ScoreFn;
use scorelab::train::{Explicit, TrainConfig};
use scorelab::{Error, Result};
use scorelab_figures::lecture::{self, Cloud};
use scorelab_figures::plot::Text;
use scorelab_lab::{Defaults, Experiment, GAMMA_FOOTNOTE, Table, plus_minus, run, share};
use std::process::ExitCode;
use std::time::Instant;

const QUESTION: &str = "why does a worse version of a network guide it well?";
/// σ_data to which all levels below belong.
const SIGMA_DATA: f64 = 0.5;
/// The median of ln σ in training, and its standard deviation.
const LEVELS: (f64, f64) = (-2.3, 1.5);
/// σ where walks start, and where their last step does.
const ENDS: (f64, f64) = (5.0, 0.002);
/// Points of a batch, at full size and at --quick.
const BATCH: (usize, usize) = (4096, 1024);
/// Hidden layers, numbers that tell the level, the largest learning rate, the decay of the average of the weights.
const DEPTH: usize = 5;
const FEATURES: usize = 16;
const RATE: f64 = 5e-3;
const EMA: f64 = 0.99;
/// Width and updates of the network and of its guides, at full size and at --quick.
const MAIN: (usize, (usize, usize)) = (64, (4096, 96));
const GUIDE: (usize, (usize, usize)) = (32, (512, 48));
/// The guidance scales.
const GAMMAS: [f64; 3] = [2.0, 3.0, 4.0];
/// The one in the picture, with twice as many steps of the sampler too.
const SHOWN: f64 = 3.0;

fn main() -> ExitCode {
    let unused =
        &["scene", "class", "data", "train-steps", "process", "gamma", "gradient-scale", "all"];
    let defaults = Defaults {
        samples: (8192, 800),
        steps: (32, 32),
        scene: "tree",
        unused,
        ..Defaults::default()
    };
    run("edm2_toy", QUESTION, "autoguidance", defaults, experiment)
}

fn experiment(lab: &mut Experiment) -> Result<()> {
    if lab.samples < 80 {
        return Err(Error::value("--samples", lab.samples, "at least 80, or parts have no error"));
    }
    let tree = lab.scene().mixture.clone();
    let crown = tree.given(0);
    let unit = crown.radius() / SIGMA_DATA;
    let main = learn(lab, "the network of the crown", &crown, unit, MAIN)?;
    let worse = learn(lab, "a worse one", &crown, unit, GUIDE)?;
    let whole = learn(lab, "one of the whole tree", &tree, unit, GUIDE)?;
    seconds(lab, [(&main, &crown), (&worse, &crown), (&whole, &tree)], unit)?;
    let networks = [main, worse, whole].map(|(net, _)| net);
    let alike = alike(lab, &crown, &networks, unit)?;
    let truth = crown.sample(2 * lab.samples, lab.seed, Purpose::Reference).x;
    let (reference, twin) = truth.view().split_at(Axis(0), lab.samples);
    let seed = lab.seed.wrapping_add(1); // other draws than the reference's
    let support = Support::of(&crown, 0.99, lab.size(40_000, 10_000), seed);
    let judge = Judge { support, boughs: Boughs::of(&crown)?, reference };
    let mut rows = vec![judge.row(0, Text::new("truth p(x ∣ y)", "sự thật p(x ∣ y)"), twin)];
    rows.extend(sampled(lab, &crown, &networks, unit, &judge)?);
    report(lab, &judge.boughs, &rows)?;
    check(lab, &rows);
    answer(lab, &rows, &alike);
    draw(lab, &judge.support, &rows)
}

/// A network, and the seconds that its training took.
type Learned = (ScoreNet<Potential>, f64);

/// A network of a width that learns the exact score of a mixture in so many steps.
fn learn(
    lab: &Experiment,
    what: &'static str,
    mixture: &Mixture,
    unit: f64,
    (width, steps): (usize, (usize, usize)),
) -> Result<Learned> {
    let levels = (LEVELS.0 + unit.ln(), LEVELS.1);
    let exact = Explicit::new(mixture, SIGMA_DATA * unit, levels);
    let shape = MlpConfig { width, depth: DEPTH, features: FEATURES, ..MlpConfig::default() };
    let train = TrainConfig {
        steps: lab.size(steps.0, steps.1),
        batch: lab.size(BATCH.0, BATCH.1),
        learning_rate: RATE,
        ema: EMA,
        seed: lab.seed,
        ..TrainConfig::default()
    };
    let began = Instant::now();
    let net = lab.train_potential(what, &exact, &shape, train)?;
    Ok((net, began.elapsed().as_secs_f64()))
}

/// What the trainings took on this machine, and what of it the exact scores.
fn seconds(lab: &mut Experiment, all: [(&Learned, &Mixture); 3], unit: f64) -> Result<()> {
    let steps = [MAIN, GUIDE, GUIDE].map(|(_, steps)| lab.size(steps.0, steps.1));
    let mut table =
        Table::new(&["network", "parameters", "components", "steps", "seconds", "exact scores"]);
    table.notes =
        vec!["seconds on this machine, not checked; exact scores: the part of them".into()];
    let names = ["the crown's", "a worse one", "of the whole tree"];
    for (((learned, mixture), name), steps) in all.into_iter().zip(names).zip(steps) {
        let exact = seconds_of_scores(lab, mixture, unit) * steps as f64;
        table.row(&[
            name.to_string(),
            count(learned.0.network.config().parameters()),
            mixture.weights().len().to_string(),
            count(steps),
            format!("{:.1}", learned.1),
            format!("{exact:.1}"),
        ]);
    }
    lab.show("edm2_toy_seconds", &table)
}

/// Seconds that the exact scores of one batch take, the median of five.
fn seconds_of_scores(lab: &Experiment, mixture: &Mixture, unit: f64) -> f64 {
    let batch = lab.size(BATCH.0, BATCH.1);
    let x = mixture.sample(batch, lab.seed, Purpose::Reference).x;
    let z = |i: usize| 4.0 * (i as f64 / batch as f64 - 0.5);
    let level = |i| NoiseLevel::ve(unit * (LEVELS.0 + LEVELS.1 * z(i)).exp());
    let levels: Vec<NoiseLevel> = (0..batch).map(level).collect();
    let mut times: Vec<f64> = (0..5)
        .map(|_| {
            let began = Instant::now();
            std::hint::black_box(mixture.score_each(x.view(), &levels));
            began.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[2]
}

/// σ at which errors are compared, where σ_data is ½: over the middle of those in training.
const AT: [f64; 6] = [0.02, 0.05, 0.1, 0.2, 0.5, 1.0];

/// What the network errs beside its worse self, and beside the network of the whole tree, over all of [`AT`].
fn alike(
    lab: &mut Experiment,
    crown: &Mixture,
    [main, worse, whole]: &[ScoreNet<Potential>; 3],
    unit: f64,
) -> Result<[Errors; 2]> {
    let (n, seed) = (lab.size(2_000, 400), lab.seed.wrapping_add(2));
    let beside = |sigmas: &[f64]| {
        let sigmas: Vec<f64> = sigmas.iter().map(|sigma| sigma * unit).collect();
        [worse, whole].map(|guide| Errors::of([main, guide], crown, &sigmas, n, seed))
    };
    let mut table = Table::new(&["σ", "guide", "error", "the guide's", "cosine", "nearest γ"]);
    table.notes = vec![
        "error: √(E|σ(s − s*)|²/2) where s* is exact; σ where σ_data is ½".into(),
        "nearest γ: where the guided score is nearest to the exact one".into(),
    ];
    let mut add = |sigma: String, sigmas: &[f64]| {
        let pair = beside(sigmas);
        for (errors, guide) in pair.iter().zip(["a worse one", "of the whole tree"]) {
            let sizes = errors.sizes().map(|size| significant(size, 3));
            let cells = [sigma.clone(), guide.into()];
            let alike = [plus_minus(errors.cosine()), format!("{:.2}", errors.nearest())];
            table.row(&[cells, sizes, alike].concat());
        }
        pair
    };
    for sigma in AT {
        add(sigma.to_string(), &[sigma]);
    }
    let all = add("all".into(), &AT);
    lab.show("edm2_toy_errors", &table)?;
    Ok(all)
}

/// Samples of the crown, with the sampler's steps, and how they are shared out over its boughs.
struct Row {
    steps: usize,
    cloud: Cloud,
    boughs: Vec<(f64, f64)>,
    off: (f64, f64),
}

/// What samples of the crown are measured by.
struct Judge<'a> {
    support: Support<'a>,
    boughs: Boughs,
    reference: ArrayView2<'a, f64>,
}

impl Judge<'_> {
    /// The samples `x` (n, 2), measured.
    fn row(&self, steps: usize, title: Text, x: ArrayView2<f64>) -> Row {
        let cloud = Cloud::new(title, x.to_owned(), &self.support, self.reference);
        Row { steps, cloud, boughs: self.boughs.shares(x), off: self.boughs.off(x) }
    }
}

/// The network alone and guided, and the exact score, in `lab.grid`'s steps and in twice as many.
fn sampled(
    lab: &mut Experiment,
    crown: &Mixture,
    [main, worse, whole]: &[ScoreNet<Potential>; 3],
    unit: f64,
    judge: &Judge,
) -> Result<Vec<Row>> {
    let level = NoiseLevel::ve(ENDS.0 * unit);
    let start: Array2<f64> = crown.noised(level).sample(lab.samples, lab.seed, Purpose::Start).x;
    let guides: [(Text, &dyn ScoreFn); 2] = [
        (Text::new("classifier-free", "không bộ phân loại"), whole),
        (Text::new("autoguided", "tự điều hướng"), worse),
    ];
    let (asked, mut rows) = (lab.grid.steps(), Vec::new());
    for (steps, gammas) in [(asked, &GAMMAS[..]), (2 * asked, &[SHOWN][..])] {
        let process = Process::Ve { sigma_min: ENDS.1 * unit, sigma_max: ENDS.0 * unit };
        let grid = Grid::to_data(&process, Spacing::KARRAS, steps)?;
        lab.change(|setup| (setup.process, setup.grid) = (process, grid));
        let mut add = |title: Text, score: &dyn ScoreFn| -> Result<()> {
            rows.push(judge.row(steps, title, lab.walk(score, start.view())?.view()));
            Ok(())
        };
        add(Text::new("unguided, γ = 1", "không điều hướng, γ = 1"), main)?;
        for ((name, guiding), gamma) in
            guides.iter().flat_map(|g| gammas.iter().map(move |y| (g, y)))
        {
            let guided = Guided { main, guiding: *guiding, gamma: Gamma::new(*gamma)? };
            add(name.then(format!(", γ = {gamma}")), &guided)?;
        }
        add("exact score, γ = 1".into(), crown)?;
    }
    Ok(rows)
}

/// The tables of the samples.
fn report(lab: &mut Experiment, boughs: &Boughs, rows: &[Row]) -> Result<()> {
    let mut table = Table::new(&[
        "tree, y = crown",
        "steps",
        "off the support %",
        "energy dist.",
        "boughs off %",
    ]);
    table.notes = vec![
        "boughs off: the share of samples that would have to be on another of the eight boughs, or below them".into(),
        "± is one standard error; energy dist.: from the first 2,000 samples to as many true ones".into(),
        GAMMA_FOOTNOTE.into(),
    ];
    for Row { steps, cloud, off, .. } in rows {
        let steps = if *steps == 0 { "–".into() } else { steps.to_string() };
        let off = plus_minus((100.0 * off.0, 100.0 * off.1));
        table.row(&[
            cloud.title.en.to_string(),
            steps,
            share(cloud.missed),
            plus_minus(cloud.energy),
            off,
        ]);
    }
    lab.show("edm2_toy_samples", &table)?;
    let shown = shown(rows);
    let names = shown.map(|row| row.cloud.title.en.to_string());
    let mut table = Table::new(&[&["bough", "true %"].map(String::from)[..], &names].concat());
    for (i, weight) in boughs.weights().into_iter().enumerate() {
        let name = if i == 0 { "below".into() } else { i.to_string() };
        let of = |row: &Row| plus_minus((100.0 * row.boughs[i].0, 100.0 * row.boughs[i].1));
        let cells = [name, significant(100.0 * weight, 3)];
        table.row(&[&cells[..], &shown.map(of)].concat());
    }
    lab.show("edm2_toy_boughs", &table)
}

/// The truth, the network alone, and guided in the two ways.
fn shown(rows: &[Row]) -> [&Row; 4] {
    [0, 1, 3, 6].map(|i| &rows[i])
}

/// The numbers this experiment promises.
fn check(lab: &mut Experiment, rows: &[Row]) {
    let missed = |row: &Row| 100.0 * row.cloud.missed.value;
    let [_, free, cfg, auto] = shown(rows);
    let [exact, twice] = [&rows[8], &rows[12]];
    let any = -100.0..=100.0;
    for (what, value, full, quick) in [
        ("exact score: off the support, %", missed(exact), 0.0..=2.0, 0.0..=4.0),
        ("unguided: off the support, %", missed(free), 5.0..=15.0, 5.0..=90.0),
        ("autoguided: change, points", missed(auto) - missed(free), -9.0..=-1.0, any.clone()),
        ("classifier-free: change, points", missed(cfg) - missed(free), 1.0..=15.0, any),
        ("autoguided: on the wrong bough, %", 100.0 * auto.off.0, 0.0..=9.0, 0.0..=60.0),
        ("classifier-free: on the wrong bough, %", 100.0 * cfg.off.0, 25.0..=60.0, 10.0..=90.0),
        ("autoguided: energy distance", auto.cloud.energy.0, -0.01..=0.02, -0.1..=1.0),
        ("classifier-free: energy distance", cfg.cloud.energy.0, 0.2..=1.0, 0.02..=3.0),
    ] {
        lab.check(what, value, full, quick);
    }
    for (row, again) in [(free, &rows[9]), (cfg, &rows[10]), (auto, &rows[11]), (exact, twice)] {
        let what = format!("{}: twice the steps, points", row.cloud.title.en);
        lab.check(&what, missed(again) - missed(row), -1.0..=1.0, -4.0..=4.0);
    }
}

/// What came out, in a sentence.
fn answer(lab: &mut Experiment, rows: &[Row], [worse, whole]: &[Errors; 2]) {
    let [_, free, cfg, auto] = shown(rows);
    let [missed_free, missed_cfg, missed_auto] =
        [free, cfg, auto].map(|row| share(row.cloud.missed));
    let [off_free, off_cfg, off_auto] =
        [free, cfg, auto].map(|row| plus_minus((100.0 * row.off.0, 100.0 * row.off.1)));
    let [with_worse, with_whole] = [worse, whole].map(|errors| plus_minus(errors.cosine()));
    let why = match (auto.cloud.missed.value < free.cloud.missed.value, worse.nearest() > 1.0) {
        (true, true) => Text::new(
            "it errs as the network does, and more: pushed away from it, the score comes nearer to the exact one",
            "vì nó sai cùng hướng với mạng, và sai nhiều hơn: đẩy ra xa nó thì score gần score chính xác hơn",
        ),
        (true, false) => Text::new(
            "fewer samples stray, though the guided score is on average no nearer to the exact one",
            "mẫu ít lạc hơn, dù tính trung bình score đã điều hướng không gần score chính xác hơn",
        ),
        (false, _) => Text::new("here it does not", "ở đây thì không"),
    };
    lab.answer(why.then((
        format!(
            "; their errors have cosine {with_worse} (with the network of the whole tree {with_whole}); at γ = {SHOWN} {missed_auto} % of the samples are off the support and {off_auto} % on the wrong bough, pushed away from the whole tree {missed_cfg} and {off_cfg} %, without guidance {missed_free} and {off_free} %"
        ),
        format!(
            "; cosin giữa hai sai số là {with_worse} (với mạng của cả cây là {with_whole}); với γ = {SHOWN}, {missed_auto} % mẫu ngoài miền dữ liệu và {off_auto} % ở nhầm nhánh, khi đẩy ra xa cả cây là {missed_cfg} và {off_cfg} %, khi không điều hướng là {missed_free} và {off_free} %"
        ),
    )));
}

/// The picture.
fn draw(lab: &mut Experiment, support: &Support, rows: &[Row]) -> Result<()> {
    let clouds = shown(rows).map(|row| row.cloud.clone());
    let mut figure = lecture::autoguidance(&lab.setting(), &clouds, support)?;
    figure.stem = "edm2_toy".into();
    figure.title = Text::new(
        "Guided by a worse version of itself: the toy of EDM2",
        "Điều hướng bằng một phiên bản kém hơn: ví dụ của EDM2",
    );
    for row in shown(rows) {
        let of = format!("{}: ", row.cloud.title.en);
        figure.measured(&of, "boughs off", row.off);
    }
    lab.draw(&[figure])
}
