//! What every experiment does, whatever its data: settings in, figures, tables and checks out.

use super::checked::Check;
use crate::exit;
use crate::flags::{Defaults, ExperimentFlags};
use crate::setup::{Setup, Typed, gammas, gradient_scale, options};
use crate::table::Table;
use crate::tell::{tell, tell_error};
use crate::view::Domain;
use rayon::prelude::*;
use scorelab::guidance::Gamma;
use scorelab::noise::{Grid, Spacing};
use scorelab::{Error, Result};
use scorelab_figures::lecture::beside_the_first;
use scorelab_figures::plot::{self, Animation, Figure, Output, Text};
use std::ops::{Deref, RangeInclusive};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

/// A running experiment: its setup, and what it has shown so far.
pub struct Experiment {
    setup: Setup,
    /// What the user typed.
    pub flags: ExperimentFlags,
    /// The guidance scales.
    pub gammas: Vec<Gamma>,
    /// What is printed last of all, if anything.
    pub last_line: Option<Text>,
    answer: Option<Text>,
    written: Vec<PathBuf>,
    checks: Vec<Check>,
    stopped: bool,
    began: Instant,
}

impl Deref for Experiment {
    type Target = Setup;

    fn deref(&self) -> &Setup {
        &self.setup
    }
}

impl AsMut<Experiment> for Experiment {
    fn as_mut(&mut self) -> &mut Experiment {
        self
    }
}

/// Fewer samples than the statistics of any experiment need, and more than any figure or table can use, are refused.
const SAMPLES: RangeInclusive<usize> = 10..=1_000_000;

/// Runs an experiment as a program: reads the command line, opens what it is about, runs `body`, reports, and says how it
/// ended.
///
/// Exit codes: those of the program, 1 if a check failed; 0 also where nothing is checked.
pub fn run_on<L: AsMut<Experiment>>(
    (name, question, next): (&'static str, &'static str, &str),
    defaults: Defaults,
    open: impl FnOnce(ExperimentFlags) -> Result<L>,
    body: impl FnOnce(&mut L) -> Result<()>,
) -> ExitCode {
    let flags = defaults.flags(name, question, std::env::args_os());
    println!("{name}: {question}");
    let done = flags.machine.take().and_then(|()| open(flags)).and_then(|mut lab| {
        body(&mut lab)?;
        lab.as_mut().finish(Some(next))
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tell_error(&error);
            ExitCode::from(exit::code(&error))
        }
    }
}

impl Experiment {
    /// Parses the flags and makes sure that the output folder can be written to, before any work is done.
    ///
    /// # Errors
    /// As `Typed::setup`, and if a flag of the experiment is invalid or the folder cannot be written to.
    pub fn new(name: &'static str, flags: ExperimentFlags, data: Domain) -> Result<Self> {
        gradient_scale(flags.gradient_scale)?;
        if flags.panel == Some(0) {
            return Err(Error::value("--panel", 0, "counted from 1"));
        }
        let gammas = gammas(&flags.gamma)?;
        let dir = flags.out.clone().unwrap_or_else(|| PathBuf::from("out").join(name));
        let (quick, panel) = (flags.quick, flags.panel.map(|p| p - 1));
        let width = if quick { 1280 } else { 1920 };
        let typed = Typed {
            program: name,
            walk: &flags.walk,
            machine: &flags.machine,
            samples: SAMPLES,
            walks: true,
            quick,
            output: Output { width, panel, ..flags.look.output(dir, flags.lang)? },
            options: options(&flags),
        };
        data.class(&flags.class)?; // one class: not all in turn
        let setup = typed.setup(data, Some(&flags.class))?;
        try_folder(&setup.output.dir)?;
        let (written, checks, began) = (Vec::new(), Vec::new(), Instant::now());
        let (last_line, answer, stopped) = (None, None, false);
        Ok(Experiment { setup, flags, gammas, last_line, answer, written, checks, stopped, began })
    }

