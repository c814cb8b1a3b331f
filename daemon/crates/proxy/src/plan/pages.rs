//! Files that are sent to clients: whole answers (`errorfile`), and bodies of answers.

use super::raw::normal;
use super::{Attachments, Problem};
use crate::rules::environment::file;
use config::haproxy::model::Config;

/// As much of a file as a buffer holds.
pub fn page(model: &Config, attachments: &Attachments, path: &str) -> Result<Vec<u8>, String> {
    let bytes = file(attachments, path)?;
    let room = model.global.buffer_size();
    if bytes.len() > room {
        return Err(format!(
            "'{path}' has {} bytes, and only {room} fit into a buffer; shorten it, or raise \
             'tune.bufsize'",
            bytes.len()
        ));
    }
    Ok(bytes)
}

/// A file that is a whole answer, as it is kept.
pub fn answer(model: &Config, attachments: &Attachments, path: &str) -> Result<Vec<u8>, String> {
    normal(&page(model, attachments, path)?).map_err(|why| format!("'{path}': {why}"))
}

/// What stands against the files of `http-errors` sections, whether these are used or not.
pub fn problems(model: &Config, attachments: &Attachments) -> Vec<Problem> {
    let files = model.http_errors.iter().flat_map(|section| &section.files);
    let wrong = files.filter_map(|(status, path)| {
        let why = answer(model, attachments, &path.value).err()?;
        Some(Problem {
            place: path.span,
            text: format!("errorfile {status} {why}"),
        })
    });
    wrong.collect()
}
