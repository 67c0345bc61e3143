//! Small images in rows and columns.

use crate::plot::{Layer, Panel, Role, Sheet, Text};

/// A panel of images, which carry their own words.
pub(crate) fn sheet_panel(title: impl Into<Text>, desc: &str, sheet: Sheet) -> Panel {
    let layer = Layer::new("images", desc, Role::Neutral, sheet);
    Panel { title: title.into(), ..Panel::bare(vec![layer]) }
}
