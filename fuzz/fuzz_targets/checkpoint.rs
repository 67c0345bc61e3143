//! The bytes of a checkpoint, whose checksum is made right, for no damage would pass it otherwise.

#![no_main]

use scorelab::checkpoint::Checkpoint;
use sha2::{Digest, Sha256};

libfuzzer_sys::fuzz_target!(|body: &[u8]| {
    let bytes = [body, &Sha256::digest(body)].concat();
    if let Err(error) = Checkpoint::parse(&bytes, "fuzz.safetensors") {
        assert_eq!(error.to_string().lines().count(), 1, "{error}");
    }
});
