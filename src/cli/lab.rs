//! The frame that every experiment runs in: settings in, figures, tables and checks out.

use super::{Settings, Table};
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
use clap::{CommandFactory, FromArgMatches};
use ndarray::{Array2, ArrayView2};
use rayon::prelude::*;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

/// What an experiment takes when the user does not say: (at full size, at `--quick`).
#[derive(Debug, Clone, Copy)]
pub struct Defaults {
    /// Samples for each row of a table.
    pub samples: (usize, usize),
    /// Sampling steps.
    pub steps: (usize, usize),
    /// Flags with a default of the experiment's own: `("scene", "two-1d")`. Other scenes must have that one's dimension.
    pub own: &'static [(&'static str, &'static str)],
}

impl Default for Defaults {
    fn default() -> Self {
        Defaults { samples: (4000, 800), steps: (64, 32), own: &[] }
    }
}

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
    let command = Settings::command().name(name).about(question);
    let command = defaults
        .own
        .iter()
        .fold(command, |command, (flag, own)| command.mut_arg(flag, |a| a.default_value(own)));
    let read = |matches| Settings::from_arg_matches(&matches).unwrap_or_else(|e| e.exit());
    let default = read(command.clone().get_matches_from([name]));
    let settings = read(command.get_matches());
    println!("{name}: {question}");
    let done = Lab::new(name, settings, &default, defaults).and_then(|mut lab| {
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
    fn new(name: &str, settings: Settings, default: &Settings, defaults: Defaults) -> Result<Self> {
        let pick = |(full, quick)| if settings.quick { quick } else { full };
        let (steps, samples) = (
            settings.steps.unwrap_or(pick(defaults.steps)),
            settings.samples.unwrap_or(pick(defaults.samples)),
        );
        if !(2..=MOST_SAMPLES).contains(&samples) {
            return Err(Error::value(
                "--samples",
                samples,
                format!("between 2 and {MOST_SAMPLES}"),
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
        let (dim, own) = (scene.mixture.dim(), Scene::find(&default.scene)?.mixture.dim());
        if dim != own {
            let what = format!("the number of dimensions of scene {}", scene.name);
            let must =
                format!("{own}, as that of {}: this experiment draws no other", default.scene);
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
            differences: settings.differences(default),
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

    /// The full size or, at `--quick`, the small one.
    pub fn size<T>(&self, full: T, quick: T) -> T {
        if self.settings.quick { quick } else { full }
    }

    /// n points of the true p(x | y), for comparison.
    pub fn truth(&self, n: usize) -> Labelled {
        self.scene.mixture.given(self.class).sample(n, self.settings.seed, Purpose::Reference)
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
        let ends =
            sample(&self.method, &guided, &self.process, &self.grid, start, self.settings.seed);
        (ends, (score.points() + likelihood.points()) as f64 / start.nrows() as f64)
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

    /// Writes an animation of the experiment's look and remembers its files.
    ///
    /// # Errors
    /// If it cannot be drawn or written.
    pub fn animate(&mut self, stem: &str, frames: impl IntoIterator<Item = Figure>) -> Result<()> {
        let Output { dir, theme, lang, .. } = self.output.clone();
        let animation = Animation { dir, stem: stem.into(), theme, lang, ..Animation::default() };
        self.keep(plot::write_gif(frames, &animation)?);
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
            "settings": format!("{settings:?}"),
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
