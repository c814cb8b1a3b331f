use super::*;

/// What is said to this input, `{COMMAND words|payload}` standing for what is run.
fn talk(level: Level, input: &str) -> String {
    let mut session = Session::new(level, Manner::Silent);
    session.feed(input.as_bytes()).unwrap();
    session.end_of_input();
    let mut said = String::new();
    loop {
        match session.event() {
            Event::Say(text) => said.push_str(&text),
            Event::Patience(seconds) => said = said + "{" + &seconds.to_string() + " s}",
            Event::Run(it) => {
                let payload = it.payload.map_or(String::new(), |p| format!("|{p}"));
                let words = it.words.join(",");
                let run = format!("{{{:?} {words}{payload}}}", it.command);
                said = [said, run, session.ended().to_owned()].concat();
            }
            Event::Wait | Event::Close => return said,
        }
    }
}

#[test]
fn a_line_is_answered_command_by_command() {
    let said = talk(Level::Admin, "show version;show table a b\\ c\nshow env");
    assert_eq!(said, "{ShowVersion }\n{ShowTable a,b c}\n");
}

#[test]
fn the_prompt_stands_behind_every_answer_until_it_is_turned_off() {
    let said = talk(Level::Admin, "prompt; show version\nshow version\nprompt\n");
    assert_eq!(said, "\n> {ShowVersion }\n> {ShowVersion }\n> \n");
}

#[test]
fn payloads_end_with_an_empty_line_and_are_taken_as_they_are() {
    let said = talk(Level::Admin, "add map #2 <<\na b;c \\ d\n\nshow map\n");
    assert_eq!(said, "{AddMap #2|a b;c \\ d\n}\n{ShowMap }\n");
    let said = talk(Level::Admin, "prompt\nadd map #2 <<\na b\nc d\n\n");
    assert_eq!(said, "\n> + + + {AddMap #2|a b\nc d\n}\n> ");
    // Glued to a word it is part of that.
    assert_eq!(talk(Level::Admin, "show map x<<\n"), "{ShowMap x<<}\n");
    // One that never ends is nothing.
    assert_eq!(talk(Level::Admin, "add map #2 <<\na b\n"), "");
}

#[test]
fn a_level_can_only_be_lowered() {
    let denied = "Permission denied\n\n";
    let said = talk(Level::Admin, "user;show cli level;operator;show env\n");
    assert_eq!(said, format!("\nuser\n\n{denied}{denied}"));
    assert_eq!(talk(Level::Operator, "set weight b/s 1\n"), denied);
    assert_eq!(talk(Level::Operator, "expert-mode on\n"), denied);
}

#[test]
fn experimental_commands_have_to_be_asked_for() {
    let refused = "This command is restricted to experimental mode only.\n\n";
    let said = talk(
        Level::Admin,
        "set var a;experimental-mode on;set var a;experimental-mode\n",
    );
    let on = "experimental-mode is ON\n\n";
    assert_eq!(said, format!("{refused}\n{{SetVar a}}\n{on}"));
}

#[test]
fn severities_are_shown_in_the_wanted_form() {
    let mut session = Session::new(Level::Admin, Manner::Silent);
    session.feed(b"set severity-output number\n").unwrap();
    assert_eq!(session.event(), Event::Say("\n".to_owned()));
    assert_eq!(
        session.message(Some(Severity::Error), "No.\n"),
        "[3]: No.\n\n"
    );
    assert_eq!(session.message(None, "1\n"), "1\n\n");
    let said = talk(Level::User, "set severity-output x\n");
    assert!(
        said.starts_with("one of 'none', 'number', 'string'"),
        "{said}"
    );
}

#[test]
fn times_have_units() {
    let at = |time: &str| talk(Level::User, &format!("set timeout cli {time}\n"));
    assert_eq!(at("5"), "{5 s}");
    assert_eq!(at("2m"), "{120 s}");
    for wrong in ["0", "x", "-1", "5ms", "99999999999999999999"] {
        assert_eq!(at(wrong), "Invalid timeout value.\n\n", "{wrong}");
    }
}

#[test]
fn unknown_words_get_what_is_like_them() {
    let said = talk(Level::Admin, "show inof\n");
    assert!(said.starts_with("Unknown command, but maybe"), "{said}");
    assert!(
        said.contains("  show info [desc|json|typed|float]*      : "),
        "{said}"
    );
    let said = talk(Level::Admin, "set maxconn\n");
    assert_eq!(said.matches("  set ").count(), 3, "{said}");
    let said = talk(Level::Admin, "\n");
    assert!(
        said.starts_with("Unknown command. Please enter one of"),
        "{said}"
    );
    assert!(
        !said.contains("_getsocks") && said.contains("show vrrp"),
        "{said}"
    );
}

#[test]
fn there_is_no_master_process() {
    assert_eq!(talk(Level::Admin, "@1 show version\n"), "{ShowVersion }\n");
    assert!(talk(Level::Admin, "@master show version\n").starts_with("There is no master"));
}

#[test]
fn input_is_bounded() {
    let mut session = Session::new(Level::Admin, Manner::Silent);
    assert_eq!(session.feed(&vec![b'x'; 1 << 20]), Err(TooMuch));
    let mut session = Session::new(Level::Admin, Manner::Silent);
    session.feed(b"add map #1 <<\n").unwrap();
    let lines = "key value\n".repeat(1000);
    let fed = (0..1000).try_for_each(|_| {
        session.feed(lines.as_bytes())?;
        while !matches!(session.event(), Event::Wait) {}
        Ok(())
    });
    assert_eq!(fed, Err(TooMuch));
}
