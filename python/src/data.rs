//! Scenes, drawn digits and their captions.

use crate::error::{class, refused, value};
use crate::mixture::{Labelled, Mixture};
use crate::score::Likelihood;
use ndarray::Array2;
use numpy::{IntoPyArray, PyArray1, PyArray2, PyArray3};
use pyo3::prelude::*;
use scorelab::data;
use scorelab_lab::read::find_scene;

/// A class, by its number or its name.
#[derive(FromPyObject, Clone)]
pub enum Label {
    /// Its number, from 0.
    Number(usize),
    /// Its name, in English or Vietnamese.
    Name(String),
}

impl Label {
    /// Its number among the classes of a scene.
    ///
    /// # Errors
    /// If there is none.
    pub fn of(&self, scene: &data::Scene) -> PyResult<usize> {
        match self {
            Label::Name(name) => scene.class(name).map_err(refused),
            Label::Number(number) => class(*number, scene.mixture.classes()),
        }
    }
}

/// A labelled data distribution, known exactly: something to learn, to steer and to draw. `Scene(name)` is built in, or read from
/// a TOML file or a file of points.
#[pyclass(frozen, module = "scorelab")]
pub struct Scene {
    /// The scene.
    pub inner: data::Scene,
    mixture: Py<Mixture>,
    made_of: Option<String>, // the name or path that it can be found by again
}

impl Scene {
    fn found(py: Python, name: &str) -> PyResult<Scene> {
        let (inner, _) = find_scene(name).map_err(refused)?;
        let mixture = Mixture::object(py, inner.mixture.clone())?;
        Ok(Scene { inner, mixture, made_of: Some(name.into()) })
    }
}

/// A scene, or its name or path.
#[derive(FromPyObject)]
pub enum SceneLike<'py> {
    /// A scene.
    Scene(Bound<'py, Scene>),
    /// Its name or path.
    Name(String),
}

impl SceneLike<'_> {
    /// The scene.
    ///
    /// # Errors
    /// If there is none of this name.
    pub fn taken(&self) -> PyResult<data::Scene> {
        match self {
            SceneLike::Scene(scene) => Ok(scene.get().inner.clone()),
            SceneLike::Name(name) => Ok(find_scene(name).map_err(refused)?.0),
        }
    }
}

#[pymethods]
impl Scene {
    #[new]
    #[pyo3(signature = (name="animals"))]
    fn new(py: Python, name: &str) -> PyResult<Self> {
        Scene::found(py, name)
    }

    /// A mixture of one's own with names for its classes.
    #[staticmethod]
    fn of(mixture: &Bound<Mixture>, class_names: Vec<String>, name: &str) -> PyResult<Self> {
        let inner = mixture.get().inner.clone();
        if class_names.len() != inner.classes() {
            let must = format!("{}, one for each class", inner.classes());
            return Err(value("the number of names", class_names.len(), must));
        }
        if let Some(twice) =
            (1..class_names.len()).find(|i| class_names[..*i].contains(&class_names[*i]))
        {
            return Err(value("the name of two classes", &class_names[twice], "one for each"));
        }
        let named = |en: String| data::ClassName { vi: en.clone(), en };
        let class_names = class_names.into_iter().map(named).collect();
        let inner = data::Scene { name: name.into(), mixture: inner, class_names };
        Ok(Scene { inner, mixture: mixture.clone().unbind(), made_of: None })
    }

    /// The scene's name.
    #[getter]
    fn name(&self) -> &str {
        &self.inner.name
    }

    /// The distribution itself; its class c is called `class_names[c]`. It is its own score.
    #[getter]
    fn mixture(&self, py: Python) -> Py<Mixture> {
        self.mixture.clone_ref(py)
    }

    /// The names of the classes, one for each class of the mixture. In English.
    #[getter]
    fn class_names(&self) -> Vec<String> {
        self.inner.class_names.iter().map(|name| name.en.clone()).collect()
    }

    /// What the classes are called, in Vietnamese.
    #[getter]
    fn class_names_vi(&self) -> Vec<String> {
        self.inner.class_names.iter().map(|name| name.vi.clone()).collect()
    }

    /// The number of a class.
    fn label(&self, label: Label) -> PyResult<usize> {
        label.of(&self.inner)
    }

    /// p(x₀ | y), what a condition leaves of the mixture. `label` is a class by its number or its name; the answer is its own
    /// score.
    fn given(&self, py: Python, label: Label) -> PyResult<Py<Mixture>> {
        Mixture::given(self.mixture.bind(py), label.of(&self.inner)?)
    }

