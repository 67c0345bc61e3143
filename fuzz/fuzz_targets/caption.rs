//! The words of a caption, in either language.

#![no_main]

use scorelab::data::Caption;

libfuzzer_sys::fuzz_target!(|text: &str| match Caption::parse(text) {
    // what a caption says is read back as itself
    Ok(caption) => {
        assert_eq!(Caption::parse(&caption.english()).unwrap(), caption);
        assert_eq!(Caption::parse(&caption.vietnamese()).unwrap(), caption);
    }
    Err(error) => assert_eq!(error.to_string().lines().count(), 1, "{error}"),
});
