//! One palette: a colour per role, per theme, and the two colour maps.

/// An sRGB colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour(pub u8, pub u8, pub u8);

/// What a layer stands for. The colour follows from it, on every figure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Role {
    /// The unconditional score, its paths and samples: green, thin, solid.
    Unconditional,
    /// ∇ log p(y ∣ x), or conditional − unconditional: blue, dashed.
    Likelihood,
    /// The guided sum: orange, thick.
    Guided,
    /// Class k: sky, purple, yellow with a dark outline, grey; then again from the first.
    Class(usize),
    /// An end point in the class asked for.
    Target,
    /// An end point in another class.
    Other,
    /// An end point between classes: a × in the colour of the text.
    Hybrid,
    /// An end point beyond the class.
    Overshoot,
    /// Truth, references, annotation: the colour of the text.
    #[default]
    Neutral,
    /// Background detail: a quiet grey.
    Muted,
}

/// The look of a figure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// White ground, for a bright room and for pages.
    #[default]
    Light,
    /// Near-black ground, for a dark room.
    Dark,
    /// White ground, pale maps, no grey fills: saves ink.
    Print,
}

impl Theme {
    /// The ground of the figure.
    pub fn ground(self) -> Colour {
        match self {
            Theme::Dark => Colour(0x12, 0x14, 0x1A),
            _ => Colour(0xFF, 0xFF, 0xFF),
        }
    }

    /// Text, axes, and the neutral role.
    pub fn ink(self) -> Colour {
        match self {
            Theme::Light => Colour(0x22, 0x26, 0x2E),
            Theme::Dark => Colour(0xE9, 0xEA, 0xEE),
            Theme::Print => Colour(0, 0, 0),
        }
    }

    /// Quiet detail: ticks, frames, the muted role.
    pub fn muted(self) -> Colour {
        match self {
            Theme::Light => Colour(0x77, 0x7B, 0x84),
            Theme::Dark => Colour(0x96, 0x9B, 0xA8),
            Theme::Print => Colour(0x55, 0x55, 0x55),
        }
    }

    /// Grid lines.
    pub fn grid(self) -> Colour {
        match self {
            Theme::Light => Colour(0xE6, 0xE8, 0xEC),
            Theme::Dark => Colour(0x2A, 0x2E, 0x38),
            Theme::Print => Colour(0xDD, 0xDD, 0xDD),
        }
    }

    /// Single-hue sequential map: `u` in 0..1, 0 is the ground.
    pub fn sequential(self, u: f64) -> Colour {
        let full = match self {
            Theme::Light => Colour(0x8C, 0x86, 0xB8),
            Theme::Dark => Colour(0x50, 0x4C, 0x78),
            Theme::Print => Colour(0xC9, 0xC6, 0xDF),
        };
        mix(self.ground(), full, u)
    }

    /// Diverging map: `u` in −1..1, 0 is the ground, negative is teal, positive is red-brown.
    pub fn diverging(self, u: f64) -> Colour {
        let (below, above) = match self {
            Theme::Light => (Colour(0x01, 0x66, 0x5E), Colour(0x9E, 0x3A, 0x26)),
            Theme::Dark => (Colour(0x5A, 0xC8, 0xBC), Colour(0xF0, 0x8A, 0x6C)),
            Theme::Print => (Colour(0x5A, 0xB4, 0xAC), Colour(0xE0, 0x8A, 0x70)),
        };
        mix(self.ground(), if u < 0.0 { below } else { above }, u.abs())
    }
}

impl Role {
    /// The role's colour on `theme`.
    pub fn colour(self, theme: Theme) -> Colour {
        match self {
            Role::Unconditional => Colour(0x00, 0x9E, 0x73),
            Role::Likelihood => Colour(0x00, 0x72, 0xB2),
            Role::Guided if theme == Theme::Dark => Colour(0xE6, 0x9F, 0x00),
            Role::Guided => Colour(0xD5, 0x5E, 0x00),
            Role::Class(k) => [
                Colour(0x56, 0xB4, 0xE9),
                Colour(0xCC, 0x79, 0xA7),
                Colour(0xF0, 0xE4, 0x42),
                Colour(0x77, 0x77, 0x77),
            ][k % 4],
            Role::Target => Colour(0x56, 0xB4, 0xE9),
            Role::Overshoot => Colour(0xCC, 0x79, 0xA7),
            Role::Other => Colour(0x77, 0x77, 0x77),
            Role::Hybrid | Role::Neutral => theme.ink(),
            Role::Muted => theme.muted(),
        }
    }

