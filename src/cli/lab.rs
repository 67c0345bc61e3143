//! The frame that every experiment runs in: settings in, figures, tables and checks out.

use super::{Defaults, Settings, Table};
use crate::arch::check_kernel_variable;
use crate::classifier_free::JointNet;
use crate::data::Scene;
use crate::guidance::{ClassifierGuided, Gamma};
use crate::lecture::Setting;
use crate::mixture::Labelled;
use crate::noise::{Grid, Process, Spacing};
use crate::plot::{self, Animation, Figure, Format, Output};
use crate::rng::Purpose;
use crate::sampler::{self, Method, sample};
use crate::score::{Counted, Likelihood, ScoreFn};
use crate::{Error, Result};
use ndarray::{Array2, ArrayView2};
use rayon::prelude::*;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

/// A running experiment: its settings, validated, and what it has shown so far.
pub struct Lab {
    /// What the user set.
    pub settings: Settings,
    /// The data.
    pub scene: Scene,
    /// The wanted class.
    pub class: usize,
    /// The noise process.
    pub process: Process,
    /// The times of a walk.
    pub grid: Grid,
    /// The sampler.
    pub method: Method,
    /// The guidance scales.
    pub gammas: Vec<Gamma>,
    /// Samples for each row of a table.
    pub samples: usize,
    /// Where and how figures are written.
    pub output: Output,
    /// What is said last of all, if anything.
    pub last_line: Option<String>,
    written: Vec<PathBuf>,
    checks: Vec<(String, bool)>,
    differences: Vec<String>,
    began: Instant,
}

/// More samples than any figure or table can use.
const MOST_SAMPLES: usize = 1_000_000;
/// Fewer samples than the statistics of any experiment need.
const LEAST_SAMPLES: usize = 10;

/// Runs an experiment as a program: reads the command line, runs `body`, reports, and says how it ended.
///
/// `name` is the example's name, `question` what it asks, `next` the experiment to try afterwards. Exit codes: 0 all well
/// (or not checked), 1 a check failed, 2 bad input or a file that cannot be written.
pub fn run(
    name: &'static str,
    question: &'static str,
    next: &str,
    defaults: Defaults,
    body: impl FnOnce(&mut Lab) -> Result<()>,
) -> ExitCode {
    let settings = defaults.settings(name, question, std::env::args_os());
    println!("{name}: {question}");
    let done = Lab::new(name, settings, defaults).and_then(|mut lab| {
        body(&mut lab)?;
        lab.finish(next)
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(if matches!(error, Error::Checks { .. }) { 1 } else { 2 })
        }
    }
}

