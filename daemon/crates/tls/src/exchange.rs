//! Files that change while the proxy runs: all lines that use one take it over at once, or none.

use crate::acceptor::{Acceptor, Content};
use crate::certificate::{Beside, Certificate};
use crate::connector::{self, Connector};
use crate::error::Problem;
use crate::line::Line;
use crate::ocsp::{Answer, Fault};
use crate::pem::{Pem, base64};
use crate::staple::lasting;
use crate::store::{Files, Store};
use config::haproxy::model::{ExtraFiles, ServerTls, TlsSettings};
use config::haproxy::{Bundle, bundles};
use std::collections::{BTreeMap, BTreeSet};

/// A line that accepts connections now.
#[derive(Debug)]
pub(crate) struct Accepting {
    pub name: String,
    pub line: Line,
    pub extra: ExtraFiles,
    pub acceptor: Acceptor,
}

/// A server line that is connected by now.
#[derive(Debug)]
pub(crate) struct Connecting {
    pub tls: ServerTls,
    pub connector: Connector,
}

impl Accepting {
    /// The certificates of the line and what belongs to them.
    pub fn bundles(&self, files: &Files) -> Vec<Bundle> {
        let own = self.line.tls.certificates.iter().map(|file| &file.value);
        let listed = self.line.listed.iter().map(|one| &one.path.value);
        own.chain(listed)
            .flat_map(|path| bundles(path, files, self.extra))
            .collect()
    }

    fn uses(&self, path: &str, files: &Files) -> bool {
        let tls = &self.line.tls;
        let settings = self.line.listed.iter().map(|one| &one.settings);
        let mut authorities = settings.chain([&tls.settings]).flat_map(TlsSettings::files);
        authorities.any(|file| file.value == path)
            || tls.ticket_keys.as_ref().is_some_and(|f| f.value == path)
            || self.bundles(files).iter().any(|b| belongs(b, path))
    }
}

impl Connecting {
    fn uses(&self, path: &str) -> bool {
        let own = self.tls.crt.as_ref().map(|file| file.value.as_str());
        let key = path.strip_suffix(".key").unwrap_or(path);
        own.is_some_and(|own| own == path || own == key)
            || self.tls.settings.files().any(|file| file.value == path)
    }
}

/// Of several reasons the first, where there is room for one.
pub(crate) fn first(wrong: Vec<(String, Problem)>) -> Problem {
    let mut whys = wrong.into_iter().map(|(_, why)| why);
    whys.next().unwrap_or(Problem::NotStaged)
}

pub(crate) fn belongs(bundle: &Bundle, path: &str) -> bool {
    let beside = [&bundle.key, &bundle.ocsp, &bundle.issuer];
    bundle.certificate == path || beside.into_iter().flatten().any(|file| file == path)
}

impl Store {
    /// Takes over what files hold now. All lines that use one of them take the new ones for
    /// connections to come; where some line cannot, nothing changes anywhere.
    pub fn replace(
        &mut self,
        files: &mut Files,
        new: impl IntoIterator<Item = (String, Vec<u8>)>,
    ) -> Result<(), Vec<(String, Problem)>> {
        self.forget();
        let mut changed = files.clone();
        let mut paths = BTreeSet::new();
        for (path, bytes) in new {
            if changed.get(&path) != Some(&bytes) {
                changed.insert(path.clone(), bytes);
                paths.insert(path);
            }
        }
        let accepting = std::mem::take(&mut self.accepting);
        let made = self.made(&accepting, &paths, &changed);
        self.accepting = accepting;
        let (contents, configs) = made?;
        for (acceptor, content) in contents {
            acceptor.exchange(content);
        }
        for (connector, config) in configs {
            connector.exchange(config);
        }
        *files = changed;
        Ok(())
    }

