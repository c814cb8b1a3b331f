//! What is composed or carried out while a check runs.

use crate::rules::Format;
use crate::rules::effects::Effect;
use crate::rules::environment::Environment;
use crate::rules::sample::Sample;
use config::haproxy::model::{self, CheckText};
use health::Text;

#[derive(Debug)]
pub enum Phrase {
    Format(Format),
    Sample(Sample),
    Effect(Effect),
    /// How the server is seen (`http-check send-state`).
    State,
}

/// Phrases so far; each is known by its place.
pub struct Phrases<'e> {
    env: &'e Environment<'e>,
    pub list: Vec<Phrase>,
}

impl<'e> Phrases<'e> {
    pub fn new(env: &'e Environment<'e>) -> Self {
        Self {
            env,
            list: Vec::new(),
        }
    }

    fn add(&mut self, phrase: Phrase) -> usize {
        self.list.push(phrase);
        self.list.len() - 1
    }

    pub fn state(&mut self) -> Text {
        Text::Composed(self.add(Phrase::State))
    }

    pub fn sample(&mut self, sample: &model::Sample) -> Result<usize, String> {
        let sample = Sample::compile(sample, self.env)?;
        Ok(self.add(Phrase::Sample(sample)))
    }

    pub fn effect(&mut self, effect: &model::Effect) -> Result<usize, String> {
        let effect = Effect::compile(effect, self.env, false)?;
        Ok(self.add(Phrase::Effect(effect)))
    }

    /// Part of a request: nothing in it may end a line.
    pub fn in_request(&mut self, format: &model::Format) -> Result<Text, String> {
        let format = Format::compile(format, self.env)?;
        Ok(self.composed(format))
    }

    /// A text as it comes.
    pub fn raw(&mut self, format: &model::Format) -> Result<Text, String> {
        let format = Format::compile_raw(format, self.env)?;
        Ok(self.composed(format))
    }

    fn composed(&mut self, format: Format) -> Text {
        match format.as_literal() {
            Some(text) => Text::Fixed(text.to_vec()),
            None => Text::Composed(self.add(Phrase::Format(format))),
        }
    }

    pub fn text(&mut self, text: &CheckText) -> Result<Text, String> {
        match text {
            CheckText::Fixed(bytes) => Ok(Text::Fixed(bytes.clone())),
            CheckText::Format(format) => self.raw(format),
            CheckText::Hexadecimal(format) => {
                let format = Format::compile_raw(format, self.env)?;
                Ok(Text::Hexadecimal(self.add(Phrase::Format(format))))
            }
        }
    }

    /// The same as part of a request.
    pub fn text_in_request(&mut self, text: &CheckText) -> Result<Text, String> {
        match text {
            CheckText::Format(format) => self.in_request(format),
            other => self.text(other),
        }
    }
}
