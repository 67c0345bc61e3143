//! What one types to start this program.

/// What a command begins with: `scorelab` or, where Cargo has started the program from a checkout, `cargo run --`.
pub fn program() -> &'static str {
    // Cargo names the package whose program it starts; one of another package may start an installed `scorelab`
    let package = std::env::var_os("CARGO_PKG_NAME");
    match package.is_some_and(|name| name == env!("CARGO_PKG_NAME")) {
        true => "cargo run --",
        false => "scorelab",
    }
}

/// A sentence whose commands, which stand in backticks, begin as they are typed here.
pub fn as_typed(sentence: &str) -> String {
    sentence.replace("`scorelab ", &format!("`{} ", program()))
}
