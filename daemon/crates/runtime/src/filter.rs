//! What follows the name of a stick table: filters, keys, values to store.

/// How stored data is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    Eq,
    Ne,
    Le,
    Ge,
    Lt,
    Gt,
}

impl Operator {
    fn of_name(name: &str) -> Option<Self> {
        Some(match name {
            "eq" => Self::Eq,
            "ne" => Self::Ne,
            "le" => Self::Le,
            "ge" => Self::Ge,
            "lt" => Self::Lt,
            "gt" => Self::Gt,
            _ => return None,
        })
    }

    pub fn holds(self, data: i64, value: i64) -> bool {
        match self {
            Self::Eq => data == value,
            Self::Ne => data != value,
            Self::Le => data <= value,
            Self::Ge => data >= value,
            Self::Lt => data < value,
            Self::Gt => data > value,
        }
    }
}

/// `data.NAME OPERATOR VALUE`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableFilter {
    pub data: String,
    pub operator: Operator,
    pub value: i64,
}

/// What is wanted of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TableRequest {
    All,
    Filtered(Vec<TableFilter>),
    Key(String),
}

/// What is known of a kind of data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    Stored,
    NotHere,
    Nowhere,
}

const MOST_FILTERS: usize = 4;

/// Reads what `show table` and `clear table` want; `shows` is for the words of a refusal.
pub fn request(
    words: &[String],
    shows: bool,
    known: impl Fn(&str) -> Known,
) -> Result<TableRequest, String> {
    let Some(first) = words.first() else {
        return Ok(TableRequest::All);
    };
    if first == "key" {
        let key = words.get(1).ok_or("Key value expected\n")?;
        return Ok(TableRequest::Key(key.clone()));
    }
    if !first.starts_with("data.") {
        return Err(if shows {
            "Optional argument only supports \"data.<store_data_type>\" <operator> <value> and key <key>\n"
        } else {
            "Required arguments: <table> \"data.<store_data_type>\" <operator> <value> or <table> key <key>\n"
        }
        .to_owned());
    }
    let mut filters = Vec::new();
    for (at, words) in words.chunks(3).enumerate() {
        let Some(data) = words[0].strip_prefix("data.").filter(|_| at < MOST_FILTERS) else {
            let place = 3 + at * 3 + 1;
            let before = filters.last().map_or(0, |f: &TableFilter| f.value);
            return Err(format!(
                "Detected extra data in filter, {place}th word of input, after '{before}'\n"
            ));
        };
        let wrong = |what: &str| Err(format!("Filter entry #{}: {what}\n", at + 1));
        match known(data) {
            Known::Stored => {}
            Known::NotHere => return wrong("Data type not stored in this table"),
            Known::Nowhere => return wrong("Unknown data type"),
        }
        let Some(operator) = words.get(1).and_then(|word| Operator::of_name(word)) else {
            return wrong(
                "Require and operator among \"eq\", \"ne\", \"le\", \"ge\", \"lt\", \"gt\"",
            );
        };
        let Some(value) = words.get(2).and_then(|word| word.parse().ok()) else {
            return wrong("Require a valid integer value to compare against");
        };
        filters.push(TableFilter {
            data: data.to_owned(),
            operator,
            value,
        });
    }
    Ok(TableRequest::Filtered(filters))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<TableRequest, String> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        request(&words, true, |name| match name {
            "gpc0" => Known::Stored,
            "gpt0" => Known::NotHere,
            _ => Known::Nowhere,
        })
    }

    #[test]
    fn filters_are_read_up_to_four() {
        assert_eq!(read(""), Ok(TableRequest::All));
        assert_eq!(read("key a"), Ok(TableRequest::Key("a".to_owned())));
        let Ok(TableRequest::Filtered(filters)) = read("data.gpc0 gt 5 data.gpc0 le 9") else {
            panic!("no filters");
        };
        assert_eq!((filters[0].value, filters[1].operator), (5, Operator::Le));
        let five = "data.gpc0 eq 9 ".repeat(5);
        let refused = "Detected extra data in filter, 16th word of input, after '9'\n";
        assert_eq!(read(&five), Err(refused.to_owned()));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_number() {
        for (line, said) in [
            ("key", "Key value expected\n"),
            ("data.x eq 1", "Filter entry #1: Unknown data type\n"),
            (
                "data.gpc0 eq 1 data.gpt0 eq 1",
                "Filter entry #2: Data type not stored in this table\n",
            ),
            (
                "data.gpc0 eq x",
                "Filter entry #1: Require a valid integer value to compare against\n",
            ),
        ] {
            assert_eq!(read(line), Err(said.to_owned()), "{line}");
        }
        assert!(read("foo").unwrap_err().starts_with("Optional argument"));
        assert!(
            read("data.gpc0 x 1")
                .unwrap_err()
                .starts_with("Filter entry #1: Require and operator")
        );
    }
}
