//! The lecture's figures, which show themselves.

use crate::error::{refused, value};
use crate::job;
use ndarray::Array2;
use numpy::{PyArray3, PyArrayMethods};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyTuple};
use scorelab_figures::lecture::FIGURES;
use scorelab_figures::plot::{self, Format, Lang, Layer, Output, Panel, Role, Theme};
use scorelab_lab::Menu;
use scorelab_lab::program::drawn;
use std::path::PathBuf;

/// A figure for one 16:9 slide: a list of panels, an equation and a few footers. It shows itself in a notebook, and saves itself
/// as svg, png, csv or json.
#[pyclass(frozen, module = "scorelab")]
pub struct Figure {
    figure: plot::Figure,
    theme: Theme,
    lang: Lang,
}

impl Figure {
    /// The figure as SVG whose words are text.
    fn words(&self) -> scorelab::Result<String> {
        plot::svg(&self.figure, self.theme, self.lang, None)
    }
}

#[pymethods]
impl Figure {
    /// The stem of its files.
    #[getter]
    fn stem(&self) -> &str {
        &self.figure.stem
    }

    /// The line at the top; may be empty.
    #[getter]
    fn title(&self) -> &str {
        self.figure.title.get(self.lang)
    }

    /// One sentence for the JSON sidecar and the SVG's description.
    #[getter]
    fn caption(&self) -> &str {
        self.figure.caption.get(self.lang)
    }

    /// Every number printed on the figure, by name; it goes into the JSON sidecar.
    #[getter]
    fn numbers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let numbers = PyDict::new(py);
        self.figure.numbers.iter().try_for_each(|(name, v)| numbers.set_item(name, v))?;
        Ok(numbers)
    }

    /// The figure as SVG.
    fn svg(&self, py: Python) -> PyResult<String> {
        py.detach(|| self.words().and_then(|svg| plot::outlines(&svg))).map_err(refused)
    }

    /// The figure as PNG, `width` pixels across.
    #[pyo3(signature = (width=1280))]
    fn png<'py>(&self, py: Python<'py>, width: u32) -> PyResult<Bound<'py, PyBytes>> {
        if !(16..=16_384).contains(&width) {
            return Err(value("width", width, "16 to 16384"));
        }
        let bytes =
            py.detach(|| self.words().and_then(|svg| plot::png(&svg, width))).map_err(refused)?;
        Ok(PyBytes::new(py, &bytes))
    }

    fn _repr_svg_(&self, py: Python) -> PyResult<String> {
        self.svg(py)
    }

    fn _repr_png_<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        self.png(py, 1280)
    }

    /// Writes the figure into a folder, a file for each format; the answer is their paths.
    #[pyo3(signature = (folder, formats=vec!["svg".into()], *, width=1920))]
    fn save(
        &self,
        py: Python,
        folder: PathBuf,
        formats: Vec<String>,
        width: u32,
    ) -> PyResult<Vec<PathBuf>> {
        let formats: Vec<Format> =
            formats.iter().map(|f| f.parse().map_err(refused)).collect::<PyResult<_>>()?;
        let (theme, lang) = (self.theme, self.lang);
        let output = Output { dir: folder, formats, theme, lang, width, ..Output::default() };
        py.detach(|| plot::write(&self.figure, &output)).map_err(refused)
    }

    fn __repr__(&self) -> String {
        format!("Figure('{}')", self.figure.stem)
    }
}

/// The figures of the lecture: for each its name and title.
#[pyfunction]
#[pyo3(name = "figures")]
pub fn listed(py: Python) -> PyResult<Vec<Bound<PyDict>>> {
    let entry = |spec: &&'static scorelab_figures::lecture::Spec| {
        let entry = PyDict::new(py);
        entry.set_item("name", spec.name)?;
        entry.set_item("title", spec.title.get(Lang::En))?;
        entry.set_item("caption", spec.caption.get(Lang::En))?;
        Ok(entry)
    };
    FIGURES.iter().filter(|spec| !spec.moves()).map(entry).collect()
}

