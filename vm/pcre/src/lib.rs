//! A safe face of PCRE2, as far as the module `re` needs it: compiling with all options, matching with limits, names of groups.
//!
//! The library is trusted with nothing that it does not check itself: subjects of UTF patterns are checked here before each match, and
//! matching starts at a character. Compiling stops before it uses up the native stack; matching does not use it.
//!
//! A pattern that is used often is compiled once more, to machine code. Knows nothing of terms.

mod tables;

use pcre2_sys as sys;
use std::cell::RefCell;
use std::ffi::{c_int, c_void};
use std::ptr::{NonNull, null_mut};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

pub use sys::{
    PCRE2_ANCHORED as ANCHORED, PCRE2_BSR_ANYCRLF as BSR_ANYCRLF, PCRE2_BSR_UNICODE as BSR_UNICODE,
    PCRE2_CASELESS as CASELESS, PCRE2_DOLLAR_ENDONLY as DOLLAR_ENDONLY, PCRE2_DOTALL as DOTALL,
    PCRE2_DUPNAMES as DUPNAMES, PCRE2_EXTENDED as EXTENDED, PCRE2_FIRSTLINE as FIRSTLINE,
    PCRE2_MULTILINE as MULTILINE, PCRE2_NEVER_UTF as NEVER_UTF, PCRE2_NEWLINE_ANY as NEWLINE_ANY,
    PCRE2_NEWLINE_ANYCRLF as NEWLINE_ANYCRLF, PCRE2_NEWLINE_CR as NEWLINE_CR,
    PCRE2_NEWLINE_CRLF as NEWLINE_CRLF, PCRE2_NEWLINE_LF as NEWLINE_LF,
    PCRE2_NEWLINE_NUL as NEWLINE_NUL, PCRE2_NO_AUTO_CAPTURE as NO_AUTO_CAPTURE,
    PCRE2_NO_START_OPTIMIZE as NO_START_OPTIMIZE, PCRE2_NOTBOL as NOTBOL,
    PCRE2_NOTEMPTY as NOTEMPTY, PCRE2_NOTEMPTY_ATSTART as NOTEMPTY_ATSTART, PCRE2_NOTEOL as NOTEOL,
    PCRE2_UCP as UCP, PCRE2_UNGREEDY as UNGREEDY, PCRE2_UTF as UTF,
};

/// What only the patterns of an older library could do.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Dialect {
    /// As PCRE2 is.
    Pcre2,
    /// Nearer to PCRE 8: Latin-1 letters, `\K` in lookarounds, lookbehinds of fixed length only.
    Pcre1,
}

/// How to compile.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct CompileOptions {
    /// Option bits.
    pub bits: u32,
    /// What ends a line; zero: a line feed.
    pub newline: u32,
    /// What `\R` matches; zero: all of Unicode's line ends.
    pub bsr: u32,
    /// The dialect.
    pub dialect: Dialect,
}

/// Why a pattern can't be compiled.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct CompileError {
    /// The library's number for it.
    pub code: i32,
    /// Where, in bytes.
    pub offset: usize,
}

impl CompileError {
    /// The error as version 10.47 gives it, whose places are mostly behind what is wrong rather than before it. The library in use is
    /// older.
    fn as_of_10_47(self, pattern: &[u8]) -> CompileError {
        let CompileError { code, offset } = self;
        let at = pattern.get(offset).copied();
        let is_end = |offset: usize| offset >= pattern.len();
        let behind = |what: &[u8]| {
            let rest = pattern.get(offset..).unwrap_or(&[]);
            let found = rest.windows(what.len()).position(|window| window == what);
            found.map_or(offset, |found| offset + found + what.len())
        };
        let offset = match code {
            103 | 107 | 108 | 109 | 111 | 122 | 141 | 144 | 155 | 164 | 167 => offset + 1,
            112 => behind(b":]"),
            128 if at == Some(b'(') => offset + 1,
            137 if at == Some(b'{') => offset + 1,
            193 => behind(b"}"),
            115 if at.is_some_and(|byte| byte == b'}' || byte.is_ascii_digit()) => offset + 1,
            129 if is_end(offset + 1) => {
                return CompileError {
                    code: 114,
                    offset: offset + 1,
                };
            }
            129 => offset + 2,
            _ => offset,
        };
        CompileError { code, offset }
    }
    /// The library's text for it.
    pub fn text(self) -> String {
        if self.code == 129 {
            return "digit expected after (?+".to_owned();
        }
        let mut buffer = [0u8; 256];
        // SAFETY: the buffer has the size given.
        let len =
            unsafe { sys::pcre2_get_error_message_8(self.code, buffer.as_mut_ptr(), buffer.len()) };
        match usize::try_from(len) {
            Ok(len) => String::from_utf8_lossy(&buffer[..len.min(buffer.len())]).into_owned(),
            Err(_) => format!("Unknown error ({})", self.code),
        }
    }
}

