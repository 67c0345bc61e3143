//! `scorelab eval --samples FILE`: samples from anywhere, beside a scene or the rows of another file.

use super::eval::{ENERGY, LEAST_SAMPLES, POSTERIOR, SE};
use super::metric_rows::{COLUMNS, Rows};
use super::sample_rows;
use crate::flags::{Eval, SamplingFlags, ScoreFlags};
use crate::given::{Idle, idle};
use crate::patience::Patience;
use crate::read::Table;
use crate::report::Report;
use crate::setup::{Setup, Typed};
use crate::tables::TableFlags;
use crate::view::Domain;
use ndarray::{Array2, ArrayView2, Axis};
use rand::seq::index;
use scorelab::checkpoint::Place;
use scorelab::data::{PointFile, Scene};
use scorelab::metrics::ENERGY_ROWS;
use scorelab::mixture::Mixture;
use scorelab::rng::{Purpose, stream};
use scorelab::score::ScoreFn;
use scorelab::{Error, Result};
use scorelab_figures::plot::Text;
use serde_json::Value;
use std::path::Path;

/// The most rows that are measured: in many dimensions the entropy takes the square of their number.
const MOST_ROWS: usize = 20_000;
/// The most pairs of a row and a component that are compared, but always those of a thousand rows.
const MOST_PAIRS: usize = 100_000_000;
/// The most coordinates of which each mean is told.
const MOST_MEANS: usize = 10;

/// What the samples are compared with where that is a file.
const TWO_FILES: Text = Text::new(
    "true ones: the rows of --scene, in an order drawn by --seed; the shares are those of a Gaussian at each row",
    "mẫu thật: các dòng của --scene, theo thứ tự rút bởi --seed; các tỉ lệ tính với một Gauss tại mỗi dòng",
);

/// The flags that change nothing of how samples of a file are measured.
pub fn idle_flags() -> Vec<Idle> {
    const WALK: [&str; 14] = [
        "score",
        "classifier",
        "gradient-scale",
        "guiding",
        "method",
        "set",
        "gamma",
        "interval",
        "process",
        "sampler",
        "steps",
        "sigma",
        "judge",
        "caption",
    ];
    idle([(true, &WALK, "the samples are those of a file, and nothing is walked")])
}

impl Eval {
    /// The metrics of the samples in a file, as [`Eval::report`].
    ///
    /// # Errors
    /// If a flag changes nothing, there is no scene, the file cannot be read, its points have another dimension, or it has too
    /// few of the class.
    pub(super) fn of_file(&self, path: &Path) -> Result<(Report, Value)> {
        self.common.given.refuse(&idle_flags())?;
        let (place, table) = self.measured_against(path)?;
        let file = matches!(place, Place::Points(_));
        let data = Domain::of(Some(&place), None, self.common.machine.memory)?;
        let scene = data.scene().expect("the place of a scene");
        let own = Samples::read(path, &table, (scene, self.score.class.as_deref()), self)?;
        let walk = SamplingFlags { walk: self.walk.clone(), samples: own.rows.len() };
        let typed = Typed::new("eval", (&walk, &self.common.machine), self);
        let setup = Typed { walks: false, ..typed }.setup(data, self.score.class.as_deref())?;
        let setup = setup.observing(&self.condition, None)?;
        let mixture = &setup.scene().mixture;
        let most = MOST_ROWS.min((MOST_PAIRS / mixture.weights().len()).max(1000));
        let all = own.rows.len();
        let x = shuffled(own.x.select(Axis(0), &own.rows).view(), most, (setup.seed, 0));
        let _waiting = Patience::new(format!("measuring {} samples", x.nrows()));
        let mut report = measured(&setup, x.view(), file)?.0;
        report.notes = vec![SE, ENERGY];
        report.notes.extend(setup.observed.is_some().then_some(POSTERIOR));
        report.notes.extend(file.then_some(TWO_FILES));
        report.notes.extend((all > most).then(|| {
            let (en, vi) = (
                format!("{most} of the {all} samples, drawn by --seed, are measured"),
                format!("đo {most} trong {all} mẫu, rút bởi --seed"),
            );
            (en, vi).into()
        }));
        Ok((report, setup.record()))
    }

