//! `scorelab sweep`: every combination of a grid, trained and evaluated, in as many processes as one likes.

use super::combinations::{Combinations, Planned};
use super::metric_rows::COLUMNS;
use super::train::{Begun, Job};
use crate::data::TrainingSet;
use crate::flags::Sweep;
use crate::given::idle;
use crate::interrupt::{interrupted, listen};
use crate::report::{Cell, Form, Report};
use crate::tell::tell;
use scorelab::checkpoint::{self, Run};
use scorelab::file;
use scorelab::{Error, Result};
use scorelab_figures::plot::Text;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// The file of all results.
const MERGED: &str = "results.csv";

/// How a run ended.
enum End {
    Done,
    Failed,
    Interrupted,
}

/// How many runs are done.
#[derive(Default)]
struct Count {
    before: usize,
    done: usize,
    failed: usize,
}

impl Sweep {
    /// Does the runs that are not done yet; true if Ctrl-C ended it.
    ///
    /// # Errors
    /// If the grid cannot be understood, a file cannot be read or written, or, with `--merge`, a result is missing.
    pub fn run(&self) -> Result<bool> {
        if self.every == 0 {
            return Err(Error::value("--every", 0, "at least 1"));
        }
        let share = self.share()?;
        let planned = Combinations::load(&self.grid)?;
        let trains = planned.runs.iter().any(|run| run.recipe.is_some());
        self.common.given.refuse(&idle([
            (self.merge, &["shard", "every"], "--merge runs nothing"),
            (!trains, &["every"], "nothing is trained"),
        ]))?;
        let stem = self.grid.file_stem().unwrap_or_default().to_string_lossy();
        let own = || PathBuf::from("out").join(file::plain_name(&stem));
        let folder = self.out.clone().unwrap_or_else(own);
        std::fs::create_dir_all(&folder).map_err(|e| Error::io("create the folder", &folder, e))?;
        let count = match self.merge {
            true => Some(Count::default()),
            false => self.runs(&planned, share, &folder)?,
        };
        let Some(count) = count else {
            let stopped = Text::new(
                "stopped; run the same command to go on",
                "đã dừng; chạy lại cùng lệnh này để tiếp tục",
            );
            tell(stopped.get(self.common.lang));
            return Ok(true);
        };
        let merged = self.gather(&planned, &folder)?;
        self.say(planned.runs.len(), &count, merged)?;
        match count {
            Count { failed: 1.., before: 0, done: 0 } => {
                let (failed, names) = (
                    count.failed,
                    "every run that was tried; see the lines above for the reasons".into(),
                );
                Err(Error::Checks { failed, total: failed, names })
            }
            _ => Ok(false),
        }
    }

    /// Does the runs of a share that are not done yet; nothing if Ctrl-C ended it.
    fn runs(
        &self,
        planned: &Combinations,
        (shard, shards): (usize, usize),
        folder: &Path,
    ) -> Result<Option<Count>> {
        listen()?;
        let (mine, mut count) = (planned.shard(shard, shards), Count::default());
        for (i, run) in planned.runs.iter().enumerate().filter(|(i, _)| mine[*i]) {
            let (number, all, what) = (i + 1, planned.runs.len(), run.description());
            if result(folder, run)?.is_some() {
                count.before += 1;
                continue;
            }
            let nth = Text::from((
                format!("run {number} of {all}: "),
                format!("lần chạy {number} trên {all}: "),
            ));
            tell(nth.then(format!("{} {what}", run.id)).get(self.common.lang));
            match self.one(run, folder)? {
                End::Interrupted => return Ok(None),
                End::Failed => count.failed += 1,
                End::Done => count.done += 1,
            }
        }
        Ok(Some(count))
    }

    /// Says what was done.
    fn say(&self, runs: usize, count: &Count, merged: Option<PathBuf>) -> Result<()> {
        let Count { before, done, failed } = *count;
        let mut report = Report::new(["runs", "done_before", "done", "failed", "results"]);
        let path = merged.map(|p| p.display().to_string());
        report.row([runs.into(), before.into(), done.into(), failed.into(), path.into()]);
        report.notes = vec![Text::new(
            "results: written once every run of every shard is done",
            "results: có khi mọi lần chạy của mọi phần đã xong",
        )];
        report.write(self.common.form(None)?, None)
    }

    /// Which share of the runs, from 0, of how many.
    fn share(&self) -> Result<(usize, usize)> {
        let Some(text) = &self.shard else { return Ok((0, 1)) };
        let number = |part: &str| part.trim().parse::<usize>().ok();
        match text.split_once('/').map(|(i, n)| (number(i), number(n))) {
            Some((Some(i), Some(n))) if 1 <= i && i <= n && n <= 1_000_000 => Ok((i - 1, n)),
            _ => Err(Error::value("--shard", format!("{text:?}"), "I/N with I from 1 to N")),
        }
    }

