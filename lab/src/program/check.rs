//! `scorelab check`: marks the answer to an exercise of the course, whatever language it was computed in.

use crate::called::program;
use crate::course::{self, Exercise, Mark, NOTEBOOKS, shape_in_words};
use crate::flags::Check;
use crate::given::idle;
use crate::read::{Table, TableOptions};
use crate::report::{Cell, Form, Report, say};
use ndarray::{Array2, Axis};
use scorelab::text::quoted;
use scorelab::{Error, Result, number};
use scorelab_figures::plot::Text;
use std::path::Path;

/// More numbers than any answer has: standard input may never end.
const MOST_NUMBERS: usize = 10_000_000;

impl Check {
    /// Marks, or says what is asked; false if the answer is wrong.
    ///
    /// # Errors
    /// If there is no such exercise, or a file cannot be read or holds no numbers.
    pub fn run(&self) -> Result<bool> {
        let all = course::exercises();
        let numbers = |text: &str| text.split(',').all(|part| number::parse(part).is_some());
        let table = self.answer.as_deref().is_some_and(|text| !numbers(text));
        let rules = [(!table, &["header", "no-header"][..], "the answer is not a table")];
        self.common.given.refuse(&idle(rules))?;
        let Some(n) = self.exercise else { return self.list(all).map(|()| true) };
        let Some(exercise) = n.checked_sub(1).and_then(|i| all.get(i)) else {
            return Err(Error::value("the exercise", n, format!("1 to {}", all.len())));
        };
        match &self.answer {
            Some(text) => return self.mark(n, exercise.right.shape(), text),
            None if self.points => self.points(n)?,
            None if self.components => self.components(n)?,
            None => self.question(n, exercise)?,
        }
        Ok(true)
    }

    fn mark(&self, n: usize, shape: &[usize], text: &str) -> Result<bool> {
        let Mark { right, said } = course::mark(
            n,
            handed_in(text, shape, self.table.options(self.common.machine.memory))?,
        )?;
        let said = said.get(self.common.lang);
        if self.common.form(None)?.form == Form::Table {
            say(format!("{} {said}\n", if right { "✓" } else { "✗" }).as_bytes())?;
        } else {
            let mut report = Report::new(["exercise", "right", "said"]);
            report.row([n.into(), right.into(), said.into()]);
            report.write(self.common.form(None)?, None)?;
        }
        Ok(right)
    }

    fn list(&self, all: &[Exercise]) -> Result<()> {
        let mut report = Report::new(["exercise", "notebook", "title", "answer"]);
        for (i, e) in all.iter().enumerate() {
            let title = e.title.get(self.common.lang);
            let shape = shape_in_words(e.right.shape());
            let shape = shape.get(self.common.lang);
            report.row([(i + 1).into(), e.notebook.into(), title.into(), shape.into()]);
        }
        let out = self.out.as_deref();
        report.write(self.common.form(out)?, out)
    }

    fn question(&self, n: usize, e: &Exercise) -> Result<()> {
        let lang = self.common.lang;
        let mut report = Report::new(["property", "value"]);
        let mut add = |name, value: Cell| report.row([Cell::Name(name), value]);
        add("exercise", n.into());
        add("notebook", e.notebook.into());
        add("title", e.title.get(lang).into());
        add("answer", shape_in_words(e.right.shape()).get(lang).into());
        add("begin", e.start.get(lang).into());
        let asked = course::question(n).expect("an exercise asks something");
        let out = self.out.as_deref();
        let wording = self.common.form(out)?;
        let mut notes = where_it_is_asked(e.notebook);
        match wording.form {
            Form::Table => {
                notes.insert(0, Text::new("the question: ", "câu hỏi: ").then(asked.clone()))
            }
            _ => add("question", asked.get(lang).into()), // which have no notes
        }
        if let Some((level, _)) = course::points(n) {
            add("alpha", level.alpha.into());
            add("sigma", level.sigma.into());
            let points = format!("{} check {n} --points", program());
            notes.push(Text::new("the points: ", "các điểm: ").then(points));
            let scene = course::scene(n);
            if let Some((scene, Some(class))) = &scene {
                add("class", (&scene.class_names[*class]).into());
            }
            if scene.is_some() {
                let scene = format!("{} check {n} --components", program());
                notes.push(Text::new("their scene: ", "phân phối của chúng: ").then(scene));
            } else {
                let images = format!("{} data --data digits --points 100 --format csv", program());
                notes.push(Text::new("the images: ", "các ảnh: ").then(images));
            }
        }
        report.notes = notes;
        report.write(wording, out)
    }

