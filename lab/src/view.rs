//! Where the points of a score live: in a scene, among the rows of a file, or among images in the view of a network.

use crate::data::Data;
use crate::drawings::Drawn;
use crate::networks::Loaded;
use crate::read::{Rows, find_scene};
use crate::tell::tell;
use ndarray::Array2;
use scorelab::checkpoint::{Fingerprint, Place, Recipe};
use scorelab::data::{Caption, ClassName, Scene, View, find_class};
use scorelab::mixture::Reach;
use scorelab::noise::Process;
use scorelab::score::ScoreFn;
use scorelab::{Error, Result};
use serde_json::{Value, json};

/// What `--class` calls every class in turn.
pub const ALL: &str = "all";

/// Where the points live.
#[derive(Clone)]
pub enum Domain {
    /// Points of a scene, with its fingerprint.
    Scene(Scene, String),
    /// Points like the rows of a file, of whose distribution nothing is known.
    Rows {
        /// What the file is called.
        name: String,
        /// Its fingerprint.
        print: String,
        /// The coordinates of a point.
        dim: usize,
        /// What the classes are called.
        class_names: Vec<ClassName>,
        /// The share of each class among the rows.
        priors: Vec<f64>,
        /// How far out they lie.
        reach: Reach,
    },
    /// Images.
    Images {
        /// What they are called.
        name: String,
        /// Height and width in pixels.
        size: (usize, usize),
        /// How they are seen.
        view: View,
        /// What the classes are called.
        class_names: Vec<ClassName>,
        /// Whether the classes are the captions of drawn digits, each by its label.
        captioned: bool,
        /// The recipe by which they were chosen for training.
        recipe: Option<Box<Recipe>>,
    },
}

impl Domain {
    /// Where the points of a checkpoint live, or those of the scene asked for; a file is read within `gib` GiB.
    ///
    /// # Errors
    /// If the scene cannot be found, or was not named and has changed since the training; if a scene is named for
    /// images.
    pub fn of(scene: Option<&Place>, main: Option<&Loaded>, gib: f64) -> Result<Domain> {
        let trained = main.map(Loaded::trained);
        if let Some((size, main)) = trained.and_then(|t| t.data.image).zip(main) {
            if let Some(scene) = scene {
                let must = "left out: this score is for images";
                return Err(Error::value("--scene", scene.name(), must));
            }
            let (trained, captioned) = (main.trained(), main.captioned());
            let (view, recipe) = (main.view().clone(), trained.recipe.clone().map(Box::new));
            let class_names = match captioned {
                true => Drawn::Captions.class_names(),
                false => trained.data.image_classes(),
            };
            let name = trained.data.name.clone();
            return Ok(Domain::Images { name, size, view, class_names, captioned, recipe });
        }
        let recipe = trained.and_then(|t| t.recipe.as_ref().map(|recipe| (recipe, &t.data)));
        let trained_on = recipe.filter(|(recipe, _)| !recipe.data.is_images() && scene.is_none());
        let Some((Recipe { data: place, .. }, before)) = trained_on else {
            let animals = Place::Scene("animals".into());
            return Data::find(scene.unwrap_or(&animals), gib).map(Domain::of_data);
        };
        let name = place.name();
        let data = Data::find_again(place, "name the scene with --scene", gib)?;
        let remedy =
            "a network was trained on it; restore it, or name the scene to measure by with --scene";
        data.same(place, before, remedy)?;
        if matches!(before.fingerprint, Some(Fingerprint::Points(_))) && Scene::named(name).is_err()
        {
            tell(format!(
                "warning: this network comes from an older version, which did not record whether {name} has changed since; it is \
                 used as it is now"
            ));
        }
        Ok(Domain::of_data(data))
    }

    fn of_data(data: Data) -> Domain {
        match data {
            Data::Scene(scene, print) => Domain::Scene(scene, print),
            Data::Rows(Rows { name, points, class_names, print }) => {
                let mut priors = vec![0.0; class_names.len()];
                points.y.iter().for_each(|y| priors[*y] += 1.0 / points.y.len() as f64);
                let (dim, reach) = (points.x.ncols(), Reach::of(&points));
                Domain::Rows { name, print, dim, class_names, priors, reach }
            }
            Data::Drawn(_) | Data::Images(_) => unreachable!("no place of images"),
        }
    }

    /// Refuses rows of a file, by which nothing can be measured or drawn.
    ///
    /// # Errors
    /// If the points are of a file alone.
    pub fn measurable(&self) -> Result<()> {
        let Domain::Rows { name, .. } = self else { return Ok(()) };
        let must = format!(
            "given: the network was trained on the rows of {name} alone; name the scene, or the file of points, to compare it with"
        );
        Err(Error::value("--scene", "left out", must))
    }

    /// Why walks would start or end in the wrong place, if they would.
    pub fn warnings(&self, process: &Process) -> Vec<String> {
        match self {
            Domain::Scene(scene, _) => scene.mixture.reach().warnings(process),
            Domain::Rows { reach, .. } => reach.warnings(process),
            Domain::Images { .. } => Vec::new(),
        }
    }