impl Lab {
    /// Validates the settings and makes sure that the output folder can be written to, before any work is done.
    fn new(name: &'static str, settings: Settings, defaults: Defaults) -> Result<Self> {
        check_kernel_variable()?;
        let pick = |(full, quick)| if settings.quick { quick } else { full };
        let (steps, samples) = (
            settings.steps.unwrap_or(pick(defaults.steps)),
            settings.samples.unwrap_or(pick(defaults.samples)),
        );
        if !(LEAST_SAMPLES..=MOST_SAMPLES).contains(&samples) {
            return Err(Error::value(
                "--samples",
                samples,
                format!("between {LEAST_SAMPLES} and {MOST_SAMPLES}"),
            ));
        }
        let scale = settings.gradient_scale;
        if !(scale.is_finite() && scale > 0.0) {
            return Err(Error::value("--gradient-scale", scale, "a finite number above 0"));
        }
        if settings.formats.contains(&Format::Pdf) && !cfg!(feature = "pdf") {
            let must = "svg, png, csv or json; for pdf, build with `--features pdf`";
            return Err(Error::value("--formats", "pdf", must));
        }
        if settings.panel == Some(0) {
            return Err(Error::value("--panel", 0, "counted from 1"));
        }
        if settings.gamma.is_empty() || settings.gamma.len() > 100 {
            return Err(Error::value(
                "--gamma",
                "a list of no or too many numbers",
                "1 to 100 numbers",
            ));
        }
        let gammas = settings.gamma.iter().map(|g| Gamma::new(*g)).collect::<Result<_>>()?;
        let scene = Scene::find(&settings.scene)?;
        let (dim, own) = (scene.mixture.dim(), Scene::named(defaults.scene)?.mixture.dim());
        if dim != own {
            let what = format!("the number of dimensions of scene {}", scene.name);
            let must =
                format!("{own}, as that of {}: this experiment draws no other", defaults.scene);
            return Err(Error::value(what, dim, must));
        }
        let class = scene.class(&settings.class)?;
        let process = settings.process.process().validated()?;
        let grid = Grid::to_data(&process, Spacing::KARRAS, steps)?;
        set_threads(settings.threads)?;
        if let Some(warning) = process.terminal_warning(scene.mixture.radius()) {
            eprintln!("warning: {warning}");
        }
        let output = output_for(name, &settings)?;
        Ok(Lab {
            differences: settings.differences(&defaults.settings(name, "", [name.into()])),
            method: settings.sampler.method(),
            settings,
            scene,
            class,
            process,
            grid,
            gammas,
            samples,
            output,
            last_line: None,
            written: Vec::new(),
            checks: Vec::new(),
            began: Instant::now(),
        })
    }

    /// The class y as text, in English.
    pub fn class_name(&self) -> &str {
        &self.scene.class_names[self.class].en
    }

    /// The one γ of an experiment that takes no more.
    ///
    /// # Errors
    /// If there are several.
    pub fn only_gamma(&self) -> Result<Gamma> {
        match self.gammas[..] {
            [gamma] => Ok(gamma),
            _ => Err(Error::value("--gamma", format!("{} numbers", self.gammas.len()), "one here")),
        }
    }

    /// The full size or, at `--quick`, the small one.
    pub fn size<T>(&self, full: T, quick: T) -> T {
        if self.settings.quick { quick } else { full }
    }

    /// n points of the true p(x | y), for comparison.
    pub fn truth(&self, n: usize) -> Labelled {
        self.scene.mixture.given(self.class).sample(n, self.settings.seed, Purpose::Reference)
    }

    /// Walks the points `start` along a score, guided or not: the ends (n, d), and how often each of them asked the score.
    pub fn walk(&self, score: &dyn ScoreFn, start: ArrayView2<f64>) -> (Array2<f64>, f64) {
        let score = Counted::new(score);
        let seed = self.settings.seed;
        let ends = sample(&self.method, &score, &self.process, &self.grid, start, seed);
        (ends, score.points() as f64 / start.nrows() as f64)
    }

    /// Steers the points `start` by a classifier: the ends (n, d), and the evaluations that each of them took.
    pub fn steer(
        &self,
        score: &dyn ScoreFn,
        likelihood: &dyn Likelihood,
        gamma: Gamma,
        start: ArrayView2<f64>,
    ) -> (Array2<f64>, f64) {
        let (score, likelihood) = (Counted::new(score), Counted::new(likelihood));
        let guided = ClassifierGuided { score: &score, likelihood: &likelihood, gamma };
        let (ends, _) = self.walk(&guided, start);
        (ends, (score.points() + likelihood.points()) as f64 / start.nrows() as f64)
    }

    /// Steers the points `start` without a classifier: the ends (n, d), and the evaluations that each of them took.
    pub fn steer_free(
        &self,
        net: &JointNet,
        gamma: Gamma,
        start: ArrayView2<f64>,
    ) -> (Array2<f64>, f64) {
        let guided = net.guided(self.class, gamma);
        let (ends, asked) = self.walk(&guided, start);
        (ends, asked * guided.evaluations() as f64)
    }

