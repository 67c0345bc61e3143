//! What a figure cannot be drawn without, and the sentence that says so when it is missing.

use super::inputs::Inputs;

/// Something that a figure needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// A scene, of whatever dimension.
    Scene,
    /// A scene in the plane.
    Plane,
    /// A scene, or several, on a line; the figure brings its own.
    Line,
    /// A score of images.
    Images,
    /// A score that knows captions.
    Captions,
    /// A class.
    Class,
    /// One class and not all in turn.
    OneClass,
    /// A score that is steered by a classifier.
    Classifier,
    /// A joint network as the score.
    Joint,
    /// A classifier trained on noisy data.
    Noisy,
    /// A classifier that knows no noise; without one the exact one stands in.
    Clean,
    /// A worse network that guides.
    Guiding,
    /// Joint networks that differ in their p_drop.
    Runs,
    /// A classifier that judges images.
    Judge,
    /// Networks of its own, which are trained on the scene.
    Trains,
    /// Frames: it is an animation.
    Frames,
    /// One γ, the last.
    LastGamma,
    /// A method that is a score along which one can walk.
    OneScore,
}

impl Need {
    /// How the documents and the help put it; `None` for what every scene has.
    pub fn phrase(self) -> Option<&'static str> {
        match self {
            Need::Scene | Need::Plane | Need::Class | Need::OneScore => None,
            Need::Line => Some("no `--scene`: it brings its own, on a line"),
            Need::Images => Some("a `--score` trained on images"),
            Need::Captions => Some("captions that it knows"),
            Need::OneClass => Some("one `--class`"),
            Need::Classifier => Some("the exact score or a `--classifier`"),
            Need::Joint => Some("a joint `--score`"),
            Need::Noisy => Some("a noisy `--classifier`"),
            Need::Clean => Some("`--clean` (by default the exact classifier, blind to noise)"),
            Need::Guiding => Some("a worse score (`--guiding`)"),
            Need::Runs => Some("`--runs` that differ in their p_drop"),
            Need::Judge => Some("a `--judge`"),
            Need::Trains => Some("time: it trains its own networks"),
            Need::Frames => Some("`--frames` of 2 or more, for a GIF"),
            Need::LastGamma => Some("one `--gamma` (of several, the last)"),
        }
    }

    /// The sentence that refuses inputs in which it is missing; `None` if it is there.
    pub fn lacking(self, inputs: &Inputs) -> Option<String> {
        match (self, &inputs.setting) {
            (Need::Plane, Some(s)) => s.in_plane().err().map(|why| why.to_string()),
            (Need::Classifier, _) if inputs.guiding => Some(WORSE_GUIDES.into()),
            (Need::Classifier, _) if inputs.named && !self.met(inputs) => {
                Some(ANOTHER_METHOD.into())
            }
            _ if self.met(inputs) => None,
            _ => Some(self.refusal().into()),
        }
    }

    fn met(self, inputs: &Inputs) -> bool {
        match self {
            Need::Scene | Need::Plane => inputs.setting.is_some(),
            Need::Images => inputs.images.is_some(),
            Need::Captions => inputs.images.as_ref().is_some_and(|i| i.captions.is_some()),
            Need::Class => inputs.class.is_some(),
            Need::OneClass => inputs.class.is_some() && !inputs.every_class,
            Need::Classifier => inputs.classifier.is_some(),
            Need::Joint => inputs.joint.is_some(),
            Need::Noisy => inputs.noisy.is_some(),
            Need::Clean => inputs.with_and_without_noise.is_some(),
            Need::Guiding => inputs.guiding,
            Need::Runs => !inputs.runs.is_empty(),
            Need::Judge => inputs.judge.is_some(),
            Need::Trains => inputs.trainer.is_some(),
            Need::OneScore => inputs.one_score,
            Need::Frames => inputs.frames >= 2,
            Need::Line | Need::LastGamma => true,
        }
    }

    fn refusal(self) -> &'static str {
        match self {
            Need::Scene | Need::Plane => {
                "--score must be exact or learned on a scene: this figure does not show images"
            }
            Need::Images => {
                "--score must be a checkpoint trained on images: this figure shows images"
            }
            Need::Captions => {
                "--score must know captions: this figure asks for some; train one with `scorelab train --model caption`"
            }
            Need::Class => "--class is required: this figure shows samples of one class",
            Need::OneClass => "--class must name one class: this figure follows single samples",
            Need::Classifier => {
                "--classifier is required: this figure shows a score that a classifier steers"
            }
            Need::Joint => {
                "--score must be a joint network: this figure compares its score with and without the label"
            }
            Need::Noisy => {
                "--classifier must be a noisy classifier: this figure compares its gradient with the joint network's"
            }
            Need::Clean => {
                "--scene must be given: this figure compares a classifier that sees the noise with one that does not"
            }
            Need::Guiding => {
                "--guiding is required: this figure shows a joint network guided by a worse one"
            }
            Need::Runs => {
                "--runs is required: this figure compares joint networks that differ in their p_drop"
            }
            Need::Judge => {
                "--judge is required: this figure measures images by a classifier that did not steer them; train one with `scorelab train --model clean --data …`"
            }
            Need::Trains => "networks cannot be trained here: this figure trains its own",
            Need::Frames => "--frames must be at least 2: this figure is an animation",
            Need::OneScore => {
                "--method must be a formula of the score: this figure walks along a score, and this method has its own way to walk"
            }
            Need::Line | Need::LastGamma => "",
        }
    }
}

const ANOTHER_METHOD: &str = "--method cannot be given here: this figure shows a score that a classifier steers, not a method by its name";

const WORSE_GUIDES: &str =
    "--guiding cannot be given here: this figure shows a score that a classifier steers";
