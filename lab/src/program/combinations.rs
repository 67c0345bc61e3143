//! The runs of a sweep, from a TOML file.

use super::command::{Command, Program, understood};
use super::config;
use super::contents::{Contents, Flags};
use super::eval::Measured;
use super::of_file;
use crate::flags::Eval;
use crate::given::{Idle, idle};
use crate::patience::Patience;
use crate::recipe::{check, idle_flags};
use clap::CommandFactory;
use scorelab::checkpoint::{Place, Recipe};
use scorelab::file::fingerprint;
use scorelab::{Error, Result};
use serde_json::json;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use toml::{Table, Value};

/// More runs than anyone waits for.
const MOST_RUNS: usize = 100_000;

/// All runs of a sweep, in the order of the results.
///
/// What is trained is what is evaluated: a score network as `--score`, a classifier as `--classifier`, so alone, or, with a
/// class, as what steers the score of `[eval]`.
///
/// ```toml
/// repeats = 3                       # runs of each combination, which differ in their seed only
/// [train]                           # flags of every training; without this table nothing is trained
/// scene = "three"
/// [eval]                            # flags of every evaluation
/// class = 0
/// [grid.train]                      # every combination of these values is a run
/// width = [16, 32, 64]
/// [grid.eval]
/// gamma = [1, 2]
/// ```
pub struct Combinations {
    /// What varies, as `train.width`.
    pub varied: Vec<String>,
    /// The runs.
    pub runs: Vec<Planned>,
}

/// One run.
pub struct Planned {
    /// A fingerprint of all its settings, and of the contents of the files that they name.
    pub id: String,
    /// A fingerprint of what decides the training: runs that differ only in their evaluation share it.
    pub training: String,
    /// Its seed, drawn from the fingerprint of the training, unless the grid gives one: evaluations of one network are paired.
    pub seed: u64,
    /// The values of what varies.
    pub varied: Vec<String>,
    /// What is trained.
    pub recipe: Option<Recipe>,
    /// How it is evaluated.
    pub eval: Eval,
    names: Vec<String>,
}

/// Flags that a sweep sets itself, or that are the program's.
const NOT_HERE: [&str; 9] =
    ["out", "resume", "every", "show", "config", "threads", "format", "memory", "help"];

impl Planned {
    /// What varies and its values, in words.
    pub fn description(&self) -> String {
        let pairs = self.names.iter().zip(&self.varied);
        pairs.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
    }
}

impl Combinations {
    /// Reads the grid and checks every run.
    ///
    /// # Errors
    /// If the file cannot be read or is not TOML, a key is not a flag, there are too many runs, or a run is invalid.
    pub fn load(path: &Path) -> Result<Combinations> {
        let table = config::read(path)?;
        let _waiting = Patience::new("checking every run of the grid".into());
        Combinations::of(&table).map_err(|why| Error::File { path: path.into(), why })
    }

    /// Which runs are those of shard `shard` of `shards`, counted from 0: runs that share a training share a shard.
    pub fn shard(&self, shard: usize, shards: usize) -> Vec<bool> {
        let mut places = BTreeMap::new();
        let mut place = |run: &Planned, own: usize| match run.recipe {
            None => own,
            Some(_) => {
                let next = places.len();
                *places.entry(run.training.clone()).or_insert(next)
            }
        };
        self.runs.iter().enumerate().map(|(i, run)| place(run, i) % shards == shard).collect()
    }

