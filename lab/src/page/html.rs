//! The page as one file: markup, style and script, and a policy by which nothing else is loaded or run.

use super::base64::base64;
use super::join::join;
use super::scenes::{fits, scenes};
use crate::menu::Menu;
use scorelab::Result;
use scorelab::data::Scene;
use scorelab::file::fingerprint;
use scorelab_figures::plot::{Lang, Theme};
use serde_json::{Value, json};

const MARKUP: &str = include_str!("../../page/page.html");
const STYLE: &str = include_str!("../../page/page.css");

/// Reads the modules, each before those that import it.
macro_rules! modules {
    ($($name:literal)*) => { [$(($name, include_str!(concat!("../../page/", $name, ".js")))),*] };
}

const MODULES: &[(&str, &str)] = &modules!(
    "noise" "rng" "mixture" "net" "learned" "characteristic" "methods" "guidance" "rules" "sampler" "metrics" "energy" "effective" "measures" "paint" "state" "words" "lessons" "model" "pen" "draw" "dom" "save" "controls"
    "panel" "numbers" "handles" "keys" "main"
);

/// What the page is to show when it is opened; whoever opens it can choose otherwise.
pub struct Page<'a> {
    /// The scene.
    pub scene: &'a Scene,
    /// The learned score, the noisy classifier and the clean one, as `networks` reads them.
    pub networks: [Option<Value>; 3],
    /// The language.
    pub lang: Lang,
    /// Light, dark or for paper; without one, as the reader's system has it.
    pub theme: Option<Theme>,
}

impl Page<'_> {
    /// Whether a scene can be shown: it lies in the plane, and has few enough components to follow γ.
    pub fn fits(scene: &Scene) -> bool {
        fits(scene).is_ok()
    }

    /// The file.
    ///
    /// # Errors
    /// If the scene does not fit on the page.
    pub fn html(&self) -> Result<String> {
        let [score, classifier, clean] = &self.networks;
        let theme = self.theme.as_ref().map_or("auto", Theme::name);
        let data = json!({
            "version": env!("CARGO_PKG_VERSION"), "scenes": scenes(self.scene)?, "lang": self.lang.name(),
            "theme": theme,
            "nets": { "scene": self.scene.name, "score": score, "classifier": classifier, "clean": clean },
        });
        let data = data.to_string().replace('<', "\\u003c"); // no markup within a script
        let script = format!("{}$main.start({data});\n", join(MODULES)?);
        let policy = format!(
            "default-src 'none'; script-src '{}'; style-src '{}'; img-src data: blob:; base-uri 'none'; form-action 'none'",
            hash(&script),
            hash(STYLE)
        );
        let parts = [
            ("{lang}", self.lang.name()),
            ("{theme}", theme),
            ("{policy}", &policy),
            ("{style}", STYLE),
            ("{script}", &script),
        ];
        let fill = |page: String, (mark, text): (&str, &str)| page.replacen(mark, text, 1);
        Ok(parts.into_iter().fold(MARKUP.to_string(), fill))
    }
}

/// The hash of a script or a style as a policy names it.
fn hash(text: &str) -> String {
    let digits = fingerprint(text.as_bytes());
    let byte =
        |i: usize| u8::from_str_radix(&digits[2 * i..2 * i + 2], 16).expect("a hexadecimal digit");
    format!("sha256-{}", base64(&(0..digits.len() / 2).map(byte).collect::<Vec<u8>>()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_written_as_a_policy_has_it() {
        // the empty text's, as in the examples of CSP level 3
        assert_eq!(hash(""), "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
        assert_ne!(hash(" "), hash(""));
    }
}
