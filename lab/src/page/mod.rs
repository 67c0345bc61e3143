//! The page: the modules of `lab/page/`, joined into one file that needs no network.
//!
//! | module | what it holds |
//! |---|---|
//! | `join` | the rule by which modules become one script |
//! | `scenes` | the mixtures that the page knows |
//! | `base64` | bytes as text |
//! | `networks` | the networks that the page holds |
//! | `html` | the file, with a policy that lets nothing else run |

mod join;
mod scenes;
mod base64;
mod networks;
mod html;
#[cfg(test)]
mod tests;

pub use html::Page;
pub use networks::{classifiers, score};
