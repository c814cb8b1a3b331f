//! Timers: a wheel of 16 ms slots. Deadlines move often and expire rarely, so moving one later is
//! a store in the connection: its entry looks at the deadline when it comes up and moves on.

use super::chores::NEVER;
use super::slab::NONE;

const SLOTS: usize = 512;
const TICK_MS: u64 = 16;

#[derive(Debug)]
pub struct Wheel {
    slots: Vec<Vec<(u32, u32)>>,
    occupied: [u64; SLOTS / 64],
    /// Ticks before this one have been looked at.
    tick: u64,
    /// The first tick with entries, [`NEVER`] when none has any; looked for again when it was taken.
    first: Option<u64>,
}

/// A connection's place on the wheel: the tick of its one valid entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Armed(u64);

impl Armed {
    pub const NOT: Self = Self(u64::MAX);
}

impl Wheel {
    pub fn new(now_ms: u64) -> Self {
        Self {
            slots: vec![Vec::new(); SLOTS],
            occupied: [0; SLOTS / 64],
            tick: now_ms / TICK_MS,
            first: Some(NEVER),
        }
    }

    /// Makes sure that the connection is looked at no later than at its deadline.
    pub fn arm(&mut self, armed: &mut Armed, deadline_ms: u64, i: u32, generation: u32) {
        debug_assert!(i != NONE);
        let due = deadline_ms / TICK_MS + 1;
        if due >= armed.0 {
            return;
        }
        let at = due.clamp(self.tick, self.tick + SLOTS as u64 - 1);
        armed.0 = at;
        self.first = self.first.map(|first| first.min(at));
        let slot = usize::try_from(at % SLOTS as u64).unwrap_or(0);
        self.slots[slot].push((i, generation));
        self.occupied[slot / 64] |= 1 << (slot % 64);
    }

    /// Takes the entries of the next tick that has passed; call until `None`.
    pub fn expired(&mut self, now_ms: u64) -> Option<(u64, Vec<(u32, u32)>)> {
        while self.tick < now_ms / TICK_MS {
            let slot = usize::try_from(self.tick % SLOTS as u64).unwrap_or(0);
            let tick = self.tick;
            self.tick += 1;
            if !self.slots[slot].is_empty() {
                self.occupied[slot / 64] &= !(1 << (slot % 64));
                self.first = None;
                return Some((tick, std::mem::take(&mut self.slots[slot])));
            }
        }
        None
    }

    /// Gives the emptied list of a tick back for reuse.
    pub fn give_back(&mut self, tick: u64, mut list: Vec<(u32, u32)>) {
        let slot = usize::try_from(tick % SLOTS as u64).unwrap_or(0);
        if self.slots[slot].is_empty() && list.capacity() <= 1024 {
            list.clear();
            self.slots[slot] = list;
        }
    }

    /// Milliseconds until an entry is due; `None` when there is none. Asked for before every wait.
    pub fn next_in(&mut self, now_ms: u64) -> Option<u64> {
        let first = match self.first {
            Some(first) => first,
            None => self
                .next_occupied()
                .map_or(NEVER, |ahead| self.tick + ahead),
        };
        self.first = Some(first);
        (first != NEVER).then(|| ((first + 1) * TICK_MS).saturating_sub(now_ms))
    }

    /// How many ticks ahead the next slot with entries is; looks at 64 slots at once.
    fn next_occupied(&self) -> Option<u64> {
        const WORDS: usize = SLOTS / 64;
        let from = usize::try_from(self.tick % SLOTS as u64).unwrap_or(0);
        let (first, bit) = (from / 64, from % 64);
        let here = self.occupied[first] >> bit;
        if here != 0 {
            return Some(here.trailing_zeros().into());
        }
        // The last word is the first again, for its slots before `from`.
        (1..=WORDS).find_map(|n| {
            let word = self.occupied[(first + n) % WORDS];
            let ahead = (n * 64 - bit) as u64 + u64::from(word.trailing_zeros());
            (word != 0).then_some(ahead)
        })
    }
}

/// Whether an entry of `tick` is the connection's valid one.
pub fn is_valid(armed: Armed, tick: u64) -> bool {
    armed.0 == tick
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fired(wheel: &mut Wheel, now: u64) -> Vec<(u64, u32)> {
        let mut out = Vec::new();
        while let Some((tick, list)) = wheel.expired(now) {
            out.extend(list.iter().map(|(i, _)| (tick, *i)));
            wheel.give_back(tick, list);
        }
        out
    }

    #[test]
    fn an_entry_comes_up_at_its_deadline_and_not_before() {
        let mut wheel = Wheel::new(1000);
        let mut armed = Armed::NOT;
        wheel.arm(&mut armed, 1100, 7, 0);
        assert!(fired(&mut wheel, 1090).is_empty());
        assert_eq!(fired(&mut wheel, 1140).len(), 1);
    }

    #[test]
    fn moving_a_deadline_earlier_leaves_one_valid_entry() {
        let mut wheel = Wheel::new(0);
        let mut armed = Armed::NOT;
        wheel.arm(&mut armed, 5000, 7, 0);
        wheel.arm(&mut armed, 100, 7, 0);
        let valid: Vec<_> = fired(&mut wheel, 8000)
            .into_iter()
            .filter(|(t, _)| is_valid(armed, *t))
            .collect();
        assert_eq!(valid.len(), 1);
    }

    #[test]
    fn the_wait_ends_when_the_next_entry_is_due() {
        let mut wheel = Wheel::new(0);
        assert_eq!(wheel.next_in(0), None);
        wheel.arm(&mut Armed::NOT.clone(), 1000, 1, 0);
        let ms = wheel.next_in(0).unwrap();
        assert!((1000..1048).contains(&ms), "{ms}");
    }

    /// Beside a list of all that are armed, whatever is armed and taken in between.
    #[test]
    fn the_wait_is_that_of_the_first_of_many() {
        let (mut wheel, mut random) = (Wheel::new(0), 7_u64);
        let (mut armed, mut now) = (Vec::<u64>::new(), 0_u64);
        for _ in 0..20_000 {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let draw = random >> 33;
            if draw % 3 == 0 {
                let mut place = Armed::NOT;
                wheel.arm(&mut place, now + draw % 12_000, 1, 0);
                armed.push(place.0);
            } else if draw % 3 == 1 {
                now += draw % 200;
                while let Some((tick, list)) = wheel.expired(now) {
                    armed.retain(|at| *at != tick);
                    wheel.give_back(tick, list);
                }
            }
            let first = armed.iter().min();
            let wait = first.map(|tick| ((tick + 1) * TICK_MS).saturating_sub(now));
            assert_eq!(wheel.next_in(now), wait);
        }
    }

    #[test]
    fn the_next_entry_is_found_from_wherever_the_wheel_stands() {
        for tick in (0..1100).step_by(131) {
            for ahead in 0..SLOTS as u64 {
                let mut wheel = Wheel::new(tick * TICK_MS);
                assert_eq!(wheel.next_occupied(), None);
                let deadline = (tick + ahead).saturating_sub(1) * TICK_MS;
                wheel.arm(&mut Armed::NOT.clone(), deadline, 1, 0);
                wheel.arm(&mut Armed::NOT.clone(), deadline + 3000, 2, 0);
                let due = (deadline / TICK_MS + 1).max(tick);
                assert_eq!(wheel.next_occupied(), Some(due - tick), "{tick} {ahead}");
            }
        }
    }
}
