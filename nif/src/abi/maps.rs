//! Maps.

use super::abi;
use crate::env::{Env, Raw, term};
use oxbeam_term::{Term, Word};
use std::ffi::{c_int, c_void};

/// `ErlNifMapIterator`. Whoever has made one must end it.
#[repr(C)]
pub(super) struct Iterator {
    map: Raw,
    size: u64,
    /// From 1 on; 0 before the first pair.
    index: u64,
    /// A `Box` of the pairs' words.
    pairs: *mut Vec<[Word; 2]>,
    unused: *mut c_void,
    spare: [*mut c_void; 2],
}

const LAST: c_int = 2;

fn store(value: Option<Term<'_>>, place: *mut Raw) -> c_int {
    match value {
        Some(value) => {
            // SAFETY: the library's place for the result.
            unsafe { place.write(value.word().0) };
            1
        }
        None => 0,
    }
}

impl Iterator {
    fn is_within(&self) -> bool {
        (1..=self.size).contains(&self.index)
    }
}

abi! {
    fn enif_is_map(_env: *mut Env, raw: Raw) -> c_int {
        term(raw).is_map().into()
    }
    fn enif_get_map_size(_env: *mut Env, raw: Raw, place: *mut usize) -> c_int {
        let Some(map) = term(raw).as_map() else { return 0 };
        place.write(map.len());
        1
    }
    fn enif_make_new_map(env: *mut Env) -> Raw {
        (*env).builder().empty_map().word().0
    }
    fn enif_make_map_put(env: *mut Env, raw: Raw, key: Raw, value: Raw, place: *mut Raw) -> c_int {
        let Some(map) = term(raw).as_map() else { return 0 };
        store(Some((*env).builder().map_put(map, term(key), term(value))), place)
    }
    fn enif_make_map_update(env: *mut Env, raw: Raw, key: Raw, value: Raw, place: *mut Raw) -> c_int {
        let Some(map) = term(raw).as_map() else { return 0 };
        store((*env).builder().map_update(map, term(key), term(value)), place)
    }
    fn enif_make_map_remove(env: *mut Env, raw: Raw, key: Raw, place: *mut Raw) -> c_int {
        let Some(map) = term(raw).as_map() else { return 0 };
        store(Some((*env).builder().map_remove(map, term(key))), place)
    }
    fn enif_get_map_value(_env: *mut Env, raw: Raw, key: Raw, place: *mut Raw) -> c_int {
        let Some(map) = term(raw).as_map() else { return 0 };
        store(map.get(term(key)), place)
    }
    /// Not if a key comes twice.
    fn enif_make_map_from_arrays(env: *mut Env, keys: *const Raw, values: *const Raw, count: usize, place: *mut Raw) -> c_int {
        let pairs: Vec<(Term<'_>, Term<'_>)> = (0..count)
            .map(|index| (term(*keys.add(index)), term(*values.add(index))))
            .collect();
        store((*env).builder().map_from_unique_pairs(pairs), place)
    }

    fn enif_map_iterator_create(_env: *mut Env, raw: Raw, place: *mut Iterator, entry: c_int) -> c_int {
        let Some(map) = term(raw).as_map() else { return 0 };
        let pairs: Vec<[Word; 2]> = map.iter().map(|(key, value)| [key.word(), value.word()]).collect();
        let size = pairs.len() as u64;
        place.write(Iterator {
            map: raw,
            size,
            index: if entry == LAST { size } else { 1 },
            pairs: Box::into_raw(Box::new(pairs)),
            unused: std::ptr::null_mut(),
            spare: [std::ptr::null_mut(); 2],
        });
        1
    }
    fn enif_map_iterator_destroy(_env: *mut Env, iterator: *mut Iterator) {
        let pairs = std::mem::replace(&mut (*iterator).pairs, std::ptr::null_mut());
        if !pairs.is_null() {
            drop(Box::from_raw(pairs));
        }
    }
    fn enif_map_iterator_is_head(_env: *mut Env, iterator: *mut Iterator) -> c_int {
        ((*iterator).index == 0).into()
    }
    fn enif_map_iterator_is_tail(_env: *mut Env, iterator: *mut Iterator) -> c_int {
        ((*iterator).index == (*iterator).size + 1).into()
    }
    fn enif_map_iterator_next(_env: *mut Env, iterator: *mut Iterator) -> c_int {
        let iterator = &mut *iterator;
        iterator.index = (iterator.index + 1).min(iterator.size + 1);
        iterator.is_within().into()
    }
    fn enif_map_iterator_prev(_env: *mut Env, iterator: *mut Iterator) -> c_int {
        let iterator = &mut *iterator;
        iterator.index = iterator.index.saturating_sub(1);
        iterator.is_within().into()
    }
    fn enif_map_iterator_get_pair(_env: *mut Env, iterator: *mut Iterator, key: *mut Raw, value: *mut Raw) -> c_int {
        let iterator = &*iterator;
        if !iterator.is_within() || iterator.pairs.is_null() {
            return 0;
        }
        let [found, its] = (&*iterator.pairs)[iterator.index as usize - 1];
        key.write(found.0);
        value.write(its.0);
        1
    }
}
