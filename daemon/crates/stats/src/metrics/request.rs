//! Which of the metrics are asked for.

use crate::{Object, Shown};

/// What is asked for: `?scope=server&no-maint`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub(super) process: bool,
    pub(super) objects: Vec<Object>,
    pub(super) certificates: bool,
    pub(super) routers: bool,
    shown: Shown,
}

pub(super) const ORDER: [Object; 4] = [
    Object::Frontend,
    Object::Listener,
    Object::Backend,
    Object::Server,
];

impl Request {
    pub fn read(target: &str) -> Result<Self, String> {
        let mut request = Self {
            process: false,
            objects: Vec::new(),
            certificates: false,
            routers: false,
            shown: Shown::All,
        };
        let mut scoped = false;
        let query = target.split_once('?').map_or("", |(_, query)| query);
        let query = query.split('#').next().unwrap_or_default();
        for (name, value) in query
            .split('&')
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        {
            match name {
                "scope" => {
                    request.scope(value)?;
                    scoped = true;
                }
                "no-maint" => request.shown = Shown::NotOut,
                _ => {}
            }
        }
        if !scoped {
            request.all();
        }
        Ok(request)
    }

    fn all(&mut self) {
        (self.process, self.certificates, self.routers) = (true, true, true);
        self.objects = ORDER.to_vec();
    }

    fn scope(&mut self, value: &str) -> Result<(), String> {
        match value {
            "" => {
                (self.process, self.certificates, self.routers) = (false, false, false);
                self.objects.clear();
            }
            "*" => self.all(),
            "global" => self.process = true,
            "certificate" => self.certificates = true,
            "vrrp" => self.routers = true,
            // There is nothing to be told of tables.
            "sticktable" => {}
            name => {
                let known = ORDER
                    .into_iter()
                    .find(|o| o.name().eq_ignore_ascii_case(name));
                let known = known.ok_or_else(|| {
                    format!(
                        "there is no scope '{name}': it is *, global, frontend, listener, backend, \
                         server, sticktable, certificate or vrrp"
                    )
                })?;
                self.objects.push(known);
            }
        }
        Ok(())
    }

    /// Whether the virtual routers are asked for.
    pub fn routers(&self) -> bool {
        self.routers
    }

    pub fn shown(&self) -> Shown {
        self.shown
    }
}
