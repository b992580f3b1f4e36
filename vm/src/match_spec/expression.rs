//! Guards and bodies. An expression is first made a tree of nodes, in which all that is constant is folded; then it is laid out for a
//! machine with a stack. Operands are evaluated from the last to the first, so that the first is on top.

use super::function::{Action, Call, Comparison, Connective, Form, find};
use super::pattern::{Variables, is_variable_atom};
use super::{Constants, Dialect, Errors, Operand, Test, shown};
use oxbeam_term::atom::known;
use oxbeam_term::map::Pair;
use oxbeam_term::{Term, View, Word};
use smallvec::SmallVec;

/// An instruction.
#[derive(Copy, Clone)]
pub(super) enum Op {
    /// Push a constant.
    Constant(Word),
    /// Push what a variable is.
    Variable(usize),
    /// Push the subject.
    Whole,
    /// Push the pid of the process that runs this.
    Own,
    /// Tail, then head, become a cell.
    Cons,
    /// The elements become a tuple.
    Tuple(usize),
    /// Keys and values, in pairs, become a map.
    Map(usize),
    /// Call a function.
    Call(Call, usize),
    /// The operands become one boolean.
    Junction {
        /// `and`, not `or`.
        and: bool,
        /// How many.
        count: usize,
    },
    /// Take a boolean; if it decides (`false` of an `andalso`, `true` of an `orelse`), leave it and go on at `to`.
    Decide {
        /// The value that decides.
        on: bool,
        /// Where to go on.
        to: usize,
    },
    /// Do what only traces do.
    Act(Action, usize),
    /// A guard: the value must be `true`.
    Check,
    /// The value is not needed.
    Drop,
    /// The value is the result.
    Result,
}

type Id = usize;

/// What lies deeper is refused with `system_limit`. OTP's limit is how far its stack reaches: 3,192 on OTP 25, about this on 27.
const DEEPEST: usize = 4_560;

enum Node {
    Constant(Word),
    Variable(usize),
    Whole,
    Own,
    Cons(Id, Id),
    Tuple(Vec<Id>),
    /// Keys and values.
    Map(Vec<Id>),
    Call(Call, Vec<Id>),
    Connective(Connective, Vec<Id>),
    Act(Action, Vec<Id>),
}

enum Task<'s> {
    /// A term that lies so deep.
    Visit(Term<'s>, usize),
    Cons,
    Tuple(usize),
    Map(usize),
    Call(Call, usize),
    Connective(Connective, usize),
    Act(Action, usize),
}

enum Step {
    Emit(Id),
    Op(Op),
    /// A `Decide` whose target is set when its `End` is reached.
    Decide(bool),
    End(usize),
}

/// Compiles the expressions of a clause.
pub(super) struct Compiler<'a, 'c> {
    dialect: Dialect,
    variables: &'a Variables,
    constants: &'a mut Constants<'c>,
    errors: &'a mut Errors,
    nodes: Vec<Node>,
}

