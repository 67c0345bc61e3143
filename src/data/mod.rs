//! Labelled data: scenes, which are exact mixtures, built in or read from a file; and images, drawn or read from IDX files.

mod built_in;
mod file;
mod glyphs;
mod idx;
mod images;
mod points;
mod principal;
mod lifted;
mod toy;
mod tree;
mod view;

pub use glyphs::{Attribute, Attributes, Caption, Drawing, Glyphs, HELD_OUT_PAIRS, normalised};
pub use idx::Part;
pub use images::{Images, digit_names, from_pixels, names_of_labels, to_pixels};
pub use lifted::Lifted;
pub use points::{PointFile, of_points, spread};
pub use principal::Principal;
pub use view::View;

use crate::file::fingerprint;
use crate::mixture::Mixture;
use crate::text::quoted;
use crate::{Error, Result};
use serde::{Deserialize, Serialize};

/// What a class is called, in the two languages of the figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassName {
    /// The English name.
    pub en: String,
    /// The Vietnamese name; the English one again where a scene file gives none.
    pub vi: String,
}

/// A labelled data distribution, known exactly: something to learn, to steer and to draw.
///
/// | name | d | classes | what it is |
/// |---|---|---|---|
/// | `animals` | 2 | 4 | one round mode each for dog, cat, bear and cow, far apart |
/// | `three` | 2 | 3 | round modes that overlap, at 90°, 210° and 330° |
/// | `ring8` | 2 | 8 | round modes on a circle, named by the compass |
/// | `wide` | 2 | 3 | unequal weights and widths, most of them slanted; one class owns two modes |
/// | `moons` | 2 | 2 | two interlocking arcs of 100 small components each, their places seeded |
/// | `tree` | 2 | 2 | a crown and its roots: 127 branches each, ever finer, 1,016 slanted components in all |
/// | `swissroll` | 2 | 2 | a spiral of one and a half turns, its inner half and its outer one |
/// | `circles` | 2 | 2 | a circle within another |
/// | `2spirals` | 2 | 2 | two spirals within each other |
/// | `pinwheel` | 2 | 5 | five bent arms |
/// | `checkerboard` | 2 | 2 | eight squares of a board, the upper ones and the lower ones |
/// | `two-1d` | 1 | 2 | ½N(1, 1) + ½N(−1, 1) |
/// | `far-mode-1d` | 1 | 2 | class A has a near and a far mode, class B lies beside the near one |
/// | `f7` | 2 | 3 | three slanted Gaussians, for the order of solvers |
#[derive(Debug, Clone)]
pub struct Scene {
    /// The scene's name.
    pub name: String,
    /// The distribution itself; its class c is called `class_names[c]`.
    pub mixture: Mixture,
    /// The names of the classes, one for each class of the mixture.
    pub class_names: Vec<ClassName>,
}

