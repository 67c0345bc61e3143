//! `scorelab info`: what a checkpoint holds.

use crate::flags::Info;
use crate::report::{Cell, Report};
use crate::tell::tell;
use scorelab::checkpoint::{self, Model};
use scorelab::nn::Shape;
use scorelab::{Error, Result};
use serde_json::Value;

impl Info {
    /// Describes the checkpoint.
    ///
    /// # Errors
    /// As [`checkpoint::find`].
    pub fn run(&self) -> Result<()> {
        let found = checkpoint::find(&self.checkpoint)?;
        found.passed.iter().for_each(|e| tell(format!("warning: {e}")));
        let (c, mlp) = (&found.checkpoint, found.checkpoint.model.network());
        let mut report = Report::new(["property", "value"]);
        let mut say = |name: Cell, value: Cell| report.row([name, value]);
        say(Cell::Name("file"), found.path.display().to_string().into());
        say(Cell::Name("kind"), Cell::Name(c.model.name()));
        match &c.model {
            Model::Score(net) => {
                say(Cell::Name("target"), format!("{:?}", net.target).to_lowercase().into());
                say(Cell::Name("sigma_data"), net.sigma_data.into());
            }
            Model::Joint(net) => {
                say(Cell::Name("target"), format!("{:?}", net.net.target).to_lowercase().into());
                say(Cell::Name("sigma_data"), net.net.sigma_data.into());
                say(Cell::Name("classes"), net.classes().into());
            }
            Model::Noisy(net) => say(Cell::Name("classes"), net.network().config.outputs.into()),
            Model::Clean(net) => say(Cell::Name("classes"), net.network().config.outputs.into()),
        }
        say(Cell::Name("parameters"), mlp.params.len().into());
        for part in mlp.config.parts() {
            let sizes: Vec<String> = part.shape.iter().map(usize::to_string).collect();
            say(part.name.as_str().into(), sizes.join(" × ").into());
        }
        for (name, row) in c.view.rows().iter().map(|(n, row)| (n, row)).chain(&c.extra) {
            say(format!("extra.{name}").into(), row.len().to_string().into());
        }
        if let Some(state) = &c.training {
            say(Cell::Name("step"), state.step.into());
        }
        let trained = serde_json::to_value(&c.trained);
        let trained = trained.map_err(|e| Error::io("describe", &found.path, e.into()))?;
        leaves("", &trained, &mut say);
        report.write(self.common.form(None)?, None)
    }
}

/// Says every value within one, by its path: `recipe.train.steps`.
fn leaves(path: &str, value: &Value, say: &mut impl FnMut(Cell, Cell)) {
    match value {
        Value::Object(values) => values.iter().for_each(|(key, value)| {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            leaves(&path, value, say);
        }),
        // a value without its quotes
        other => {
            say(path.into(), other.as_str().map_or_else(|| other.to_string(), String::from).into())
        }
    }
}