    /// p(y | x_t) of one class, as a likelihood to steer by.
    fn posterior(&self, py: Python, label: Label) -> PyResult<Likelihood> {
        Mixture::posterior(self.mixture.bind(py), label.of(&self.inner)?)
    }

    /// Draws n points with their classes. They are (n, d) and (n,), those of `scorelab data`.
    #[pyo3(signature = (n, seed=0))]
    fn sample<'py>(&self, py: Python<'py>, n: usize, seed: u64) -> PyResult<Labelled<'py>> {
        self.mixture.get().sample(py, n, seed, false)
    }

    fn __repr__(&self) -> String {
        format!("Scene('{}', classes={:?})", self.inner.name, self.class_names())
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let class = py.get_type::<Scene>();
        let reduced = match &self.made_of {
            Some(name) => (class, (name,)).into_pyobject(py)?,
            None => {
                let of = (self.mixture(py), self.class_names(), &self.inner.name);
                (class.getattr("of")?, of).into_pyobject(py)?
            }
        };
        Ok(reduced.into_any())
    }
}

/// The names of the built-in scenes.
#[pyfunction]
pub fn scenes() -> Vec<&'static str> {
    data::Scene::names().to_vec()
}

/// A digit and what it wears, as words say it. `Caption(text)` reads English or Vietnamese, as "a bold seven with a hat".
#[pyclass(frozen, eq, module = "scorelab", from_py_object)]
#[derive(Clone, PartialEq)]
pub struct Caption(data::Caption);

#[pymethods]
impl Caption {
    #[new]
    fn new(text: &str) -> PyResult<Self> {
        data::Caption::parse(text).map(Caption).map_err(refused)
    }

    /// Every caption there is: each digit with each set of attributes.
    #[staticmethod]
    fn every() -> Vec<Caption> {
        data::Caption::every().map(Caption).collect()
    }

    /// The digit.
    #[getter]
    fn label(&self) -> usize {
        self.0.class
    }

    /// The caption in English.
    #[getter]
    fn english(&self) -> String {
        self.0.english()
    }

    /// The caption in Vietnamese.
    #[getter]
    fn vietnamese(&self) -> String {
        self.0.vietnamese()
    }

    fn __repr__(&self) -> String {
        format!("Caption('{}')", self.0.english())
    }

    fn __getnewargs__(&self) -> (String,) {
        (self.0.english(),)
    }
}

/// An endless set of drawn digits: the drawing of an index depends on the seed and on that index alone. They have 28 × 28 pixels.
#[pyclass(frozen, module = "scorelab")]
pub struct Glyphs(data::Glyphs);

/// Images and the class of each: (n, 28, 28) and (n,).
type LabelledImages<'py> = (Bound<'py, PyArray3<u8>>, Bound<'py, PyArray1<u64>>);

/// The side of a drawn digit, in pixels.
const SIDE: usize = 28;

#[pymethods]
impl Glyphs {
    #[new]
    #[pyo3(signature = (seed=0))]
    fn new(seed: u64) -> Self {
        Glyphs(data::Glyphs { seed })
    }

    /// The drawings of a range of indices, wearing nothing. They are those from `start` to `stop` − 1, with their classes: (n,
    /// 28, 28) of uint8, (n,).
    fn images<'py>(&self, py: Python<'py>, start: u64, stop: u64) -> PyResult<LabelledImages<'py>> {
        if stop <= start || stop - start > 1_000_000 {
            let must = "1 to 1000000";
            return Err(value("the number of images", stop as f64 - start as f64, must));
        }
        let images = py.detach(|| self.0.images(start..stop));
        let n = images.labels.len();
        let pixels = images.pixels.into_shape_with_order((n, SIDE, SIDE));
        let y: Vec<u64> = images.labels.iter().map(|y| *y as u64).collect();
        Ok((pixels.expect("square images").into_pyarray(py), y.into_pyarray(py)))
    }

    /// What a caption asks for, by the hand of number `index`. Without a caption it is dressed at random. The answer is (28, 28)
    /// of uint8, and the caption.
    #[pyo3(signature = (index, caption=None))]
    fn draw<'py>(
        &self,
        py: Python<'py>,
        index: u64,
        caption: Option<Caption>,
    ) -> (Bound<'py, PyArray2<u8>>, Caption) {
        let drawn = match caption {
            Some(caption) => self.0.draw_as(index, caption.0),
            None => self.0.dressed(index),
        };
        let pixels = Array2::from_shape_vec((SIDE, SIDE), drawn.pixels.to_vec());
        (pixels.expect("a square image").into_pyarray(py), Caption(drawn.caption))
    }
}
