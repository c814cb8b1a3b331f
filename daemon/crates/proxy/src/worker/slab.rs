//! Slots with generations: a token of an event that is still queued cannot reach the next
//! connection that takes the slot.

use std::ops::{Index, IndexMut};

/// No slot.
pub const NONE: u32 = u32::MAX;

const GENERATIONS: u32 = 1 << 30;

#[derive(Debug)]
struct Slot<T> {
    generation: u32,
    value: Option<T>,
}

#[derive(Debug)]
pub struct Slab<T> {
    slots: Vec<Slot<T>>,
    free: Vec<u32>,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Self {
            slots: Vec::new(),
            free: Vec::new(),
        }
    }
}

impl<T> Slab<T> {
    pub fn insert(&mut self, value: T) -> u32 {
        if let Some(i) = self.free.pop() {
            self.slots[i as usize].value = Some(value);
            return i;
        }
        self.slots.push(Slot {
            generation: 0,
            value: Some(value),
        });
        u32::try_from(self.slots.len() - 1).unwrap_or(NONE)
    }

    pub fn remove(&mut self, i: u32) -> Option<T> {
        let slot = self.slots.get_mut(i as usize)?;
        let value = slot.value.take()?;
        slot.generation = (slot.generation + 1) % GENERATIONS;
        self.free.push(i);
        Some(value)
    }

    /// Puts another value into a slot that is taken, made from the one in it; and what else that gives.
    pub fn change<R>(&mut self, i: u32, make: impl FnOnce(T) -> (T, R)) -> Option<R> {
        let slot = self.slots.get_mut(i as usize)?;
        let (value, rest) = make(slot.value.take()?);
        slot.value = Some(value);
        Some(rest)
    }

    pub fn generation(&self, i: u32) -> u32 {
        self.slots.get(i as usize).map_or(0, |s| s.generation)
    }

    /// Whether the slot still holds what the generation was given for.
    pub fn is_current(&self, i: u32, generation: u32) -> bool {
        self.slots
            .get(i as usize)
            .is_some_and(|s| s.generation == generation && s.value.is_some())
    }

    pub fn get(&self, i: u32) -> Option<&T> {
        self.slots.get(i as usize)?.value.as_ref()
    }

    pub fn get_mut(&mut self, i: u32) -> Option<&mut T> {
        self.slots.get_mut(i as usize)?.value.as_mut()
    }

    /// Slots so far, free ones too.
    pub fn slots(&self) -> u32 {
        u32::try_from(self.slots.len()).unwrap_or(NONE)
    }

    pub fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn indexes(&self) -> Vec<u32> {
        (0u32..)
            .zip(&self.slots)
            .filter(|(_, s)| s.value.is_some())
            .map(|(i, _)| i)
            .collect()
    }
}

impl<T> Index<u32> for Slab<T> {
    type Output = T;

    fn index(&self, i: u32) -> &T {
        self.get(i)
            .expect("a connection that its holder knows to be there")
    }
}

impl<T> IndexMut<u32> for Slab<T> {
    fn index_mut(&mut self, i: u32) -> &mut T {
        self.get_mut(i)
            .expect("a connection that its holder knows to be there")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reused_slot_has_another_generation() {
        let mut slab = Slab::default();
        let a = slab.insert('a');
        let generation = slab.generation(a);
        slab.remove(a);
        let b = slab.insert('b');
        assert_eq!(a, b);
        assert!(!slab.is_current(b, generation));
        assert_eq!(slab[b], 'b');
        assert_eq!(slab.len(), 1);
    }
}
