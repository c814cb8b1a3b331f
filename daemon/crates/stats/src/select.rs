//! Which rows are asked for.

use crate::{Column, Object, Row};

/// Kinds of objects as the bits of `show stat IID TYPE SID`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Objects(pub i32);

impl Objects {
    pub const ALL: Self = Self(-1);

    fn has(self, object: Object) -> bool {
        let bit = match object {
            Object::Frontend => 1,
            Object::Backend => 2,
            Object::Server => 4,
            Object::Listener => 8,
        };
        self.0 & bit != 0
    }
}

/// Which servers are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shown {
    #[default]
    All,
    /// `no-maint`: those that were not taken out.
    NotOut,
    /// `up`: those that are up or not checked.
    Up,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// Number of a section.
    pub proxy: Option<u32>,
    pub objects: Objects,
    /// Number within a section, of a server or listener.
    pub id: Option<u32>,
    pub shown: Shown,
    /// Part of the names of sections.
    pub scope: Option<String>,
}

impl Default for Selection {
    fn default() -> Self {
        Self {
            proxy: None,
            objects: Objects::ALL,
            id: None,
            shown: Shown::All,
            scope: None,
        }
    }
}

impl Selection {
    pub fn takes(&self, row: &Row) -> bool {
        let status = row.text(Column::Status);
        let hidden = row.object() == Object::Server
            && match self.shown {
                Shown::All => false,
                Shown::NotOut => status.starts_with("MAINT"),
                Shown::Up => status.starts_with("MAINT") || status.starts_with("DOWN"),
            };
        !hidden
            && self.objects.has(row.object())
            && self.proxy.is_none_or(|proxy| proxy == row.proxy())
            && self.id.is_none_or(|id| row.id() == 0 || id == row.id())
            && self
                .scope
                .as_ref()
                .is_none_or(|part| row.section().contains(part.as_str()))
    }
}
