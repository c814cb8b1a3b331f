//! Rows and fields as CSV, typed lines and JSON.

use stats::{Column, Field, Info, Object, Objects, Row, Selection, Shown, csv};

fn server() -> Row {
    let mut row = Row::new(Object::Server, "app", "s1", 3, 1);
    row.set(Column::Scur, 4_u32)
        .set(Column::Stot, u64::from(u32::MAX) + 1)
        .set(Column::Status, "DOWN 1/2")
        .set(Column::Act, true)
        .set(Column::Lastsess, -1)
        .set(Column::LastAgt, "said \"hi, there\" \\ \u{1}")
        .set(Column::H1TotalStreams, 2_u64)
        .put(Column::Qlimit, None::<u32>);
    row
}

#[test]
fn a_line_has_a_place_for_each_column_and_quotes_what_could_be_mistaken() {
    let text = csv(&[server()]);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 2);
    let names: Vec<&str> = lines[0].trim_start_matches("# ").split(',').collect();
    assert_eq!(names.len(), Column::ALL.len() + 2, "the dash, and the end");
    assert_eq!(names[103], "-");
    assert_eq!(
        (names[0], names[55], names[104]),
        ("pxname", "lastsess", "ssl_sess")
    );
    let head = "app,s1,,,4,,,4294967296,,,,,,,,,,DOWN 1/2,,1,,,,,,,1,3,1,,,,2,";
    assert!(lines[1].starts_with(head), "{}", lines[1]);
    let said = "-1,,\"said \"\"hi, there\"\" \\ \u{1}\",";
    assert!(lines[1].contains(said), "{}", lines[1]);
    assert!(
        lines[1].ends_with(",-,,,,,,,,,,,,,,,,,,,,2,,,,,"),
        "{}",
        lines[1]
    );
}

#[test]
fn typed_lines_name_object_place_kind_and_form() {
    let mut text = String::new();
    server().typed(false, &mut text);
    for line in [
        "S.3.1.0.pxname.1:KNS:str:app",
        "S.3.1.7.stot.1:MCP:u64:4294967296",
        "S.3.1.19.act.1:SGP:u32:1",
        "S.3.1.55.lastsess.1:MAP:s32:-1",
        "S.3.1.122.h1_total_streams.1:MCP:u64:2",
    ] {
        assert!(text.lines().any(|l| l == line), "{line}\n{text}");
    }
    assert!(!text.contains("qlimit"));
    let mut row = Row::new(Object::Backend, "app", "BACKEND", 3, 0);
    row.set(Column::Act, 2_u32);
    text.clear();
    row.typed(true, &mut text);
    let act =
        "B.3.0.19.act.1:MGP:u32:2:\"Active servers in use; whether the server is an active one\"";
    assert!(text.lines().any(|l| l == act), "{text}");
}

#[test]
fn json_is_a_list_of_values_with_their_kinds() {
    let text = Row::json_list(&[server(), server()]);
    let all: serde_json::Value = serde_json::from_str(&text).unwrap();
    let row = all[1].as_array().unwrap();
    let said = row
        .iter()
        .find(|v| v["field"]["name"] == "last_agt")
        .unwrap();
    assert_eq!(said["value"]["value"], "said \"hi, there\" \\ \u{1}");
    let stot = row.iter().find(|v| v["field"]["name"] == "stot").unwrap();
    let wanted = serde_json::json!({
        "objType": "Server", "proxyId": 3, "id": 1, "field": {"pos": 7, "name": "stot"},
        "processNum": 1, "tags": {"origin": "Metric", "nature": "Counter", "scope": "Process"},
        "value": {"type": "u64", "value": 4_294_967_296_u64},
    });
    assert_eq!(*stot, wanted);
    assert_eq!(
        stats::schema()["definitions"]["tags"]["origin"]["enum"][0],
        "Metric"
    );
}

#[test]
fn what_is_known_of_the_process_has_fields_with_holes() {
    let mut info = Info::default();
    info.set(Field::Name, "tandemd")
        .set(Field::Tasks, 3_u32)
        .set(Field::UptimeSec, 1.5);
    let mut text = String::new();
    info.plain(false, &mut text);
    assert_eq!(text, "Name: tandemd\nUptime_sec: 1.500000\nTasks: 3\n");
    text.clear();
    info.plain(true, &mut text);
    assert!(text.starts_with("Name: tandemd:\"Product\"\n"));
    text.clear();
    info.typed(false, &mut text);
    let lines = "0.Name.1:POS:str:tandemd\n8.Uptime_sec.1:MDP:flt:1.500000\n47.Tasks.1:MGP:u32:3\n";
    assert_eq!(text, lines);
    let json: serde_json::Value = serde_json::from_str(&info.json()).unwrap();
    assert_eq!(
        json[2]["field"],
        serde_json::json!({"pos": 47, "name": "Tasks"})
    );
}

#[test]
fn rows_are_chosen_by_kind_number_state_and_name() {
    let rows = [
        Row::new(Object::Frontend, "web", "FRONTEND", 2, 0),
        Row::new(Object::Listener, "web", "sock-1", 2, 1),
        server(),
        Row::new(Object::Backend, "app", "BACKEND", 3, 0),
    ];
    let chosen = |selection: &Selection| -> String {
        let taken = rows.iter().filter(|row| selection.takes(row));
        taken.map(Row::service).collect::<Vec<_>>().join(" ")
    };
    let all = Selection::default();
    assert_eq!(chosen(&all), "FRONTEND sock-1 s1 BACKEND");
    let proxy = |proxy| Selection {
        proxy: Some(proxy),
        ..all.clone()
    };
    assert_eq!(chosen(&proxy(3)), "s1 BACKEND");
    let objects = |bits| Selection {
        objects: Objects(bits),
        ..all.clone()
    };
    assert_eq!(chosen(&objects(1 + 4)), "FRONTEND s1");
    assert_eq!(chosen(&objects(8)), "sock-1");
    // Numbers within a section are those of servers and listeners.
    let id = Selection {
        id: Some(2),
        ..all.clone()
    };
    assert_eq!(chosen(&id), "FRONTEND BACKEND");
    let up = Selection {
        shown: Shown::Up,
        ..all.clone()
    };
    assert_eq!(chosen(&up), "FRONTEND sock-1 BACKEND");
    let in_use = Selection {
        shown: Shown::NotOut,
        ..all.clone()
    };
    assert_eq!(chosen(&in_use), "FRONTEND sock-1 s1 BACKEND");
    let scope = Selection {
        scope: Some("we".to_owned()),
        ..all
    };
    assert_eq!(chosen(&scope), "FRONTEND sock-1");
}