    /// Runs `body` as the settings say and again with twice the solver's steps: what differs is the solver's error.
    ///
    /// # Errors
    /// If twice the steps are too many for a grid; nothing has run then.
    pub fn twice<T>(&mut self, mut body: impl FnMut(&Lab) -> T) -> Result<[T; 2]> {
        let finer = Grid::to_data(&self.process, Spacing::KARRAS, 2 * self.grid.steps())?;
        let once = body(self);
        let grid = std::mem::replace(&mut self.grid, finer);
        let twice = body(self);
        self.grid = grid;
        Ok([once, twice])
    }

    /// The starting noise x_T of `samples` walks.
    pub fn start(&self) -> Array2<f64> {
        sampler::start(
            self.samples,
            self.scene.mixture.dim(),
            &self.process,
            &self.grid,
            self.settings.seed,
        )
    }

    /// Where the first n starting points of the present grid end under a score (n, d).
    pub fn ends(&self, score: &dyn ScoreFn, n: usize) -> Array2<f64> {
        let (dim, seed) = (self.scene.mixture.dim(), self.settings.seed);
        let start = sampler::start(n, dim, &self.process, &self.grid, seed);
        sample(&self.method, score, &self.process, &self.grid, start.view(), seed)
    }

    /// What the lecture's figures need to know.
    pub fn setting(&self) -> Setting<'_> {
        Setting {
            scene: &self.scene,
            class: self.class,
            process: self.process,
            grid: &self.grid,
            sampler: &self.method,
            seed: self.settings.seed,
        }
    }

    /// Writes figures, drawn side by side on all threads, and remembers their files.
    ///
    /// With `--panel` only the figures that have that panel.
    ///
    /// # Errors
    /// If one cannot be drawn or written.
    pub fn draw(&mut self, figures: &[Figure]) -> Result<()> {
        let has_panel = |f: &&Figure| self.output.panel.is_none_or(|p| p < f.panels.len());
        let drawn: Vec<&Figure> = figures.iter().filter(has_panel).collect();
        if drawn.is_empty() {
            let most = figures.iter().map(|f| f.panels.len()).max().unwrap_or(0);
            let asked = self.output.panel.map_or(0, |p| p + 1);
            return Err(Error::value("--panel", asked, format!("1 to {most} here")));
        }
        let files: Vec<Vec<PathBuf>> =
            drawn.par_iter().map(|f| plot::write(f, &self.output)).collect::<Result<_>>()?;
        self.keep(files.concat());
        Ok(())
    }

    /// Writes an animation of the experiment's look, with `--all` also each frame as a numbered PNG, and remembers the
    /// animation and its first frame.
    ///
    /// # Errors
    /// If it cannot be drawn or written.
    pub fn animate(&mut self, stem: &str, frames: impl IntoIterator<Item = Figure>) -> Result<()> {
        let Output { dir, theme, lang, .. } = self.output.clone();
        let (stem, pictures) = (stem.into(), self.settings.all);
        let animation =
            Animation { dir, stem, theme, lang, frames: pictures, ..Animation::default() };
        let mut files = plot::write_gif(frames, &animation)?;
        files.truncate(2); // a list of every frame tells nobody anything
        self.keep(files);
        Ok(())
    }

    /// Writes a file into the output folder, whole or not at all, and remembers it.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&mut self, name: &str, bytes: &[u8]) -> Result<PathBuf> {
        let path = self.output.dir.join(name);
        let temporary = self.output.dir.join(format!("{name}.part"));
        std::fs::write(&temporary, bytes).map_err(|e| Error::io("write", &temporary, e))?;
        std::fs::rename(&temporary, &path).map_err(|e| Error::io("write", &path, e))?;
        self.keep(vec![path.clone()]);
        Ok(path)
    }

    /// Remembers files that were written for the list at the end.
    pub fn keep(&mut self, files: Vec<PathBuf>) {
        self.written.extend(files);
    }

    /// Prints a table and writes it as `<name>.csv`.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn show(&mut self, name: &str, table: &Table) -> Result<()> {
        println!("\n{table}");
        let bytes = table.csv().map_err(|e| Error::io("write", &self.output.dir, e))?;
        self.write(&format!("{name}.csv"), &bytes)?;
        Ok(())
    }

    /// Whether numbers are checked: all settings that change one are at their defaults.
    pub fn checking(&self) -> bool {
        self.differences.is_empty()
    }

    /// Holds a number to its range: `full` at the default settings, `quick` at `--quick`, nothing with other settings.
    pub fn check(
        &mut self,
        what: &str,
        value: f64,
        full: RangeInclusive<f64>,
        quick: RangeInclusive<f64>,
    ) {
        if !self.checking() {
            return;
        }
        let range = self.size(full, quick);
        let good = range.contains(&value);
        let mark = if good { "✓" } else { "✗" };
        println!(
            "  {mark} {what}: {} (must be {} … {})",
            short(value),
            short(*range.start()),
            short(*range.end())
        );
        self.checks.push((what.to_string(), good));
    }

    /// Names the files and the next experiment, and fails if a check did.
    fn finish(self, next: &str) -> Result<()> {
        println!("\nwritten in {:.1} s:", self.began.elapsed().as_secs_f64());
        self.written.iter().for_each(|path| println!("  {}", path.display()));
        let failed: Vec<&str> =
            self.checks.iter().filter(|(_, good)| !good).map(|(what, _)| what.as_str()).collect();
        if !self.checking() {
            println!(
                "not checked: settings differ from the defaults ({})",
                self.differences.join(" ")
            );
        } else if failed.is_empty() && !self.checks.is_empty() {
            println!("checked: {} numbers, all within their ranges", self.checks.len());
        }
        println!("next: cargo run --example {next}");
        if let Some(last) = &self.last_line {
            println!("{last}");
        }
        if failed.is_empty() {
            return Ok(());
        }
        Err(Error::Checks {
            failed: failed.len(),
            total: self.checks.len(),
            names: failed.join("; "),
        })
    }
}

