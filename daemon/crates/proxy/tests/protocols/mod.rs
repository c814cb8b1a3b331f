//! Expressions over messages of FIX, MQTT, protocol buffers and gRPC, and with AES: what converters
//! find in bytes that are well formed, broken or cut short.

/// One line for each message; each shows what several converters make of it.
pub fn shown() -> Vec<String> {
    [fix(), mqtt(), buffers(), encrypted()].concat()
}

fn hex(bytes: &[u8]) -> String {
    let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.concat()
}

fn line(bytes: &[u8], converters: &[String]) -> String {
    let shown = converters
        .iter()
        .map(|converter| format!("[%[bin({}),{converter}]]", hex(bytes)));
    shown.collect()
}

fn fix_message(version: &str, body: &str, length: Option<&str>, sum: Option<&str>) -> Vec<u8> {
    let body = body.replace('|', "\u{1}");
    let length = length.map_or(body.len().to_string(), str::to_owned);
    let text = format!("8={version}\u{1}9={length}\u{1}{body}");
    let all = text.bytes().fold(0u8, u8::wrapping_add);
    let sum = sum.map_or(format!("{all:03}"), str::to_owned);
    format!("{text}10={sum}\u{1}").into_bytes()
}

fn fix() -> Vec<String> {
    const GOOD: &str = "35=A|49=me|56=you|";
    let good = fix_message("FIX.4.2", GOOD, None, None);
    let mut messages = vec![good.clone(), good[..good.len() - 1].to_vec()];
    messages.push(good[..20].to_vec());
    messages.push([&good[..], b"A"].concat());
    messages.push([&good[..], &good[..]].concat());
    for version in ["FIX.4.0", "FIX.4.4", "FIX.4.5", "FIXT.1.1", "FIX"] {
        messages.push(fix_message(version, GOOD, None, None));
    }
    for body in [
        "49=me|35=A|",
        "35=A|49=|",
        "35=A|x=1|",
        "35=A|=1|",
        "35=A|49=a=b|",
        "35=A|0=me|",
        "35=A|10=123|49=x|",
        "35=AE|",
        "35=A|0049=me|",
    ] {
        messages.push(fix_message("FIX.4.2", body, None, None));
    }
    messages.push(fix_message("FIX.4.2", GOOD, Some("5"), None));
    messages.push(fix_message("FIX.4.2", GOOD, Some("021"), None));
    messages.push(fix_message("FIX.4.2", GOOD, None, Some("000")));
    messages.push(fix_message("FIX.4.2", GOOD, None, Some("12")));
    messages.push(vec![b'X'; 26]);
    let tags = ["35", "MsgType", "CheckSum", "49", "999", "beginstring"];
    let tags = tags.map(|tag| format!("fix_tag_value({tag})"));
    let converters = [vec!["fix_is_valid".to_owned()], tags.to_vec()].concat();
    messages
        .iter()
        .map(|bytes| line(bytes, &converters))
        .collect()
}

fn string(text: &str) -> Vec<u8> {
    let length = u16::try_from(text.len()).unwrap();
    [&length.to_be_bytes()[..], text.as_bytes()].concat()
}

fn packet(first: u8, body: &[u8]) -> Vec<u8> {
    let length = u8::try_from(body.len()).unwrap();
    assert!(length < 128, "one byte of length");
    [&[first, length], body].concat()
}

/// The payload of a CONNECT with a will, a user and a password, as far as the flags have them.
fn connect(name: &str, version: u8, flags: u8, properties: &[u8], will: &[u8]) -> Vec<u8> {
    let run = |properties: &[u8]| {
        let length = u8::try_from(properties.len()).unwrap();
        let written = [&[length], properties].concat();
        if version == 5 { written } else { Vec::new() }
    };
    let mut body = [string(name), vec![version, flags, 0, 60], run(properties)].concat();
    body.extend(string("cid"));
    if flags & 4 != 0 {
        body.extend([run(will), string("topic"), string("payload")].concat());
    }
    for (bit, text) in [(0x80, "anna"), (0x40, "secret")] {
        if flags & bit != 0 {
            body.extend(string(text));
        }
    }
    packet(0x10, &body)
}