    /// The grid of a table.
    ///
    /// # Errors
    /// As [`Combinations::load`].
    pub fn of(table: &Table) -> std::result::Result<Combinations, String> {
        const KNOWN: [&str; 4] = ["train", "eval", "grid", "repeats"];
        if let Some(key) = table.keys().find(|k| !KNOWN.contains(&k.as_str())) {
            let hint = scorelab::data::did_you_mean(key, KNOWN.into_iter());
            return Err(format!("{key:?} is not one of {}{hint}", KNOWN.join(", ")));
        }
        let repeats = match table.get("repeats") {
            None => 1,
            Some(Value::Integer(n)) if (1..=MOST_RUNS as i64).contains(n) => *n as usize,
            Some(_) => return Err(format!("repeats must be a whole number from 1 to {MOST_RUNS}")),
        };
        let axes = axes(table)?;
        check_keys(table, &axes)?;
        let trains = table.contains_key("train") || axes.iter().any(|a| a.sub == "train");
        let count = axes.iter().try_fold(repeats, |n, axis| n.checked_mul(axis.values.len()));
        let count = count.filter(|n| *n <= MOST_RUNS);
        let count =
            count.ok_or_else(|| format!("it has over {MOST_RUNS} runs; make the grid smaller"))?;
        let fixed = |sub: &str| flags(table.get(sub).and_then(Value::as_table));
        let (train, eval) = (fixed("train")?, fixed("eval")?);
        let contents = RefCell::default();
        let plan = Plan { train: trains.then_some(train), eval, axes: &axes, repeats, contents };
        let runs: Vec<Planned> =
            (0..count).map(|i| plan.run(i)).collect::<std::result::Result<_, _>>()?;
        let given = |sub: &str| -> Vec<&String> {
            let axes = axes.iter().filter(|axis| axis.sub == sub).map(|axis| &axis.flag);
            axes.chain(table.get(sub).and_then(Value::as_table).into_iter().flat_map(Table::keys))
                .collect()
        };
        refuse_idle("train", &given("train"), &runs, |run| run.recipe.as_ref().map(idle_flags))?;
        refuse_idle("eval", &given("eval"), &runs, Planned::idle_of_eval)?;
        let mut varied: Vec<String> = axes.iter().map(Axis::name).collect();
        varied.extend((repeats > 1).then(|| "repeat".to_string()));
        Ok(Combinations { varied, runs })
    }
}

/// Refuses a flag that changes nothing in any run; nothing is told of what cannot be known beforehand.
fn refuse_idle(
    sub: &str,
    given: &[&String],
    runs: &[Planned],
    idle: impl Fn(&Planned) -> Option<Vec<Idle>>,
) -> std::result::Result<(), String> {
    let all: Option<Vec<Vec<Idle>>> = runs.iter().map(idle).collect();
    let Some(all) = all.filter(|all| !all.is_empty()) else { return Ok(()) };
    let of = |flags: &[Idle], flag: &str| flags.iter().find(|(own, _)| *own == flag).copied();
    for flag in given {
        let why: Option<Vec<Idle>> = all.iter().map(|flags| of(flags, flag)).collect();
        if let Some([(flag, why), ..]) = why.as_deref() {
            return Err(format!("{flag} in [{sub}] changes nothing in any run: {why}; remove it"));
        }
    }
    Ok(())
}

impl Planned {
    /// The flags that change nothing in its evaluation, as far as that is known before anything is opened.
    fn idle_of_eval(&self) -> Option<Vec<Idle>> {
        if !self.eval.samples.drawn() {
            return Some(of_file::idle_flags());
        }
        let score = &self.eval.score;
        let exact =
            score.score == "exact" && score.classifier.as_deref().is_none_or(|c| c == "exact");
        let (scene, classifies) = match &self.recipe {
            Some(recipe) => (!recipe.data.is_images(), recipe.model.classifies()),
            None if exact => (true, false),
            None => return None,
        };
        let observed = self.eval.condition.given().is_some();
        let asked = self.eval.asks();
        let steered = asked || observed || score.guiding.is_some();
        let learned = self.recipe.is_some() && !classifies || score.score != "exact";
        let compared =
            learned && !observed && score.guiding.is_none() && score.gradient_scale == 1.0;
        let alone = classifies && !asked;
        let measured = Measured { scene, alone, compared };
        let mut all = measured.idle_flags();
        all.extend(idle([(!steered, &["interval"], "nothing steers within it or outside it")]));
        Some(all)
    }
}

/// One flag that varies.
struct Axis {
    sub: &'static str,
    flag: String,
    values: Vec<String>,
}

impl Axis {
    fn name(&self) -> String {
        format!("{}.{}", self.sub, self.flag)
    }
}

