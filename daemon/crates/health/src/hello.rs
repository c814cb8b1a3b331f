//! What the checks for well-known protocols send.

/// MySQL's handshake response for a user without a password, in the form of version 4.1 and later:
/// capabilities (4.1 protocol, 4.1 authentication), 16 MiB packets, character set 33, 23 zeros,
/// the name, an empty password.
pub fn mysql_login(user: &str) -> Vec<u8> {
    let mut body = Vec::new();
    body.extend(0x0000_8200_u32.to_le_bytes());
    body.extend(0x0100_0000_u32.to_le_bytes());
    body.push(33);
    body.extend([0; 23]);
    body.extend(user.as_bytes());
    body.extend([0, 0]);
    mysql_packets(&body, 1)
}

/// The same in the form before version 4.1.
pub fn mysql_old_login(user: &str) -> Vec<u8> {
    let mut body = vec![0x00, 0x80, 0x00, 0x00, 0x01];
    body.extend(user.as_bytes());
    body.extend([0, 0]);
    mysql_packets(&body, 1)
}

/// The packet, and behind it the command to quit, so that the server does not count an aborted
/// connection.
fn mysql_packets(body: &[u8], sequence: u8) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap_or(0).to_le_bytes();
    let mut packets = vec![length[0], length[1], length[2], sequence];
    packets.extend(body);
    packets.extend([1, 0, 0, 0, 1]);
    packets
}

/// PostgreSQL's startup message, protocol 3.0.
pub fn pgsql_startup(user: &str) -> Vec<u8> {
    let mut body = vec![0, 3, 0, 0];
    body.extend(b"user\0");
    body.extend(user.as_bytes());
    body.extend([0, 0]);
    let length = u32::try_from(body.len() + 4).unwrap_or(0);
    let mut message = length.to_be_bytes().to_vec();
    message.extend(body);
    message
}

pub const REDIS_PING: &[u8] = b"*1\r\n$4\r\nPING\r\n";

/// An anonymous bind, version 3 (RFC 4511 section 4.2).
pub const LDAP_BIND: &[u8] = &[
    0x30, 0x0c, 0x02, 0x01, 0x01, 0x60, 0x07, 0x02, 0x01, 0x03, 0x04, 0x00, 0x80, 0x00,
];

/// A client hello of TLS 1.2 (RFC 5246 section 7.4.1.2) with widely known cipher suites, curves and
/// signatures. The server answers with a handshake or an alert; either shows that TLS is spoken.
pub fn tls_hello() -> Vec<u8> {
    const SUITES: [u16; 9] = [
        0xc02b, 0xc02f, 0xc02c, 0xc030, 0x009c, 0x009d, 0x002f, 0x0035, 0x00ff,
    ];
    // supported_groups, ec_point_formats, signature_algorithms
    const EXTENSIONS: &[u8] = &[
        0x00, 0x0a, 0x00, 0x08, 0x00, 0x06, 0x00, 0x1d, 0x00, 0x17, 0x00, 0x18, //
        0x00, 0x0b, 0x00, 0x02, 0x01, 0x00, //
        0x00, 0x0d, 0x00, 0x0c, 0x00, 0x0a, 0x04, 0x03, 0x08, 0x04, 0x04, 0x01, 0x05, 0x01, 0x02,
        0x01,
    ];
    let mut hello = vec![3, 3];
    // The check ends before any secret is made: the random bytes need not be.
    hello.extend(b"health check of a load balancer.");
    hello.push(0);
    hello.extend(sized(&SUITES.map(u16::to_be_bytes).concat()));
    hello.extend([1, 0]);
    hello.extend(sized(EXTENSIONS));
    let mut handshake = vec![1, 0];
    handshake.extend(sized(&hello));
    let mut record = vec![22, 3, 1];
    record.extend(sized(&handshake));
    record
}

/// With its length in two bytes before it.
fn sized(bytes: &[u8]) -> Vec<u8> {
    let mut out = u16::try_from(bytes.len())
        .unwrap_or(0)
        .to_be_bytes()
        .to_vec();
    out.extend(bytes);
    out
}