fn mqtt() -> Vec<String> {
    let mut numbers = vec![0x11, 0, 0, 0, 77, 0x21, 0, 5, 0x27, 0, 0, 16, 0];
    numbers.extend([0x19, 1, 0x26, 0, 1, b'k', 0, 1, b'v', 0x15]);
    numbers.extend(string("meth"));
    let mut will = vec![0x18, 0, 0, 0, 3, 1, 1, 2, 0, 0, 0, 8, 3];
    will.extend(string("text/x"));
    let whole = connect("MQTT", 4, 0xc2, b"", b"");
    let mut messages = vec![
        connect("MQIsdp", 3, 0xc2, b"", b""),
        connect("MQTT", 5, 0xc2, b"", b""),
        connect("MQTT", 5, 0xc6, &numbers, &will),
        connect("MQTT", 5, 0x06, b"", b""),
        connect("MQTT", 4, 0xc6, b"", b""),
        connect("MQTT", 4, 0x42, b"", b""),
        connect("MQTT", 4, 0xc3, b"", b""),
        connect("MQTT", 6, 0xc2, b"", b""),
        connect("MQTX", 4, 0xc2, b"", b""),
        connect("MQTT", 5, 0xc2, &[0x24, 1], b""),
        connect("MQTT", 5, 0xc2, &[0x11, 0, 0], b""),
        connect("MQTT", 5, 0xc2, &[0x19, 1, 0x19, 1], b""),
        connect("MQTT", 5, 0xc2, &[0x19, 2], b""),
        whole[..whole.len() - 3].to_vec(),
        [&whole[..], b"zz"].concat(),
        [&[0x11], &whole[1..]].concat(),
        vec![0x10, 0xff, 0xff, 0xff, 0xff, 1],
        vec![0xc0, 0],
        vec![0x30, 5, 0, 1, 0x61, 0x62, 0x63],
    ];
    let names = [
        "flags",
        "protocol_name",
        "protocol_version",
        "client_identifier",
        "will_topic",
        "will_payload",
        "username",
        "password",
        "keepalive",
        "17",
        "33",
        "39",
        "25",
        "23",
        "21",
        "24",
        "1",
        "2",
        "3",
    ];
    messages.push(whole);
    let mut lines = fields(&messages, "connect", &names);
    let properties = [&[0x52, 0x11, 0, 0, 0, 7][..], &[0x24, 1, 0x12]].concat();
    let known = [&properties[1..], &string("given"), &[0x13, 0, 30, 0x28, 1]].concat();
    let run = [vec![0, 0x87, u8::try_from(known.len()).unwrap()], known].concat();
    let messages = [
        packet(0x20, &[1, 0]),
        packet(0x20, &[0, 5]),
        packet(0x20, &[0, 0, 0]),
        packet(0x20, &run),
        packet(0x20, &[2, 0]),
        packet(0x21, &[1, 0]),
        vec![0x20, 2, 1],
    ];
    let names = [
        "flags",
        "Protocol_Version",
        "reason_code",
        "17",
        "36",
        "18",
        "19",
        "40",
    ];
    lines.extend(fields(&messages, "CONNACK", &names));
    lines
}

/// Lines of haproxy's configuration are not endless: a few fields at a time.
fn fields(messages: &[Vec<u8>], kind: &str, names: &[&str]) -> Vec<String> {
    let mut lines = Vec::new();
    for bytes in messages {
        lines.push(line(bytes, &["mqtt_is_valid".to_owned()]));
        for some in names.chunks(7) {
            let some = some
                .iter()
                .map(|name| format!("mqtt_field_value({kind},{name})"));
            lines.push(line(bytes, &some.collect::<Vec<_>>()));
        }
    }
    lines
}