    /// The role's colour for words: as `colour`, but moved towards the ink until it can be read.
    pub fn word_colour(self, theme: Theme) -> Colour {
        let colour = self.colour(theme);
        let enough = |c: Colour| contrast(c, theme.ground()) >= 3.9;
        (0..=10)
            .map(|step| mix(colour, theme.ink(), f64::from(step) / 10.0))
            .find(|&c| enough(c))
            .unwrap_or(theme.ink())
    }

    /// The dark outline of a colour too pale for its ground.
    pub fn outline(self, theme: Theme) -> Option<Colour> {
        let pale = contrast(self.colour(theme), theme.ground()) < 1.5;
        pale.then(|| mix(self.colour(theme), theme.ink(), 0.7))
    }

    /// Line width in slide units (96 per inch): 3 is 2.25 pt.
    pub fn line_width(self) -> f64 {
        match self {
            Role::Guided => 4.5,
            _ => 3.0,
        }
    }

    /// Whether the role's lines are dashed when a mark does not say.
    pub fn dashed(self) -> bool {
        self == Role::Likelihood
    }
}

/// The colour at `u` (clamped to 0..1) from `a` to `b`, in linear light of the Oklab space.
pub(crate) fn mix(a: Colour, b: Colour, u: f64) -> Colour {
    let u = u.clamp(0.0, 1.0);
    let (a, b) = (oklab(a), oklab(b));
    from_oklab([0, 1, 2].map(|i| a[i] + u * (b[i] - a[i])))
}

/// WCAG contrast ratio, from 1 (the same) to 21 (black on white).
pub(crate) fn contrast(a: Colour, b: Colour) -> f64 {
    let luminance =
        |Colour(r, g, b): Colour| 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn linear(c: u8) -> f64 {
    let c = f64::from(c) / 255.0;
    if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
}

fn gamma(c: f64) -> u8 {
    let c = c.clamp(0.0, 1.0);
    let c = if c <= 0.003_130_8 { 12.92 * c } else { 1.055 * c.powf(1.0 / 2.4) - 0.055 };
    (255.0 * c).round() as u8
}

/// Ottosson (2020), "A perceptual color space for image processing".
fn oklab(Colour(r, g, b): Colour) -> [f64; 3] {
    let (r, g, b) = (linear(r), linear(g), linear(b));
    let l = (0.412_221_470_8 * r + 0.536_332_536_3 * g + 0.051_445_992_9 * b).cbrt();
    let m = (0.211_903_498_2 * r + 0.680_699_545_1 * g + 0.107_396_956_6 * b).cbrt();
    let s = (0.088_302_461_9 * r + 0.281_718_837_6 * g + 0.629_978_700_5 * b).cbrt();
    [
        0.210_454_255_3 * l + 0.793_617_785_0 * m - 0.004_072_046_8 * s,
        1.977_998_495_1 * l - 2.428_592_205_0 * m + 0.450_593_709_9 * s,
        0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766_0 * s,
    ]
}

fn from_oklab([l, a, b]: [f64; 3]) -> Colour {
    let x = (l + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
    let y = (l - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
    let z = (l - 0.089_484_177_5 * a - 1.291_485_548_0 * b).powi(3);
    Colour(
        gamma(4.076_741_662_1 * x - 3.307_711_591_3 * y + 0.230_969_929_2 * z),
        gamma(-1.268_438_004_6 * x + 2.609_757_401_1 * y - 0.341_319_396_5 * z),
        gamma(-0.004_196_086_3 * x - 0.703_418_614_7 * y + 1.707_614_701_0 * z),
    )
}

impl std::fmt::Display for Colour {
    /// `#RRGGBB`, as SVG writes it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "#{:02X}{:02X}{:02X}", self.0, self.1, self.2)
    }
}
