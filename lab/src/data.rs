//! The data: a scene, the rows of a file, drawn digits, or images in a folder; and the training set that is taken from them.

use crate::drawings::Drawn;
use crate::read::{Rows, TableOptions, find_scene, images, rows_of_points, scene_of_points};
use crate::tell::tell;
use crate::{memory, recipe};
use ndarray::{ArrayView2, Axis, Slice};
use rand::seq::index;
use scorelab::checkpoint::{Fingerprint, Kind, Place, Recipe, TrainingData};
use scorelab::data::{ClassName, Images, Part, Principal, Scene, View};
use scorelab::file::fingerprint;
use scorelab::mixture::Labelled;
use scorelab::rng::{Purpose, stream};
use scorelab::score::ScoreFn;
use scorelab::training_loop::Examples;
use scorelab::{Error, Result};

/// The most images from which principal components are computed.
const MOST_FOR_COMPONENTS: usize = 10_000;

/// A distribution to draw from, or a set to choose from.
pub enum Data {
    /// A scene, with its fingerprint.
    Scene(Scene, String),
    /// Points, of which nothing is known but they themselves.
    Rows(Rows),
    /// Digits, drawn as many as one likes.
    Drawn(Drawn),
    /// Images, in the order of their files.
    Images(Images),
}

impl Data {
    /// The data of a place; of a file of points no more is read than fits into `gib` GiB.
    ///
    /// # Errors
    /// As [`find_scene`], [`scene_of_points`], [`rows_of_points`] and [`images`].
    pub fn find(place: &Place, gib: f64) -> Result<Data> {
        let options = TableOptions::within(gib);
        if let Some(drawn) = Drawn::at(place) {
            return Ok(Data::Drawn(drawn));
        }
        match place {
            Place::Images(folder) | Place::Shuffled(folder) => {
                images(folder, Part::Train).map(Data::Images)
            }
            Place::Scene(name) => find_scene(name).map(|(scene, print)| Data::Scene(scene, print)),
            Place::Points(file) => {
                scene_of_points(file, options).map(|(scene, print)| Data::Scene(scene, print))
            }
            Place::Rows(file) => rows_of_points(file, options).map(Data::Rows),
        }
    }

    /// The data of an earlier training, perhaps in another folder.
    ///
    /// # Errors
    /// As [`Data::find`]; if nothing is there, the message says what was looked for and why.
    pub fn find_again(place: &Place, remedy: &str, gib: f64) -> Result<Data> {
        Data::find(place, gib).map_err(|error| match error {
            Error::Io { source, path, .. } if source.kind() == std::io::ErrorKind::NotFound => {
                let why = match path.is_relative() {
                    true => format!(
                        "the network was trained on it, but it is not found from this folder; go to the folder of the training, or {remedy}"
                    ),
                    false => format!("the network was trained on it, but it is gone; restore it, or {remedy}"),
                };
                Error::File { path, why }
            }
            other => other,
        })
    }

    /// As a network of this kind learns them.
    fn learned_by(self, model: Kind) -> Data {
        match self {
            Data::Drawn(drawn) => Data::Drawn(drawn.learned_by(model)),
            other => other,
        }
    }

    /// What they are called.
    pub fn name(&self) -> &str {
        match self {
            Data::Scene(scene, _) => &scene.name,
            Data::Rows(rows) => &rows.name,
            Data::Drawn(drawn) => drawn.name(),
            Data::Images(images) => &images.name,
        }
    }

    /// The coordinates of a point.
    pub fn dim(&self) -> usize {
        match (self, self.size()) {
            (Data::Scene(scene, _), _) => scene.mixture.dim(),
            (Data::Rows(rows), _) => rows.points.x.ncols(),
            (_, size) => size.map_or(0, |(height, width)| height * width),
        }
    }

    /// For images: height and width in pixels.
    pub fn size(&self) -> Option<(usize, usize)> {
        match self {
            Data::Scene(..) | Data::Rows(_) => None,
            Data::Drawn(drawn) => {
                let none = drawn.images(0..0, 0);
                Some((none.height, none.width))
            }
            Data::Images(images) => Some((images.height, images.width)),
        }
    }

