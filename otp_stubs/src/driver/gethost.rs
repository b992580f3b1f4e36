//! What the program `inet_gethost` does for `inet_gethost_native.erl`: looks up names of hosts while the machine goes on. The port looks
//! like one to the program, but the work is done by a few threads of our own, which end when there is nothing to do.

use crate::sys::names::{self, Host};
use oxbeam_vm::port::{Driver, OpenError, Opening, PortCx, Remote};
use parking_lot::Mutex;
use std::any::Any;
use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::Arc;

const BY_NAME: u8 = 1;
const BY_ADDRESS: u8 = 2;
const CANCEL: u8 = 3;
const VERSION_4: u8 = 1;
const VERSION_6: u8 = 2;

/// Threads, unless the first argument says how many.
const THREADS: usize = 4;

#[derive(Clone, PartialEq, Eq, Debug)]
enum Question {
    Name(Vec<u8>, bool),
    Address(IpAddr),
}

#[derive(Default)]
struct Work {
    waiting: VecDeque<(u32, Question)>,
    threads: usize,
}

struct Gethost {
    work: Arc<Mutex<Work>>,
    threads: usize,
}

/// An answer in the program's form.
struct Answer(Vec<u8>);

pub(super) fn open(opening: &mut Opening<'_>) -> Result<Box<dyn Driver>, OpenError> {
    let arguments = opening.settings.arguments.as_deref().unwrap_or_default();
    let threads = arguments
        .first()
        .and_then(|argument| std::str::from_utf8(argument).ok()?.parse().ok())
        .filter(|threads| (1..=128).contains(threads));
    Ok(Box::new(Gethost {
        work: Arc::default(),
        threads: threads.unwrap_or(THREADS),
    }))
}

/// `<Id:32, Operation:8, ...>`
fn question(data: &[u8]) -> Option<(u32, u8, Option<Question>)> {
    let (id, rest) = data.split_first_chunk::<4>()?;
    let (&operation, rest) = rest.split_first()?;
    let question = rest
        .split_first()
        .and_then(|(protocol, data)| match (operation, *protocol) {
            (BY_NAME, VERSION_4 | VERSION_6) => {
                let end = data.iter().position(|&byte| byte == 0)?;
                Some(Question::Name(data[..end].to_vec(), *protocol == VERSION_6))
            }
            (BY_ADDRESS, VERSION_4) => {
                let octets: [u8; 4] = data.try_into().ok()?;
                Some(Question::Address(octets.into()))
            }
            (BY_ADDRESS, VERSION_6) => {
                let octets: [u8; 16] = data.try_into().ok()?;
                Some(Question::Address(octets.into()))
            }
            _ => None,
        });
    Some((u32::from_be_bytes(*id), operation, question))
}

fn error_answer(id: u32, name: &str) -> Vec<u8> {
    let mut answer = id.to_be_bytes().to_vec();
    answer.push(0);
    answer.extend_from_slice(name.as_bytes());
    answer.push(0);
    answer
}

fn error_name(code: i32) -> &'static str {
    match code {
        libc::EAI_AGAIN => "try_again",
        libc::EAI_FAIL | libc::EAI_NONAME | libc::EAI_NODATA => "notfound",
        _ => "netdb_internal",
    }
}

/// `<Id:32, Size:8, Count:32, Addresses, Count:32, Names>`
fn answer(id: u32, version_6: bool, host: &Host) -> Vec<u8> {
    let mut answer = id.to_be_bytes().to_vec();
    answer.push(if version_6 { 16 } else { 4 });
    answer.extend_from_slice(&(host.addresses.len() as u32).to_be_bytes());
    for address in &host.addresses {
        match address {
            IpAddr::V4(address) => answer.extend_from_slice(&address.octets()),
            IpAddr::V6(address) => answer.extend_from_slice(&address.octets()),
        }
    }
    answer.extend_from_slice(&1u32.to_be_bytes());
    answer.extend_from_slice(&host.name);
    answer.push(0);
    answer
}

fn look_up(id: u32, question: &Question) -> Vec<u8> {
    let (version_6, result) = match question {
        Question::Name(name, version_6) => (*version_6, names::look_up(name, *version_6)),
        Question::Address(address) => (address.is_ipv6(), names::look_up_address(*address)),
    };
    match result {
        Ok(host) => answer(id, version_6, &host),
        Err(code) => error_answer(id, error_name(code)),
    }
}

/// Looks up what waits until nothing does.
fn run(work: &Mutex<Work>, remote: &Remote) {
    loop {
        let next = {
            let mut work = work.lock();
            let next = work.waiting.pop_front();
            if next.is_none() {
                work.threads -= 1;
            }
            next
        };
        match next {
            Some((id, question)) => remote.send(Box::new(Answer(look_up(id, &question)))),
            None => return,
        }
    }
}

impl Driver for Gethost {
    fn output(&mut self, cx: &mut PortCx<'_>, data: Vec<u8>) {
        let Some((id, operation, question)) = question(&data) else {
            return;
        };
        if operation == CANCEL {
            self.work.lock().waiting.retain(|(each, _)| *each != id);
            return;
        }
        // Control operations set how much the program tells; it is silent here.
        let (BY_NAME | BY_ADDRESS, question) = (operation, question) else {
            return;
        };
        let Some(question) = question else {
            cx.data(&error_answer(id, "enotsup"));
            return;
        };
        let mut work = self.work.lock();
        work.waiting.push_back((id, question));
        if work.threads == self.threads {
            return;
        }
        work.threads += 1;
        drop(work);
        let (work, remote) = (Arc::clone(&self.work), cx.remote());
        let thread = std::thread::Builder::new().name("gethost".to_owned());
        if thread.spawn(move || run(&work, &remote)).is_err() {
            let mut work = self.work.lock();
            work.threads -= 1;
            if work.threads == 0 {
                work.waiting.clear();
                drop(work);
                cx.data(&error_answer(id, "try_again"));
            }
        }
    }
    fn event(&mut self, cx: &mut PortCx<'_>, event: Box<dyn Any + Send>) {
        if let Ok(answer) = event.downcast::<Answer>() {
            cx.data(&answer.0);
        }
    }
    fn stop(&mut self, _: u64) {
        self.work.lock().waiting.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_and_answers_have_the_programs_form() {
        let (id, operation, asked) = question(b"\0\0\0\x07\x01\x01localhost\0").expect("it is one");
        assert_eq!((id, operation), (7, BY_NAME));
        let asked = asked.expect("it is whole");
        assert_eq!(asked, Question::Name(b"localhost".to_vec(), false));
        let host = Host {
            addresses: vec![IpAddr::from([127, 0, 0, 1])],
            name: b"here".to_vec(),
        };
        let expected = b"\0\0\0\x07\x04\0\0\0\x01\x7f\0\0\x01\0\0\0\x01here\0";
        assert_eq!(answer(7, false, &host), expected);
        assert_eq!(question(b"\0\0"), None);
        assert_eq!(
            question(b"\0\0\0\x01\x02\x01abc"),
            Some((1, BY_ADDRESS, None))
        );
    }
}
