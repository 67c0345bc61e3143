//! What every file of a figure uses.

pub(super) use super::inputs::Inputs;
pub(super) use super::need::Need;
pub(super) use super::parts::*;
pub(super) use super::spec::{Spec, slide};
pub(super) use super::uses::Use;
pub(super) use crate::idiom::*;
pub(super) use crate::plot::*;
pub(super) use ndarray::{Array2, Axis as Dim, arr2, s as slice};
pub(super) use scorelab::Result;
pub(super) use scorelab::guidance::Gamma;
pub(super) use scorelab::noise::NoiseLevel;
pub(super) use scorelab::score::{Likelihood, ScoreFn};
