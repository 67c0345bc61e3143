//! The text of a scene.

#![no_main]

use scorelab::data::Scene;

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Err(error) = Scene::parse(text, "fuzz.toml") {
        assert_eq!(error.to_string().lines().count(), 1, "{error}");
    }
});
