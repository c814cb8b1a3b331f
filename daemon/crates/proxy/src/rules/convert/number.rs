//! Arithmetic and logic on integers, comparisons.

use super::{Apply, operand};
use crate::rules::value::Value;

/// Sums and products stop at the ends of the range instead of turning over.
pub fn apply(name: &str) -> Option<Apply> {
    Some(match name {
        "add" => |v, a, c| Some(Value::Int(v.int()?.saturating_add(operand(a, c)?))),
        "sub" => |v, a, c| Some(Value::Int(v.int()?.saturating_sub(operand(a, c)?))),
        "mul" => |v, a, c| Some(Value::Int(v.int()?.saturating_mul(operand(a, c)?))),
        "div" => |v, a, c| {
            let (n, by) = (v.int()?, operand(a, c)?);
            Some(Value::Int(n.checked_div(by).unwrap_or(i64::MAX)))
        },
        "mod" => |v, a, c| {
            Some(Value::Int(
                v.int()?.checked_rem(operand(a, c)?).unwrap_or(0),
            ))
        },
        "and" => |v, a, c| Some(Value::Int(v.int()? & operand(a, c)?)),
        "or" => |v, a, c| Some(Value::Int(v.int()? | operand(a, c)?)),
        "xor" => |v, a, c| Some(Value::Int(v.int()? ^ operand(a, c)?)),
        "cpl" => |v, _, _| Some(Value::Int(!v.int()?)),
        "neg" => |v, _, _| Some(Value::Int(v.int()?.saturating_neg())),
        "bool" => |v, _, _| Some(Value::Bool(v.int()? != 0)),
        "not" => |v, _, _| Some(Value::Bool(v.int()? == 0)),
        "odd" => |v, _, _| Some(Value::Bool(v.int()? & 1 == 1)),
        "even" => |v, _, _| Some(Value::Bool(v.int()? & 1 == 0)),
        "hex2i" => |v, _, _| {
            let text = v.text();
            let digits = std::str::from_utf8(&text).ok()?;
            i64::from_str_radix(digits, 16).ok().map(Value::Int)
        },
        "length" => |v, _, _| Some(Value::count(v.text().len())),
        _ => return None,
    })
}
