//! The words that a process keeps outside its heap and stack: what the collector must update.

use super::dictionary::Dictionary;
use super::relations::Relations;
use super::{Exception, Mailbox, Owned, Rare};
use oxbeam_term::Word;
use oxbeam_term::gc::Roots;
use oxbeam_term::heap::Heap;

/// All of an [`Owned`] that holds words, but for its heap.
pub(super) struct ProcessRoots<'a> {
    live_x: &'a mut [Word],
    saved_x: &'a mut [Word],
    exception: &'a mut Exception,
    trap_arguments: &'a mut [Word],
    mailbox: &'a mut Mailbox,
    exit_reason: &'a mut Word,
    dictionary: &'a mut Dictionary,
    relations: Option<&'a mut Relations>,
    rare: Option<&'a mut Rare>,
}

impl Owned {
    /// The heap, and the words outside it with `live_x` among them.
    pub(super) fn heap_and_roots<'a>(
        &'a mut self,
        live_x: &'a mut [Word],
    ) -> (&'a mut Heap, ProcessRoots<'a>) {
        (
            &mut self.heap,
            ProcessRoots {
                live_x,
                saved_x: &mut self.saved_x,
                exception: &mut self.exception,
                trap_arguments: &mut self.trap_arguments,
                mailbox: &mut self.mailbox,
                exit_reason: &mut self.exit_reason,
                dictionary: &mut self.dictionary,
                relations: self.relations.as_deref_mut(),
                rare: self.rare.as_deref_mut(),
            },
        )
    }
    /// Calls `slice` with each run of words that the process keeps outside its heap and stack.
    pub(super) fn visit_roots(&mut self, slice: &mut dyn FnMut(*mut Word, usize)) {
        let (_, mut roots) = self.heap_and_roots(&mut []);
        roots.visit(slice);
    }
}

// SAFETY: each field of `Owned` that holds words is here once.
unsafe impl Roots for ProcessRoots<'_> {
    fn visit(&mut self, slice: &mut dyn FnMut(*mut Word, usize)) {
        slice(self.live_x.as_mut_ptr(), self.live_x.len());
        slice(self.saved_x.as_mut_ptr(), self.saved_x.len());
        slice(self.trap_arguments.as_mut_ptr(), self.trap_arguments.len());
        slice(&raw mut self.exception.reason, 1);
        slice(&raw mut self.exception.trace, 1);
        slice(&raw mut self.exception.cause, 1);
        slice(&raw mut self.exception.caller_arguments, 1);
        slice(&raw mut self.exception.error_info, 1);
        if let Some(word) = self
            .exception
            .culprit
            .as_mut()
            .and_then(|culprit| culprit.arguments.as_mut())
        {
            slice(word, 1);
        }
        slice(self.exit_reason, 1);
        self.mailbox.visit(slice);
        self.dictionary.visit(slice);
        if let Some(relations) = &mut self.relations {
            relations.visit(slice);
        }
        if let Some(rare) = &mut self.rare {
            slice(&raw mut rare.trace_token, 1);
        }
    }
}