/// What varies, in the order of its names.
fn axes(table: &Table) -> std::result::Result<Vec<Axis>, String> {
    let Some(grid) = table.get("grid") else { return Ok(Vec::new()) };
    let grid = grid.as_table().ok_or("grid must be a table: [grid.train] or [grid.eval]")?;
    let mut axes = Vec::new();
    for (key, values) in grid {
        let sub = ["eval", "train"].into_iter().find(|s| s == key);
        let (Some(sub), Some(values)) = (sub, values.as_table()) else {
            return Err(format!(
                "{key:?} in [grid] must be one of the tables [grid.train] and [grid.eval]"
            ));
        };
        for (flag, values) in values {
            let texts: Option<Vec<String>> = values
                .as_array()
                .map(Vec::as_slice)
                .unwrap_or_default()
                .iter()
                .map(config::text)
                .collect();
            let values = texts.filter(|v| !v.is_empty()).ok_or_else(|| {
                format!("{flag} in [grid.{sub}] must be a list of the values to try")
            })?;
            let same = |a: &String, b: &String| {
                a == b || a.parse::<f64>().is_ok_and(|a| Ok(a) == b.parse())
            };
            let before = |i: &usize| values[..*i].iter().any(|v| same(v, &values[*i]));
            if let Some(i) = (1..values.len()).find(before) {
                let twice = format!("{flag} in [grid.{sub}] is {} twice", values[i]);
                return Err(format!("{twice}: one run would be counted as two; remove one"));
            }
            axes.push(Axis { sub, flag: flag.clone(), values });
        }
    }
    Ok(axes)
}

/// Refuses keys that are not flags, or cannot be in a grid.
fn check_keys(table: &Table, axes: &[Axis]) -> std::result::Result<(), String> {
    let mut all = Table::new();
    for sub in ["train", "eval"] {
        let mut own = match table.get(sub) {
            None => Table::new(),
            Some(value) => value.as_table().cloned().ok_or(format!("{sub} must be a table"))?,
        };
        for axis in axes.iter().filter(|a| a.sub == sub) {
            if own.insert(axis.flag.clone(), Value::Boolean(true)).is_some() {
                return Err(format!("{} is given both in [{sub}] and in [grid.{sub}]", axis.flag));
            }
        }
        if let Some(key) = own.keys().find(|k| NOT_HERE.contains(&k.as_str())) {
            return Err(format!("{key} in [{sub}] is set by the sweep itself; remove it"));
        }
        all.insert(sub.into(), Value::Table(own));
    }
    config::check(&all, &Program::command())
}

fn flags(table: Option<&Table>) -> std::result::Result<Flags, String> {
    let of = |(key, value): (&String, &Value)| {
        let text = config::text(value);
        let wrong = || format!("{key} is a {}, which no flag takes", value.type_str());
        Ok((key.clone(), text.ok_or_else(wrong)?))
    };
    table.into_iter().flatten().map(of).collect()
}

/// What the runs are made from.
struct Plan<'a> {
    train: Option<Flags>,
    eval: Flags,
    axes: &'a [Axis],
    repeats: usize,
    contents: RefCell<Contents>,
}

impl Plan<'_> {
    /// The run of this number; the repeats run fastest, then the last axis.
    fn run(&self, number: usize) -> std::result::Result<Planned, String> {
        let (mut rest, repeat) = (number / self.repeats, number % self.repeats);
        let (mut train, mut eval) = (self.train.clone(), self.eval.clone());
        let mut varied = vec![String::new(); self.axes.len()];
        for (axis, chosen) in self.axes.iter().zip(&mut varied).rev() {
            *chosen = axis.values[rest % axis.values.len()].clone();
            rest /= axis.values.len();
            let flags = if axis.sub == "train" { train.get_or_insert_default() } else { &mut eval };
            flags.insert(axis.flag.clone(), chosen.clone());
        }
        let wrong = |e: Error| format!("run {} ({e})", number + 1);
        let mut contents = self.contents.borrow_mut();
        let mut held = |flags: Option<&Flags>| {
            flags.map_or(Ok(BTreeMap::new()), |f| contents.of(f)).map_err(wrong)
        };
        let version = env!("CARGO_PKG_VERSION");
        let mut trained = json!({ "version": version, "train": train, "repeat": repeat });
        add_files(&mut trained, "files of train", held(train.as_ref())?);
        let mut content = trained.clone();
        content["eval"] = json!(eval);
        add_files(&mut content, "files of eval", held(Some(&eval))?);
        let [print, training] =
            [content, trained].map(|all| fingerprint(all.to_string().as_bytes()));
        let (id, seed) = (print[..16].to_string(), &training[16..29]);
        // 52 bits, which every reader of numbers keeps
        let seed = u64::from_str_radix(seed, 16).expect("hexadecimal digits");
        let training = training[..16].to_string();
        for flags in train.iter_mut().chain([&mut eval]) {
            flags.entry("seed".into()).or_insert_with(|| seed.to_string());
        }
        let recipe = train.as_ref().map(recipe).transpose().map_err(wrong)?;
        let eval = evaluation(recipe.as_ref(), &eval).map_err(wrong)?;
        let seed = recipe.as_ref().map_or(eval.walk.seed, |r| r.train.seed);
        let mut names: Vec<String> = self.axes.iter().map(Axis::name).collect();
        if self.repeats > 1 {
            varied.push(repeat.to_string());
            names.push("repeat".into());
        }
        Ok(Planned { id, training, seed, varied, recipe, eval, names })
    }
}

