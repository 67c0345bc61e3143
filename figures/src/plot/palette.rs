//! One palette: a colour per role, per theme, and the two colour maps.

/// An sRGB colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour(pub u8, pub u8, pub u8);

/// The least contrast of a mark, or of its outline, to all that it may lie on (WCAG 2.1, 1.4.11).
const CONTRAST: f64 = 3.0;

/// The classes, in their order. The fourth is a grey that depends on the theme.
const CLASSES: [Colour; 10] = [
    Colour(0x56, 0xB4, 0xE9),
    Colour(0xCC, 0x79, 0xA7),
    Colour(0xF0, 0xE4, 0x42),
    Colour(0x64, 0x64, 0x64),
    Colour(0x33, 0x22, 0x88),
    Colour(0xB5, 0xEA, 0xD7),
    Colour(0x88, 0x22, 0x55),
    Colour(0x99, 0x99, 0x33),
    Colour(0xF2, 0xA6, 0x8C),
    Colour(0x5C, 0x3A, 0x1E),
];

/// What a layer stands for. The colour follows from it, on every figure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Role {
    /// The unconditional score, its paths and samples: green, thin, solid.
    Unconditional,
    /// ∇ log p(y ∣ x), or conditional − unconditional: blue, dashed.
    Likelihood,
    /// The guided sum: orange, thick.
    Guided,
    /// Class k, in one of ten colours, with an outline where it is too pale or too dark for its ground.
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
            Theme::Light => Colour(0x62, 0x65, 0x6E),
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
            Theme::Light | Theme::Print => Colour(0xC3, 0xBF, 0xE0),
            Theme::Dark => Colour(0x3E, 0x3B, 0x60),
        };
        mix(self.ground(), full, u)
    }

    /// The same map where it is not the ground of anything: so strong that at most heights it stands out by 3 : 1.
    pub fn strong(self, u: f64) -> Colour {
        let full = match self {
            Theme::Light | Theme::Print => Colour(0x7A, 0x72, 0xC0),
            Theme::Dark => Colour(0x7C, 0x74, 0xC0),
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
    ///
    /// Lines are of the hues of Okabe and Ito (2008), as dark or light as a contrast of 3 : 1 to ground and densities asks.
    pub fn colour(self, theme: Theme) -> Colour {
        let on = |dark, light| if theme == Theme::Dark { dark } else { light };
        match self {
            Role::Unconditional => on(Colour(0x00, 0xA0, 0x74), Colour(0x00, 0x7A, 0x58)),
            Role::Likelihood => on(Colour(0x88, 0xA0, 0xFF), Colour(0x00, 0x40, 0x8A)),
            Role::Guided => on(Colour(0xE6, 0x9F, 0x00), Colour(0xB5, 0x3E, 0x00)),
            Role::Other => on(Colour(0x9C, 0x9C, 0x9C), Colour(0x64, 0x64, 0x64)),
            Role::Class(k) if k % CLASSES.len() == 3 => Role::Other.colour(theme),
            Role::Class(k) => CLASSES[k % CLASSES.len()],
            Role::Target => CLASSES[0],
            Role::Overshoot => CLASSES[1],
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

    /// The outline of a colour that ground or densities come too close to: darker on a light ground, lighter on a dark one.
    pub fn outline(self, theme: Theme) -> Option<Colour> {
        let colour = self.colour(theme);
        (nearest(colour, theme) < CONTRAST).then(|| mix(colour, theme.ink(), 0.7))
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

/// The least contrast of a colour to the ground and to the densities of any height.
fn nearest(colour: Colour, theme: Theme) -> f64 {
    let over = |i| contrast(colour, theme.sequential(f64::from(i) / 16.0));
    (0..=16).map(over).fold(f64::INFINITY, f64::min)
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

#[cfg(test)]
mod tests {
    use super::*;

    const THEMES: [Theme; 3] = [Theme::Light, Theme::Dark, Theme::Print];
    const LINES: [Role; 3] = [Role::Unconditional, Role::Likelihood, Role::Guided];

    fn roles() -> impl Iterator<Item = Role> {
        let ends = [Role::Target, Role::Other, Role::Hybrid, Role::Overshoot];
        let rest = [Role::Neutral, Role::Muted];
        LINES.into_iter().chain(ends).chain(rest).chain((0..CLASSES.len()).map(Role::Class))
    }

    /// A colour of Okabe and Ito as figures often show them.
    const BLUE: Colour = Colour(0x00, 0x72, 0xB2);
    const GREEN: Colour = Colour(0x00, 0x9E, 0x73);

    #[test]
    fn every_role_stands_out_from_the_ground_and_from_every_density() {
        for theme in THEMES {
            for role in roles() {
                let seen = role.outline(theme).unwrap_or(role.colour(theme));
                assert!(nearest(seen, theme) >= CONTRAST, "{role:?} {theme:?}");
            }
            for role in LINES {
                assert_eq!(
                    role.outline(theme),
                    None,
                    "{role:?} {theme:?}: a line needs no outline"
                );
            }
            // a density under marks is seen; one that is shown for itself stands out where it is highest, and a mark in the
            // colour of the text on it
            assert!(contrast(theme.sequential(1.0), theme.ground()) > 1.7, "{theme:?}");
            let highest = theme.strong(1.0 / 1.15);
            assert!(contrast(highest, theme.ground()) >= CONTRAST, "{theme:?}");
            assert!(contrast(theme.sequential(1.0 / 1.15), theme.ground()) < CONTRAST);
            assert!(contrast(theme.strong(1.0), theme.ink()) >= CONTRAST, "{theme:?}");
        }
        // wrong twins
        assert!(nearest(BLUE, Theme::Dark) < CONTRAST && nearest(GREEN, Theme::Light) < CONTRAST);
    }

    /// Machado, Oliveira and Fernandes (2009), "A physiologically-based model for simulation of color vision deficiency":
    /// protanopia, deuteranopia, tritanopia, in linear light.
    const DEFICIENCIES: [[[f64; 3]; 3]; 3] = [
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ],
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ],
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ],
    ];

    fn apart(a: Colour, b: Colour) -> f64 {
        let (a, b) = (oklab(a), oklab(b));
        (0..3).map(|i| (a[i] - b[i]).powi(2)).sum::<f64>().sqrt()
    }

    /// The least distance in Oklab for any of the three deficiencies.
    fn apart_for_all(a: Colour, b: Colour) -> f64 {
        let seen = |m: &[[f64; 3]; 3], Colour(r, g, b): Colour| {
            let light = [r, g, b].map(linear);
            let [r, g, b] = m.map(|row| gamma((0..3).map(|i| row[i] * light[i]).sum()));
            Colour(r, g, b)
        };
        DEFICIENCIES.iter().map(|m| apart(seen(m, a), seen(m, b))).fold(f64::INFINITY, f64::min)
    }

    #[test]
    fn the_three_lines_stay_apart_for_every_kind_of_colour_vision() {
        // what Okabe and Ito's own green and blue are apart at least
        let least = apart_for_all(GREEN, BLUE);
        for theme in THEMES {
            for (i, a) in LINES.iter().enumerate() {
                for b in &LINES[i + 1..] {
                    let apart = apart_for_all(a.colour(theme), b.colour(theme));
                    assert!(apart > least, "{a:?} {b:?} {theme:?}: {apart} {least}");
                }
            }
        }
        // wrong twins: red and green of one lightness; the same green with a blue as light as it
        assert!(apart_for_all(Colour(0xB5, 0x3E, 0x00), Colour(0x5E, 0x6B, 0x00)) < least);
        assert!(apart_for_all(Colour(0x00, 0x7A, 0x58), Colour(0x00, 0x69, 0xAD)) < least);
    }

    #[test]
    fn ten_classes_have_ten_colours() {
        let colours = || (0..10).map(|k| Role::Class(k).colour(Theme::Light));
        for (i, a) in colours().enumerate() {
            assert!(colours().skip(i + 1).all(|b| apart(a, b) > 0.08), "class {i}");
        }
        assert_eq!(Role::Class(10).colour(Theme::Light), CLASSES[0], "then again from the first");
    }
}
