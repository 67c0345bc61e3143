//! A command line, a word a line, and after an empty line the configuration that it names. Nothing is run.

#![no_main]

use scorelab_lab::program::check;
use std::ffi::OsString;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let (words, configuration) = text.split_once("\n\n").unwrap_or((text, ""));
    let words: Vec<OsString> =
        std::iter::once("scorelab").chain(words.lines()).map(OsString::from).collect();
    if let Err(error) = check(&words, configuration) {
        assert_eq!(error.to_string().lines().count(), 1, "{error}");
    }
});
