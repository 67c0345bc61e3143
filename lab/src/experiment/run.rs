//! What every experiment does, whatever its data: settings in, figures, tables and checks out.

use super::{Defaults, Settings, Table};
use rayon::prelude::*;
use scorelab::arch::check_kernel_variable;
use scorelab::guidance::Gamma;
use scorelab::noise::{Grid, Process, Spacing};
use scorelab::sampler::Method;
use scorelab::{Error, Result};
use scorelab_figures::plot::{self, Animation, Figure, Format, Output};
use std::ops::{DerefMut, RangeInclusive};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

/// A running experiment: its settings, validated, and what it has shown so far.
pub struct Experiment {
    /// What the user set.
    pub settings: Settings,
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
    unchecked: Vec<String>,
    stopped: bool,
    began: Instant,
}

/// More samples than any figure or table can use.
const MOST_SAMPLES: usize = 1_000_000;
/// Fewer samples than the statistics of any experiment need.
const LEAST_SAMPLES: usize = 10;

/// Runs an experiment as a program: reads the command line, opens what it is about, runs `body`, reports, and says how it
/// ended.
///
/// Exit codes: 0 all well (or not checked), 1 a check failed, 2 bad input or a file that cannot be written.
pub(super) fn run_on<L: DerefMut<Target = Experiment>>(
    (name, question, next): (&'static str, &'static str, &str),
    defaults: Defaults,
    open: impl FnOnce(Settings) -> Result<L>,
    body: impl FnOnce(&mut L) -> Result<()>,
) -> ExitCode {
    let settings = defaults.settings(name, question, std::env::args_os());
    println!("{name}: {question}");
    let done = open(settings).and_then(|mut lab| {
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

impl Experiment {
    /// Validates the settings and makes sure that the output folder can be written to, before any work is done.
    pub(super) fn new(name: &'static str, settings: Settings, defaults: Defaults) -> Result<Self> {
        let pick = |(full, quick)| if settings.quick { quick } else { full };
        let (steps, samples) = (
            settings.steps.unwrap_or(pick(defaults.steps)),
            settings.samples.unwrap_or(pick(defaults.samples)),
        );
        check(&settings, samples)?;
        let gammas = settings.gamma.iter().map(|g| Gamma::new(*g)).collect::<Result<_>>()?;
        let process = settings.process.process().validated()?;
        let grid = Grid::to_data(&process, Spacing::KARRAS, steps)?;
        set_threads(settings.threads)?;
        let output = output_for(name, &settings)?;
        Ok(Experiment {
            unchecked: settings.differences(&defaults.settings(name, "", [name.into()])),
            method: settings.sampler.method(),
            settings,
            process,
            grid,
            gammas,
            samples,
            output,
            last_line: None,
            written: Vec::new(),
            checks: Vec::new(),
            stopped: false,
            began: Instant::now(),
        })
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
        scorelab::file::save(&path, bytes)?;
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

    /// Whether numbers are checked: all settings that change one are at their defaults, and nothing was stopped early.
    pub fn checking(&self) -> bool {
        self.unchecked.is_empty() && !self.stopped
    }

    /// From now on no number is checked: the user has stopped something early.
    pub fn stopped_early(&mut self) {
        self.stopped = true;
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
    fn finish(&self, next: &str) -> Result<()> {
        println!("\nwritten in {:.1} s:", self.began.elapsed().as_secs_f64());
        self.written.iter().for_each(|path| println!("  {}", path.display()));
        let failed: Vec<&str> =
            self.checks.iter().filter(|(_, good)| !good).map(|(what, _)| what.as_str()).collect();
        if self.stopped {
            println!("not checked: the training was stopped early");
        } else if !self.checking() {
            println!(
                "not checked: settings differ from the defaults ({})",
                self.unchecked.join(" ")
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

/// Refuses settings that no experiment can use.
fn check(settings: &Settings, samples: usize) -> Result<()> {
    check_kernel_variable()?;
    if !(LEAST_SAMPLES..=MOST_SAMPLES).contains(&samples) {
        let must = format!("between {LEAST_SAMPLES} and {MOST_SAMPLES}");
        return Err(Error::value("--samples", samples, must));
    }
    let scale = settings.gradient_scale;
    if !(scale.is_finite() && scale > 0.0) {
        return Err(Error::value("--gradient-scale", scale, "a finite number above 0"));
    }
    if settings.look.formats.contains(&Format::Pdf) && !cfg!(feature = "pdf") {
        let must = "svg, png, csv or json; for pdf, build with `--features pdf`";
        return Err(Error::value("--formats", "pdf", must));
    }
    if settings.panel == Some(0) {
        return Err(Error::value("--panel", 0, "counted from 1"));
    }
    if settings.gamma.is_empty() || settings.gamma.len() > 100 {
        let value = "a list of no or too many numbers";
        return Err(Error::value("--gamma", value, "1 to 100 numbers"));
    }
    Ok(())
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
        formats: settings.look.formats.clone(),
        theme: settings.look.theme,
        lang: settings.look.lang,
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
pub(super) fn set_threads(threads: Option<usize>) -> Result<()> {
    let Some(n) = threads else { return Ok(()) };
    if !(1..=1024).contains(&n) {
        return Err(Error::value("--threads", n, "between 1 and 1024"));
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build_global();
    pool.map_err(|e| Error::value("--threads", n, format!("possible on this machine ({e})")))
}
