//! `scorelab info`: what a checkpoint holds.

use super::Common;
use super::answer::{Answer, Cell, tell};
use crate::Result;
use crate::checkpoint::{self, Model};
use clap::Args;
use std::path::PathBuf;

/// The arguments of `info`.
#[derive(Debug, Clone, Args)]
pub struct Info {
    /// A checkpoint, or the folder of a run
    #[arg(value_name = "FILE|FOLDER")]
    pub checkpoint: PathBuf,
    #[command(flatten)]
    pub common: Common,
}

impl Info {
    /// Describes the checkpoint.
    ///
    /// # Errors
    /// As [`checkpoint::find`].
    pub fn run(&self) -> Result<()> {
        let found = checkpoint::find(&self.checkpoint)?;
        found.passed.iter().for_each(|e| tell(format!("warning: {e}")));
        let (c, mlp) = (&found.checkpoint, found.checkpoint.model.mlp());
        let mut answer = Answer::new(["property", "value"]);
        let mut say = |name: &str, value: Cell| answer.row([name.into(), value]);
        say("file", found.path.display().to_string().into());
        say("kind", c.model.name().into());
        match &c.model {
            Model::Score(net) => {
                say("target", format!("{:?}", net.target).to_lowercase().into());
                say("sigma_data", net.sigma_data.into());
            }
            Model::Joint(net) => {
                say("target", format!("{:?}", net.net.target).to_lowercase().into());
                say("sigma_data", net.net.sigma_data.into());
                say("classes", net.classes().into());
            }
            Model::Noisy(net) => say("classes", net.0.mlp.config.outputs.into()),
            Model::Clean(net) => say("classes", net.0.mlp.config.outputs.into()),
        }
        say("parameters", mlp.params.len().into());
        for part in mlp.config.parts() {
            let sizes: Vec<String> = part.shape.iter().map(usize::to_string).collect();
            say(&part.name, sizes.join(" × ").into());
        }
        for (name, row) in &c.extra {
            say(&format!("extra.{name}"), row.len().to_string().into());
        }
        if let Some(state) = &c.training {
            say("step", state.step.into());
        }
        let p = &c.provenance;
        say("data", p.data.clone().into());
        say("seed", p.seed.into());
        say("version", p.version.clone().into());
        say("kernel", p.kernel.clone().into());
        for (name, note) in &p.notes {
            match serde_json::from_str(note) {
                Ok(serde_json::Value::Object(values)) => {
                    values
                        .iter()
                        .for_each(|(key, v)| say(&format!("{name}.{key}"), plain(v).into()));
                }
                _ => say(name, note.clone().into()),
            }
        }
        answer.write(self.common.format, None)
    }
}

/// A value of a note, a text without its quotes.
fn plain(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), String::from)
}
