//! `scorelab sample`: samples of a score, exact or learned, steered or not.

use super::points::Points;
use super::trajectories::Trajectories;
use crate::flags::{Sample, SamplingFlags};
use crate::given::{Idle, idle};
use crate::patience::Patience;
use crate::read::Table;
use crate::setup::Typed;
use crate::steering::{Spelled, Steering};
use crate::tables::TableFlags;
use ndarray::Array2;
use scorelab::data::PointFile;
use scorelab::methods::Rule;
use scorelab::{Error, Result};

impl Sample {
    /// Samples.
    ///
    /// # Errors
    /// If a flag cannot be, or a file cannot be read or written.
    pub fn run(&self) -> Result<()> {
        let table = self.table()?;
        let steering = self.steering(table.as_ref())?;
        self.common.given.refuse(&steering.idle_flags())?;
        self.common.given.refuse(&self.idle_flags(&steering)?)?;
        let (n, dim) = (steering.samples, steering.data.dim());
        let start = match &table {
            Some(table) => table.points(&self.score.own.table.columns, Some(dim))?,
            None => steering.starts(n, dim),
        };
        let wanted = steering.wanted(n);
        let labels = wanted.as_deref().filter(|_| steering.all);
        let _waiting = Patience::new(format!("drawing {n} samples"));
        match self.trajectory {
            true => self.trajectories(&steering, &start, wanted.as_deref(), labels),
            false => self.ends(&steering, &start, wanted.as_deref(), labels),
        }
    }

    /// The table of `--start`, if it is given.
    fn table(&self) -> Result<Option<Table>> {
        let options = self.score.own.table.header.options(self.common.machine.memory);
        self.start.as_ref().map(|path| Table::read(path, options)).transpose()
    }

    fn steering(&self, table: Option<&Table>) -> Result<Steering> {
        let (mut walk, mut score): (SamplingFlags, _) = (self.walk.clone(), self.score.clone());
        if let Some(rows) = table.map(Table::rows) {
            if self.common.given.has("samples") && walk.samples != rows {
                let must = format!("left out, or {rows}, as many as --start has rows");
                return Err(Error::value("--samples", walk.samples, must));
            }
            walk.samples = rows;
            if !score.scene.as_deref().is_some_and(PointFile::is) {
                score.own.table = TableFlags::default(); // they are those of --start
            }
        }
        let typed = Typed::new("sample", (&walk, &self.common.machine), self);
        let gamma = self.gamma.as_slice();
        let (also, condition) = (&self.also.also[..], Some(&self.condition));
        let caption = self.caption.caption.as_deref();
        let (interval, image) = (&self.interval[..], self.image.as_deref());
        let spelled = Spelled { gamma, interval, also, condition, image, caption };
        // points of a file start where they are
        Steering::new(&score, spelled, Typed { walks: table.is_none(), ..typed })
    }

    /// The flags that change nothing beside a start of one's own.
    fn idle_flags(&self, steering: &Steering) -> Result<Vec<Idle>> {
        let plan = steering.plan(steering.class, &steering.guidance.settings[0])?;
        let drawn = self.walk.sampler.is_random() || !matches!(plan.rule, Rule::Own);
        let why = "the starts are those of --start, and this sampler draws nothing";
        Ok(idle([(self.start.is_some() && !drawn, &["seed"], why)]))
    }

    /// Writes where the walks end.
    fn ends(
        &self,
        steering: &Steering,
        start: &Array2<f64>,
        wanted: Option<&[usize]>,
        labels: Option<&[usize]>,
    ) -> Result<()> {
        let (knobs, names) = (&steering.guidance.settings[0], steering.data.class_names());
        let shape = (start.nrows(), steering.pixels_of_a_point(), labels.is_some());
        Points::refuse(shape, (self.common.format, self.out.as_deref()), steering.memory)?;
        let x = steering.samples_from(start.view(), knobs, wanted)?;
        let (x, size) = steering.finished(x);
        let labels = labels.map(|y| (y.to_vec(), &names[..]));
        Points { x, labels, size }.write(&self.common, self.out.as_deref())
    }

    /// Writes the trajectories of the walks.
    fn trajectories(
        &self,
        steering: &Steering,
        start: &Array2<f64>,
        wanted: Option<&[usize]>,
        labels: Option<&[usize]>,
    ) -> Result<()> {
        let (knobs, names) = (&steering.guidance.settings[0], steering.data.class_names());
        let shape = (start.nrows(), steering.pixels_of_a_point(), labels.is_some());
        let (format, out) = (self.common.format, self.out.as_deref());
        Trajectories::refuse(shape, steering.grid.steps() + 1, (format, out), steering.memory)?;
        let (times, x) = steering.trajectories_from(start.view(), knobs, wanted)?;
        let (steps, n, dim) = x.dim();
        let flat = x.into_shape_with_order((steps * n, dim)).expect("the same numbers");
        let (x, size) = steering.finished(flat);
        let labels = labels.map(|y| (y.to_vec(), &names[..]));
        Trajectories { times, x, labels, size }.write(&self.common, out)
    }
}
