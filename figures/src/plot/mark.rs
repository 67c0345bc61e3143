//! The shapes a layer can be made of. Lengths are in slide units (96 per inch), places in data units.

use super::palette::Role;
use super::words::Text;
use ndarray::{Array2, Array3};

/// A function over the plane as a colour map: one image, however fine.
#[derive(Clone, Debug)]
pub struct Density {
    /// Row i lies at the i-th height from the bottom, column j at the j-th place from the left; the first and last
    /// row and column lie on the edges. NaN is transparent.
    pub values: Array2<f64>,
    /// Left and right edge.
    pub x: (f64, f64),
    /// Bottom and top edge.
    pub y: (f64, f64),
    /// A difference: the map has 0 fixed in the middle.
    pub diverging: bool,
    /// It is what the panel shows and not the ground of something else: its map is strong instead of pale.
    pub strong: bool,
    /// The value of the full colour; `None` is the largest (absolute) value here. Set it to compare panels.
    pub top: Option<f64>,
    /// Interpolated; otherwise every value is a flat cell, and the edges are those of the outer cells.
    pub smooth: bool,
    /// A colour bar beside the panel, with this label.
    pub bar: Option<Text>,
}

impl Default for Density {
    fn default() -> Self {
        Density {
            values: Array2::default((0, 0)),
            x: (0.0, 1.0),
            y: (0.0, 1.0),
            diverging: false,
            strong: false,
            top: None,
            smooth: true,
            bar: None,
        }
    }
}

/// Class probabilities over the plane, each place in the blend of its classes' colours: one image.
#[derive(Clone, Debug, Default)]
pub struct Regions {
    /// (rows, columns, classes), laid out as in [`Density`].
    pub probabilities: Array3<f64>,
    /// Left and right edge.
    pub x: (f64, f64),
    /// Bottom and top edge.
    pub y: (f64, f64),
}

/// Arrows of a vector field, or a few large ones.
#[derive(Clone, Debug)]
pub struct Arrows {
    /// Places (n, 2): the tails, or the middles.
    pub from: Array2<f64>,
    /// Vectors (n, 2), in their own units; the figure's numbers are these.
    pub vec: Array2<f64>,
    /// The length, in units of the axes, at which a vector of length 1 is drawn.
    pub scale: f64,
    /// What would be drawn longer is drawn at this length: one cell of the grid, or a little less to keep neighbours apart.
    pub cap: f64,
    /// Whether `from` are the middles of the arrows as drawn.
    pub centred: bool,
    /// Stroke width; `None` is the role's.
    pub width: Option<f64>,
    /// A reference arrow: its length in data units and what that length means.
    pub key: Option<(f64, Text)>,
}

impl Default for Arrows {
    fn default() -> Self {
        Arrows {
            from: Array2::default((0, 2)),
            vec: Array2::default((0, 2)),
            scale: 1.0,
            cap: f64::INFINITY,
            centred: false,
            width: None,
            key: None,
        }
    }
}

/// Lines through the plane.
#[derive(Clone, Debug)]
pub struct Paths {
    /// Each (n, 2). A row with a NaN breaks the line.
    pub lines: Vec<Array2<f64>>,
    /// Stroke width; `None` is the role's.
    pub width: Option<f64>,
    /// `None` is the role's habit.
    pub dashed: Option<bool>,
    /// Opacity.
    pub alpha: f64,
    /// Whether a rim of the ground's colour parts them from what lies under them, such as the colour of a class.
    pub rimmed: bool,
}

impl Default for Paths {
    fn default() -> Self {
        Paths { lines: vec![], width: None, dashed: None, alpha: 1.0, rimmed: false }
    }
}

/// The shape of a point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Marker {
    /// A disc.
    #[default]
    Dot,
    /// A ×.
    Cross,
    /// A circle.
    Ring,
    /// A five-pointed star.
    Star,
    /// A square on its corner.
    Diamond,
}

/// Points.
#[derive(Clone, Debug)]
pub struct Points {
    /// Places (n, 2).
    pub at: Array2<f64>,
    /// Shape; `None` is a dot, for hybrids a ×, for overshoot a ring.
    pub marker: Option<Marker>,
    /// Diameter.
    pub size: f64,
    /// Opacity.
    pub alpha: f64,
}

impl Default for Points {
    fn default() -> Self {
        Points { at: Array2::default((0, 2)), marker: None, size: 7.0, alpha: 1.0 }
    }
}

/// A function of x.
#[derive(Clone, Debug)]
pub struct Curve {
    /// Points of the curve (n, 2). A row with a NaN breaks it.
    pub at: Array2<f64>,
    /// `None` is the role's habit.
    pub dashed: Option<bool>,
    /// Stroke width; `None` is the role's.
    pub width: Option<f64>,
    /// A marker at each point.
    pub marker: Option<Marker>,
    /// Standard error of each y, drawn as a bar of ± one; empty for none.
    pub se: Vec<f64>,
    /// The lower and the upper end of each bar where they are not y ± se, as of a share that cannot be less than 0; empty for none.
    pub ends: Vec<[f64; 2]>,
}

