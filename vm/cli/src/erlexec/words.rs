//! Splitting text into arguments: the quoting of `ERL_FLAGS` and of argument files.
//!
//! Follows the description of `-args_file` and of the environment variables in erl(1): white space separates,
//! single and double quotes and a backslash protect, `#` starts a comment in files only. Inside quotes a
//! backslash is an ordinary character.

/// The arguments in `text`. A NUL byte ends the text, as it does for the C tool.
pub(crate) fn split(text: &[u8], comments: bool) -> Vec<Vec<u8>> {
    let mut words = Vec::new();
    let mut word: Option<Vec<u8>> = None;
    let mut bytes = text
        .iter()
        .copied()
        .take_while(|&byte| byte != 0)
        .peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\n' | b'\x0c' | b'\r' | b'\t' | b'\x0b' | b' ' => words.extend(word.take()),
            b'#' if comments => {
                words.extend(word.take());
                while bytes.next_if(|&byte| byte != b'\n').is_some() {}
            }
            b'"' | b'\'' => {
                let open = word.get_or_insert_default();
                open.extend(std::iter::from_fn(|| {
                    bytes.next().filter(|&next| next != byte)
                }));
            }
            b'\\' => word.get_or_insert_default().extend(bytes.next()),
            _ => word.get_or_insert_default().push(byte),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::split;

    fn text(words: Vec<Vec<u8>>) -> Vec<String> {
        words
            .into_iter()
            .map(|word| String::from_utf8_lossy(&word).into_owned())
            .collect()
    }

    #[test]
    fn white_space_separates() {
        assert_eq!(
            text(split(b"  +P\t5000 \n-noshell ", false)),
            ["+P", "5000", "-noshell"]
        );
        assert!(split(b" \n ", false).is_empty());
    }

    #[test]
    fn quotes_and_backslash_protect() {
        assert_eq!(
            text(split(br#"a' b "c'"d 'e"f "" \  x\"y "\n""#, false)),
            [r#"a b "cd 'ef"#, "", " ", "x\"y", "\\n"]
        );
        assert_eq!(text(split(b"'open", false)), ["open"]);
        assert_eq!(text(split(b"end\\", false)), ["end"]);
    }

    #[test]
    fn comments_only_in_files() {
        assert_eq!(text(split(b"a # b\nc#d\ne", true)), ["a", "c", "e"]);
        assert_eq!(text(split(b"a #b c#d", false)), ["a", "#b", "c#d"]);
        assert_eq!(text(split(b"a \\#b '#c'", true)), ["a", "#b", "#c"]);
    }
}