/// How far a match may go; `None`: the library's default.
#[derive(Copy, Clone, Default, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Steps of matching.
    pub steps: Option<u32>,
    /// Depth of backtracking.
    pub depth: Option<u32>,
}

/// Steps of matching where there is no limit.
pub const DEFAULT_STEPS: u32 = 10_000_000;

/// Why a match gave neither a match nor none.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum MatchError {
    /// The subject is no UTF-8, or the start lies within a character.
    BadUtf,
    /// The start lies behind the subject.
    BadOffset,
    /// More steps than allowed.
    StepLimit,
    /// Deeper than allowed.
    DepthLimit,
    /// More memory than allowed.
    HeapLimit,
    /// A recursion in the pattern that would never end.
    Loops,
    /// Anything else that the library says.
    Other(i32),
}

/// Positions of the whole match and the groups: start and end, [`UNSET`] for groups that took no part.
pub type Captures = Vec<[usize; 2]>;

/// Position of a group that took no part.
pub const UNSET: usize = usize::MAX;

/// The library's version, as `re:version/0` gives it.
pub fn version() -> String {
    let mut buffer = [0u8; 64];
    // SAFETY: the library wants 24 bytes for its version.
    let len = unsafe { sys::pcre2_config_8(sys::PCRE2_CONFIG_VERSION, buffer.as_mut_ptr().cast()) };
    let len = usize::try_from(len).unwrap_or(1).clamp(1, buffer.len());
    String::from_utf8_lossy(&buffer[..len - 1]).into_owned()
}

/// The library's own compiled form.
struct Raw(NonNull<sys::pcre2_code_8>);

// SAFETY: compiled patterns are never written once they are made ("Multithreading" in the library's manual).
unsafe impl Send for Raw {}
// SAFETY: as above.
unsafe impl Sync for Raw {}

impl Drop for Raw {
    fn drop(&mut self) {
        // SAFETY: made by the library, freed once.
        unsafe { sys::pcre2_code_free_8(self.0.as_ptr()) };
    }
}

/// A compiled pattern.
pub struct Code {
    raw: Raw,
    pattern: Box<[u8]>,
    options: CompileOptions,
    utf: bool,
    uses: AtomicU32,
    machine_code: OnceLock<Option<Raw>>,
}

/// Bytes of native stack that compiling may use.
const COMPILE_STACK: usize = 256 * 1024;

/// Depth of nested parentheses, as OTP has it.
const PARENTHESES: u32 = 10_000;

/// Matches before a pattern is worth compiling to machine code.
const USES_TO_MACHINE_CODE: u32 = 32;

unsafe extern "C" fn stack_guard(_depth: u32, base: *mut c_void) -> c_int {
    let here = 0u8;
    c_int::from((base as usize).abs_diff(std::ptr::from_ref(&here) as usize) > COMPILE_STACK)
}

struct CompileContext(NonNull<sys::pcre2_compile_context_8>);

impl CompileContext {
    fn new(options: &CompileOptions, stack: *mut c_void) -> Option<CompileContext> {
        // SAFETY: without a general context it allocates as C does.
        let context = NonNull::new(unsafe { sys::pcre2_compile_context_create_8(null_mut()) })?;
        let this = CompileContext(context);
        let context = context.as_ptr();
        // SAFETY: the context is ours; the tables live for ever; the guard only compares addresses. What is refused stays as it is.
        unsafe {
            sys::pcre2_set_newline_8(
                context,
                match options.newline {
                    0 => NEWLINE_LF,
                    newline => newline,
                },
            );
            sys::pcre2_set_bsr_8(
                context,
                match options.bsr {
                    0 => BSR_UNICODE,
                    bsr => bsr,
                },
            );
            sys::pcre2_set_parens_nest_limit_8(context, PARENTHESES);
            sys::pcre2_set_compile_recursion_guard_8(context, Some(stack_guard), stack);
            if options.dialect == Dialect::Pcre1 {
                sys::pcre2_set_character_tables_8(context, tables::latin1().as_ptr());
                sys::pcre2_set_max_varlookbehind_8(context, 0);
                sys::pcre2_set_compile_extra_options_8(
                    context,
                    sys::PCRE2_EXTRA_ALLOW_LOOKAROUND_BSK,
                );
            }
        }
        Some(this)
    }
}

