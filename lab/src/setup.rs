//! What a run is to do: the flags of the program or of an experiment, validated in one step.

use crate::flags::{ConditionFlags, MachineFlags, SamplingFlags, WalkFlags};
use crate::memory::{self, A_COORDINATE};
use crate::menu::{Menu, SamplerName};
use crate::observed::Observed;
use crate::table::exact;
use crate::tell::tell;
use crate::view::{ALL, Domain};
use scorelab::arch::{check_kernel_variable, kernel_name};
use scorelab::data::Scene;
use scorelab::guidance::Gamma;
use scorelab::noise::{Grid, NoiseLevel, Process, Spacing};
use scorelab::sampler::AnySampler;
use scorelab::{Error, Result};
use scorelab_figures::lecture::Setting;
use scorelab_figures::plot::{self, Animation, Figure, Format, Output};
use serde::Serialize;
use serde_json::{Value, json};
use std::ops::RangeInclusive;
use std::path::PathBuf;

/// What is to be done: with which data, by which walk, into which files, with how many threads and how much memory.
#[derive(Clone)]
pub struct Setup {
    /// The subcommand, or the experiment.
    pub program: &'static str,
    /// Where the points live.
    pub data: Domain,
    /// The wanted class; the first one where all are wanted.
    pub class: Option<usize>,
    /// Whether every class is wanted, in turn.
    pub all: bool,
    /// What is observed of the scene; its flags are among the options.
    pub observed: Option<Observed>,
    /// The noise process.
    pub process: Process,
    /// The times of a walk.
    pub grid: Grid,
    /// The sampler.
    pub sampler: AnySampler,
    /// The seed of every random number.
    pub seed: u64,
    /// How many samples; of an experiment for each row of a table.
    pub samples: usize,
    /// Whether it is the small and fast form of an experiment.
    pub quick: bool,
    /// Where and how figures are written, with the record of this setup.
    pub output: Output,
    /// Threads, if they are not as many as the machine has.
    pub threads: Option<usize>,
    /// The most memory to take, in GiB.
    pub memory: f64,
    sampler_name: SamplerName,
    options: Value,
}

/// What was typed, besides the data and the class.
pub struct Typed<'a> {
    /// The subcommand, or the experiment.
    pub program: &'static str,
    /// The walk.
    pub walk: &'a SamplingFlags,
    /// Threads and memory.
    pub machine: &'a MachineFlags,
    /// How many samples it accepts.
    pub samples: RangeInclusive<usize>,
    /// Whether there is a walk, so that the start must fit the data.
    pub walks: bool,
    /// As [`Setup::quick`].
    pub quick: bool,
    /// Where and how figures are written.
    pub output: Output,
    /// All other flags, by name.
    pub options: Value,
}

/// How many samples a subcommand can be asked for.
pub const ANY_SAMPLES: RangeInclusive<usize> = 1..=100_000_000;

/// More threads than any user's machine has.
const MOST_THREADS: usize = 1024;

impl<'a> Typed<'a> {
    /// What was typed, for a subcommand with these flags.
    pub fn new(
        program: &'static str,
        (walk, machine): (&'a SamplingFlags, &'a MachineFlags),
        flags: &impl Serialize,
    ) -> Self {
        let (output, quick, walks) = (Output::default(), false, true);
        let options = options(flags);
        Typed { program, walk, machine, samples: ANY_SAMPLES, walks, quick, output, options }
    }