    /// Goes on with other data, times or another process than asked for; outputs from now on are recorded with them.
    pub fn change(&mut self, change: impl FnOnce(&mut Setup)) {
        change(&mut self.setup);
        self.setup.output.meta = self.setup.record();
    }

    /// Goes on with another scene, its first class wanted.
    ///
    /// # Errors
    /// As [`Scene::find`](scorelab::data::Scene::find).
    pub fn change_scene(&mut self, name: &str) -> Result<()> {
        let data = Domain::of_scene(name)?;
        self.change(|setup| (setup.data, setup.class) = (data, Some(0)));
        Ok(())
    }

    /// The one γ of an experiment that takes no more.
    ///
    /// # Errors
    /// If there are several.
    pub fn only_gamma(&self) -> Result<Gamma> {
        match self.gammas[..] {
            [gamma] => Ok(gamma),
            _ => Err(Error::value(
                "--gamma",
                format!("{} numbers", self.gammas.len()),
                "a single number here",
            )),
        }
    }

    /// The γ of a figure that shows one past the class: the first above 1, or the last.
    pub fn large_gamma(&self) -> Gamma {
        let large = self.gammas.iter().find(|gamma| gamma.value() > 1.0);
        *large.or(self.gammas.last()).expect("a γ at least")
    }

    /// The γ of a figure that tells what happens as γ grows: a single one stands behind 0 and 1.
    pub fn growing_gammas(&self) -> Vec<Gamma> {
        beside_the_first(&self.gammas)
    }

    /// The γ of a figure that has room for three: the first two and the last; a single one stands behind 0 and 1.
    pub fn three_gammas(&self) -> Vec<Gamma> {
        let all = self.growing_gammas();
        (0..all.len()).filter(|i| *i < 2 || *i == all.len() - 1).map(|i| all[i]).collect()
    }

    /// The γ that the user asks for, if they are other than the experiment's own.
    pub fn asked_gammas(&self) -> Option<&[Gamma]> {
        self.flags.changed("--gamma").then_some(&self.gammas[..])
    }