    /// What the samples are measured against, and how their own file is read.
    fn measured_against(&self, path: &Path) -> Result<(Place, TableFlags)> {
        let mut score: ScoreFlags = self.score.clone();
        let table = score.own.table.clone();
        if !score.scene.as_deref().is_some_and(PointFile::is) {
            score.own.table = TableFlags::default(); // they are those of --samples
        }
        match score.place()? {
            Some(place) => Ok((place, table)),
            None => {
                let must = format!(
                    "given: a scene, or another file, to measure the samples of {} against",
                    path.display()
                );
                Err(Error::value("--scene", "left out", must))
            }
        }
    }
}

/// The samples of a file.
struct Samples {
    x: Array2<f64>,
    /// The rows to measure.
    rows: Vec<usize>,
}

impl Samples {
    /// Those of the file that have the label of the class, if it has labels and a class is wanted.
    fn read(
        path: &Path,
        table: &TableFlags,
        (scene, class): (&Scene, Option<&str>),
        flags: &Eval,
    ) -> Result<Samples> {
        let wrong = |why: String| Error::File { path: path.into(), why };
        let read = Table::read(path, table.header.options(flags.common.machine.memory))?;
        let x = read.points(&table.columns, Some(scene.mixture.dim()))?;
        let class = class.map(|class| scene.class(class)).transpose()?;
        let labels = class.map(|_| read.labels(&table.columns)).transpose()?.flatten();
        let mut rows: Vec<usize> = (0..x.nrows()).collect();
        let mut of = String::new();
        if let (Some(class), Some((words, y))) = (class, labels) {
            let of_class: Vec<bool> =
                words.iter().map(|word| scene.class(word).ok() == Some(class)).collect();
            rows.retain(|row| of_class[y[*row]]);
            of = format!(" with the label {}", scene.class_names[class].en);
        }
        match rows.len() {
            n if n < LEAST_SAMPLES => Err(wrong(format!(
                "it has {n} samples{of}, but at least {LEAST_SAMPLES} are needed to measure anything"
            ))),
            _ => Ok(Samples { x, rows }),
        }
    }
}

/// So many rows of x (n, d) at most, in an order drawn by the seed: files are often sorted, and errors assume that rows are in
/// no order.
fn shuffled(x: ArrayView2<f64>, most: usize, (seed, set): (u64, u64)) -> Array2<f64> {
    let mut rng = stream(seed, Purpose::Permutation, 0, set);
    let rows = index::sample(&mut rng, x.nrows(), most.min(x.nrows())).into_vec();
    x.select(Axis(0), &rows)
}

/// The rows about these samples of the setup's class, or of all classes.
fn measured(setup: &Setup, x: ArrayView2<f64>, file: bool) -> Result<Rows> {
    let (mixture, at) = (&setup.scene().mixture, (None, None));
    let given = setup.class.map(|class| mixture.given(class));
    let posterior =
        setup.observed.as_ref().map(|observed| observed.of_scene().likelihood.posterior());
    let wanted: &Mixture = posterior.or(given.as_ref()).unwrap_or(mixture);
    let truth = || {
        let truth = match file {
            true => shuffled(wanted.means(), ENERGY_ROWS, (setup.seed, 1)),
            false => wanted.sample(ENERGY_ROWS, setup.seed, Purpose::Reference).x,
        };
        let must = "at least 2 to be compared with";
        match truth.nrows() {
            n if n < 2 => Err(Error::value("the number of rows of --scene", n, must)),
            _ => Ok(truth),
        }
    };
    let mut rows = Rows(Report::new(COLUMNS));
    rows.alone(None, "samples", x.nrows().into());
    match (&setup.observed, setup.class) {
        (Some(observed), _) => sample_rows::observed(&mut rows, at, x, observed, setup.seed)?,
        (None, Some(class)) => {
            sample_rows::of_class(&mut rows, at, (x, truth()?.view()), (mixture, class));
        }
        (None, None) => {
            rows.add(at, "energy", sample_rows::energy(x, truth()?.view()));
            if !file {
                // each row of a file is a mode of its own
                sample_rows::modes(&mut rows, at, x, mixture, setup.seed);
            }
            sample_rows::support(&mut rows, at, x, mixture, setup.seed);
        }
    }
    sample_rows::extent(&mut rows, at, x, setup.observed.as_ref());
    if x.ncols() <= MOST_MEANS {
        sample_rows::means(&mut rows, x, wanted);
    }
    Ok(rows)
}
