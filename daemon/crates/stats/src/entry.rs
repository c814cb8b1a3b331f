//! What is known of a column or field whatever its value.

/// How a value is written in typed output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Str,
    U32,
    U64,
    S32,
}

impl Form {
    pub fn name(self) -> &'static str {
        match self {
            Self::Str => "str",
            Self::U32 => "u32",
            Self::U64 => "u64",
            Self::S32 => "s32",
        }
    }
}

#[derive(Debug)]
pub struct Entry {
    /// Its place; there may be holes.
    pub position: usize,
    pub name: &'static str,
    /// Origin, nature and scope (management guide 9.2), a letter each.
    pub tags: &'static str,
    pub form: Form,
    pub about: &'static str,
}

/// An enum with an [`Entry`] for each variant; a variant's number is its position.
macro_rules! catalogue {
    ($(#[$doc:meta])* $name:ident: $($position:literal $variant:ident $text:literal $tags:literal $form:ident $about:literal;)*) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum $name {
            $(#[doc = $about] $variant = $position,)*
        }

        static ENTRIES: &[crate::Entry] = &[
            $(crate::Entry {
                position: $position,
                name: $text,
                tags: $tags,
                form: crate::Form::$form,
                about: $about,
            },)*
        ];

        impl $name {
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// In the order of their positions.
            pub fn entries() -> &'static [crate::Entry] {
                ENTRIES
            }

            pub fn entry(self) -> &'static crate::Entry {
                match self {
                    $(Self::$variant => &crate::Entry {
                        position: $position,
                        name: $text,
                        tags: $tags,
                        form: crate::Form::$form,
                        about: $about,
                    },)*
                }
            }

            pub fn of_name(name: &str) -> Option<Self> {
                match name {
                    $($text => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

pub(crate) use catalogue;

/// The letters of tags and their words in JSON.
pub const ORIGINS: &[(char, &str)] = &[
    ('M', "Metric"),
    ('S', "Status"),
    ('K', "Key"),
    ('C', "Config"),
    ('P', "Product"),
];

pub const NATURES: &[(char, &str)] = &[
    ('G', "Gauge"),
    ('L', "Limit"),
    ('m', "Min"),
    ('M', "Max"),
    ('R', "Rate"),
    ('C', "Counter"),
    ('D', "Duration"),
    ('A', "Age"),
    ('T', "Time"),
    ('N', "Name"),
    ('O', "Output"),
    ('a', "Avg"),
];

pub const SCOPES: &[(char, &str)] = &[
    ('C', "Cluster"),
    ('P', "Process"),
    ('S', "Service"),
    ('s', "System"),
];

/// The words of three letters.
pub fn words(tags: &str) -> [&'static str; 3] {
    let mut letters = tags.chars();
    [ORIGINS, NATURES, SCOPES].map(|list| {
        let letter = letters.next();
        let found = list.iter().find(|(l, _)| Some(*l) == letter);
        found.map_or("Unknown", |(_, word)| word)
    })
}