impl<'a, 'c> Compiler<'a, 'c> {
    pub(super) fn new(
        dialect: Dialect,
        variables: &'a Variables,
        constants: &'a mut Constants<'c>,
        errors: &'a mut Errors,
    ) -> Compiler<'a, 'c> {
        Compiler {
            dialect,
            variables,
            constants,
            errors,
            nodes: Vec::new(),
        }
    }
    /// Compiles the list of guards; those that only compare what is at hand become `tests`.
    pub(super) fn guards(&mut self, list: Term<'_>, tests: &mut SmallVec<[Test; 1]>) -> Vec<Op> {
        self.list(list, Some(tests))
    }
    /// Compiles the body.
    pub(super) fn body(&mut self, list: Term<'_>) -> Vec<Op> {
        let mut code = self.list(list, None);
        if self.dialect == Dialect::Table
            && let Some(last) = code.last_mut()
        {
            *last = Op::Result;
        }
        code
    }
    /// What the body of a table's specification gives, if it is at hand.
    pub(super) fn result(&mut self, body: Term<'_>) -> Option<Operand> {
        let only = body.as_cons().filter(|cell| cell.tail().is_nil())?;
        (self.dialect == Dialect::Table).then(|| self.operand(only.head()))?
    }
    fn list(&mut self, list: Term<'_>, mut tests: Option<&mut SmallVec<[Test; 1]>>) -> Vec<Op> {
        let mut code = Vec::new();
        if !list.is_list() {
            self.errors.add("Match expression is not a list.");
            return code;
        }
        let guard = tests.is_some();
        let mut expressions = list.list_iter();
        for expression in expressions.by_ref() {
            if let Some(tests) = &mut tests
                && let Some(test) = self.test(expression)
            {
                tests.push(test);
                continue;
            }
            let node = self.tree(expression, guard);
            self.lay_out(node, &mut code);
            code.push(if guard { Op::Check } else { Op::Drop });
        }
        if !expressions.rest().is_nil() {
            self.errors.add("Match expression is not a proper list.");
        }
        code
    }
    /// A comparison of what is at hand.
    fn test(&mut self, expression: Term<'_>) -> Option<Test> {
        let [name, one, other] = expression.as_tuple_of()?;
        let comparison = Comparison::find(name.as_atom()?)?;
        let operands = [self.operand(one)?, self.operand(other)?];
        Some(Test {
            comparison,
            operands,
        })
    }
    /// What is at hand without any work. `None`: it is not, or there is something wrong with it.
    fn operand(&mut self, term: Term<'_>) -> Option<Operand> {
        Some(match term.view() {
            View::Cons(_) | View::Tuple(_) | View::Map(_) => return None,
            View::Atom(atom) if is_variable_atom(atom) => {
                Operand::Variable(self.variables.index(atom)?)
            }
            View::Atom(known::DOLLAR_UNDERSCORE) if self.dialect == Dialect::Table => {
                Operand::Whole
            }
            View::Atom(known::DOLLAR_UNDERSCORE | known::DOLLAR_DOLLAR) => return None,
            _ => Operand::Constant(self.constants.keep(term).word()),
        })
    }
    fn node(&mut self, node: Node) -> Id {
        self.nodes.push(node);
        self.nodes.len() - 1
    }
    fn constant(&mut self, term: Term<'_>) -> Id {
        let word = self.constants.keep(term).word();
        self.node(Node::Constant(word))
    }
    /// The constants that these nodes are, if they all are.
    fn constants_of(&self, nodes: &[Id]) -> Option<Vec<Term<'c>>> {
        nodes
            .iter()
            .map(|&node| match self.nodes[node] {
                // SAFETY: the word was built by the constants' builder.
                Node::Constant(word) => Some(unsafe { Term::from_word(word) }),
                _ => None,
            })
            .collect()
    }
    /// Makes a tree of an expression.
    fn tree(&mut self, expression: Term<'_>, guard: bool) -> Id {
        let mut tasks = vec![Task::Visit(expression, 1)];
        let mut done: Vec<Id> = Vec::new();
        while let Some(task) = tasks.pop() {
            let node = match task {
                Task::Visit(term, depth) => match self.visit(term, depth, guard, &mut tasks) {
                    Some(node) => node,
                    None => continue,
                },
                Task::Cons => {
                    let parts = done.split_off(done.len() - 2);
                    match self.constants_of(&parts).as_deref() {
                        Some(&[head, tail]) => {
                            let cell = self.constants.builder.cons(head, tail);
                            self.node(Node::Constant(cell.word()))
                        }
                        _ => self.node(Node::Cons(parts[0], parts[1])),
                    }
                }
                Task::Tuple(arity) => {
                    let parts = last_first(&mut done, arity);
                    match self.constants_of(&parts) {
                        Some(elements) => {
                            let tuple = self.constants.builder.tuple(&elements);
                            self.node(Node::Constant(tuple.word()))
                        }
                        None => self.node(Node::Tuple(parts)),
                    }
                }
                Task::Map(size) => {
                    // The keys, then the values.
                    let parts = last_first(&mut done, 2 * size);
                    let (keys, values) = parts.split_at(size);
                    let pairs = keys.iter().zip(values);
                    let parts: Vec<Id> = pairs.flat_map(|(&key, &value)| [key, value]).collect();
                    match self.constants_of(&parts) {
                        Some(parts) => {
                            let pairs: Vec<Pair<'c>> = parts
                                .chunks_exact(2)
                                .map(|pair| (pair[0], pair[1]))
                                .collect();
                            let map = self.constants.builder.map_from_pairs(pairs);
                            self.node(Node::Constant(map.word()))
                        }
                        None => self.node(Node::Map(parts)),
                    }
                }
                Task::Call(call, arity) => {
                    let parts = last_first(&mut done, arity);
                    self.node(Node::Call(call, parts))
                }
                Task::Connective(connective, count) => {
                    let parts = if connective.is_lazy() {
                        done.split_off(done.len() - count)
                    } else {
                        last_first(&mut done, count)
                    };
                    self.node(Node::Connective(connective, parts))
                }
                Task::Act(action, arity) => {
                    let parts = last_first(&mut done, arity);
                    self.node(Node::Act(action, parts))
                }
            };
            done.push(node);
        }
        match done.pop() {
            Some(node) => node,
            None => self.constant(Term::NIL),
        }
    }
    /// What a term is, or tasks for its parts. In which order these are looked at is the order of what is wrong with them: OTP's.
    fn visit<'s>(
        &mut self,
        term: Term<'s>,
        depth: usize,
        guard: bool,
        tasks: &mut Vec<Task<'s>>,
    ) -> Option<Id> {
        if depth > DEEPEST {
            self.errors.too_deep = true;
            self.errors.add(format!(
                "Excessive nesting; system limit reached near: {}",
                shown(term)
            ));
            return Some(self.constant(Term::NIL));
        }
        let part = |term: Term<'s>| Task::Visit(term, depth + 1);
        match term.view() {
            View::Cons(cell) => {
                tasks.extend([Task::Cons, part(cell.tail()), part(cell.head())]);
                None
            }
            View::Map(map) => {
                tasks.push(Task::Map(map.len()));
                tasks.extend(map.iter().map(|(key, _)| part(key)));
                tasks.extend(map.iter().map(|(_, value)| part(value)));
                None
            }
            View::Tuple(tuple) => {
                let elements = tuple.elements();
                if let [inner] = elements
                    && let Some(inner) = inner.tuple_elements()
                {
                    tasks.push(Task::Tuple(inner.len()));
                    tasks.extend(inner.iter().copied().map(part));
                    return None;
                }
                match elements.first().and_then(|first| first.as_atom()) {
                    Some(name) if !is_variable_atom(name) => {
                        self.form((term, depth), name, &elements[1..], guard, tasks)
                    }
                    _ => {
                        self.errors.add(format!(
                            "{} is neither a function call, nor a tuple (tuples are written {{{{ ... }}}}).",
                            shown(term)
                        ));
                        Some(self.constant(Term::NIL))
                    }
                }
            }
            View::Atom(atom) if is_variable_atom(atom) => Some(match self.variables.index(atom) {
                Some(index) => self.node(Node::Variable(index)),
                None => {
                    self.errors
                        .add(format!("Variable {} is unbound.", atom.text()));
                    self.constant(Term::NIL)
                }
            }),
            View::Atom(known::DOLLAR_UNDERSCORE) => Some(self.node(Node::Whole)),
            View::Atom(known::DOLLAR_DOLLAR) => {
                let mut list = self.constant(Term::NIL);
                for index in self.variables.by_number().into_iter().rev() {
                    let variable = self.node(Node::Variable(index));
                    list = self.node(Node::Cons(variable, list));
                }
                Some(list)
            }
            _ => Some(self.constant(term)),
        }
    }
    /// A tuple that begins with an atom: a call or special form.
    fn form<'s>(
        &mut self,
        (term, depth): (Term<'s>, usize),
        name: oxbeam_term::Atom,
        arguments: &[Term<'s>],
        guard: bool,
        tasks: &mut Vec<Task<'s>>,
    ) -> Option<Id> {
        let count = arguments.len();
        let task = if name == known::CONST {
            if let [value] = arguments {
                return Some(self.constant(*value));
            }
            self.errors.add(format!(
                "Special form 'const' called with more than one argument in {}.",
                shown(term)
            ));
            None
        } else if let Some(connective) = Connective::find(name) {
            if count == 0 {
                self.errors.add(format!(
                    "Special form '{}' called without arguments in {}.",
                    connective.name(),
                    shown(term)
                ));
                None
            } else {
                Some(Task::Connective(connective, count))
            }
        } else if name == known::SELF {
            if count == 0 {
                return Some(self.node(Node::Own));
            }
            self.errors.add(format!(
                "Special form 'self' called with arguments in {}.",
                shown(term)
            ));
            None
        } else if let Some(form) = Form::find(name) {
            let complaint = form
                .complaint(self.dialect, guard, count, || shown(term))
                .or_else(|| form.complaint_of_arguments(arguments));
            match complaint {
                None => Some(Task::Act(form.action, count)),
                Some(text) => {
                    self.errors.add(text);
                    None
                }
            }
        } else if let Some(function) = find(name, count) {
            debug_assert_eq!(function.arity, count);
            Some(Task::Call(function.call, count))
        } else {
            self.errors.add(format!(
                "Function {}/{count} does_not_exist.",
                shown(Term::atom(name))
            ));
            None
        };
        match task {
            Some(task) => {
                let lazy = matches!(&task, Task::Connective(connective, _) if connective.is_lazy());
                tasks.push(task);
                let parts = arguments.iter().map(|&term| Task::Visit(term, depth + 1));
                if lazy {
                    tasks.extend(parts.rev());
                } else {
                    tasks.extend(parts);
                }
                None
            }
            None => Some(self.constant(Term::NIL)),
        }
    }
    /// Appends the instructions of a tree.
    fn lay_out(&self, root: Id, code: &mut Vec<Op>) {
        let mut steps = vec![Step::Emit(root)];
        // Decisions of the connectives that are being laid out.
        let mut open: Vec<usize> = Vec::new();
        while let Some(step) = steps.pop() {
            let node = match step {
                Step::Op(op) => {
                    code.push(op);
                    continue;
                }
                Step::Decide(on) => {
                    open.push(code.len());
                    code.push(Op::Decide { on, to: 0 });
                    continue;
                }
                Step::End(decisions) => {
                    let end = code.len();
                    for at in open.split_off(open.len() - decisions) {
                        if let Op::Decide { to, .. } = &mut code[at] {
                            *to = end;
                        }
                    }
                    continue;
                }
                Step::Emit(node) => node,
            };
            // The last step pushed is the first done; so operands are pushed from the first to the last.
            match &self.nodes[node] {
                Node::Constant(word) => code.push(Op::Constant(*word)),
                Node::Variable(index) => code.push(Op::Variable(*index)),
                Node::Whole => code.push(Op::Whole),
                Node::Own => code.push(Op::Own),
                Node::Cons(head, tail) => {
                    steps.extend([Step::Op(Op::Cons), Step::Emit(*head), Step::Emit(*tail)])
                }
                Node::Tuple(parts) => {
                    steps.push(Step::Op(Op::Tuple(parts.len())));
                    steps.extend(parts.iter().copied().map(Step::Emit));
                }
                Node::Map(parts) => {
                    steps.push(Step::Op(Op::Map(parts.len() / 2)));
                    steps.extend(parts.iter().copied().map(Step::Emit));
                }
                Node::Call(call, parts) => {
                    steps.push(Step::Op(Op::Call(*call, parts.len())));
                    steps.extend(parts.iter().copied().map(Step::Emit));
                }
                Node::Act(action, parts) => {
                    steps.push(Step::Op(Op::Act(*action, parts.len())));
                    steps.extend(parts.iter().copied().map(Step::Emit));
                }
                Node::Connective(connective, parts) => match connective {
                    Connective::And | Connective::Or => {
                        steps.push(Step::Op(Op::Junction {
                            and: *connective == Connective::And,
                            count: parts.len(),
                        }));
                        steps.extend(parts.iter().copied().map(Step::Emit));
                    }
                    Connective::AndAlso | Connective::OrElse => {
                        // The last operand's value is the result, whatever it is.
                        let on = *connective == Connective::OrElse;
                        steps.push(Step::End(parts.len() - 1));
                        for (place, &part) in parts.iter().enumerate().rev() {
                            if place + 1 < parts.len() {
                                steps.push(Step::Decide(on));
                            }
                            steps.push(Step::Emit(part));
                        }
                    }
                },
            }
        }
    }
}

/// Takes the nodes of so many parts, of which the last was looked at first; in their order.
fn last_first(done: &mut Vec<Id>, count: usize) -> Vec<Id> {
    let mut parts = done.split_off(done.len() - count);
    parts.reverse();
    parts
}
