//! What happens to files that nobody looks after.

use rand::Rng;

/// Some bytes with up to four harms done: cut off, a byte changed or lost, a stretch doubled, a word put in.
pub fn damaged(bytes: &[u8], words: &[&str], rng: &mut impl Rng) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=rng.random_range(0..4) {
        let at = rng.random_range(0..=bytes.len());
        let until = bytes.len().min(at + rng.random_range(0..9));
        match rng.random_range(0..6) {
            0 if rng.random_range(0..4) == 0 => bytes.truncate(at),
            1 if at < bytes.len() => bytes[at] = rng.random(),
            2 if at < bytes.len() => bytes[at] ^= 1 << rng.random_range(0..8),
            3 => drop(bytes.drain(at..until)),
            4 => drop(bytes.splice(at..at, bytes[at..until].to_vec())),
            _ => {
                let word = words[rng.random_range(0..words.len())];
                drop(bytes.splice(at..at, word.bytes()));
            }
        }
    }
    bytes
}