    /// Trains, if the grid says so, evaluates, and writes the result.
    fn one(&self, run: &Planned, folder: &Path) -> Result<End> {
        let ((rows, setup), error) = match self.measure(run, folder) {
            Ok(Some(found)) => (found, None),
            Ok(None) => return Ok(End::Interrupted),
            Err(e @ Error::Memory { .. }) => {
                tell(format!("run {}: {e}; it is tried again the next time", run.id));
                return Ok(End::Failed);
            }
            // what the settings lead to is a result; what the system refuses is not
            Err(e @ (Error::Diverged { .. } | Error::Value { .. })) => {
                tell(format!("run {}: {e}", run.id));
                ((json!([]), Value::Null), Some(e.to_string()))
            }
            Err(e) => return Err(e),
        };
        let end = if error.is_some() { End::Failed } else { End::Done };
        let all = json!({
            "id": run.id, "training": run.training, "seed": run.seed, "settings": run.description(), "error": error, "rows": rows,
            "setup": setup,
        });
        let path = path_of(folder, run);
        let text =
            serde_json::to_vec_pretty(&all).map_err(|e| Error::io("write", &path, e.into()))?;
        file::keep(&path, &text).map(|()| end)
    }

    /// The rows of the evaluation and its record; nothing if Ctrl-C came first.
    fn measure(&self, run: &Planned, folder: &Path) -> Result<Option<(Value, Value)>> {
        let mut eval = run.eval.clone();
        if let Some(recipe) = &run.recipe {
            let open = Run::open(folder.join(&run.training))?;
            let (folder, gib) = (open.folder(), self.common.machine.memory);
            let (set, from) = if checkpoint::holds_checkpoints(folder)? {
                let begun = Begun::find(folder)?;
                (begun.training_set(folder, gib)?, Some(begun.state))
            } else {
                (TrainingSet::of(recipe, gib)?, None)
            };
            let job = Job { recipe, set: &set, run: &open, every: self.every, progress: None };
            let ended = job.run(None, from)?;
            if ended.interrupted {
                return Ok(None);
            }
            let path = ended.path.to_string_lossy().into_owned();
            match recipe.model.classifies() {
                true => eval.score.classifier = Some(path),
                false => eval.score.score = path,
            }
        }
        if interrupted() {
            return Ok(None);
        }
        eval.common.machine.memory = self.common.machine.memory;
        let (report, setup) = eval.report()?;
        let rows = serde_json::to_value(&report);
        let rows = rows.map_err(|e| Error::io("write", folder, e.into()))?;
        Ok(Some((rows, setup)))
    }

    /// Writes all results as one table, if all are there.
    fn gather(&self, planned: &Combinations, folder: &Path) -> Result<Option<PathBuf>> {
        let results: Vec<Option<Value>> =
            planned.runs.iter().map(|run| result(folder, run)).collect::<Result<_>>()?;
        let missing = results.iter().filter(|r| r.is_none()).count();
        if missing > 0 {
            return match self.merge {
                false => Ok(None),
                true => {
                    let why = format!(
                        "{missing} of {} runs are not done; run the sweep first",
                        results.len()
                    );
                    Err(Error::File { path: folder.into(), why })
                }
            };
        }
        let names = COLUMNS;
        let varied = planned.varied.iter().map(String::as_str);
        let columns = ["id", "seed"].into_iter().chain(varied).chain(names).chain(["error"]);
        let mut table = Report::new(columns);
        for (run, result) in planned.runs.iter().zip(results.into_iter().flatten()) {
            let head = [Cell::from(run.id.as_str()), run.seed.into()];
            let head: Vec<Cell> =
                head.into_iter().chain(run.varied.iter().map(|v| v.as_str().into())).collect();
            let error = Cell::from(&result["error"]);
            let rows = result["rows"].as_array().cloned().unwrap_or_default();
            for row in &rows {
                let cells = names.iter().map(|n| Cell::from(&row[n]));
                table.row(head.iter().cloned().chain(cells).chain([Cell::Empty]));
            }
            if rows.is_empty() {
                let none = names.iter().map(|_| Cell::Empty);
                table.row(head.iter().cloned().chain(none).chain([error]));
            }
        }
        let path = folder.join(MERGED);
        file::keep(&path, &table.text(Form::Csv)?)?;
        Ok(Some(path))
    }
}

fn path_of(folder: &Path, run: &Planned) -> PathBuf {
    folder.join(format!("{}.json", run.id))
}

/// The result of a run, if it is there and whole.
fn result(folder: &Path, run: &Planned) -> Result<Option<Value>> {
    let path = path_of(folder, run);
    match std::fs::read(&path) {
        Ok(bytes) => {
            let read: Option<Value> = serde_json::from_slice(&bytes).ok();
            Ok(read.filter(|r| r["id"] == run.id.as_str() && r["rows"].is_array()))
        }
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(Error::io("read", &path, e)),
    }
}