    /// The names of the classes.
    pub fn class_names(&self) -> Vec<ClassName> {
        match self {
            Data::Scene(scene, _) => scene.class_names.clone(),
            Data::Rows(rows) => rows.class_names.clone(),
            Data::Drawn(drawn) => drawn.class_names(),
            Data::Images(images) => images.class_names.clone(),
        }
    }

    /// How many of the points asked for there are: files have no more than they hold.
    pub fn count(&self, asked: usize) -> usize {
        match self {
            Data::Scene(..) | Data::Drawn(_) => asked,
            Data::Rows(rows) => asked.min(rows.points.y.len()),
            Data::Images(images) => asked.min(images.labels.len()),
        }
    }

    /// The first n images, if they are images.
    pub fn images(&self, n: usize, seed: u64) -> Option<Images> {
        match self {
            Data::Scene(..) | Data::Rows(_) => None,
            Data::Drawn(drawn) => Some(drawn.images(0..n as u64, seed)),
            Data::Images(images) => Some(images.take(n)),
        }
    }

    /// n points, and the fingerprint by which they are recognised; of rows fewer than all are drawn by the seed, since files
    /// are often sorted.
    pub fn draw(&self, n: usize, seed: u64) -> (Labelled, Fingerprint) {
        match self {
            Data::Scene(scene, print) => {
                (scene.mixture.sample(n, seed, Purpose::Data), Fingerprint::Scene(print.clone()))
            }
            Data::Rows(rows) => {
                (some_of(&rows.points, n, seed), Fingerprint::Rows(rows.print.clone()))
            }
            Data::Drawn(_) | Data::Images(_) => {
                let images = self.images(n, seed).expect("images");
                (images.labelled(), images_fingerprint(&images))
            }
        }
    }

    /// Refuses a scene or a file of points that has changed since a training. Nothing is drawn.
    ///
    /// # Errors
    /// If the text of a scene's file has changed since the training, even in a comment, the numbers of a built-in scene
    /// have, or what a file of points holds has.
    pub fn same(&self, place: &Place, before: &TrainingData, remedy: &str) -> Result<()> {
        let path = place.name();
        let (now, then, what) = match (self, &before.fingerprint) {
            (Data::Scene(_, now), Some(Fingerprint::Scene(then))) => match Scene::named(path) {
                Ok(_) => (now, then, "the built-in scene"),
                Err(_) => (now, then, "the scene's file"),
            },
            (Data::Rows(rows), Some(Fingerprint::Rows(then))) => (&rows.print, then, "the file"),
            _ => return Ok(()),
        };
        if now == then {
            return Ok(());
        }
        Err(Error::File { path: path.into(), why: format!("{what} has changed since {remedy}") })
    }
}

/// n of these points, drawn by the seed without repetition, or all in their order.
fn some_of(all: &Labelled, n: usize, seed: u64) -> Labelled {
    let count = all.y.len();
    if n >= count {
        return all.clone();
    }
    let rows = index::sample(&mut stream(seed, Purpose::Data, 0, 0), count, n).into_vec();
    Labelled { x: all.x.select(Axis(0), &rows), y: rows.iter().map(|row| all.y[*row]).collect() }
}

/// The fingerprint by which images are recognised: of their pixels and classes.
pub fn images_fingerprint(images: &Images) -> Fingerprint {
    let labels = images.labels.iter().flat_map(|y| (*y as u64).to_le_bytes());
    let bytes: Vec<u8> = images.pixels.iter().copied().chain(labels).collect();
    Fingerprint::Images(fingerprint(&bytes))
}

/// The fingerprint by which files of format 1 recognise points.
fn points_fingerprint(points: &Labelled) -> String {
    let x = points.x.iter().flat_map(|x| x.to_le_bytes());
    let y = points.y.iter().flat_map(|y| (*y as u64).to_le_bytes());
    fingerprint(&x.chain(y).collect::<Vec<u8>>())
}

