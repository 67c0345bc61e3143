//! What a sample is asked to be: y, or nothing.

/// What is asked of a sample: y of p(x | y), or ∅ of p(x).
///
/// ```text
/// p(x | ∅) = p(x),   p(x | y) = p(x)·p(y | x)/p(y)
/// ```
///
/// Whatever answers under a condition takes anything that becomes one: a class by its number (`mixture.given(1)`), `None`
/// for ∅. There is a kind for what some model can answer, and no other; who matches on it must expect more.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Condition {
    /// ∅: nothing is asked.
    #[default]
    None,
    /// A class, counted from 0.
    Class(usize),
}

impl Condition {
    /// The number of the class that is asked for, of so many.
    ///
    /// # Panics
    /// If it is not a class, or there is no such class.
    pub(crate) fn class_of(&self, classes: usize) -> usize {
        match self {
            Condition::Class(class) if *class < classes => *class,
            Condition::Class(class) => panic!("class {class} of {classes}"),
            Condition::None => panic!("a class is needed, but nothing is asked"),
        }
    }
}

impl From<usize> for Condition {
    fn from(class: usize) -> Self {
        Condition::Class(class)
    }
}

impl From<Option<usize>> for Condition {
    fn from(class: Option<usize>) -> Self {
        class.map_or(Condition::None, Condition::Class)
    }
}

impl From<&Condition> for Condition {
    fn from(condition: &Condition) -> Self {
        condition.clone()
    }
}