impl Scene {
    /// The names of the built-in scenes.
    pub fn names() -> &'static [&'static str] {
        &built_in::NAMES
    }

    /// The built-in scene of that name.
    ///
    /// # Errors
    /// If there is none; the message lists the names and the nearest of them.
    pub fn named(name: &str) -> Result<Scene> {
        built_in::scene(name).ok_or_else(|| {
            let must = format!(
                "one of {}, or the path of a .toml file or of a file of points",
                Scene::names().join(", ")
            );
            let hint = did_you_mean(name, Scene::names().iter().copied());
            Error::value("the scene", quoted(name), must + &hint)
        })
    }

    /// A built-in scene by its name, or a scene file by its path.
    ///
    /// What ends in `.toml` or holds a path separator is a path.
    ///
    /// # Errors
    /// As [`Scene::named`] and [`Scene::load`].
    pub fn find(name_or_path: &str) -> Result<Scene> {
        Scene::find_with_fingerprint(name_or_path).map(|(scene, _)| scene)
    }

    /// As [`Scene::find`], with the fingerprint by which a change of the scene is noticed.
    ///
    /// Of a scene file it is the fingerprint of its bytes, so that a changed comment is a change too; of a
    /// built-in scene that of its numbers to ten digits, which every machine computes alike.
    ///
    /// # Errors
    /// As [`Scene::find`].
    pub fn find_with_fingerprint(name_or_path: &str) -> Result<(Scene, String)> {
        if !Scene::names().contains(&name_or_path) && std::path::Path::new(name_or_path).is_dir() {
            let why =
                "it is a folder, but a scene is a name or a file; a folder of images is --data";
            return Err(Error::File { path: name_or_path.into(), why: why.into() });
        }
        if is_path(name_or_path) {
            let text = Scene::text(name_or_path)?;
            return Ok((Scene::parse(&text, name_or_path)?, fingerprint(text.as_bytes())));
        }
        let scene = Scene::named(name_or_path)?;
        let numbers = fingerprint(scene.numbers().as_bytes());
        Ok((scene, numbers))
    }

    /// The class, the weight, the mean and the covariance of each component, one a line, to ten digits.
    fn numbers(&self) -> String {
        let m = &self.mixture;
        let component = |(k, class): (usize, &usize)| {
            let numbers = [m.weights()[k]].into_iter().chain(m.means().row(k).to_vec());
            let numbers = numbers.chain(m.covs()[k].iter().copied());
            // without a "−0"
            let told: Vec<String> = numbers.map(|x| format!("{:.9e}", x + 0.0)).collect();
            format!("{class} {}\n", told.join(" "))
        };
        m.labels().iter().enumerate().map(component).collect()
    }

    /// The class with that English or Vietnamese name, or with that number, counted from 0.
    ///
    /// A name takes precedence over a number, in case a class is called `1`.
    ///
    /// # Errors
    /// If there is none; the message lists the names and the nearest of them.
    pub fn class(&self, name_or_index: &str) -> Result<usize> {
        find_class(&self.class_names, &format!("scene {}", self.name), name_or_index)
    }
}

/// Whether a scene is named by the path of its file.
fn is_path(name_or_path: &str) -> bool {
    name_or_path.ends_with(".toml")
        || name_or_path.contains(|c: char| c == '/' || std::path::is_separator(c))
}

/// The class of that name or number, of the classes of `whose`.
///
/// # Errors
/// If there is none; the message lists the names and the nearest of them.
pub fn find_class(names: &[ClassName], whose: &str, name_or_index: &str) -> Result<usize> {
    let name_or_index = &crate::text::composed(name_or_index);
    let by_name = |n: &ClassName| n.en == *name_or_index || n.vi == *name_or_index;
    let by_index = || name_or_index.parse().ok().filter(|i| *i < names.len());
    names.iter().position(by_name).or_else(by_index).ok_or_else(|| {
        let known = names.iter().flat_map(|n| [n.en.as_str(), n.vi.as_str()]);
        let must = format!(
            "one of {}, or a number from 0 to {}",
            listed_classes(names),
            names.len().saturating_sub(1)
        );
        Error::value(
            format!("the class of {whose}"),
            quoted(name_or_index),
            must + &did_you_mean(name_or_index, known),
        )
    })
}

/// The classes for a message: `dog (chó), cat (mèo), …`, at most a dozen.
fn listed_classes(names: &[ClassName]) -> String {
    const MOST: usize = 12;
    let one = |n: &ClassName| match n.en == n.vi {
        true => n.en.clone(),
        false => format!("{} ({})", n.en, n.vi),
    };
    let mut shown: Vec<String> = names.iter().take(MOST).map(one).collect();
    if names.len() > MOST {
        shown.push(format!("… ({} in all)", names.len()));
    }
    shown.join(", ")
}

/// The end of a message about an unknown name: ` (did you mean "animals"?)`, or nothing if no name is near.
pub fn did_you_mean<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    const LONGEST: usize = 64;
    let length = name.chars().count();
    if length > LONGEST {
        return String::new();
    }
    let name = name.to_lowercase();
    known
        .map(|k| (edits(&name, &k.to_lowercase()), k))
        .filter(|(edits, k)| *edits <= 1 + length / 4 && *edits < k.chars().count())
        .min_by_key(|(edits, _)| *edits)
        .map_or_else(String::new, |(_, k)| format!(" (did you mean {k:?}?)"))
}

