//! What natives do with the calling process: its signals, its dictionary, terms that come from elsewhere.

use super::{Cx, Raise};
use crate::process::Message;
use oxbeam_term::atom::known;
use oxbeam_term::boxed::reference::RefNumbers;
use oxbeam_term::{Term, Word};

impl<'p> Cx<'p> {
    /// A word that the process keeps is a term of it.
    fn kept(&self, word: Word) -> Term<'p> {
        // SAFETY: called with roots of the process that calls this native; nothing moves them before it returns.
        unsafe { Term::from_word(word) }
    }
    /// Handles the signals that have come: messages go to the queue. An error if one of them ends the process.
    pub fn fetch_signals(&mut self) -> Result<(), Raise> {
        if self.process().fetch_signals() {
            Ok(())
        } else {
            Err(Raise::Exit)
        }
    }
    /// The message's term, which becomes a part of the process's heap.
    pub fn adopt(&mut self, mut message: Message) -> Term<'p> {
        if let Some(fragment) = message.fragment.take() {
            self.arena().adopt(fragment.into_arena());
        }
        self.kept(message.word)
    }
    /// Goes on in `erts_internal:await_result(Ref)`, which waits for `{Ref, Result}`; the reference must be new, and the request not be
    /// sent yet: older messages are passed over.
    pub fn await_result(&mut self, reference: RefNumbers) -> Raise {
        let reference = self.reference(reference);
        self.trap_to(known::ERTS_INTERNAL, known::AWAIT_RESULT, &[reference])
    }
    /// The next receive looks only at messages that come from now on.
    pub fn pass_over_messages(&mut self) {
        self.owned().mailbox.pass_over();
    }
    /// `get(Key)`
    pub fn dictionary_get(&mut self, key: Term<'_>) -> Option<Term<'p>> {
        let value = self.owned().dictionary.get(key.word())?;
        Some(self.kept(value))
    }
    /// `put(Key, Value)`
    pub fn dictionary_put(&mut self, key: Term<'p>, value: Term<'p>) -> Option<Term<'p>> {
        let before = self.owned().dictionary.put(key.word(), value.word())?;
        Some(self.kept(before))
    }
    /// `erase(Key)`
    pub fn dictionary_erase(&mut self, key: Term<'_>) -> Option<Term<'p>> {
        let value = self.owned().dictionary.erase(key.word())?;
        Some(self.kept(value))
    }
    /// All pairs of the process dictionary.
    pub fn dictionary_pairs(&mut self) -> Vec<(Term<'p>, Term<'p>)> {
        let pairs = self.owned().dictionary.pairs().to_vec();
        pairs
            .into_iter()
            .map(|[key, value]| (self.kept(key), self.kept(value)))
            .collect()
    }
    /// Empties the process dictionary.
    pub fn dictionary_clear(&mut self) {
        self.owned().dictionary.take();
    }
    /// Lets others run, then returns `result`.
    pub fn give_up_turn(&mut self, result: Term<'p>) -> Raise {
        self.owned().trap_arguments = [result.word()].into_iter().collect();
        Raise::GiveUp
    }
    /// Waits in `erlang:hibernate/3`, then goes on in `module:function(Arguments)`.
    pub fn hibernate(
        &mut self,
        module: oxbeam_term::Atom,
        function: oxbeam_term::Atom,
        arguments: &[Term<'p>],
    ) -> Raise {
        let _ = self.trap_to(module, function, arguments);
        Raise::Hibernate
    }
    /// Waits until there is a message, with everything collected; called again then.
    pub fn hibernate_here(&mut self) -> Raise {
        let owned = self.owned();
        owned.hibernating = true;
        owned.major_soon = true;
        Raise::Wait
    }
}
