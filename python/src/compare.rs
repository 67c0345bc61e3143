//! One's own idea held against ordinary guidance and the exact answer.

use crate::data::{Label, SceneLike};
use crate::error::value;
use crate::guidance::gamma as checked_gamma;
use crate::job::{self, Watched};
use crate::noise::{Grid, ProcessLike};
use crate::sampler::{SamplerLike, times};
use crate::score::taken;
use numpy::{PyArray2, ToPyArray};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use scorelab::methods;
use scorelab_figures::lecture::Setting;
use scorelab_lab::{Contest, Contested, Made, MethodFlags, Table};

/// What came out of a comparison of ways to guide.
#[pyclass(frozen, module = "scorelab")]
pub struct Comparison {
    title: String,
    warning: Option<String>,
    found: Contested,
}

/// The rows of a table, each a dict from column to cell.
fn rows<'py>(py: Python<'py>, table: &Table) -> PyResult<Vec<Bound<'py, PyDict>>> {
    let row = |cells: &Vec<String>| {
        let row = PyDict::new(py);
        table.headers.iter().zip(cells).try_for_each(|(head, cell)| row.set_item(head, cell))?;
        Ok(row)
    };
    table.rows.iter().map(row).collect()
}

#[pymethods]
impl Comparison {
    /// For each score, at the walk's steps and at twice as many: the shares, the energy distance to p(x|c) and to the tilt
    /// p(x)^(1−γ)·p(x|c)^γ, the spread and the evaluations.
    #[getter]
    fn table<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        rows(py, &self.found.compare)
    }

    /// Whether each is nearer to p(x|c), and to the tilt, than the conditional score is, and than ordinary guidance at the same γ
    /// and at the γ that each itself comes nearest to.
    #[getter]
    fn verdicts<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        rows(py, &self.found.verdicts)
    }

    /// The γ of ordinary guidance that each comes nearest to.
    #[getter]
    fn effective<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        rows(py, &self.found.effective)
    }

    /// Why there is no tilt to compare with, if there is none.
    #[getter]
    fn warning(&self) -> Option<&str> {
        self.warning.as_deref()
    }

    /// Where the samples of each score ended, at the walk's steps and at twice as many: [(name, steps, (n, d))].
    #[getter]
    fn samples<'py>(&self, py: Python<'py>) -> Vec<(String, usize, Bound<'py, PyArray2<f64>>)> {
        let walks = self.found.walks.iter();
        walks.map(|w| (w.name.clone(), w.steps, w.ends.to_pyarray(py))).collect()
    }

    fn __repr__(&self) -> String {
        let Contested { compare, verdicts, effective, said, .. } = &self.found;
        let said: Vec<&str> = said.iter().map(|said| &*said.en).collect();
        let warning =
            self.warning.as_ref().map_or(String::new(), |why| format!("warning: {why}\n\n"));
        format!(
            "{}\n\n{warning}{compare}\n{verdicts}\n{effective}\n{}",
            self.title,
            said.join("\n")
        )
    }
}

/// The ideas by name: one alone is called `mine`.
fn ideas(mine: &Bound<PyAny>, dim: usize) -> PyResult<Vec<(String, methods::Score)>> {
    let given: Vec<(String, Bound<PyAny>)> = match mine.cast::<PyDict>() {
        Ok(several) => several
            .iter()
            .map(|(name, idea)| Ok((name.extract()?, idea)))
            .collect::<PyResult<_>>()?,
        Err(_) => vec![("mine".into(), mine.clone())],
    };
    if given.is_empty() {
        return Err(value("mine", "empty", "at least one idea"));
    }
    let one = |(name, idea): (String, Bound<PyAny>)| {
        if ["conditional", "guided"].contains(&name.as_str()) {
            return Err(value("the name of an idea", name, "another: that one is in the table"));
        }
        let score = taken(&idea, Some(dim))?.score;
        if score.dim() != dim {
            let must = format!("{dim}, as of the scene");
            return Err(value(&format!("the dimension of {name}"), score.dim(), must));
        }
        Ok((name, score))
    };
    given.into_iter().map(one).collect()
}

/// Compares ideas of one's own with the conditional score, with ordinary guidance at the same γ and at their own effective scale, and
/// with the exact tilt.
///
/// `mine` is a score or a function f(x, alpha, sigma) -> (n, d), or a dict of several by name; `rival` is the name of a method of
/// the catalogue, with its `knobs`. The answer shows itself as three tables, those of the experiment `your_guidance`.
#[pyfunction]
#[pyo3(signature = (mine, *, gamma=3.0, scene=None, label=None, samples=4000, process=None, steps=None, grid=None, sampler=None, seed=0, rival=None, knobs=None))]
#[allow(clippy::too_many_arguments)] // keywords of a Python function
pub fn compare(
    py: Python,
    mine: &Bound<PyAny>,
    gamma: f64,
    scene: Option<SceneLike>,
    label: Option<Label>,
    samples: usize,
    process: Option<ProcessLike>,
    steps: Option<usize>,
    grid: Option<Grid>,
    sampler: Option<SamplerLike>,
    seed: u64,
    rival: Option<String>,
    knobs: Option<std::collections::BTreeMap<String, f64>>,
) -> PyResult<Comparison> {
    let gamma = checked_gamma(gamma)?;
    let scene = scene.unwrap_or(SceneLike::Name("animals".into())).taken()?;
    let class = label.unwrap_or(Label::Number(0)).of(&scene)?;
    if scene.mixture.classes() < 2 {
        let must = "at least 2, or there is nothing to steer between";
        return Err(value("the number of classes", 1, must));
    }
    if !(10..=1_000_000).contains(&samples) {
        return Err(value("samples", samples, "10 to 1000000"));
    }
    let (process, grid) = times(process, steps, grid)?;
    let sampler = SamplerLike::taken(sampler)?;
    let dim = scene.mixture.means().ncols();
    let ideas = ideas(mine, dim)?;
    let set = knobs.unwrap_or_default();
    if let (None, Some(knob)) = (&rival, set.keys().next()) {
        return Err(value("a knob", knob, "left out, or given together with its rival"));
    }
    let set = set.iter().map(|(knob, v)| format!("{}={v}", knob.replace('_', "-"))).collect();
    let rival = MethodFlags { method: rival, set };
    let title =
        format!("scene {}, target {}, exact scores", scene.name, scene.class_names[class].en);
    let (warning, found) = job::run(py, move |stop| {
        let setting =
            Setting { scene: &scene, class, process, grid: &grid, sampler: &sampler, seed };
        let contest = Contest { setting, samples, gamma, at_once: true, learned: None };
        let watched = ideas.iter().map(|(_, idea)| Watched::around(idea.clone(), stop));
        let made: Vec<_> = watched.map(|idea| move |_, _| idea.clone()).collect();
        let named = ideas.iter().zip(&made);
        let mine: Vec<(&str, Made)> =
            named.map(|((name, _), made)| (name.as_str(), made as Made)).collect();
        Ok((contest.warning(), contest.held(&mine, &rival)?))
    })?;
    Ok(Comparison { title, warning, found })
}