/// A number with about four digits that count.
fn short(value: f64) -> String {
    if value != 0.0 && value.abs() < 1e-3 {
        format!("{value:.1e}")
    } else {
        format!("{}", (value * 1e4).round() / 1e4)
    }
}

/// Where figures go; the folder is made and tried now, so that no one waits for a training whose figures are lost.
fn output_for(name: &str, settings: &Settings) -> Result<Output> {
    let dir = settings.out.clone().unwrap_or_else(|| PathBuf::from("out").join(name));
    std::fs::create_dir_all(&dir).map_err(|e| Error::io("create the folder", &dir, e))?;
    let probe = dir.join(".scorelab-can-write");
    std::fs::write(&probe, b"").map_err(|e| Error::io("write to the folder", &dir, e))?;
    std::fs::remove_file(&probe).map_err(|e| Error::io("write to the folder", &dir, e))?;
    // what no number depends on is left out, so that a sidecar is the same wherever it is written
    let told = Settings { threads: None, out: None, ..settings.clone() };
    Ok(Output {
        dir,
        formats: settings.formats.clone(),
        theme: settings.theme.into(),
        lang: settings.lang.into(),
        width: if settings.quick { 1280 } else { 1920 },
        panel: settings.panel.map(|p| p - 1),
        meta: serde_json::json!({
            "experiment": name,
            "version": env!("CARGO_PKG_VERSION"),
            "seed": settings.seed,
            "settings": format!("{told:?}"),
        }),
    })
}

/// Sets the number of threads for the whole program.
fn set_threads(threads: Option<usize>) -> Result<()> {
    let Some(n) = threads else { return Ok(()) };
    if !(1..=1024).contains(&n) {
        return Err(Error::value("--threads", n, "between 1 and 1024"));
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build_global();
    pool.map_err(|e| Error::value("--threads", n, format!("possible on this machine ({e})")))
}