/// A figure of the lecture by its name, or a list where it takes several slides.
///
/// The keywords are the flags of `scorelab plot`: `figure("steering", scene="three", label=0, gamma=[0, 3])`. Where a flag takes
/// the file of a network, the keyword takes the network itself, too.
#[pyfunction]
#[pyo3(signature = (name, *, lang="en", theme="light", **flags))]
pub fn figure<'py>(
    py: Python<'py>,
    name: &str,
    lang: &str,
    theme: &str,
    flags: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    let lang = Lang::named("the language", lang).map_err(refused)?;
    let theme = Theme::named("the theme", theme).map_err(refused)?;
    if !FIGURES.iter().any(|spec| spec.name == name && !spec.moves()) {
        let names: Vec<&str> = FIGURES.iter().filter(|s| !s.moves()).map(|s| s.name).collect();
        return Err(value("the figure", name, format!("one of {}", names.join(", "))));
    }
    let folder = py.import("tempfile")?.call_method0("TemporaryDirectory")?;
    let figures =
        given(name, flags, &folder).and_then(|words| job::run(py, move |_| drawn(&words)));
    folder.call_method0("cleanup")?;
    let figures = figures?;
    let one = |figure| Figure { figure, theme, lang };
    let mut all: Vec<Figure> = figures.into_iter().map(one).collect();
    match all.len() {
        1 => Ok(Bound::new(py, all.remove(0))?.into_any()),
        _ => {
            let list = PyList::empty(py);
            all.into_iter().try_for_each(|figure| list.append(Bound::new(py, figure)?))?;
            Ok(list.into_any())
        }
    }
}

/// The words of the command; networks are written into a temporary folder, where the command reads them.
fn given(
    name: &str,
    flags: Option<&Bound<PyDict>>,
    folder: &Bound<PyAny>,
) -> PyResult<Vec<String>> {
    let folder: PathBuf = folder.getattr("name")?.extract()?;
    let mut files = (0..).map(|n| folder.join(format!("{n}.safetensors")));
    let mut words = vec![name.to_string()];
    let mut text = |v: &Bound<PyAny>| -> PyResult<String> {
        if !v.hasattr("params")? {
            return Ok(v.str()?.to_string());
        }
        let file = files.next().expect("there is always a next number");
        v.call_method1("save", (&file,))?;
        Ok(file.display().to_string())
    };
    for (flag, v) in flags.into_iter().flat_map(|flags| flags.iter()) {
        let flag = flag.extract::<String>()?.replace('_', "-");
        let flag = if flag == "label" { "class" } else { &flag };
        let several = v.is_instance_of::<PyList>() || v.is_instance_of::<PyTuple>();
        let given = match several {
            true => v.try_iter()?.map(|v| text(&v?)).collect::<PyResult<Vec<_>>>()?.join(","),
            false => text(&v)?,
        };
        words.push(format!("--{flag}={given}"));
    }
    Ok(words)
}

/// Grey images (n, height, width) of uint8 as a figure, `columns` of them in a line.
#[pyfunction]
#[pyo3(signature = (images, columns=10, *, title="", theme="light"))]
pub fn sheet(images: &Bound<PyAny>, columns: usize, title: &str, theme: &str) -> PyResult<Figure> {
    let theme = Theme::named("the theme", theme).map_err(refused)?;
    let Ok(images) = images.cast::<PyArray3<u8>>() else {
        return Err(PyTypeError::new_err("images are an array (n, height, width) of uint8"));
    };
    let images = images.try_readonly()?;
    let (n, height, width) = images.as_array().dim();
    if n * height * width == 0 {
        let shape = format!("({n}, {height}, {width})");
        return Err(value("the shape of the images", shape, "at least (1, 1, 1)"));
    }
    if columns == 0 {
        return Err(value("columns", columns, "at least 1"));
    }
    let pixels = images.as_array().iter().copied().collect();
    let pixels = Array2::from_shape_vec((n, height * width), pixels).expect("as many pixels");
    let columns = columns.min(n);
    let mark = plot::Sheet { pixels, size: (height, width), columns, ..plot::Sheet::default() };
    let layers = vec![Layer::new("images", "the images, row by row", Role::Neutral, mark)];
    let (stem, title) = ("sheet".into(), title.to_string().into());
    let figure =
        plot::Figure { stem, title, panels: vec![Panel::bare(layers)], ..Default::default() };
    Ok(Figure { figure, theme, lang: Lang::En })
}
