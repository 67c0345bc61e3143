//! What a drawn digit may wear.

/// Something that a drawing may have besides its digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Attribute {
    /// A thick pen.
    Bold,
    /// The digit leans back, its top to the left.
    Tilted,
    /// A bowler hat on top of the digit.
    Hat,
    /// Sunglasses: two outlined lenses through which the digit shows darker, a bridge and temples.
    Sunglasses,
    /// A line below the digit.
    Underlined,
    /// A frame around the image.
    Boxed,
}

use Attribute::*;

impl Attribute {
    /// All of them, in the order in which a caption names them.
    pub const ALL: [Attribute; 6] = [Bold, Tilted, Hat, Sunglasses, Underlined, Boxed];
}

/// A set of attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Attributes(u8);

impl Attributes {
    /// No attribute.
    pub const NONE: Attributes = Attributes(0);

    /// Every set of attributes, the empty one first.
    pub fn every() -> impl Iterator<Item = Attributes> {
        (0..1 << Attribute::ALL.len()).map(Attributes)
    }

    /// Whether an attribute is in the set.
    pub fn has(self, attribute: Attribute) -> bool {
        self.0 >> attribute as u8 & 1 == 1
    }

    /// The attributes of the set, in the order of [`Attribute::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Attribute> {
        Attribute::ALL.into_iter().filter(move |a| self.has(*a))
    }
}

impl FromIterator<Attribute> for Attributes {
    fn from_iter<I: IntoIterator<Item = Attribute>>(attributes: I) -> Attributes {
        attributes.into_iter().fold(Attributes::NONE, |set, a| Attributes(set.0 | 1 << a as u8))
    }
}