    /// What every line concerned would have with these files.
    #[allow(clippy::type_complexity)] // Two lists of what goes where.
    fn made(
        &mut self,
        accepting: &[Accepting],
        paths: &BTreeSet<String>,
        files: &Files,
    ) -> Result<
        (
            Vec<(Acceptor, Content)>,
            Vec<(Connector, rustls::ClientConfig)>,
        ),
        Vec<(String, Problem)>,
    > {
        let (mut contents, mut configs, mut problems) = (Vec::new(), Vec::new(), Vec::new());
        for one in accepting {
            if paths.iter().any(|path| one.uses(path, files)) {
                match self.content(&one.name, &one.line, one.extra, files) {
                    Ok(content) => {
                        problems.extend(self.unstapled(one, paths, files));
                        contents.push((one.acceptor.clone(), content));
                    }
                    Err(why) => problems.extend(why),
                }
            }
        }
        for one in &self.connecting {
            if paths.iter().any(|path| one.uses(path)) {
                match connector::config(&one.tls, files) {
                    Ok(config) => configs.push((one.connector.clone(), config)),
                    Err(why) => problems.push(why),
                }
            }
        }
        if problems.is_empty() {
            Ok((contents, configs))
        } else {
            problems.dedup();
            Err(problems)
        }
    }

    /// OCSP responses among these files that are of no use to the line's certificates.
    fn unstapled(
        &self,
        one: &Accepting,
        paths: &BTreeSet<String>,
        files: &Files,
    ) -> Vec<(String, Problem)> {
        let bundles = one.bundles(files).into_iter();
        let wrong = bundles.filter_map(|bundle| {
            let why = self.known(&bundle, files)?.unstapled.clone()?;
            let path = bundle.ocsp.filter(|path| paths.contains(path))?;
            Some((path, why))
        });
        wrong.collect()
    }

    /// Takes over the OCSP response for every certificate that it is about and that had one before.
    pub fn restaple(&mut self, files: &mut Files, der: &[u8]) -> Result<(), Problem> {
        let answer = Answer::read(der)?;
        lasting(&answer)?;
        let used = self.accepting.iter().filter(|one| one.acceptor.is_used());
        let bundles = used.flat_map(|one| one.bundles(files));
        let about = bundles.filter_map(|bundle| {
            let staple = self.known(&bundle, files)?.staple.as_ref()?;
            (staple.answer.id == answer.id).then_some(bundle.ocsp?)
        });
        let new: BTreeMap<String, Vec<u8>> = about.map(|path| (path, der.to_vec())).collect();
        if new.is_empty() {
            return Err(Fault::Another.into());
        }
        self.replace(files, new).map_err(first)
    }

    /// Keeps new bytes of a file for [`Store::commit`]; whatever cannot be right is refused now. An
    /// OCSP response comes in base64.
    pub fn stage(&mut self, path: &str, mut bytes: Vec<u8>) -> Result<(), Problem> {
        if path.strip_suffix(".ocsp").is_some() {
            let text = std::str::from_utf8(&bytes).unwrap_or_default();
            let der = base64(text).ok_or(Problem::NotBase64)?;
            lasting(&Answer::read(&der)?)?;
            bytes = der;
        } else {
            let pem = Pem::read(&bytes)?;
            if pem.certificates.is_empty() && pem.key.is_none() && pem.revocation_lists.is_empty() {
                return Err(Problem::NoCertificate);
            }
            if pem.key.is_some() && !pem.certificates.is_empty() {
                Certificate::read(&bytes, Beside::default())?;
            }
        }
        self.staged.insert(path.to_owned(), bytes);
        Ok(())
    }

    /// Takes over what was staged for a certificate and the files beside it. What cannot be taken
    /// over stays staged.
    pub fn commit(&mut self, files: &mut Files, path: &str) -> Result<(), Vec<(String, Problem)>> {
        let beside = |staged: &str| {
            staged
                .strip_prefix(path)
                .is_some_and(|rest| matches!(rest, "" | ".key" | ".ocsp" | ".issuer"))
        };
        let staged = self.staged.iter().filter(|(staged, _)| beside(staged));
        let new: Vec<_> = staged
            .map(|(path, bytes)| (path.clone(), bytes.clone()))
            .collect();
        if new.is_empty() {
            return Err(vec![(path.to_owned(), Problem::NotStaged)]);
        }
        let names: Vec<String> = new.iter().map(|(path, _)| path.clone()).collect();
        self.replace(files, new)?;
        self.staged.retain(|path, _| !names.contains(path));
        Ok(())
    }

    /// Forgets what was staged; whether there was something.
    pub fn abort(&mut self, path: &str) -> bool {
        self.staged.remove(path).is_some()
    }

    pub fn staged_bytes(&self, path: &str) -> Option<&[u8]> {
        self.staged.get(path).map(Vec::as_slice)
    }

    /// Paths of what is staged.
    pub fn staged(&self) -> impl Iterator<Item = &str> {
        self.staged.keys().map(String::as_str)
    }
}