    /// The setup on these data, for the class of this name.
    ///
    /// Warns if the start of a walk does not fit the data.
    ///
    /// # Errors
    /// If a number is out of its range, there is no such class, or the samples do not fit into the memory.
    pub fn setup(self, data: Domain, class: Option<&str>) -> Result<Setup> {
        let SamplingFlags { walk: WalkFlags { process, sampler, steps, seed }, samples } =
            *self.walk;
        let MachineFlags { threads, memory } = *self.machine;
        if !self.samples.contains(&samples) {
            let must = format!("{} to {}", self.samples.start(), self.samples.end());
            return Err(Error::value("--samples", samples, must));
        }
        let process = process.validated()?;
        let grid = Grid::to_data(&process, Spacing::KARRAS, steps)
            .map_err(|_| Error::value("--steps", steps, "1 to 1000000"))?;
        memory::refuse("the samples", samples as f64 * data.dim() as f64 * A_COORDINATE, memory)?;
        let all = class == Some(ALL) && data.scene().is_none() && !data.captioned();
        let class = if all { Some("0") } else { class };
        let class = class.map(|name| data.class(name)).transpose()?;
        let mut setup = Setup {
            program: self.program,
            data,
            class,
            all,
            observed: None,
            process,
            grid,
            sampler: sampler.sampler(),
            seed,
            samples,
            quick: self.quick,
            output: self.output,
            threads,
            memory,
            sampler_name: sampler,
            options: self.options,
        };
        setup.output.meta = setup.record();
        if self.walks {
            let warnings = setup.data.warnings(&setup.process);
            warnings.iter().for_each(|why| tell(format!("warning: {why}")));
        }
        Ok(setup)
    }
}

/// Flags by their names, without those that are fields of a [`Setup`].
pub fn options(flags: &impl Serialize) -> Value {
    serde_json::to_value(flags).expect("flags are texts, numbers and lists of them")
}

impl Setup {
    /// All of it, for whoever wants to know how an output was made. The compiler asks here for any field that is added.
    pub fn record(&self) -> Value {
        let Setup {
            program,
            data,
            class,
            all,
            observed: _,
            process,
            grid,
            sampler: _,
            seed,
            samples,
            quick,
            output,
            threads,
            memory,
            sampler_name,
            options,
        } = self;
        let names = data.class_names();
        let class = class.map(|class| json!({ "number": class, "name": names[class].en }));
        json!({
            "program": program,
            "version": env!("CARGO_PKG_VERSION"),
            "kernel": kernel_name(),
            "data": data.record(),
            "class": if *all { Some(json!(ALL)) } else { class },
            "process": process.name(),
            "grid": { "steps": grid.steps(), "spacing": "karras, ρ = 7" },
            "sampler": sampler_name.name(),
            "seed": seed,
            "samples": samples,
            "quick": quick,
            "output": output_record(output),
            "threads": threads,
            "memory": memory,
            "options": options,
        })
    }

    /// How an animation of this stem is written.
    pub fn animation(&self, stem: &str) -> Animation {
        let Output { dir, theme, lang, .. } = self.output.clone();
        Animation { dir, stem: stem.into(), theme, lang, ..Animation::default() }
    }

    /// Writes an animation and, where records are written, its record; the answer is the files, the GIF first.
    ///
    /// # Errors
    /// If its frames do not fit into the memory, or it cannot be drawn or written.
    pub fn animate(
        &self,
        how: &Animation,
        frames: impl IntoIterator<Item = Figure>,
    ) -> Result<Vec<PathBuf>> {
        let frames: Vec<Figure> = frames.into_iter().collect();
        memory::refuse("the frames", how.bytes(frames.len()), self.memory)?;
        let first = frames.first().map(|first| Figure { stem: how.stem.clone(), ..first.clone() });
        let mut files = plot::write_gif(frames, how)?;
        if let Some(first) = first.filter(|_| self.output.formats.contains(&Format::Json)) {
            let only = Output { formats: vec![Format::Json], panel: None, ..self.output.clone() };
            files.splice(1..1, plot::write(&first, &only)?);
        }
        Ok(files)
    }

    /// The same, with what these flags say is observed of the scene or, of a wanted class, its components; or of an image.
    ///
    /// # Errors
    /// If there is no scene, a coordinate is unknown or given twice, a number is out of its range, nothing would be left to
    /// draw, or the observation lies where the scene is not; of an image, as what is known of an image is read.
    pub fn observing(mut self, flags: &ConditionFlags, image: Option<&str>) -> Result<Setup> {
        self.observed = Observed::of(flags, image, (&self.data, self.class))?;
        Ok(self)
    }

    /// The scene.
    ///
    /// # Panics
    /// If the data are images.
    pub fn scene(&self) -> &Scene {
        self.data.scene().expect("data that are a scene")
    }