impl Drop for CompileContext {
    fn drop(&mut self) {
        // SAFETY: made by the library, freed once.
        unsafe { sys::pcre2_compile_context_free_8(self.0.as_ptr()) };
    }
}

/// Are there words of Latin-1 in a UTF pattern of PCRE 8 without Unicode properties? The library does not find all places where they may
/// begin, as PCRE 8 did; and its machine code repeats `\w` over them, which neither its interpreter nor PCRE 8 does.
fn latin1_words(pattern: &[u8], options: &CompileOptions) -> bool {
    let word = |pair: &[u8]| pair == b"\\w" || pair == b"\\W";
    options.dialect == Dialect::Pcre1
        && options.bits & (UTF | UCP) == UTF
        && pattern.windows(2).any(word)
}

fn compile_raw(pattern: &[u8], options: &CompileOptions) -> Result<Raw, CompileError> {
    let out_of_memory = CompileError {
        code: sys::PCRE2_ERROR_HEAP_FAILED as i32,
        offset: 0,
    };
    let mut here = 0u8;
    let stack = std::ptr::from_mut(&mut here).cast::<c_void>();
    let context = CompileContext::new(options, stack).ok_or(out_of_memory)?;
    let (mut code, mut offset) = (0, 0);
    let mut bits = options.bits;
    if latin1_words(pattern, options) {
        bits |= NO_START_OPTIMIZE;
    }
    // SAFETY: the pattern has the length given; the other pointers are to locals and to a context of ours.
    let raw = unsafe {
        sys::pcre2_compile_8(
            pattern.as_ptr(),
            pattern.len(),
            bits,
            &mut code,
            &mut offset,
            context.0.as_ptr(),
        )
    };
    NonNull::new(raw).map(Raw).ok_or_else(|| {
        let mut error = CompileError { code, offset }.as_of_10_47(pattern);
        if error.code == 168 && options.dialect == Dialect::Pcre2 {
            // Behind the character at fault.
            error.offset += match pattern.get(error.offset) {
                Some(&byte) if options.bits & UTF != 0 && byte >= 0xc0 => {
                    byte.leading_ones() as usize
                }
                _ => 1,
            };
        }
        error
    })
}

impl Code {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// The pattern is wrong, or too large.
    pub fn compile(pattern: &[u8], options: &CompileOptions) -> Result<Code, CompileError> {
        let raw = compile_raw(pattern, options)?;
        let mut code = Code {
            raw,
            pattern: pattern.into(),
            options: *options,
            utf: false,
            uses: AtomicU32::new(0),
            machine_code: OnceLock::new(),
        };
        code.utf = code.info(sys::PCRE2_INFO_ALLOPTIONS) & UTF != 0;
        Ok(code)
    }