fn buffers() -> Vec<String> {
    let lines = [
        "%[bin(0801),protobuf(1,int32)] %[bin(0896ffffff0f),protobuf(1,int32)] %[bin(08ffffffffffffffffff01),protobuf(1,int64)] %[bin(08ffffffffffffffffff01),protobuf(1,sint64)] %[bin(0803),protobuf(1,sint32)] %[bin(0803),protobuf(1,bool)]",
        "%[bin(08ffffffffffffffffff01),protobuf(1,uint32)] %[bin(08ffffffff0f),protobuf(1,uint32)] %[bin(08ffffffff0f),protobuf(1,sint32)] %[bin(08ffffffffffffffffffff01),protobuf(1,int64)]",
        "%[bin(0996ffffff0f000000),protobuf(1,fixed64)] %[bin(09ffffffffffffffff),protobuf(1,sfixed64)] %[bin(09000000000000f03f),protobuf(1,double)] %[bin(09000000000000f8bf),protobuf(1,double)] %[bin(09000000000000e0c3),protobuf(1,double)]",
        "%[bin(0d96ffffff),protobuf(1,fixed32)] %[bin(0d96ffffff),protobuf(1,sfixed32)] %[bin(0d0000803f),protobuf(1,float)] %[bin(0d0000004f),protobuf(1,float)]",
        "%[bin(0801),protobuf(1),hex] %[bin(0996ffffff0f000000),protobuf(1),hex] %[bin(0d96ffffff),protobuf(1),hex] %[bin(0a03616263),protobuf(1)] [%[bin(0a03616263),protobuf(1,int32)]] [%[bin(0801),protobuf(1,fixed32)]]",
        "[%[bin(0a03616263),protobuf(2)]] %[bin(0a0361626312016a),protobuf(2)] %[bin(0a0408011005),protobuf(1.2,int32)] [%[bin(0a0408011005),protobuf(1.3,int32)]] %[bin(0a0408011005),protobuf(1),protobuf(2,int32)]",
        "%[bin(08010802),protobuf(1,int32)] [%[bin(0a05616263),protobuf(1),hex]] [%[bin(0880),protobuf(1,int32)]] %[bin(0a0210010a020802),protobuf(1.1,int32)] [%[bin(0a0210010801),protobuf(1.1,int32)]]",
        "[%[bin(0b01020c0801),protobuf(1,int32)]] [%[bin(07),protobuf(1,int32)]] %[bin(8001010801),protobuf(1,int32)] %[bin(8001010801),protobuf(16,int32)]",
        "%[bin(0000000002080a),ungrpc(1,int32)] %[bin(0100000002080a),ungrpc(1,int32)] [%[bin(0000000003080a),ungrpc(1,int32)]] [%[bin(000000),ungrpc(1,int32)]] %[bin(00000000020814000000000310ff01),ungrpc(2,int32)] %[bin(0000000002080a),ungrpc(1),hex]",
        "%[req.fhdr(x-long),xxh3] %[path,xxh3(5)] %[str(),xxh3] %[path,xxh3(-1)] %[req.hdrs_bin,hex]",
        "%[fc_err] %[fc_err_str] %[fc_rcvd_proxy] [%[fc_pp_authority]] [%[fc_pp_unique_id]] %[prio_class] %[prio_offset] %[stopping] %[srv_queue(app/s)] %[srv_sess_rate(app/s)] %[str(app/s),srv_queue] [%[str(app/none),srv_queue]] [%[str(none),srv_queue]]",
    ];
    lines.map(str::to_owned).to_vec()
}

/// Test cases 3, 9 and 15 of the GCM specification (McGrew and Viega): bits, text, key, tag.
fn encrypted() -> Vec<String> {
    const NONCE: &str = "yv66vvrO263eyviI";
    let cases = [
        (
            "128",
            "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091473f5985",
            "/v/pkoZlcxxtao+UZzCDCA==",
            "TVwq8yfNZKYs81q9K6b6tA==",
        ),
        (
            "192",
            "3980ca0b3c00e841eb06fac4872a2757859e1ceaa6efd984628593b40ca1e19c7d773d00c144c525ac619d18c84a3f4718e2448b2fe324d9ccda2710acade256",
            "/v/pkoZlcxxtao+UZzCDCP7/6ZKGZXMc",
            "mSSnyFhzNr+xGAJNuGdKFA==",
        ),
        (
            "256",
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad",
            "/v/pkoZlcxxtao+UZzCDCP7/6ZKGZXMcbWqPlGcwgwg=",
            "sJTaxdk0cb3sGlAicOPMbA==",
        ),
    ];
    let mut lines = Vec::new();
    for (bits, text, key, tag) in cases {
        let open = |nonce: &str, key: &str, tag: &str| {
            format!("[%[bin({text}),aes_gcm_dec({bits},{nonce},{key},{tag}),hex]]")
        };
        lines.push(open(NONCE, key, tag));
        lines.push(format!(
            "%[str({key}),set-var(txn.opens)] {} {}",
            open(NONCE, "txn.opens", tag),
            open(NONCE, "txn.none", tag)
        ));
        // Another tag, another nonce, a key of another length.
        lines.push(open(NONCE, key, NONCE));
        lines.push(open(NONCE, key, &tag.replace(['a', 'L'], "b")));
        lines.push(open(NONCE, "Zm9v", tag));
    }
    lines
}