/// Adds the fingerprints of files, if there are any, to what a fingerprint is made of.
fn add_files(content: &mut serde_json::Value, of: &str, files: BTreeMap<&str, String>) {
    if !files.is_empty() {
        content[of] = json!(files);
    }
}

/// The evaluation of some flags of `eval`, of what is trained, if anything is.
fn evaluation(trained: Option<&Recipe>, flags: &Flags) -> Result<Eval> {
    let classifies = trained.is_some_and(|recipe| recipe.model.classifies());
    let own = if classifies { "classifier" } else { "score" };
    if trained.is_some() && flags.contains_key(own) {
        return wrong(own, "given", "left out: the sweep trains one and sets it itself");
    }
    if classifies && flags.contains_key("guiding") {
        return wrong(
            "guiding",
            "given",
            "left out: the classifier that is trained does the steering",
        );
    }
    let Command::Eval(eval) = parsed("eval", flags)? else { unreachable!("asked for eval") };
    if let Some(recipe) = trained {
        measures(&eval, recipe)?;
    }
    Ok(eval)
}

/// A setting of an evaluation that does not go with what the sweep trains.
fn wrong<T>(flag: &str, value: &str, must: &str) -> Result<T> {
    Err(Error::value(format!("{flag} in [eval]"), value, must))
}

/// Refuses an evaluation that cannot measure what the sweep trains.
fn measures(eval: &Eval, recipe: &Recipe) -> Result<()> {
    let classifies = recipe.model.classifies();
    if !eval.samples.drawn() {
        let must = "a number: what is measured is what the sweep trains";
        return wrong("samples", &eval.samples.to_string(), must);
    }
    let (exact, steers) = (eval.score.score == "exact", eval.asks());
    let samples = !classifies || steers;
    if matches!(recipe.data, Place::Rows(_)) && eval.score.scene.is_none() {
        return Err(Error::Usage { why: "scene in [eval] is required: rows of a file are learned without a scene; name the one to measure by, or the file".into() });
    }
    match recipe.data.is_images() {
        true if samples && eval.judge.is_none() => {
            Err(Error::Usage { why: "judge in [eval] is required: images are measured by a classifier that did not steer them".into() })
        }
        true if classifies && steers && exact => {
            Err(Error::Usage { why: "score in [eval] is required: images have no exact score to steer".into() })
        }
        _ if classifies && !steers && !exact => {
            let must = "given together with a class, to which the trained classifier steers it";
            wrong("score", "given", must)
        }
        _ if classifies && !steers && !eval.gamma.is_empty() => {
            wrong("gamma", "given", "left out, or given together with the class to steer to")
        }
        _ => Ok(()),
    }
}

/// The recipe of some flags of `train`.
fn recipe(flags: &Flags) -> Result<Recipe> {
    let Command::Train(train) = parsed("train", flags)? else { unreachable!("asked for train") };
    let recipe = train.recipe.recipe(&train.common.given)?;
    check(&recipe)?;
    Ok(recipe)
}

/// A subcommand with these flags.
fn parsed(name: &str, flags: &Flags) -> Result<Command> {
    let flags = flags.iter().map(|(flag, value)| format!("--{flag}={value}"));
    let words = ["scorelab".to_string(), name.to_string()].into_iter().chain(flags);
    understood(words)
}
