//! The options of `re:compile/2` and `re:run/3`.

use oxbeam_pcre as pcre;
use oxbeam_term::Term;
use oxbeam_term::rules::rules;

/// Options, as a list gives them.
#[derive(Default)]
pub(super) struct Options<'p> {
    /// Bits for compiling.
    pub(super) bits: u32,
    /// Bits for matching.
    pub(super) run_bits: u32,
    /// What ends a line; zero: not given.
    pub(super) newline: u32,
    /// What `\R` matches; zero: not given.
    pub(super) bsr: u32,
    /// There is an option that only compiling has.
    pub(super) for_compile: bool,
    /// There is an option that only matching has.
    pub(super) for_run: bool,
    /// All matches, not just the first.
    pub(super) global: bool,
    /// Errors are results.
    pub(super) report_errors: bool,
    /// A form that can be stored.
    pub(super) export: bool,
    /// Where to begin.
    pub(super) offset: usize,
    /// Values and form of `capture`.
    pub(super) capture: Option<(Term<'p>, Term<'p>)>,
    /// `match_limit`
    pub(super) steps: Option<u32>,
    /// `match_limit_recursion`
    pub(super) depth: Option<u32>,
}

/// A number from 0 to what a C `int` holds.
pub(super) fn number(term: Term<'_>) -> Option<u32> {
    let number = u32::try_from(term.as_small()?).ok()?;
    (number <= i32::MAX as u32).then_some(number)
}

impl<'p> Options<'p> {
    /// The options of a list; `None`: one of them is wrong.
    pub(super) fn parse(list: Term<'p>) -> Option<Options<'p>> {
        let mut options = Options::default();
        let mut elements = list.list_iter();
        for option in elements.by_ref() {
            match option.as_atom() {
                Some(name) => options.flag(name.text())?,
                None => options.pair(option)?,
            }
        }
        elements.rest().is_nil().then_some(options)
    }

    /// Must the texts be UTF-8?
    pub(super) fn unicode(&self) -> bool {
        self.bits & pcre::UTF != 0
    }

    fn pair(&mut self, option: Term<'p>) -> Option<()> {
        if let Some([key, values, form]) = option.as_tuple_of() {
            if key.as_atom()?.text() != "capture" {
                return None;
            }
            self.capture = Some((values, form));
            self.for_run = true;
            return Some(());
        }
        let [key, value] = option.as_tuple_of()?;
        match key.as_atom()?.text() {
            "capture" => {
                let index = oxbeam_term::atom::known::INDEX;
                self.capture = Some((value, Term::atom(index)));
            }
            "offset" => self.offset = number(value)? as usize,
            "match_limit" => self.steps = Some(number(value)?),
            "match_limit_recursion" => self.depth = Some(number(value)?),
            "newline" => {
                self.newline = match value.as_atom()?.text() {
                    "cr" => pcre::NEWLINE_CR,
                    "crlf" => pcre::NEWLINE_CRLF,
                    "lf" => pcre::NEWLINE_LF,
                    "nul" if rules().pcre2 => pcre::NEWLINE_NUL,
                    "anycrlf" => pcre::NEWLINE_ANYCRLF,
                    "any" => pcre::NEWLINE_ANY,
                    _ => return None,
                };
                return Some(());
            }
            _ => return None,
        }
        self.for_run = true;
        Some(())
    }

    fn flag(&mut self, name: &str) -> Option<()> {
        match name {
            "anchored" => {
                self.bits |= pcre::ANCHORED;
                self.run_bits |= pcre::ANCHORED;
                return Some(());
            }
            "bsr_anycrlf" => {
                self.bsr = pcre::BSR_ANYCRLF;
                return Some(());
            }
            "bsr_unicode" => {
                self.bsr = pcre::BSR_UNICODE;
                return Some(());
            }
            "global" => {
                self.global = true;
                self.for_run = true;
                return Some(());
            }
            "report_errors" => {
                self.report_errors = true;
                self.for_run = true;
                return Some(());
            }
            "export" if rules().pcre2 => {
                self.export = true;
                self.for_compile = true;
                return Some(());
            }
            _ => {}
        }
        let run_bit = match name {
            "notempty" => pcre::NOTEMPTY,
            "notempty_atstart" => pcre::NOTEMPTY_ATSTART,
            "notbol" => pcre::NOTBOL,
            "noteol" => pcre::NOTEOL,
            _ => 0,
        };
        if run_bit != 0 {
            self.run_bits |= run_bit;
            self.for_run = true;
            return Some(());
        }
        self.bits |= match name {
            "no_start_optimize" => pcre::NO_START_OPTIMIZE,
            "caseless" => pcre::CASELESS,
            "dollar_endonly" => pcre::DOLLAR_ENDONLY,
            "dotall" => pcre::DOTALL,
            "extended" => pcre::EXTENDED,
            "firstline" => pcre::FIRSTLINE,
            "multiline" => pcre::MULTILINE,
            "no_auto_capture" => pcre::NO_AUTO_CAPTURE,
            "dupnames" => pcre::DUPNAMES,
            "ungreedy" => pcre::UNGREEDY,
            "ucp" => pcre::UCP,
            "never_utf" => pcre::NEVER_UTF,
            "unicode" => pcre::UTF,
            _ => return None,
        };
        self.for_compile = true;
        Some(())
    }
}