    /// The class that is shown: the wanted one or, where none is, the first.
    pub fn target(&self) -> usize {
        self.class.unwrap_or(0)
    }

    /// What the class that is shown is called, in English.
    pub fn class_name(&self) -> String {
        self.data.class_names()[self.target()].en.clone()
    }

    /// Refuses a scene in which there is nothing to steer between, before anything is trained.
    ///
    /// # Errors
    /// If the scene has one class only.
    pub fn needs_two_classes(&self) -> Result<()> {
        match self.data.classes() {
            1 => {
                let must = "at least 2, or there is nothing to steer between";
                Err(Error::value("the number of classes", 1, must))
            }
            _ => Ok(()),
        }
    }

    /// The full size or, at `--quick`, the small one.
    pub fn size<T>(&self, full: T, quick: T) -> T {
        if self.quick { quick } else { full }
    }

    /// What the lecture's figures need to know.
    ///
    /// # Panics
    /// If the data are images.
    pub fn setting(&self) -> Setting<'_> {
        Setting {
            scene: self.scene(),
            class: self.target(),
            process: self.process,
            grid: &self.grid,
            sampler: &self.sampler,
            seed: self.seed,
        }
    }
}

/// What the record says about the files.
fn output_record(output: &Output) -> Value {
    let Output { dir, formats, svg_text, theme, lang, panel, width, meta: _ } = output;
    let formats: Vec<&str> = formats.iter().map(|format| format.ending()).collect();
    let (theme, lang, panel) = (theme.name(), lang.name(), panel.map(|p| p + 1));
    json!({
        "folder": dir, "formats": formats, "svg_text": svg_text.name(), "theme": theme, "lang": lang, "panel": panel,
        "width": width,
    })
}

impl MachineFlags {
    /// Sets threads and kernel for the whole program; the first thing that it does.
    ///
    /// # Errors
    /// If there are no such threads or no such memory, or the variable that chooses a kernel names none.
    pub fn take(&self) -> Result<()> {
        check_kernel_variable()?;
        memory::refuse("nothing", 0.0, self.memory)?; // a number that cannot be is one everywhere
        // rayon starts as many threads as its own variable says, without any limit
        let asked =
            || std::env::var("RAYON_NUM_THREADS").ok()?.parse().ok().filter(|n| *n > MOST_THREADS);
        let Some(n) = self.threads.or_else(|| asked().map(|_: usize| MOST_THREADS)) else {
            return Ok(());
        };
        if !(1..=MOST_THREADS).contains(&n) {
            return Err(Error::value("--threads", n, "between 1 and 1024"));
        }
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build_global();
        pool.map_err(|e| Error::value("--threads", n, format!("possible on this machine ({e})")))
    }
}

/// The guidance scales of `--gamma`.
///
/// # Errors
/// If there are none or more than 100, or one is not finite.
pub fn gammas(given: &[f64]) -> Result<Vec<Gamma>> {
    if given.is_empty() || given.len() > 100 {
        let value = format!("{} numbers", given.len());
        return Err(Error::value("--gamma", value, "1 to 100 numbers"));
    }
    let wrong = |g: &f64| Error::value("--gamma, the scale γ,", g, "a finite number");
    given.iter().map(|g| Gamma::new(*g).map_err(|_| wrong(g))).collect()
}

/// The factor of `--gradient-scale`.
///
/// # Errors
/// If it is not a finite number above 0.
pub fn gradient_scale(scale: f64) -> Result<f64> {
    if scale.is_finite() && scale > 0.0 {
        return Ok(scale);
    }
    Err(Error::value("--gradient-scale", scale, "a finite number above 0"))
}

/// Refuses a σ whose square, or its inverse, is too large or too small to compute with.
///
/// # Errors
/// If it is not between 10⁻⁵⁰ and 10⁵⁰.
pub fn noise_level(sigma: f64) -> Result<NoiseLevel> {
    match (1e-50..=1e50).contains(&sigma) {
        true => Ok(NoiseLevel::ve(sigma)),
        false => Err(Error::value("--sigma", exact(sigma), "a number from 1e-50 to 1e50")),
    }
}
