//! What a file says of a network's architecture.

use super::recipe::{Kind, Recipe};
use crate::nn::{Mlp, MlpConfig, Net, Observing, Target, Transformer, TransformerConfig};

/// A network that can stand in a file.
pub trait Architecture: Net {
    /// What files call it.
    const NAME: &'static str;

    /// The kind of network that a recipe for this kind makes; none if it makes one of another architecture, as one for captions
    /// does.
    fn made_by(recipe: Kind) -> Option<Kind> {
        (recipe != Kind::Caption).then_some(recipe)
    }

    /// The shape that a recipe asks for where a network of this kind has the shape `held`: what the recipe leaves open, such
    /// as the dimension of the data, is as it is held. A recipe that says nothing of this architecture asks for what is held.
    fn asked(_recipe: &Recipe, _kind: Kind, held: &Self::Config) -> Self::Config {
        held.clone()
    }

    /// How a network of this kind and shape, and with this target if it answers as a score, contradicts a recipe, in words;
    /// `None` if it does not.
    fn contradicts(
        recipe: &Recipe,
        kind: Kind,
        target: Option<Target>,
        held: &Self::Config,
    ) -> Option<String> {
        let wanted = Self::asked(recipe, kind, held);
        if Self::made_by(recipe.model) != Some(kind) {
            return Some(format!("is for a network of the kind {:?}", recipe.model));
        }
        if wanted != *held {
            return Some(format!("asks for the shape {wanted:?}"));
        }
        let other = target.is_some_and(|target| target != recipe.target);
        other.then(|| format!("asks for the target {:?}", recipe.target))
    }
}

impl Architecture for Mlp {
    const NAME: &'static str = "mlp";

    fn asked(recipe: &Recipe, kind: Kind, held: &MlpConfig) -> MlpConfig {
        if kind.classifies() {
            return MlpConfig { width: recipe.width, depth: recipe.depth, ..held.clone() };
        }
        recipe.shape(held.inputs, held.labels)
    }
}

impl Architecture for Transformer {
    const NAME: &'static str = "transformer";

    fn made_by(recipe: Kind) -> Option<Kind> {
        (recipe == Kind::Caption).then_some(Kind::Joint)
    }

    fn asked(recipe: &Recipe, _: Kind, held: &TransformerConfig) -> TransformerConfig {
        recipe.transformer(held.side)
    }
}

impl Architecture for Observing {
    const NAME: &'static str = "observing";

    /// No recipe tells of masks.
    fn made_by(_: Kind) -> Option<Kind> {
        None
    }
}
