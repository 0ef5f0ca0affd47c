//! `pixel-debate class`: where it says that a class is presented and joined.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use crate::{failure, program};

/// A class that goes on until it is dropped, and what was said of it.
struct Class {
    child: Child,
    said: Vec<String>,
}

impl Class {
    /// Reads so many lines, or all where it ends before.
    fn start(listen: &str, lines: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut child = program("class --store")
            .arg(folder.path().join("class.db"))
            .args(["--listen", listen])
            .env_remove("PIXEL_DEBATE_ADMIN_TOKEN")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let said = out.lines().take(lines).map(Result::unwrap).collect();
        Self { child, said }
    }
}

impl Drop for Class {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn it_says_where_the_class_is_presented_and_where_phones_join() {
    let class = Class::start("127.0.0.1:0", 5);
    let after = |line: usize, words: &str| {
        let said = &class.said[line];
        said.strip_prefix(words).unwrap_or_else(|| panic!("{said:?}")).trim().to_owned()
    };
    let server = after(0, "Pixel Debate is at");
    let joined = after(1, "Phones join at");
    let code = joined.strip_prefix(&format!("{server}/#/c/")).unwrap();
    assert_eq!(code.len(), 6);
    let presented = after(2, "Present it at");
    let token = presented.strip_prefix(&format!("{server}/#/class/{code}/")).unwrap();
    assert_eq!(token.len(), 43);
    assert!(class.said[4].contains("--listen lan"), "{:?}", class.said);
}

#[test]
fn who_is_open_to_others_has_an_administrator() {
    let mut class = Class::start("0.0.0.0:0", 5);
    if let Some(line) = class.said.get(4) {
        let token = line.strip_prefix("Administrator").unwrap().trim();
        assert_eq!(token.len(), 32);
        assert!(!class.said[1].contains("0.0.0.0"), "{:?}", class.said);
    } else {
        // There is no address to print on a machine without a network.
        let mut said = String::new();
        let mut errors = BufReader::new(class.child.stderr.take().unwrap());
        errors.read_line(&mut said).unwrap();
        assert!(said.contains("in no network"), "{said}");
    }
}

#[test]
fn a_place_that_is_none_is_refused() {
    let (code, line) = failure("class --listen wifi", "");
    assert_eq!(code, 2);
    assert!(line.contains("or lan, or lan:PORT"), "{line}");
}
