//! The catalogue of guidance methods.

use crate::data::{Label, Scene};
use crate::error::{class, refused, value};
use crate::guidance::alike;
use crate::mixture::{Mixture, Observation};
use crate::null_label::JointNetwork;
use crate::score::{Likelihood, Score, Taken, taken};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use scorelab::guidance::Gamma;
use scorelab::methods::{
    self, Knobs, Method, Need, Parts, Plan as Made, Row, build, method_named, rows,
};
use scorelab::null_label::JointNet;
use scorelab::score::LogDensity;
use std::sync::Arc;

/// A method made ready to walk. Pass it to `sample` or `trajectories`.
#[pyclass(frozen, module = "scorelab")]
pub struct Plan {
    /// The plan.
    pub plan: Made,
    /// Whether Python is asked.
    pub python: bool,
    name: String,
    knobs: Vec<(&'static str, f64)>,
}

impl Plan {
    /// d.
    pub fn dim(&self) -> usize {
        self.plan.legs[0].score.dim()
    }
}

#[pymethods]
impl Plan {
    /// The name of the method.
    #[getter]
    fn name(&self) -> &str {
        &self.name
    }

    /// What is set on it.
    #[getter]
    fn knobs<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let knobs = PyDict::new(py);
        self.knobs.iter().try_for_each(|(name, value)| knobs.set_item(name, value))?;
        Ok(knobs)
    }

    /// The dimension d of a point.
    #[getter(dim)]
    fn dimension(&self) -> usize {
        self.dim()
    }

    /// The score that leads all the way, if the walk's own sampler follows one. Else None.
    #[getter]
    fn score(&self) -> Option<Score> {
        self.plan.score().map(|score| Score::made(score.clone(), self.python))
    }

    fn __repr__(&self) -> String {
        let knobs = self.knobs.iter().map(|(name, value)| format!(", {name}={value}"));
        format!("Plan('{}'{})", self.name, knobs.collect::<String>())
    }
}

/// Every method, in the order of the catalogue. For each its name, title, formula, source, needs, and knobs with default and
/// range.
#[pyfunction]
#[pyo3(name = "methods")]
pub fn catalogue<'py>(py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
    let entry = |row: Row| {
        let (entry, knobs) = (PyDict::new(py), PyDict::new(py));
        for knob in row.about.knobs {
            let told = PyDict::new(py);
            told.set_item("default", knob.default)?;
            told.set_item("range", knob.range.to_string())?;
            told.set_item("meaning", knob.meaning)?;
            knobs.set_item(knob.name, told)?;
        }
        entry.set_item("name", row.about.name)?;
        entry.set_item("title", row.about.title)?;
        entry.set_item("formula", row.about.formula)?;
        entry.set_item("source", row.about.source)?;
        let needs: Vec<&str> = row.about.needs.iter().map(|need| need.words()).collect();
        entry.set_item("needs", needs)?;
        entry.set_item("knobs", knobs)?;
        entry.set_item("cost", row.cost.to_string())?;
        Ok(entry)
    };
    rows().into_iter().map(entry).collect()
}

/// The plan of a walk by this method. The method is one of the catalogue by its name; its knobs are further keywords.
///
/// `of` is what it steers, a Scene, a Mixture or a JointNetwork, and `label` the class it steers to; or `of` is a score, and nothing
/// or an `observation` is steered to. With an `observation` (a mask or a point) the label is part of the prior, as in the command.
/// Every part can also be given by itself, and takes precedence: the scores `unconditional`, `conditional` and `guiding` (a worse
/// one), the `classifier`, further conditions `also` as [(weight, score)], the `image` as (height, width).
#[pyfunction]
#[pyo3(signature = (name, of=None, label=None, *, observation=None, unconditional=None, conditional=None, classifier=None, guiding=None, also=None, image=None, dim=None, **knobs))]
#[allow(clippy::too_many_arguments)] // keywords of a Python function
pub fn method(
    name: &str,
    of: Option<&Bound<PyAny>>,
    label: Option<Label>,
    observation: Option<&Observation>,
    unconditional: Option<&Bound<PyAny>>,
    conditional: Option<&Bound<PyAny>>,
    classifier: Option<&Likelihood>,
    guiding: Option<&Bound<PyAny>>,
    also: Option<Vec<(f64, Bound<PyAny>)>>,
    image: Option<(usize, usize)>,
    dim: Option<usize>,
    knobs: Option<&Bound<PyDict>>,
) -> PyResult<Plan> {
    let method = method_named(name).map_err(refused)?;
    let (mut parts, own) = match of {
        Some(of) => parts_of(of, (label, observation), dim, method.about().needs)?,
        None => (Parts::default(), false),
    };
    let also = also.unwrap_or_default();
    if let Some((w, _)) = also.iter().find(|(w, _)| !w.is_finite()) {
        return Err(value("a weight of also", w, "a finite number"));
    }
    let given = [unconditional, conditional, guiding];
    let objects: Vec<&Bound<PyAny>> =
        given.iter().flatten().copied().chain(also.iter().map(|(_, s)| s)).collect();
    let known = parts.unconditional.as_ref().map(|s| s.dim()).or(classifier.map(|c| c.dim));
    let all = alike(&objects, dim.or(known))?;
    let python = own || all.iter().any(|t| t.python);
    let mut all = all.into_iter();
    let mut next = |given: Option<&Bound<PyAny>>| given.and_then(|_| all.next()).map(|t| t.score);
    parts.unconditional = next(unconditional).or(parts.unconditional);
    parts.conditional = next(conditional).or(parts.conditional);
    parts.guiding = next(guiding).or(parts.guiding);
    parts.also = also.iter().zip(all).map(|((w, _), t)| (*w, t.score)).collect();
    parts.classifier = classifier.map(|c| c.inner.clone()).or(parts.classifier);
    if unconditional.is_some() || conditional.is_some() || !parts.also.is_empty() {
        (parts.blend, parts.densities) = (None, None); // those of what was replaced
    }
    parts.observation = observation.map(|observation| Arc::new(observation.0.clone()));
    parts.image = image;
    made(method, &parts, knobs, python)
}

