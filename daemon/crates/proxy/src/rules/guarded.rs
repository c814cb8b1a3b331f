//! `set-var(NAME,CONDITION…)`: a variable that is set only when it, and the new value, are such.

use super::context::Context;
use super::effects::set;
use super::format::Format;
use super::memory::{Scope, Variable};
use super::sample::Sample;
use super::value::Value;
use config::haproxy::model::VariableCondition;

#[derive(Debug)]
pub struct Guarded {
    conditions: Vec<VariableCondition>,
    input: Input,
}

#[derive(Debug)]
pub enum Input {
    Sample(Sample),
    Format(Format),
}

impl Guarded {
    pub fn new(conditions: &[VariableCondition], input: Input) -> Box<Self> {
        let conditions = conditions.to_vec();
        Box::new(Self { conditions, input })
    }

    pub fn apply(&self, variable: &Variable, ctx: &Context<'_>) {
        let value = match &self.input {
            Input::Sample(sample) => sample.value(ctx),
            Input::Format(format) => Some(Value::owned(format.text(ctx))),
        };
        let Some(value) = value else { return };
        let now = known(variable, ctx);
        let mut conditions = self.conditions.iter();
        if conditions.all(|condition| holds(*condition, now.as_ref(), &value)) {
            set(variable, Some(value), ctx);
        }
    }
}

fn known(variable: &Variable, ctx: &Context<'_>) -> Option<Value<'static>> {
    if variable.scope == Scope::Process {
        return ctx.plan.variables.get(&variable.name);
    }
    ctx.remember(|memory| memory.get(variable))?
}

/// A variable that was unset is one that does not exist. Values of other types than numbers are
/// neither greater nor less, and pass.
fn holds(condition: VariableCondition, now: Option<&Value<'_>>, value: &Value<'_>) -> bool {
    use VariableCondition as C;
    let empty = matches!(value, Value::Text(text) if text.is_empty());
    let numbers = match (now, value) {
        (Some(Value::Int(now)), Value::Int(value)) => Some((*now, *value)),
        _ => None,
    };
    match condition {
        C::Exists | C::Set => now.is_some(),
        C::NotExists | C::NotSet => now.is_none(),
        C::Empty => empty,
        C::NotEmpty => !empty,
        C::Greater => numbers.is_none_or(|(now, value)| now > value),
        C::Less => numbers.is_none_or(|(now, value)| now < value),
    }
}
