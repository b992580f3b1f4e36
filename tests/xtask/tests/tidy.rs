//! The checks of the repository, a test each.

use std::sync::LazyLock;
use xtask::tree::{Tree, code_of};
use xtask::{layers, natives, pages, tidy};

static TREE: LazyLock<Tree> = LazyLock::new(Tree::of_repository);

fn check(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn every_file_says_what_it_is() {
    check(&tidy::module_docs(&TREE));
}

#[test]
fn no_file_is_too_long() {
    check(&tidy::lengths(&TREE));
}

#[test]
fn unsafe_code_stands_where_it_is_listed() {
    check(&tidy::unsafe_places(&TREE));
}

#[test]
fn the_repository_speaks_of_the_project_alone() {
    check(&tidy::foreign_words(&TREE));
}

#[test]
fn crates_depend_downwards() {
    check(&layers::crates(&TREE));
}

#[test]
fn modules_of_vm_use_their_level_and_lower_ones() {
    check(&layers::modules(&TREE));
}

#[test]
fn pages_are_what_their_tables_make() {
    check(&pages::fresh(&TREE));
}

#[test]
fn every_native_has_a_program_that_mentions_it() {
    check(&natives::tested(&TREE));
}

#[test]
fn comments_and_literals_are_no_code() {
    let text = "a // b\n/* c /* d */ */ \"e\\\"f\" r#\"g\"h\"# 'i' '\\'' 'é' &'life x b\"j\"";
    let code = code_of(text);
    let names: Vec<&str> = code.split_whitespace().collect();
    assert_eq!(names, ["a", "&'life", "x", "b"]);
    assert_eq!(code.lines().count(), text.lines().count());
}