    /// A fact that is a `uint32_t`.
    fn info(&self, what: u32) -> u32 {
        let mut value = 0u32;
        // SAFETY: the callers name facts of this type.
        unsafe {
            sys::pcre2_pattern_info_8(
                self.raw.0.as_ptr(),
                what,
                std::ptr::from_mut(&mut value).cast(),
            )
        };
        value
    }
    /// All option bits, those that the pattern itself sets too.
    pub fn option_bits(&self) -> u32 {
        self.info(sys::PCRE2_INFO_ALLOPTIONS)
    }
    /// Number of groups.
    pub fn groups(&self) -> usize {
        self.info(sys::PCRE2_INFO_CAPTURECOUNT) as usize
    }
    /// What ends a line.
    pub fn newline(&self) -> u32 {
        self.info(sys::PCRE2_INFO_NEWLINE)
    }
    /// What `\R` matches.
    pub fn bsr(&self) -> u32 {
        self.info(sys::PCRE2_INFO_BSR)
    }
    /// Must subjects be UTF-8?
    pub fn is_utf(&self) -> bool {
        self.utf
    }
    /// Names and numbers of the named groups, by name.
    pub fn names(&self) -> Vec<(Vec<u8>, usize)> {
        let count = self.info(sys::PCRE2_INFO_NAMECOUNT) as usize;
        let size = self.info(sys::PCRE2_INFO_NAMEENTRYSIZE) as usize;
        let mut table: *const u8 = std::ptr::null();
        // SAFETY: this fact is a pointer.
        unsafe {
            sys::pcre2_pattern_info_8(
                self.raw.0.as_ptr(),
                sys::PCRE2_INFO_NAMETABLE,
                std::ptr::from_mut(&mut table).cast(),
            )
        };
        if count == 0 || size < 3 || table.is_null() {
            return Vec::new();
        }
        // SAFETY: the table has `count` entries of `size` bytes and lives as long as the code.
        let table = unsafe { std::slice::from_raw_parts(table, count * size) };
        table
            .chunks_exact(size)
            .map(|entry| {
                let number = usize::from(entry[0]) << 8 | usize::from(entry[1]);
                let name = entry[2..].split(|&byte| byte == 0).next().unwrap_or(&[]);
                (name.to_vec(), number)
            })
            .collect()
    }

    /// Searches `subject` from `start` on. `Ok(None)`: no match. The captures end with the last group that took part.
    ///
    /// # Errors
    /// See [`MatchError`].
    pub fn find(
        &self,
        subject: &[u8],
        start: usize,
        bits: u32,
        limits: Limits,
    ) -> Result<Option<Captures>, MatchError> {
        if self.utf && std::str::from_utf8(subject).is_err() {
            return Err(MatchError::BadUtf);
        }
        self.find_in(subject, start, bits, limits)
    }

    /// Like [`Code::find`], in a subject that is known to be UTF-8.
    ///
    /// # Errors
    /// See [`MatchError`].
    pub fn find_in_text(
        &self,
        subject: &str,
        start: usize,
        bits: u32,
        limits: Limits,
    ) -> Result<Option<Captures>, MatchError> {
        self.find_in(subject.as_bytes(), start, bits, limits)
    }

    /// The subject of a UTF pattern must have been checked.
    fn find_in(
        &self,
        subject: &[u8],
        start: usize,
        bits: u32,
        limits: Limits,
    ) -> Result<Option<Captures>, MatchError> {
        if start > subject.len() {
            return Err(MatchError::BadOffset);
        }
        if self.utf && subject.get(start).is_some_and(|byte| byte & 0xc0 == 0x80) {
            return Err(MatchError::BadUtf);
        }
        const ALLOWED: u32 = ANCHORED | NOTBOL | NOTEOL | NOTEMPTY | NOTEMPTY_ATSTART;
        let mut bits = bits & ALLOWED | sys::PCRE2_NO_UTF_CHECK;
        let raw = if limits.depth.is_some() || bits & ANCHORED != 0 {
            &self.raw
        } else {
            self.best()
        };
        DATA.with_borrow_mut(|data| {
            let data = MatchData::for_groups(data, self.groups()).ok_or(MatchError::HeapLimit)?;
            let context = MatchContext::new(limits);
            loop {
                // SAFETY: the code and the data are alive; subject and start were checked, as UTF-8 where the code needs it.
                let found = unsafe {
                    sys::pcre2_match_8(
                        raw.0.as_ptr(),
                        subject.as_ptr(),
                        subject.len(),
                        start,
                        bits,
                        data.0.as_ptr(),
                        context.0,
                    )
                };
                let result = match found {
                    sys::PCRE2_ERROR_JIT_STACKLIMIT if bits & sys::PCRE2_NO_JIT == 0 => {
                        bits |= sys::PCRE2_NO_JIT;
                        continue;
                    }
                    sys::PCRE2_ERROR_NOMATCH => Ok(None),
                    sys::PCRE2_ERROR_MATCHLIMIT => Err(MatchError::StepLimit),
                    sys::PCRE2_ERROR_DEPTHLIMIT => Err(MatchError::DepthLimit),
                    sys::PCRE2_ERROR_HEAPLIMIT | sys::PCRE2_ERROR_NOMEMORY => {
                        Err(MatchError::HeapLimit)
                    }
                    sys::PCRE2_ERROR_RECURSELOOP => Err(MatchError::Loops),
                    error if error < 0 => Err(MatchError::Other(error)),
                    count => Ok(Some(data.captures(count as usize))),
                };
                data.shrink();
                return result;
            }
        })
    }