    /// The scene of this name, or of this file.
    ///
    /// # Errors
    /// As [`find_scene`].
    pub fn of_scene(name: &str) -> Result<Domain> {
        find_scene(name).map(|(scene, print)| Domain::Scene(scene, print))
    }

    /// What the record of an output says about the data.
    pub fn record(&self) -> Value {
        match self {
            Domain::Scene(scene, print) => json!({ "scene": scene.name, "fingerprint": print }),
            Domain::Rows { name, print, .. } => json!({ "rows": name, "fingerprint": print }),
            Domain::Images { name, size, view: _, class_names: _, captioned: _, recipe } => {
                json!({ "images": name, "size": size, "recipe": recipe })
            }
        }
    }

    /// The scene with the exact answers; only a scene has them.
    pub fn scene(&self) -> Option<&Scene> {
        match self {
            Domain::Scene(scene, _) => Some(scene),
            Domain::Rows { .. } | Domain::Images { .. } => None,
        }
    }

    /// For images: height and width in pixels.
    pub fn size(&self) -> Option<(usize, usize)> {
        match self {
            Domain::Scene(..) | Domain::Rows { .. } => None,
            Domain::Images { size, .. } => Some(*size),
        }
    }

    /// The recipe by which images were chosen for training; points need none.
    pub fn recipe(&self) -> Option<&Recipe> {
        match self {
            Domain::Scene(..) | Domain::Rows { .. } => None,
            Domain::Images { recipe, .. } => recipe.as_deref(),
        }
    }

    /// The coordinates of a point as a network sees it.
    pub fn dim(&self) -> usize {
        match self {
            Domain::Scene(scene, _) => scene.mixture.dim(),
            Domain::Rows { dim, .. } => *dim,
            Domain::Images { size: (height, width), view, .. } => view.dim(height * width),
        }
    }

    /// Points of the data as a network sees them.
    pub fn coordinates(&self, x: Array2<f64>) -> Array2<f64> {
        match self {
            Domain::Scene(..) | Domain::Rows { .. } => x,
            Domain::Images { view, .. } => view.coordinates(x.view()),
        }
    }

    /// What a network sees as points of the data.
    pub fn points(&self, z: Array2<f64>) -> Array2<f64> {
        match self {
            Domain::Scene(..) | Domain::Rows { .. } => z,
            Domain::Images { view, .. } => view.points(z.view()),
        }
    }

    /// The spread of each coordinate for a score network; none where all have one.
    pub fn widths(&self) -> Vec<f64> {
        match self {
            Domain::Scene(..) | Domain::Rows { .. } => Vec::new(),
            Domain::Images { view, .. } => view.spread(),
        }
    }

    /// The number of classes.
    pub fn classes(&self) -> usize {
        self.class_names().len()
    }

    /// P(y) of every class; of images all alike.
    pub fn priors(&self) -> Vec<f64> {
        match self {
            Domain::Scene(scene, _) => scene.mixture.class_weights(),
            Domain::Rows { priors, .. } => priors.clone(),
            Domain::Images { .. } => vec![1.0 / self.classes() as f64; self.classes()],
        }
    }

    /// Whether the coordinates of a point are the pixels of an image.
    pub fn sees_pixels(&self) -> bool {
        matches!(self, Domain::Images { view: View::Identity | View::Centred(_), .. })
    }

    /// The names of the classes.
    pub fn class_names(&self) -> Vec<ClassName> {
        match self {
            Domain::Scene(scene, _) => scene.class_names.clone(),
            Domain::Rows { class_names, .. } => class_names.clone(),
            Domain::Images { class_names, .. } => class_names.clone(),
        }
    }

    /// The class of this name or number.
    ///
    /// # Errors
    /// If there is none.
    pub fn class(&self, name: &str) -> Result<usize> {
        match self {
            Domain::Scene(scene, _) => scene.class(name),
            Domain::Rows { name: file, class_names, .. } => find_class(class_names, file, name),
            Domain::Images { captioned: true, .. } => label(Caption::parse(name)?),
            Domain::Images { class_names, .. } => find_class(class_names, "the images", name),
        }
    }

    /// Whether the classes are captions.
    pub fn captioned(&self) -> bool {
        matches!(self, Domain::Images { captioned: true, .. })
    }

    /// Refuses a network that sees images in another way.
    ///
    /// # Errors
    /// If it does.
    pub fn shares_view(&self, path: &str, view: &View) -> Result<()> {
        let own = match self {
            Domain::Scene(..) | Domain::Rows { .. } => &View::Identity,
            Domain::Images { view, .. } => view,
        };
        if own == view {
            return Ok(());
        }
        let why = "it was trained on different data from the score, or with other --components: their mean images or components differ";
        Err(Error::File { path: path.into(), why: why.into() })
    }
}

/// The label of a caption.
fn label(caption: Caption) -> Result<usize> {
    caption.label().ok_or_else(|| {
        let worn = caption.attributes.iter().count();
        Error::value(
            "the number of things that the digit wears",
            worn,
            "at most 2: no training sees more",
        )
    })
}
