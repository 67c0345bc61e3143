//! Where a method stands beside ordinary guidance, among all comparisons of a table.

use scorelab::metrics::{holm, mean_with_se, sign_flip_p};

/// What all comparisons of a table together may tell apart by mistake.
pub const TABLE_LEVEL: f64 = 0.05;
/// Standard errors that a normal variable is beyond in one of a hundred cases.
const SURE: f64 = 2.58;

/// A comparison of a method with ordinary guidance, from the same noise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Against {
    /// γ of ordinary guidance.
    pub gamma: f64,
    /// How much farther from the target the method ends, with its standard error over blocks of seeds.
    pub by: (f64, f64),
    /// The p-value of no difference, [`sign_flip_p`].
    pub p: f64,
    /// A difference that counts as none.
    pub margin: f64,
}

impl Against {
    /// Of distances block by block, the method's and those of ordinary guidance at this γ.
    ///
    /// # Panics
    /// As [`sign_flip_p`], and if there are not as many of one as of the other.
    pub fn new(own: &[f64], (gamma, rival): (f64, &[f64]), margin: f64) -> Against {
        assert_eq!(own.len(), rival.len(), "the same blocks");
        let by: Vec<f64> = own.iter().zip(rival).map(|(own, rival)| own - rival).collect();
        Against { gamma, by: mean_with_se(&by), p: sign_flip_p(&by), margin }
    }

    /// The same in words, with the p-value that Holm's correction leaves.
    fn standing(&self, adjusted: f64) -> Standing {
        let (by, se) = self.by;
        match adjusted <= TABLE_LEVEL {
            _ if by.abs() + SURE * se <= self.margin => Standing::Same,
            true if by < 0.0 => Standing::Better,
            true => Standing::Worse,
            false => Standing::NotToldApart,
        }
    }
}

/// What a comparison says of the method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is nearer to the target, at the [`TABLE_LEVEL`] of the whole table.
    Better,
    /// The difference is within the margin, by 2.58 standard errors.
    Same,
    /// Neither.
    NotToldApart,
    /// It is farther away.
    Worse,
}

impl Standing {
    /// All of them, from the best.
    pub const ALL: [Standing; 4] =
        [Standing::Better, Standing::Same, Standing::NotToldApart, Standing::Worse];

    /// In a word.
    pub fn word(self) -> &'static str {
        match self {
            Standing::Better => "better",
            Standing::Same => "same",
            Standing::NotToldApart => "?",
            Standing::Worse => "worse",
        }
    }
}

/// Where each comparison of a table stands, by Holm's correction over all of them.
pub fn standings(table: &[Against]) -> Vec<Standing> {
    let adjusted = holm(&table.iter().map(|against| against.p).collect::<Vec<_>>());
    table.iter().zip(adjusted).map(|(against, p)| against.standing(p)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn against(by: f64, se: f64, p: f64) -> Against {
        Against { gamma: 1.0, by: (by, se), p, margin: 0.1 }
    }

    #[test]
    fn a_standing_needs_a_small_p_and_a_difference_beyond_the_margin() {
        let of = |by, se, p| standings(&[against(by, se, p)])[0];
        assert_eq!(of(-0.5, 0.05, 0.04), Standing::Better);
        assert_eq!(of(0.5, 0.05, 0.04), Standing::Worse);
        assert_eq!(of(0.5, 0.05, 0.06), Standing::NotToldApart);
        assert_eq!(of(-0.05, 0.01, 0.001), Standing::Same, "it is there, and too small to count");
        assert_eq!(of(-0.05, 0.05, 1.0), Standing::NotToldApart, "it may be above the margin");
        assert_eq!(of(f64::NAN, 0.1, f64::NAN), Standing::NotToldApart);
    }

    #[test]
    fn in_a_table_of_many_a_p_must_be_smaller() {
        let table = [against(0.5, 0.05, 0.04), against(0.5, 0.05, 0.3)];
        assert_eq!(standings(&table), [Standing::NotToldApart; 2]);
        assert_eq!(standings(&table[..1]), [Standing::Worse], "the twin: alone it is told apart");
        let found = Against::new(&[1.0, 2.0, 3.0], (2.0, &[0.0, 0.0, 0.0]), 0.1);
        assert_eq!((found.by.0, found.p), (2.0, 0.25)); // two patterns of eight
    }
}