    /// Runs `body` as the settings say and again with twice the solver's steps: what differs is the solver's error.
    ///
    /// # Errors
    /// Those of `body`; and if twice the steps are too many for a grid, and nothing has run then.
    pub fn twice<T>(&mut self, mut body: impl FnMut(&Self) -> Result<T>) -> Result<[T; 2]> {
        let finer = Grid::to_data(&self.process, Spacing::KARRAS, 2 * self.grid.steps())?;
        let once = body(self)?;
        let grid = std::mem::replace(&mut self.setup.grid, finer);
        let twice = body(self);
        self.setup.grid = grid;
        Ok([once, twice?])
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

    /// Writes an animation, as [`Setup::animate`] does, with `--all` also each frame in a folder of their own, and remembers
    /// the animation and its record.
    ///
    /// # Errors
    /// If it cannot be drawn or written.
    pub fn animate(&mut self, stem: &str, frames: impl IntoIterator<Item = Figure>) -> Result<()> {
        self.animate_as(self.animation(stem), frames)
    }

    /// As [`Experiment::animate`], for a slide: as large as its pictures, and also as an APNG for the page of a deck.
    ///
    /// # Errors
    /// If it cannot be drawn or written.
    pub fn animate_slide(&mut self, stem: &str, frames: Vec<Figure>) -> Result<()> {
        self.animate_as(
            Animation { apng: true, width: self.output.width, ..self.animation(stem) },
            frames,
        )
    }

    fn animate_as(
        &mut self,
        how: Animation,
        frames: impl IntoIterator<Item = Figure>,
    ) -> Result<()> {
        let how = Animation { frames: self.flags.all, ..how };
        let mut files = self.setup.animate(&how, frames)?;
        if let Some(folder) = files.last().and_then(|last| last.parent()).filter(|_| how.frames) {
            let (stem, folder) = (&how.stem, folder.display());
            self.say(Text::from((
                format!("the frames of {stem} are in {folder}"),
                format!("các khung hình của {stem} nằm trong {folder}"),
            )));
        }
        files.retain(|file| file.parent() == Some(&self.output.dir)); // a list of every frame tells nobody anything
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

    /// Whether this run has written a file of this name into the output folder.
    pub(super) fn has_written(&self, name: &str) -> bool {
        self.written.contains(&self.output.dir.join(name))
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
        self.flags.changed.is_empty() && !self.stopped
    }

    /// From now on no number is checked: the user has stopped something early.
    pub fn stopped_early(&mut self) {
        self.stopped = true;
    }

    /// Checks a number against its range: `full` at the default settings, `quick` at `--quick`, no check with other
    /// settings. What came of it is told at the end, below all tables.
    pub fn check(
        &mut self,
        what: &str,
        value: f64,
        full: RangeInclusive<f64>,
        quick: RangeInclusive<f64>,
    ) {
        if self.checking() {
            let range = self.size(full, quick);
            self.checks.push(Check { what: what.into(), value, range });
        }
    }

    /// What the experiment's question is answered with, in one sentence of this run's own numbers; told at the end.
    pub fn answer(&mut self, sentence: impl Into<Text>) {
        self.answer = Some(sentence.into());
    }

    /// Tells the checks, the files, the answer and the next experiment, if there is one, and fails if a check did.
    ///
    /// # Errors
    /// If a check failed.
    pub fn finish(&self, next: Option<&str>) -> Result<()> {
        if !self.checks.is_empty() {
            println!();
        }
        self.checks.iter().for_each(|check| self.say(check.line()));
        let failed: Vec<&str> =
            self.checks.iter().filter(|c| !c.good()).map(|c| c.what.as_str()).collect();
        if let Some(summary) = self.summary(failed.len()) {
            self.say(summary);
        }
        let seconds = format!("{:.1}", self.began.elapsed().as_secs_f64());
        self.say(Text::from((
            format!("\nwritten in {seconds} s:"),
            format!("\nđã ghi, sau {seconds} giây:"),
        )));
        self.written.iter().for_each(|path| println!("  {}", path.display()));
        if let Some(Text { en, vi }) = &self.answer {
            self.say((format!("\nanswer: {en}"), format!("\ntrả lời: {vi}")).into());
        }
        if let Some(next) = next {
            println!("next: cargo run --example {next}");
        }
        if let Some(last) = &self.last_line {
            self.say(last.clone());
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

    /// What is said of all checks together, of which so many failed.
    fn summary(&self, failed: usize) -> Option<Text> {
        let changed = self.flags.changed.join(" ");
        let n = self.checks.len();
        if self.stopped {
            return Some(Text::new(
                "not checked: the training was stopped early",
                "không kiểm tra: việc huấn luyện đã bị dừng sớm",
            ));
        }
        if !self.checking() {
            return Some(Text::from((
                format!("not checked: settings differ from the defaults ({changed})"),
                format!("không kiểm tra: thiết lập khác với mặc định ({changed})"),
            )));
        }
        (failed == 0 && n > 0).then(|| {
            Text::from((
                format!("checked: {n} numbers, all within their ranges"),
                format!("đã kiểm tra: {n} số, tất cả trong khoảng cho phép"),
            ))
        })
    }

    /// Does some work and says on standard error how long it took, so that who waits for more of it sees it go on.
    pub fn timed<T>(&self, what: &Text, work: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        let done = work();
        let (what, lang) = (what.get(self.output.lang), self.output.lang);
        let seconds = Text::new("s", "giây");
        tell(format!("  {what}: {:.1} {}", began.elapsed().as_secs_f64(), seconds.get(lang)));
        done
    }

    /// Prints a line in the language of the figures.
    pub(super) fn say(&self, line: Text) {
        println!("{}", line.get(self.output.lang));
    }
}

/// Makes the folder and tries to write to it, so that no one waits for a training whose figures would be lost.
fn try_folder(dir: &Path) -> Result<()> {
    std::fs::create_dir_all(dir).map_err(|e| Error::io("create the folder", dir, e))?;
    scorelab::file::try_folder(dir)
}
