//! Memory that was needed once: freed blocks that the allocator keeps, and the program's own code
//! that only ran while a configuration was read.

use std::ffi::c_void;
use std::io;

use rustix::mm::{Advice, MapFlags, ProtFlags};

use crate::realtime::lock_memory;

/// For a process that is small at rest and reads something large now and then: large blocks come
/// from the kernel one by one and go back to it, and little is kept for what may come.
pub fn stay_small() {
    let settings = [
        (libc::M_MMAP_THRESHOLD, LARGE),
        (libc::M_TRIM_THRESHOLD, LARGE),
        (libc::M_TOP_PAD, LARGE / 4),
    ];
    for (what, value) in settings {
        // SAFETY: takes no pointer; the allocator takes its own locks.
        unsafe { libc::mallopt(what, value) };
    }
}

const LARGE: i32 = 64 << 10;

/// The most memory that this process has had at once, in KiB.
pub fn most_resident() -> u64 {
    // SAFETY: all zeros is a value of this type, which is made of numbers.
    let mut used: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: the kernel writes one `rusage`, into one that is ours.
    let result = unsafe { libc::getrusage(libc::RUSAGE_SELF, &raw mut used) };
    if result != 0 {
        return 0;
    }
    u64::try_from(used.ru_maxrss).unwrap_or(0)
}

/// Gives both back to the kernel, which refuses it of locked pages: so they are unlocked for the
/// moment and locked again. Code that runs again comes back from the page cache.
pub fn give_back(locked: bool) -> io::Result<()> {
    unlocked(locked, || {
        release_blocks();
        for segment in own_segments() {
            segment.let_go();
        }
    })
}

/// Gives the freed blocks back and leaves the code where it is.
pub fn trim(locked: bool) -> io::Result<()> {
    unlocked(locked, release_blocks)
}

fn release_blocks() {
    // SAFETY: takes no pointer; the allocator takes its own locks.
    unsafe { libc::malloc_trim(0) };
}

fn unlocked(locked: bool, release: impl FnOnce()) -> io::Result<()> {
    if locked {
        rustix::mm::munlockall()?;
    }
    release();
    if locked { lock_memory() } else { Ok(()) }
}

/// A part of the program's file as it lies in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Segment {
    start: usize,
    length: usize,
}

impl Segment {
    fn let_go(self) {
        let page = rustix::param::page_size();
        let start = self.start.next_multiple_of(page);
        let end = (self.start + self.length) & !(page - 1);
        if let Some(length) = end.checked_sub(start).filter(|length| *length > 0) {
            let address = std::ptr::with_exposed_provenance_mut::<c_void>(start);
            // SAFETY: the pages lie within a mapping of the program's file that nobody can have
            // written to (`own_segments`): each comes back with the same bytes when it is touched.
            // It costs nothing but time if the kernel refuses.
            let _ = unsafe { rustix::mm::madvise(address, length, Advice::LinuxDontNeed) };
        }
    }
}

/// Those that are mapped without the right to write, code and constants. What the loader wrote to
/// and protected afterwards belongs to a writable one.
fn own_segments() -> Vec<Segment> {
    let mut found: Vec<Segment> = Vec::new();
    // SAFETY: the callback gets the vector that lives until the call ends, and nobody else uses it
    // meanwhile.
    unsafe { libc::dl_iterate_phdr(Some(note), (&raw mut found).cast()) };
    found
}

/// For the first object, which is the program itself.
unsafe extern "C" fn note(info: *mut libc::dl_phdr_info, _: usize, found: *mut c_void) -> i32 {
    // SAFETY: the C library calls this with a live description, whose headers are an array of the
    // length given, and with the pointer that `own_segments` passed.
    let (info, found) = unsafe { (&*info, &mut *found.cast::<Vec<Segment>>()) };
    let count = usize::from(info.dlpi_phnum);
    if info.dlpi_phdr.is_null() {
        return 1;
    }
    // SAFETY: as above.
    let headers = unsafe { std::slice::from_raw_parts(info.dlpi_phdr, count) };
    for header in headers {
        let loaded = header.p_type == libc::PT_LOAD && header.p_flags & libc::PF_W == 0;
        let start = usize::try_from(info.dlpi_addr.wrapping_add(header.p_vaddr));
        // Not beyond the file: the rest of the last page is no part of it.
        let length = usize::try_from(header.p_filesz.min(header.p_memsz));
        if let (true, Ok(start), Ok(length)) = (loaded, start, length) {
            found.push(Segment { start, length });
        }
    }
    1
}

/// Zeroed memory that takes no room before it is used.
#[derive(Debug)]
pub struct Reserve {
    start: *mut c_void,
    length: usize,
}

impl Reserve {
    pub fn new(length: usize) -> io::Result<Self> {
        let access = ProtFlags::READ | ProtFlags::WRITE;
        // SAFETY: a new mapping at an address of the kernel's choice concerns nobody else.
        let start = unsafe {
            rustix::mm::mmap_anonymous(std::ptr::null_mut(), length, access, MapFlags::PRIVATE)
        }?;
        Ok(Self { start, length })
    }

    pub fn as_mut_ptr(&mut self) -> *mut u8 {
        self.start.cast()
    }

    pub fn as_slice(&self) -> &[u8] {
        // SAFETY: the mapping is readable, initialised by the kernel and lives as long as this.
        unsafe { std::slice::from_raw_parts(self.start.cast(), self.length) }
    }
}

impl Drop for Reserve {
    fn drop(&mut self) {
        // SAFETY: the mapping is ours, and no reference to it outlives this.
        let _ = unsafe { rustix::mm::munmap(self.start, self.length) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_programs_code_is_among_what_is_let_go_and_runs_again() {
        let code = give_back as fn(bool) -> io::Result<()> as usize;
        let within = |it: &Segment| (it.start..it.start + it.length).contains(&code);
        assert!(own_segments().iter().any(within));
        // Relocated constants are no part of it: a table of functions works afterwards.
        let table: [fn(u8) -> u8; 2] = [|it| it + 1, |it| it + 2];
        give_back(false).unwrap();
        let sums: Vec<u8> = table.iter().map(|add| add(1)).collect();
        assert_eq!(sums, [2, 3]);
    }

    #[test]
    fn a_reserve_is_zeroed_and_kept_apart() {
        let mut reserve = Reserve::new(1 << 20).unwrap();
        // SAFETY: within the reserve.
        unsafe { reserve.as_mut_ptr().add(5000).write(7) };
        assert_eq!(reserve.as_slice()[5000], 7);
        assert_eq!(reserve.as_slice()[4999], 0);
    }
}
