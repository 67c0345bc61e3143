//! Scenes from TOML files. Whatever a file holds, the answer is a scene or one sentence that says what to change.

#[cfg(feature = "toml")]
mod component;
#[cfg(feature = "toml")]
mod written;

use super::Scene;
use crate::{Error, Result};
use std::io::Read;
use std::path::Path;
#[cfg(feature = "toml")]
use written::parse;

/// Larger files are refused unread.
const MOST_BYTES: usize = 16 << 20;

impl Scene {
    /// Reads a scene file; `experiments/scenes/cross.toml` is an example with every field.
    ///
    /// ```toml
    /// name = "pair"
    /// [[component]]
    /// weight = 1
    /// mean = [1.0, 0.0]
    /// sd = 0.5                                    # or covariance = [[…, …], […, …]]
    /// label = "dog"
    /// [vietnamese]
    /// dog = "chó"
    /// ```
    ///
    /// Classes are counted from 0 in the order in which their labels first appear; weights are scaled to sum to one.
    ///
    /// # Errors
    /// If the file cannot be read, is too large, or as [`Scene::parse`].
    pub fn load(path: impl AsRef<Path>) -> Result<Scene> {
        let path = path.as_ref();
        Scene::parse(&Scene::text(path)?, path)
    }

    /// The text of a scene file, of a size that is read.
    pub(super) fn text(path: impl AsRef<Path>) -> Result<String> {
        let path = path.as_ref();
        let io = |e| Error::io("read", path, e);
        let mut bytes = Vec::new();
        let file = std::fs::File::open(path).map_err(io)?;
        file.take(MOST_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(io)?;
        let text = if bytes.len() > MOST_BYTES {
            Err(format!(
                "it is larger than {} MiB; a scene file holds only a few components",
                MOST_BYTES >> 20
            ))
        } else {
            String::from_utf8(bytes).map_err(|e| {
                format!(
                    "byte {} is not UTF-8; save the file as UTF-8",
                    e.utf8_error().valid_up_to()
                )
            })
        };
        text.map_err(|why| Error::Scene { path: path.into(), why })
    }

    /// Reads a scene from the text of a file; `path` only appears in messages.
    ///
    /// # Errors
    /// If the text is not TOML, a field is unknown, missing or of another type, `sd` and `covariance` are both given or
    /// both missing, a number is not finite, dimensions differ, a covariance is not symmetric and positive definite, two
    /// classes share a name, or there is more of anything than a toy can have. Without the crate's feature `toml`, always.
    pub fn parse(text: &str, path: impl AsRef<Path>) -> Result<Scene> {
        parse(text).map_err(|why| Error::Scene { path: path.as_ref().into(), why })
    }
}

#[cfg(not(feature = "toml"))]
fn parse(_: &str) -> std::result::Result<Scene, String> {
    Err("this program does not read scene files; build it with the feature toml of the crate scorelab".into())
}

#[cfg(all(test, feature = "toml"))]
mod tests;
