//! Clients that do what a scene tells them.

use super::scene::{Do, Request};
use super::shown::whole;
use super::support::Client;

/// A connection of a client, of whichever version.
pub trait Speaks: Sized {
    fn connect(port: u16) -> Self;
    /// Sends the request to its end.
    fn ask(&mut self, request: &Request);
    /// What came of it, in a form that both proxies can agree on.
    fn answer(&mut self, request: &Request) -> String;
    /// Whether it may be asked again.
    fn is_kept(&self) -> bool;
}

/// What came of each step.
pub fn follow<C: Speaks>(port: u16, steps: &[Do]) -> Vec<String> {
    let mut kept: Option<C> = None;
    let mut came: Vec<String> = Vec::new();
    for step in steps {
        let text = match step {
            Do::Raw(text) => {
                came.push(whole(&Client::connect(port).send(text).rest()));
                continue;
            }
            Do::Ask(text) | Do::Anew(text) => text,
        };
        let request = Request::of(text);
        let old = kept
            .take()
            .filter(|client| matches!(step, Do::Ask(_)) && client.is_kept());
        let mut client: C = old.unwrap_or_else(|| C::connect(port));
        client.ask(&request);
        came.push(client.answer(&request));
        kept = Some(client);
    }
    came
}