/// The fewest letters to insert, delete or replace that turn `a` into `b` (Levenshtein).
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect(); // edits from a's letters so far to b[..j]
    for (i, from) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let best = (corner + usize::from(from != *to)).min(row[j] + 1).min(row[j + 1] + 1);
            corner = row[j + 1];
            row[j + 1] = best;
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_is_found_by_either_name_and_by_number() {
        let scene = Scene::named("animals").unwrap();
        for (asked, class) in [("dog", 0), ("mèo", 1), ("gấu", 2), ("cow", 3), ("2", 2)] {
            assert_eq!(scene.class(asked).unwrap(), class, "{asked}");
        }
        let mut odd = scene.clone();
        odd.class_names[3].en = "1".into();
        assert_eq!(odd.class("1").unwrap(), 3, "a name goes before a number");
        assert_eq!(scene.class("cho\u{301}").unwrap(), 0, "its letters may come apart");
    }

    #[test]
    fn an_unknown_name_lists_the_names_and_the_nearest() {
        let scene = |name: &str| Scene::named(name).unwrap_err().to_string();
        let all = Scene::names().join(", ");
        assert_eq!(
            scene("animal"),
            format!(
                "the scene is \"animal\", but it must be one of {all}, or the path of a .toml file or of a file of points \
                 (did you mean \"animals\"?)"
            )
        );
        assert!(scene("Rnig8").contains("did you mean \"ring8\"?"));
        assert!(!scene("nosuch").contains("did you mean"));
        assert!(!scene(&"x".repeat(1_000_000)).contains("did you mean"));

        let animals = Scene::named("animals").unwrap();
        let class = |name: &str| animals.class(name).unwrap_err().to_string();
        assert_eq!(
            class("cho"),
            "the class of scene animals is \"cho\", but it must be one of dog (chó), cat (mèo), bear (gấu), cow (bò), \
             or a number from 0 to 3 (did you mean \"chó\"?)"
        );
        for wrong in ["4", "-1", "1.0", "", "99999999999999999999", "a\nb"] {
            assert_eq!(class(wrong).lines().count(), 1, "{wrong:?}");
        }
    }

    #[test]
    fn a_path_is_told_from_a_name() {
        for path in ["nosuch.toml", "nosuch/animals", "./three"] {
            let message = Scene::find(path).unwrap_err().to_string();
            assert!(message.starts_with(&format!("cannot read {path}: ")), "{message}");
        }
        assert_eq!(Scene::find("three").unwrap().name, "three");
        assert!(Scene::find("thre").unwrap_err().to_string().contains("did you mean \"three\"?"));
    }

    #[test]
    #[cfg(feature = "toml")]
    fn a_fingerprint_tells_scenes_apart_and_a_changed_comment_of_a_file() {
        let of = |name: &str| Scene::find_with_fingerprint(name).unwrap().1;
        let all: std::collections::BTreeSet<String> =
            Scene::names().iter().map(|n| of(n)).collect();
        assert_eq!(all.len(), Scene::names().len());
        assert_eq!(of("three"), of("three"));
        let path = std::env::temp_dir().join(format!("scorelab-{}-print.toml", std::process::id()));
        let name = path.to_str().unwrap();
        let text =
            "name = \"one\"\n[[component]]\nweight = 1\nmean = [0.0, 0.0]\nsd = 1\nlabel = \"a\"\n";
        let written = |text: &str| {
            std::fs::write(&path, text).unwrap();
            of(name)
        };
        let first = written(text);
        assert_ne!(written(&format!("# a comment\n{text}")), first);
        assert_eq!(written(text), first);
        std::fs::remove_file(&path).unwrap();
    }

    #[test]
    fn edits_are_counted() {
        for (a, b, n) in
            [("", "abc", 3), ("kitten", "sitting", 3), ("mèo", "meo", 1), ("a", "a", 0)]
        {
            assert_eq!((edits(a, b), edits(b, a)), (n, n), "{a} {b}");
        }
    }
}
