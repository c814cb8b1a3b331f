//! The local time zone.

/// Seconds that local time is ahead of UTC at this instant. The zone file is read at the first
/// call, so a process that changes its root calls this before.
pub fn utc_offset(unix_seconds: i64) -> i32 {
    // SAFETY: all-zero bytes are a valid `tm` (integers and a null zone name).
    let mut local: libc::tm = unsafe { std::mem::zeroed() };
    // SAFETY: both pointers are valid for the call. `localtime_r` reads TZ and may read the zone
    // file; the daemon never changes its environment, so there is no race on it.
    let result = unsafe { libc::localtime_r(&raw const unix_seconds, &raw mut local) };
    if result.is_null() {
        return 0;
    }
    i32::try_from(local.tm_gmtoff).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offset_is_that_of_a_real_zone() {
        let offset = utc_offset(1_795_247_970);
        assert!((-12 * 3600..=14 * 3600).contains(&offset));
        assert_eq!(offset % 900, 0, "zones differ by quarters of an hour");
    }
}