/// The plan of a method with these knobs.
fn made(
    method: &dyn Method,
    parts: &Parts,
    knobs: Option<&Bound<PyDict>>,
    python: bool,
) -> PyResult<Plan> {
    let knobs = set(Knobs::defaults(method.about()), knobs)?;
    let plan = build(method, parts, &knobs).map_err(refused)?;
    let knobs = knobs.iter().map(|(knob, value)| (knob.name, value)).collect();
    Ok(Plan { plan, python, name: method.about().name.into(), knobs })
}

/// Sets knobs, whose names may have _ for -.
fn set(mut knobs: Knobs, given: Option<&Bound<PyDict>>) -> PyResult<Knobs> {
    for (name, value) in given.into_iter().flat_map(|given| given.iter()) {
        let (name, value): (String, f64) = (name.extract()?, value.extract()?);
        knobs = knobs.with(&name.replace('_', "-"), value).map_err(refused)?;
    }
    Ok(knobs)
}

/// The parts of a scene, a mixture or a joint network, steered to a class, to an observation or to nothing, or of an
/// unconditional score; and whether Python is asked.
fn parts_of(
    of: &Bound<PyAny>,
    (label, observation): (Option<Label>, Option<&Observation>),
    dim: Option<usize>,
    needs: &[Need],
) -> PyResult<(Parts, bool)> {
    let of_mixture = |mixture, class| match observation {
        Some(observation) => observed(mixture, class, observation),
        None => Ok(of_mixture(mixture, class, needs)),
    };
    if let Ok(scene) = of.cast::<Scene>() {
        let inner = &scene.get().inner;
        let class = label.map(|label| label.of(inner)).transpose()?;
        return Ok((of_mixture(&inner.mixture, class)?, false));
    }
    if let Ok(mixture) = of.cast::<Mixture>() {
        let inner = &mixture.get().inner;
        let class = label.map(|label| numbered(label, inner.classes())).transpose()?;
        return Ok((of_mixture(inner, class)?, false));
    }
    if let Ok(net) = of.cast::<JointNetwork>() {
        let net = net.get().net();
        let class = label.map(|label| numbered(label, net.classes())).transpose()?;
        let parts = match observation {
            Some(_) => {
                Parts { unconditional: Some(Arc::new(net.given(class))), ..Parts::default() }
            }
            None => of_network(net, class),
        };
        return Ok((parts, false));
    }
    let Taken { score, python } = taken(of, dim)?;
    if label.is_some() {
        let must = "left out where a score alone is steered, which knows no classes";
        return Err(value("label", "given", must));
    }
    Ok((Parts { unconditional: Some(score), ..Parts::default() }, python))
}

/// The number of a class that has no name here.
fn numbered(label: Label, classes: usize) -> PyResult<usize> {
    match label {
        Label::Number(number) => class(number, classes),
        Label::Name(name) => Err(value("the class", name, "a number here; a Scene knows names")),
    }
}

/// A joint network, which blends its scores in one pass.
fn of_network(net: &JointNet, class: Option<usize>) -> Parts {
    let blend = class.map(|class| {
        let net = net.clone();
        let blend = move |gamma: Gamma, also: &[f64]| -> methods::Score {
            assert!(also.is_empty(), "further conditions are scores of their own here");
            Arc::new(net.guided(class, gamma))
        };
        Arc::new(blend) as _
    });
    Parts {
        unconditional: Some(Arc::new(net.unconditional())),
        conditional: class.map(|class| Arc::new(net.given(class)) as _),
        blend,
        ..Parts::default()
    }
}

fn of_mixture(mixture: &scorelab::mixture::Mixture, class: Option<usize>, needs: &[Need]) -> Parts {
    // what takes long for a large scene is made only where it is needed
    let needs = |need| needs.contains(&need);
    let score = |m: scorelab::mixture::Mixture| Arc::new(m) as methods::Score;
    let given = class.map(|class| mixture.given(class));
    let densities = given.as_ref().filter(|_| needs(Need::Densities));
    let densities =
        densities.map(|given| [mixture, given].map(|m| Arc::new(m.clone()) as Arc<dyn LogDensity>));
    let priors = if needs(Need::Classes) { mixture.class_weights() } else { Vec::new() };
    let classes = priors.into_iter().enumerate().map(|(y, w)| (w, score(mixture.given(y))));
    Parts {
        unconditional: Some(score(mixture.clone())),
        conditional: given.map(score),
        classifier: class.map(|class| Arc::new(mixture.posterior(class)) as _),
        densities,
        classes: classes.collect(),
        class,
        ..Parts::default()
    }
}

/// As [`of_mixture`], steered to an observation of this class or of all; the class is part of what is then the unconditional score.
fn observed(
    mixture: &scorelab::mixture::Mixture,
    class: Option<usize>,
    observation: &Observation,
) -> PyResult<Parts> {
    let prior = Arc::new(mixture.given(class));
    let likelihood = prior.measured(&observation.0).map_err(refused)?;
    let posterior = Arc::new(likelihood.posterior().clone());
    Ok(Parts {
        unconditional: Some(prior.clone()),
        conditional: Some(posterior.clone()),
        classifier: Some(Arc::new(likelihood)),
        densities: Some([prior, posterior]),
        ..Parts::default()
    })
}
