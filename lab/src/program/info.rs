//! `scorelab info`: what a checkpoint holds.

use crate::flags::Info;
use crate::networks::is_transformer;
use crate::report::{Cell, Report};
use crate::tell::tell;
use scorelab::checkpoint::{self, Architecture, Found, Model};
use scorelab::nn::{Shape, Transformer};
use scorelab::{Error, Result};
use serde_json::Value;

impl Info {
    /// Describes the checkpoint.
    ///
    /// # Errors
    /// As [`checkpoint::find`].
    pub fn run(&self) -> Result<()> {
        match is_transformer(&self.checkpoint) {
            false => self.say(&checkpoint::find(&self.checkpoint)?, |model| match model {
                Model::Joint(net) => vec![("classes", net.classes())],
                Model::Score(_) => Vec::new(),
                other => vec![("classes", other.network().config.outputs)],
            }),
            true => self.say(&checkpoint::find_as::<Transformer>(&self.checkpoint)?, |model| {
                let c = &model.network().config;
                vec![("patches", c.tokens()), ("vocabulary", c.vocabulary), ("words", c.words)]
            }),
        }
    }

    /// Describes what was found, and what is told of networks of its architecture.
    fn say<N: Architecture>(
        &self,
        found: &Found<N>,
        own: impl Fn(&Model<N>) -> Vec<(&'static str, usize)>,
    ) -> Result<()> {
        found.passed.iter().for_each(|e| tell(format!("warning: {e}")));
        let (c, network) = (&found.checkpoint, found.checkpoint.model.network());
        let mut report = Report::new(["property", "value"]);
        let mut say = |name: Cell, value: Cell| report.row([name, value]);
        say(Cell::Name("file"), found.path.display().to_string().into());
        say(Cell::Name("kind"), Cell::Name(c.model.name()));
        if let Some((target, sigma_data)) = c.model.scaling() {
            say(Cell::Name("target"), format!("{target:?}").to_lowercase().into());
            say(Cell::Name("sigma_data"), sigma_data.into());
        }
        own(&c.model).into_iter().for_each(|(name, n)| say(Cell::Name(name), n.into()));
        say(Cell::Name("parameters"), network.params().len().into());
        for part in network.config().parts() {
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