impl Curve {
    /// The lower and the upper end of each bar.
    pub(super) fn bars(&self) -> Vec<[f64; 2]> {
        let bar = |(i, even): (usize, [f64; 2])| self.ends.get(i).copied().unwrap_or(even);
        bars(&self.at, &self.se).into_iter().enumerate().map(bar).collect()
    }
}

/// Bars of ± one standard error around points (n, 2).
pub(super) fn bars(at: &Array2<f64>, se: &[f64]) -> Vec<[f64; 2]> {
    at.column(1).iter().zip(se).map(|(y, se)| [y - se, y + se]).collect()
}

impl Default for Curve {
    fn default() -> Self {
        let at = Array2::default((0, 2));
        Curve { at, dashed: None, width: None, marker: None, se: vec![], ends: vec![] }
    }
}

/// The area between two curves.
#[derive(Clone, Debug, Default)]
pub struct Band {
    /// Rows of (x, low, high): (n, 3).
    pub at: Array2<f64>,
}

/// Bars that stand on zero (or on the floor of a log axis).
#[derive(Clone, Debug)]
pub struct Bars {
    /// Rows of (x, height): (n, 2).
    pub at: Array2<f64>,
    /// Width of one, in units of x.
    pub width: f64,
    /// Standard error of each height; empty for none.
    pub se: Vec<f64>,
}

impl Default for Bars {
    fn default() -> Self {
        Bars { at: Array2::default((0, 2)), width: 0.8, se: vec![] }
    }
}

/// Reference lines across the whole panel.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// Places of vertical lines.
    pub x: Vec<f64>,
    /// Heights of horizontal lines.
    pub y: Vec<f64>,
}

/// Where a word stands relative to its point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Side {
    /// To the right.
    #[default]
    Right,
    /// To the left.
    Left,
    /// Above.
    Above,
    /// Below.
    Below,
    /// Centred on it.
    On,
}

/// Words on the panel.
#[derive(Clone, Debug, Default)]
pub struct Labels {
    /// Each with its place.
    pub at: Vec<([f64; 2], Text)>,
    /// On which side of the place.
    pub side: Side,
    /// Of names the place of what each one names, for others none: a name stands near that and nearer to nothing else that has a
    /// name, and one that takes more than half of the map's width loses its middle. Of other words only what is wider than the
    /// map does.
    pub names: Vec<[f64; 2]>,
}

/// Rounded boxes with a word inside: diagrams, strips of chips.
#[derive(Clone, Debug, Default)]
pub struct Boxes {
    /// (left, bottom, right, top) and the word.
    pub at: Vec<([f64; 4], Text)>,
    /// Filled with the role's colour, otherwise outlined.
    pub filled: bool,
}

/// Small grey images in rows and columns, a contact sheet: one embedded picture, however many.
///
/// It fills its panel, whatever the axes, which are best hidden: images keep their shape, and their pixels are enlarged as
/// whole squares. Black is the ground of the figure or nearly so, white is its ink: ink on paper, or chalk on a board.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    /// The images, row by row of the sheet: (n, height·width), 0 black to 255 white, each line by line from the top.
    pub pixels: Array2<u8>,
    /// Lines of an image and pixels of a line.
    pub size: (usize, usize),
    /// Images of a row.
    pub columns: usize,
    /// Words above the columns; empty for none.
    pub above: Vec<Text>,
    /// Words left of the rows; empty for none.
    pub left: Vec<Text>,
    /// A short text under each image; empty for none.
    pub under: Vec<Text>,
    /// A frame in a role's colour around some of the images, and the colour of the text under them; empty for none.
    pub frames: Vec<Option<Role>>,
}

/// Any of the shapes.
#[derive(Clone, Debug)]
pub enum Mark {
    /// A colour map.
    Density(Density),
    /// Blended class colours.
    Regions(Regions),
    /// A vector field.
    Arrows(Arrows),
    /// Lines through the plane.
    Paths(Paths),
    /// Points.
    Points(Points),
    /// A function of x.
    Curve(Curve),
    /// An area between two curves.
    Band(Band),
    /// Bars.
    Bars(Bars),
    /// Reference lines.
    Rules(Rules),
    /// Words.
    Labels(Labels),
    /// Boxes with words.
    Boxes(Boxes),
    /// A contact sheet.
    Sheet(Sheet),
}

impl Default for Mark {
    fn default() -> Self {
        Mark::Points(Points::default())
    }
}

/// A shape alone is a mark.
macro_rules! marks {
    ($($shape:ident),*) => {
        $(impl From<$shape> for Mark {
            fn from(mark: $shape) -> Self {
                Mark::$shape(mark)
            }
        })*
    };
}

marks!(Density, Regions, Arrows, Paths, Points, Curve, Band, Bars, Rules, Labels, Boxes, Sheet);
