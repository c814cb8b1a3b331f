//! What tables store, by the numbers of the protocol.

/// Kinds of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    Integer,
    Ip,
    Ipv6,
    String,
    Binary,
}

impl KeyKind {
    pub fn number(self) -> u64 {
        match self {
            Self::Integer => 2,
            Self::Ip => 4,
            Self::Ipv6 => 5,
            Self::String => 6,
            Self::Binary => 7,
        }
    }

    pub fn of_number(number: u64) -> Option<Self> {
        let all = [
            Self::Integer,
            Self::Ip,
            Self::Ipv6,
            Self::String,
            Self::Binary,
        ];
        all.into_iter().find(|kind| kind.number() == number)
    }
}

/// Names of what is stored; the place of each is its bit in a definition.
pub const NAMES: [&str; 25] = [
    "server_id",
    "gpt0",
    "gpc0",
    "gpc0_rate",
    "conn_cnt",
    "conn_rate",
    "conn_cur",
    "sess_cnt",
    "sess_rate",
    "http_req_cnt",
    "http_req_rate",
    "http_err_cnt",
    "http_err_rate",
    "bytes_in_cnt",
    "bytes_in_rate",
    "bytes_out_cnt",
    "bytes_out_rate",
    "gpc1",
    "gpc1_rate",
    "server_key",
    "http_fail_cnt",
    "http_fail_rate",
    "gpt",
    "gpc",
    "gpc_rate",
];

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Number,
    /// The age of the present period, what came in it and in the one before.
    Rate,
    /// A string that is sent once and then called by a number.
    Name,
}

/// `None`: not known here.
pub fn shape(bit: u8) -> Option<Shape> {
    let name = NAMES.get(usize::from(bit))?;
    Some(match *name {
        "server_key" => Shape::Name,
        name if name.ends_with("_rate") => Shape::Rate,
        _ => Shape::Number,
    })
}

/// Whether a definition says how many there are.
pub fn is_array(bit: u8) -> bool {
    (22..=24).contains(&bit)
}

/// One thing that a table stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    pub bit: u8,
    /// Elements of an array, else 1.
    pub count: u32,
    /// Milliseconds of a rate; 0 where nothing is said.
    pub period: u64,
}
