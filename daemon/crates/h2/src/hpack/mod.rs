//! Header compression (RFC 7541).
//!
//! In: header blocks. Out: fields in a [`HeaderList`](crate::HeaderList), and the other way round.
//! What a block may make the decoder hold is bounded by the size of its table and of the list.

pub mod decode;
pub mod dynamic;
pub mod encode;
pub mod huffman;
pub mod integer;
pub mod table;

pub use decode::Decoder;
pub use encode::Encoder;

/// The block breaks the rules: the two sides' tables differ from now on (RFC 7541 §2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The block ends within a field.
    Truncated,
    /// A number beyond what anything here can be.
    Integer,
    /// An index that no table has.
    Index,
    /// Bits that are no Huffman code, or padding that is none.
    Huffman,
    /// A new table size that is not allowed, or in the middle of a block.
    TableSize,
}