/// What is learned from, and what is known about it.
pub struct TrainingSet {
    /// What a checkpoint records about it.
    pub header: TrainingData,
    /// The points and their classes, as the network sees them.
    pub points: Labelled,
    /// How the network sees them.
    pub view: View,
    /// How many classes there are, present or not.
    pub classes: usize,
    /// The root mean square of a coordinate.
    pub sigma_data: f64,
    /// The spread of each coordinate in the view, as in [`ScoreNet`](scorelab::nn::ScoreNet).
    pub spread: Vec<f64>,
    /// The scene, if they are drawn from one.
    pub scene: Option<Scene>,
}

impl TrainingSet {
    /// Checks the recipe and takes the training set from its data, if it and the training fit into `gib` GiB.
    ///
    /// # Errors
    /// If a setting cannot be, the data cannot be found, or a class that needs examples has none.
    pub fn of(recipe: &Recipe, gib: f64) -> Result<TrainingSet> {
        recipe::check(recipe)?;
        TrainingSet::from(Data::find(&recipe.data, gib)?, recipe, gib)
    }

    /// As [`TrainingSet::of`], from data that have been found, for a recipe that has been checked.
    ///
    /// # Errors
    /// As [`TrainingSet::of`].
    pub fn from(data: Data, recipe: &Recipe, gib: f64) -> Result<TrainingSet> {
        let data = data.learned_by(recipe.model);
        let (names, image) = (data.class_names(), data.size());
        let classes = names.len();
        let components = recipe::components(recipe).filter(|_| image.is_some());
        let seen = components.map_or(data.dim(), |k| k.min(data.dim()));
        if classes < 2 && recipe.model.classifies() {
            return Err(Error::value("the number of classes of the scene", classes, "at least 2"));
        }
        let count = data.count(recipe.points);
        let raw = 16.0 * count as f64 * data.dim() as f64;
        memory::refuse("training", recipe::bytes(recipe, (seen, classes), count)? + raw, gib)?;
        let (mut points, print) = data.draw(count, recipe.train.seed);
        tell_of_rows(&data, count);
        let labelled = !matches!(recipe.model, Kind::Score | Kind::Caption);
        if let Some(c) = (0..classes).find(|c| labelled && !points.y.contains(c)) {
            return Err(not_met(&data, recipe, count, (c, &names[c].en)));
        }
        let (name, fingerprint) = (data.name().to_string(), Some(print));
        let header =
            TrainingData { name, points: count, image, fingerprint, ..TrainingData::default() };
        // captions are known by the network that takes them
        let named = image.is_some() && recipe.model != Kind::Caption;
        let header = if named { header.with_image_classes(&names) } else { header };
        if let Data::Scene(scene, _) = data {
            let (view, sigma_data, spread) = (View::Identity, scene.mixture.radius(), Vec::new());
            let scene = Some(scene);
            return Ok(TrainingSet { header, points, view, classes, sigma_data, spread, scene });
        }
        refuse_alike(points.x.view(), recipe, image.is_some())?;
        let view = match image {
            Some(_) => view_of_images(points.x.view(), components),
            None => View::Identity,
        };
        points.x = view.coordinates(points.x.view());
        let square = points.x.mapv(|x| x * x).mean().unwrap_or(0.0);
        let sigma_data = square.sqrt().max(f64::MIN_POSITIVE);
        let (spread, scene) = (view.spread(), None);
        Ok(TrainingSet { header, points, view, classes, sigma_data, spread, scene })
    }

    /// What a network learns from.
    pub fn examples(&self) -> Examples<'_> {
        let TrainingSet { points, classes, sigma_data, spread, .. } = self;
        Examples { points, classes: *classes, sigma_data: *sigma_data, spread }
    }

    /// Whether these are the data of an earlier training.
    pub fn is(&self, before: &TrainingData) -> bool {
        match &before.fingerprint {
            Some(Fingerprint::Points(before)) => points_fingerprint(&self.points) == *before,
            print => *print == self.header.fingerprint,
        }
    }
}

