//! Section headers, and what a section starts from: its `defaults`.

use super::args::{Args, owned};
use super::blank;
use super::context::Context;
use super::model::{
    Acl, AclId, HttpRule, Proxy, ProxyKind, ProxyName, Server, ServerAddress, Test,
};
use crate::registry::{self, Places};
use crate::source::Spanned;
use crate::suggest::nearest;
use std::collections::HashMap;

/// What a section keyword opens.
#[derive(Debug, Clone, Copy)]
pub enum Header {
    Global,
    Proxy(Places),
    Listed(Listed),
    Unsupported(&'static str),
}

/// Sections that others refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    Users,
    Errors,
    Ring,
    Mailers,
    Peers,
    Resolvers,
}

impl Header {
    pub fn of(keyword: &str) -> Option<Self> {
        Some(match keyword {
            "global" => Self::Global,
            "defaults" => Self::Proxy(Places::DEFAULTS),
            "frontend" => Self::Proxy(Places::FRONTEND),
            "listen" => Self::Proxy(Places::LISTEN),
            "backend" => Self::Proxy(Places::BACKEND),
            "userlist" => Self::Listed(Listed::Users),
            "http-errors" => Self::Listed(Listed::Errors),
            "ring" => Self::Listed(Listed::Ring),
            "mailers" => Self::Listed(Listed::Mailers),
            "peers" => Self::Listed(Listed::Peers),
            "resolvers" => Self::Listed(Listed::Resolvers),
            other => Self::Unsupported(registry::haproxy().find("section", other)?.keyword),
        })
    }
}

/// A section while it is read.
#[derive(Debug, Clone)]
pub struct Section {
    pub place: Places,
    pub proxy: Proxy,
    /// `default-server` so far.
    pub default_server: Server,
    pub acl_names: HashMap<String, AclId>,
    /// `dispatch`: where sessions go that belong to no server.
    pub dispatch: Option<Spanned<ServerAddress>>,
    /// `redirect` lines: they come after all of `http-request`.
    pub redirects: Vec<HttpRule>,
    /// `option httpchk`, `http-check …` lines so far.
    pub check: super::keywords::CheckLines,
}

impl Section {
    pub fn is_defaults(&self) -> bool {
        self.place == Places::DEFAULTS
    }

    /// `frontend 'web'`, for messages.
    pub fn title(&self) -> String {
        format!(
            "{} '{}'",
            self.place.names().first().unwrap_or(&""),
            self.proxy.name
        )
    }

    /// Adds a test to the ACL of that name. A test that could not be read still makes the name
    /// known, so that only its own line is complained about.
    pub fn add_acl(&mut self, name: Spanned<String>, test: Option<Spanned<Test>>) {
        let next = AclId(u32::try_from(self.proxy.acls.len()).unwrap_or(u32::MAX));
        let id = *self.acl_names.entry(name.value.clone()).or_insert(next);
        if id == next {
            self.proxy.acls.push(Acl {
                name,
                any_of: Vec::new(),
            });
        }
        if let Some(acl) = self.proxy.acls.get_mut(id.0 as usize) {
            acl.any_of.extend(test);
        }
    }

    /// Reads the rest of a header line; `None` when the section cannot be opened.
    pub fn open(
        cx: &mut Context<'_>,
        place: Places,
        args: &mut Args<'_>,
        named: &HashMap<String, Section>,
        latest: Option<&Section>,
    ) -> Option<Self> {
        let keyword = place.names().first().copied().unwrap_or("");
        let name = header_name(cx, place, keyword, args)?;
        let mut base = latest.filter(|_| place != Places::DEFAULTS);
        if args.take_if("from").is_some() {
            base = from_defaults(cx, keyword, args, named);
        }
        if let Some(word) = args.peek().filter(|word| word.text.contains(':')) {
            let message =
                format!("an address on the '{keyword}' line was taken out of the language");
            cx.error("haproxy/removed", word.span, message)
                .suggest(format!("write 'bind {}' on the next line", word.text));
            args.skip_all();
        }
        cx.finish(args, keyword);
        let mut section = base.cloned().unwrap_or_else(Self::empty);
        section.place = place;
        section.check.inherit();
        section.proxy.name = name;
        section.proxy.kind = match place {
            Places::FRONTEND => ProxyKind::Frontend,
            Places::BACKEND => ProxyKind::Backend,
            _ => ProxyKind::Listen,
        };
        Some(section)
    }

    fn empty() -> Self {
        Self {
            place: Places::DEFAULTS,
            proxy: blank::proxy(),
            default_server: blank::server(),
            acl_names: HashMap::new(),
            dispatch: None,
            redirects: Vec::new(),
            check: super::keywords::CheckLines::default(),
        }
    }
}

fn header_name(
    cx: &mut Context<'_>,
    place: Places,
    keyword: &str,
    args: &mut Args<'_>,
) -> Option<Spanned<ProxyName>> {
    let is_defaults = place == Places::DEFAULTS;
    if is_defaults && args.peek_text().is_none_or(|text| text == "from") {
        return Some(Spanned::new(ProxyName(String::new()), args.keyword));
    }
    let Some(word) = args.take() else {
        cx.missing(
            args,
            &format!("the name of the {keyword}"),
            &format!("{keyword} web"),
        );
        return None;
    };
    if !is_defaults {
        cx.permitted(&format!("a {keyword}"), &word.text, word.span);
    }
    Some(owned(word).map(ProxyName))
}

fn from_defaults<'s>(
    cx: &mut Context<'_>,
    keyword: &str,
    args: &mut Args<'_>,
    named: &'s HashMap<String, Section>,
) -> Option<&'s Section> {
    let Some(word) = args.take() else {
        cx.missing(
            args,
            "the name of a defaults section",
            &format!("{keyword} web from base"),
        );
        return None;
    };
    let found = named.get(word.text.as_ref());
    if found.is_none() {
        let message = format!("there is no 'defaults {}' above this line", word.text);
        let names = named.keys().map(String::as_str);
        let help = match nearest(&word.text, names) {
            Some(name) => format!("did you mean '{name}'?"),
            None => format!("write 'defaults {}' above", word.text),
        };
        cx.error("haproxy/unknown-defaults", word.span, message)
            .suggest(help);
    }
    found
}
