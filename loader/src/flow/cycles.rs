//! Loops. Those of Erlang are calls and receives, which count reductions and give way to others; a jump that leads back to itself
//! would keep a scheduler for ever.

/// Whether one can go around on these ways between `count` places.
pub(super) fn is_cyclic(ways: &[(u32, u32)], count: u32) -> bool {
    // Places that no way leads to are taken away until none is left.
    let count = count as usize;
    let mut leading_to = vec![0_u32; count];
    let mut ways: Vec<(u32, u32)> = ways
        .iter()
        .copied()
        .filter(|&(from, to)| (from as usize) < count && (to as usize) < count)
        .collect();
    ways.sort_unstable();
    ways.dedup();
    for &(_, to) in &ways {
        leading_to[to as usize] += 1;
    }
    let mut free: Vec<u32> = (0..count as u32)
        .filter(|&place| leading_to[place as usize] == 0)
        .collect();
    let mut taken = 0;
    while let Some(place) = free.pop() {
        taken += 1;
        let first = ways.partition_point(|&(from, _)| from < place);
        for &(_, to) in ways[first..].iter().take_while(|&&(from, _)| from == place) {
            leading_to[to as usize] -= 1;
            if leading_to[to as usize] == 0 {
                free.push(to);
            }
        }
    }
    taken < count
}

#[cfg(test)]
mod tests {
    use super::is_cyclic;

    #[test]
    fn only_what_leads_back_is_a_cycle() {
        assert!(!is_cyclic(&[], 0));
        assert!(!is_cyclic(&[(0, 2), (2, 1), (0, 1), (0, 2)], 3));
        assert!(is_cyclic(&[(0, 1), (1, 1)], 2));
        assert!(is_cyclic(&[(0, 1), (1, 2), (2, 3), (3, 1)], 4));
        // From outside of the function.
        assert!(!is_cyclic(&[(u32::MAX, 0), (0, 1)], 2));
    }
}