/// The error for a class that needs examples and has none among `count` points.
fn not_met(data: &Data, recipe: &Recipe, count: usize, (class, name): (usize, &str)) -> Error {
    match data {
        Data::Images(images) if !images.labels.contains(&class) => {
            let why = format!(
                "none of its {} images is of the class {name}, but a network with labels needs images of each; add some, or \
                 learn without labels: --model score",
                images.labels.len()
            );
            Error::File { path: recipe.data.name().into(), why }
        }
        _ => Error::value(
            "--points",
            count,
            format!("large enough to include the class {name}; use more"),
        ),
    }
}

/// Says so where not all rows of a file are for training.
fn tell_of_rows(data: &Data, count: usize) {
    let Data::Rows(rows) = data else { return };
    let all = rows.points.y.len();
    if count < all {
        tell(format!(
            "{count} of the {all} rows of {} are for training; --points {all} takes all",
            rows.name
        ));
    }
}

/// Refuses images (n, pixels) or rows (n, d) of which there is only one, or that do not differ: nothing can be learned from
/// them.
fn refuse_alike(x: ArrayView2<f64>, recipe: &Recipe, images: bool) -> Result<()> {
    let (one, many) = if images { ("image", "images") } else { ("row", "rows") };
    if x.nrows() < 2 {
        let must = format!("at least 2: nothing can be learned from a single {one}");
        return Err(match recipe.points {
            0 | 1 => Error::value("--points", recipe.points, must),
            _ => Error::value(format!("the number of {many} of {}", recipe.data.name()), 1, must),
        });
    }
    if x.outer_iter().any(|row| row != x.row(0)) {
        return Ok(());
    }
    let why = format!(
        "its {} {many} are all alike, so there is nothing to learn from them{}",
        x.nrows(),
        if images { "; are they blank?" } else { "" }
    );
    Err(Error::File { path: recipe.data.name().into(), why })
}

/// How a network sees such images (n, pixels): along their principal components or, without any, minus their mean.
pub fn view_of_images(x: ArrayView2<f64>, components: Option<usize>) -> View {
    let Some(k) = components else {
        return View::Centred(x.mean_axis(Axis(0)).expect("at least one image"));
    };
    View::Principal(Principal::of(
        x.slice_axis(Axis(0), Slice::from(..x.nrows().min(MOST_FOR_COMPONENTS))),
        k,
    ))
}

/// Images that a training by this recipe has not seen: n more drawn digits, different ones for every `draw`, all of the wanted
/// caption if a class is one; or, for a folder, its `t10k` files or, where there are none, the images left over from training.
///
/// # Errors
/// As [`images`], and if the place has no images, or they were drawn at random.
pub fn unseen(recipe: &Recipe, class: Option<usize>, (n, draw): (usize, u64)) -> Result<Images> {
    let (place, used) = (&recipe.data, recipe.points);
    if let Some(drawn) = Drawn::at(place) {
        let first = used as u64 + ((draw % (1 << 31)) << 32); // far beyond what another draw takes
        let drawn = drawn.learned_by(recipe.model);
        return Ok(drawn.images_of(class, first..first + n as u64, recipe.train.seed));
    }
    let folder = match place {
        Place::Images(folder) => folder,
        Place::Scene(_) | Place::Points(_) | Place::Rows(_) | Place::Shuffled(_) => {
            let name = place.name();
            let must = "the data of a network trained by `scorelab train`, which records the images that it has seen";
            return Err(Error::value("the data", name, must));
        }
    };
    if has_test(place)? {
        return images(folder, Part::Test);
    }
    let all = images(folder, Part::Train)?;
    Ok(all.split(used.min(all.labels.len())).1)
}

/// Whether a folder has `t10k` files; drawn digits and scenes have none.
///
/// # Errors
/// If the folder cannot be read.
pub fn has_test(place: &Place) -> Result<bool> {
    if Drawn::at(place).is_some() {
        return Ok(false);
    }
    let folder = match place {
        Place::Scene(_) | Place::Points(_) | Place::Rows(_) => return Ok(false),
        Place::Images(folder) | Place::Shuffled(folder) => folder,
    };
    let files = std::fs::read_dir(folder).map_err(|e| Error::io("read", folder, e))?;
    let is_test = |name: &std::ffi::OsStr| name.to_string_lossy().starts_with("t10k");
    Ok(files.flatten().any(|file| is_test(&file.file_name())))
}