    /// The compiled form to match with.
    fn best(&self) -> &Raw {
        if let Some(machine_code) = self.machine_code.get() {
            return machine_code.as_ref().unwrap_or(&self.raw);
        }
        if self.uses.fetch_add(1, Ordering::Relaxed) < USES_TO_MACHINE_CODE {
            return &self.raw;
        }
        self.machine_code
            .get_or_init(|| {
                if latin1_words(&self.pattern, &self.options) {
                    return None;
                }
                let raw = compile_raw(&self.pattern, &self.options).ok()?;
                // SAFETY: the code is ours and nobody matches with it yet.
                let done =
                    unsafe { sys::pcre2_jit_compile_8(raw.0.as_ptr(), sys::PCRE2_JIT_COMPLETE) };
                (done == 0).then_some(raw)
            })
            .as_ref()
            .unwrap_or(&self.raw)
    }
}

/// Room for the positions of a match and for backtracking. A thread has one and uses it again.
struct MatchData(NonNull<sys::pcre2_match_data_8>);

thread_local! {
    static DATA: RefCell<Option<MatchData>> = const { RefCell::new(None) };
}

/// Groups that there is room for at least.
const GROUPS: usize = 31;

/// Bytes for backtracking that a thread keeps.
const KEPT: usize = 1 << 20;

impl MatchData {
    fn for_groups(slot: &mut Option<MatchData>, groups: usize) -> Option<&mut MatchData> {
        let enough = slot.as_ref().is_some_and(|data| data.room() > groups);
        if !enough {
            let count = u32::try_from(groups.max(GROUPS) + 1).ok()?;
            // SAFETY: without a general context it allocates as C does.
            let data = NonNull::new(unsafe { sys::pcre2_match_data_create_8(count, null_mut()) })?;
            *slot = Some(MatchData(data));
        }
        slot.as_mut()
    }
    fn room(&self) -> usize {
        // SAFETY: the data is alive.
        unsafe { sys::pcre2_get_ovector_count_8(self.0.as_ptr()) as usize }
    }
    fn captures(&self, count: usize) -> Captures {
        let count = count.min(self.room());
        // SAFETY: the vector has two numbers for each of `room` groups, and the library has written those of the first `count`.
        let positions = unsafe {
            std::slice::from_raw_parts(sys::pcre2_get_ovector_pointer_8(self.0.as_ptr()), count * 2)
        };
        positions
            .chunks_exact(2)
            .map(|pair| [pair[0], pair[1]])
            .collect()
    }
    /// Gives back what a match with much backtracking took.
    fn shrink(&mut self) {
        // SAFETY: the data is alive.
        let held = unsafe { sys::pcre2_get_match_data_heapframes_size_8(self.0.as_ptr()) };
        if held > KEPT {
            // SAFETY: as in `for_groups`.
            let fresh = unsafe { sys::pcre2_match_data_create_8(self.room() as u32, null_mut()) };
            if let Some(fresh) = NonNull::new(fresh) {
                *self = MatchData(fresh);
            }
        }
    }
}

impl Drop for MatchData {
    fn drop(&mut self) {
        // SAFETY: made by the library, freed once.
        unsafe { sys::pcre2_match_data_free_8(self.0.as_ptr()) };
    }
}

/// The limits of a match; null where there are none.
struct MatchContext(*mut sys::pcre2_match_context_8);

impl MatchContext {
    fn new(limits: Limits) -> MatchContext {
        if limits == Limits::default() {
            return MatchContext(null_mut());
        }
        // SAFETY: without a general context it allocates as C does; a null context means no limits.
        unsafe {
            let context = sys::pcre2_match_context_create_8(null_mut());
            if !context.is_null() {
                if let Some(steps) = limits.steps {
                    sys::pcre2_set_match_limit_8(context, steps);
                }
                if let Some(depth) = limits.depth {
                    sys::pcre2_set_depth_limit_8(context, depth);
                }
            }
            MatchContext(context)
        }
    }
}

impl Drop for MatchContext {
    fn drop(&mut self) {
        // SAFETY: made by the library, or null, which it ignores.
        unsafe { sys::pcre2_match_context_free_8(self.0) };
    }
}

#[cfg(test)]
mod tests;