    /// α, σ and the coordinates of each point.
    fn points(&self, n: usize) -> Result<()> {
        let Some((level, x)) = course::points(n) else {
            let must = format!("left out: exercise {n} has no points");
            return Err(Error::value("--points", "given", must));
        };
        let names = (1..=x.ncols()).map(|i| format!("x{i}"));
        let mut report = Report::new(["alpha", "sigma"].map(String::from).into_iter().chain(names));
        for row in x.outer_iter() {
            let level = [level.alpha, level.sigma].into_iter();
            report.row(level.chain(row.iter().copied()).map(Cell::from));
        }
        report.write(self.exact()?, self.out.as_deref())
    }

    /// The class, weight, mean and covariance of each Gaussian of the scene, at α = 1 and σ = 0.
    fn components(&self, n: usize) -> Result<()> {
        let Some((scene, _)) = course::scene(n) else {
            let must = format!("left out: exercise {n} has no scene");
            return Err(Error::value("--components", "given", must));
        };
        let names = ["class", "name", "weight", "mean1", "mean2", "cov11", "cov12", "cov22"];
        let mut report = Report::new(names);
        let mixture = &scene.mixture;
        for (k, class) in mixture.labels().iter().enumerate() {
            let (means, cov) = (mixture.means(), &mixture.covs()[k]);
            let name = scene.class_names[*class].en.as_str();
            let numbers = [
                mixture.weights()[k],
                means[[k, 0]],
                means[[k, 1]],
                cov[[0, 0]],
                cov[[0, 1]],
                cov[[1, 1]],
            ];
            let named = [Cell::from(*class), name.into()].into_iter();
            report.row(named.chain(numbers.map(Cell::from)));
        }
        report.write(self.exact()?, self.out.as_deref())
    }

    /// The form of numbers to compute with: never six digits.
    ///
    /// # Errors
    /// As [`AnswerFlags::form`](crate::flags::AnswerFlags::form).
    fn exact(&self) -> Result<Form> {
        let form = self.common.form(self.out.as_deref())?.form;
        Ok(if form == Form::Table { Form::Csv } else { form })
    }
}

/// Where to read about an exercise: its notebook, and the same executed.
fn where_it_is_asked(notebook: usize) -> Vec<Text> {
    let name = NOTEBOOKS[notebook];
    let to_run = Text::from((
        format!("the notebook: notebooks/python/{name}.ipynb, or notebooks/{name}.ipynb for Rust"),
        format!(
            "sổ tay: notebooks/python/vi/{name}.ipynb, hoặc notebooks/vi/{name}.ipynb cho Rust"
        ),
    ));
    let to_read = Text::from((
        format!("to read: docs/course/{name}.md"),
        format!("để đọc: docs/course/vi/{name}.md"),
    ));
    // the last one is not executed beforehand: its network takes long
    let executed = notebook < EXECUTED;
    [Some(to_run), Some(to_read).filter(|_| executed)].into_iter().flatten().collect()
}

/// The notebooks that lie executed in docs/course, the first ones.
const EXECUTED: usize = 10;

/// The answer that a word of the command line gives or names, to an exercise whose answer has this shape.
fn handed_in(text: &str, shape: &[usize], options: TableOptions) -> Result<course::Answer> {
    let most_cells = options.most_cells.map(|most| most.min(MOST_NUMBERS));
    let options = TableOptions { most_cells, ..options };
    let typed: Option<Vec<f64>> = text.split(',').map(number::parse).collect();
    let numbers = match typed {
        Some(typed) => Array2::from_shape_vec((1, typed.len()), typed).expect("one row"),
        None if text == "-" => {
            Table::parse(std::io::stdin().lock(), "standard input", options)?.numbers()?
        }
        None if is_a_word(text) => {
            let asked = shape_in_words(shape).en;
            let must = format!("{asked}, a file of numbers, or - for standard input");
            return Err(Error::value("the answer", quoted(text), must));
        }
        None => Table::read(text, options)?.numbers()?, // what is not finite has a hint of its own
    };
    Ok(match numbers.dim() {
        (1, 1) => numbers[[0, 0]].into(),
        (1, _) => numbers.index_axis_move(Axis(0), 0).into(),
        (_, 1) => numbers.index_axis_move(Axis(1), 0).into(),
        _ => numbers.into(),
    })
}

/// Whether a text names no file, and does not look as if it meant one.
fn is_a_word(text: &str) -> bool {
    !text.contains(['/', '\\', '.']) && !Path::new(text).exists()
}
