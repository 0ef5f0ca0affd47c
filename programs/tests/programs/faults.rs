//! Whatever a program may do wrong is an error that says what it was, and no process is left.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use pixel_debate_programs::{ProgramJudge, ProgramSpec};

use crate::{READY, said, script, set, spec};

fn quick(spec: ProgramSpec) -> ProgramSpec {
    ProgramSpec { limit: Duration::from_millis(700), ..spec }
}

#[test]
fn a_program_that_does_not_begin_is_told_from_one_that_does() {
    let cases = [
        ("exit 3", "it has ended (exit status: 3) when an answer was due"),
        (
            "echo oh no >&2; exit 3",
            "(exit status: 3) when an answer was due; the last that it wrote to standard error: `oh no`",
        ),
        ("kill -9 $$", "it has ended (signal: 9 (SIGKILL)) when an answer was due"),
        ("sleep 60", "it has not answered within 0.7 s, and was stopped"),
        ("exec >&-; sleep 60", "it has closed its standard output, and goes on"),
        ("yes | tr -d '\\n'", "it has written a line of more than 65536 bytes, and was stopped"),
        ("yes", "its first line must be like"),
        ("echo loading weights; sleep 60", "and is `loading weights`: expected value at column 1"),
        (
            "yes >&2",
            "it has not answered within 0.7 s, and was stopped; the last that it wrote to standard error: `y`",
        ),
    ];
    for (text, why) in cases {
        let (_folder, spec) = script(text);
        let refusal = ProgramJudge::start(quick(spec)).unwrap_err().to_string();
        assert!(
            refusal.starts_with("the program sh judge.sh: ") && refusal.contains(why),
            "{text}: {refusal}"
        );
    }
    let here = Path::new("");
    let refusal =
        ProgramJudge::start(spec(["./no-such-program", "a b"], here)).unwrap_err().to_string();
    assert_eq!(
        refusal,
        "the program ./no-such-program 'a b': it cannot be started: No such file or directory (os error 2)"
    );
    let refusal = ProgramJudge::start(spec([], here)).unwrap_err().to_string();
    assert!(refusal.contains("`command` is empty"), "{refusal}");
    let (_folder, known) = script(&format!("{READY}; sleep 60"));
    let refusal =
        ProgramJudge::start(ProgramSpec { version: Some("2".into()), ..known }).unwrap_err();
    assert!(
        refusal
            .to_string()
            .contains("mine of version 1, with 3 labels, and version 2 is asked for"),
        "{refusal}"
    );
}

#[test]
fn an_answer_that_is_none_is_told_with_what_was_said() {
    let cases = [
        ("exit 1", "it has ended (exit status: 1) when an answer was due"),
        ("echo 'Traceback: x' >&2; exit 1", "standard error: `Traceback: x`"),
        ("sleep 60", "it has not answered within 0.7 s"),
        ("exec >&-; sleep 60", "it has closed its standard output"),
        ("echo hm; sleep 60", "and has answered `hm`: expected value at column 1"),
        (
            "echo '{\"id\": 1, \"scores\": [[1, 2, NaN]]}'; sleep 60",
            "[[1, 2, NaN]]}`: expected value at column",
        ),
        (
            "echo '{\"id\": 1, \"scores\": [[1, 2, 1e39]]}'; sleep 60",
            "label 2 of set 0 is 1000000000000000000000000000000000000000: it must be a number from -1e38 to 1e38",
        ),
        ("echo '{\"id\": 1, \"scores\": [[1, 2]]}'; sleep 60", "the list of set 0 has 2 numbers"),
        (
            "echo '{\"id\": 1, \"scores\": [[1, 2, 3], [1, 2, 3]]}'; sleep 60",
            "`scores` has 2 lists",
        ),
        ("echo '{\"id\": 1, \"scores\": []}'; sleep 60", "`scores` has 0 lists"),
        ("echo '{\"id\": 2, \"scores\": [[1, 2, 3]]}'; sleep 60", "`id` is 2"),
        ("echo '{\"id\": 1}'; sleep 60", "it has neither `scores` nor `error`"),
        (
            "echo '{\"id\": 1, \"error\": \"out of memory\"}'; sleep 60",
            "it answers that it cannot: `out of memory`",
        ),
        ("yes | tr -d '\\n'", "it has written a line of more than"),
    ];
    for (text, why) in cases {
        let (_folder, spec) = script(&format!("{READY}\nread -r hello\nread -r line\n{text}"));
        let judge = ProgramJudge::start(quick(spec)).unwrap();
        let refusal = said(&judge, &[set([(1, 2)])]).unwrap_err();
        assert!(
            refusal.starts_with("the program sh judge.sh: ") && refusal.contains(why),
            "{text}: {refusal}"
        );
    }
}

#[test]
fn raw_answers_of_another_number_and_nan_are_refused() {
    let hello = READY.replace("3}", "3, \"arrays\": \"raw\"}");
    // One set is 4 bytes and two planes of 784 numbers.
    let read = "read -r hello\ndd bs=1 count=6276 of=told 2>/dev/null";
    let float = |number: f32| number.to_le_bytes().map(|byte| format!("\\{byte:03o}")).concat();
    let answer = |count: char, numbers: [f32; 3]| {
        format!("printf '\\00{count}\\000\\000\\000{}'; sleep 60", numbers.map(float).concat())
    };
    for (text, why) in [
        (
            answer('2', [1.0, 2.0, 3.0]),
            "must begin with 1, the number of sets, in 4 bytes, and begins with 2",
        ),
        (answer('1', [1.0, f32::NAN, 3.0]), "its answer for label 1 of set 0 is NaN"),
        (answer('1', [1.0, 2.0, f32::INFINITY]), "its answer for label 2 of set 0 is inf"),
        ("printf '\\001\\000\\000\\000'; exit 0".to_owned(), "it has ended (exit status: 0)"),
    ] {
        let (_folder, spec) = script(&format!("{hello}\n{read}\n{text}"));
        let judge = ProgramJudge::start(quick(spec)).unwrap();
        let refusal = said(&judge, &[set([(1, 2)])]).unwrap_err();
        assert!(refusal.contains(why), "{text}: {refusal}");
    }
    let (folder, spec) = script(&format!("{hello}\n{read}\n{}", answer('1', [1.0, -2.5, 3.0])));
    let judge = ProgramJudge::start(spec).unwrap();
    assert_eq!(said(&judge, &[set([(1, 2)])]).unwrap(), [[1.0, -2.5, 3.0]]);
    let told = fs::read(folder.path().join("told")).unwrap();
    let numbers: Vec<f32> = told[4..]
        .chunks_exact(4)
        .map(|four| f32::from_le_bytes(four.try_into().unwrap()))
        .collect();
    let seen: Vec<(usize, f32)> =
        numbers.into_iter().enumerate().filter(|(_, number)| *number != 0.0).collect();
    assert_eq!(seen, [(57, 1.0), (784 + 57, 58.0 / 255.0)]);
}

#[test]
fn a_program_that_writes_unasked_is_not_believed() {
    let more = "echo '{\"id\": 1, \"scores\": [[1, 2, 3]]}'\necho more\nsleep 60";
    let (_folder, spec) = script(&format!("{READY}\nread -r hello\nread -r line\n{more}"));
    let judge = ProgramJudge::start(quick(spec)).unwrap();
    assert_eq!(said(&judge, &[set([])]).unwrap(), [[1.0, 2.0, 3.0]]);
    thread::sleep(Duration::from_millis(100));
    let refusal = said(&judge, &[set([])]).unwrap_err();
    assert!(refusal.contains("it has written more than it was asked for"), "{refusal}");
}

#[test]
fn it_is_started_again_so_often_and_no_more() {
    let (folder, spec) = script(&format!(
        "echo >> starts\n{READY}\nread -r hello\nread -r line\necho 'the end' >&2\nexit 1"
    ));
    let judge = ProgramJudge::start(ProgramSpec { restarts: 2, ..spec }).unwrap();
    for _ in 0..3 {
        let refusal = said(&judge, &[set([])]).unwrap_err();
        assert!(refusal.contains("exit status: 1"), "{refusal}");
    }
    let refusal = said(&judge, &[set([])]).unwrap_err();
    assert!(refusal.ends_with("it has failed 3 times, and is not started again"), "{refusal}");
    assert_eq!(fs::read_to_string(folder.path().join("starts")).unwrap().lines().count(), 3);
    let notes = judge.close();
    assert_eq!(notes.len(), 3);
    assert!(
        notes.iter().all(|note| note.stderr == "the end\n" && note.stderr_bytes == 8),
        "{notes:?}"
    );
}

#[test]
fn another_version_in_the_middle_is_refused() {
    let (_folder, spec) = script(
        "echo >> starts\nversion=$(wc -l < starts)\n\
         echo \"{\\\"protocol\\\": 1, \\\"name\\\": \\\"mine\\\", \\\"version\\\": \\\"$((version))\\\", \\\"labels\\\": 3}\"\n\
         read -r hello\nread -r line\nexit 1",
    );
    let judge = ProgramJudge::start(spec).unwrap();
    said(&judge, &[set([])]).unwrap_err();
    let refusal = said(&judge, &[set([])]).unwrap_err();
    assert!(
        refusal.contains(
            "it says that it is mine of version 2, with 3 labels, and was mine of version 1"
        ),
        "{refusal}"
    );
}

/// Whether there is a process with that number. The shells of the scripts write theirs into files.
fn lives(folder: &Path, file: &str) -> bool {
    let number = fs::read_to_string(folder.join(file)).unwrap();
    let status = fs::read_to_string(format!("/proc/{}/stat", number.trim()));
    // Those that have ended and that nobody has waited for are not there.
    status.is_ok_and(|status| !status.contains(") Z "))
}

fn within(time: Duration, mut is_so: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    while start.elapsed() < time {
        if is_so() {
            return true;
        }
        thread::sleep(Duration::from_millis(10));
    }
    false
}

/// A judge that hangs, with a process that it has started and that hangs as well.
fn hanging() -> String {
    format!(
        "echo $$ > parent\nsleep 60 &\necho $! > child\n{READY}\nread -r hello\nread -r line\nsleep 60"
    )
}

#[cfg(target_os = "linux")]
#[test]
fn no_process_is_left_of_one_that_was_stopped() {
    let (folder, spec) = script(&hanging());
    let judge = ProgramJudge::start(quick(spec)).unwrap();
    assert!(lives(folder.path(), "parent") && lives(folder.path(), "child"));
    said(&judge, &[set([])]).unwrap_err();
    assert!(!lives(folder.path(), "parent"));
    assert!(within(Duration::from_secs(5), || !lives(folder.path(), "child")));
    drop(judge);
    // One that nobody asks any more, likewise.
    let (folder, spec) = script(&hanging());
    drop(ProgramJudge::start(spec).unwrap());
    assert!(!lives(folder.path(), "parent"));
    assert!(within(Duration::from_secs(5), || !lives(folder.path(), "child")));
}

/// Run by the test below in a process of its own.
#[test]
#[ignore = "it waits to be killed"]
fn waits_for_its_end() {
    let folder = std::env::var("PROGRAM_FOLDER").unwrap();
    let judge = ProgramJudge::start(spec(["sh", "judge.sh"], Path::new(&folder))).unwrap();
    fs::write(Path::new(&folder).join("ready"), "").unwrap();
    thread::sleep(Duration::from_mins(1));
    drop(judge);
}

#[cfg(target_os = "linux")]
#[test]
fn no_process_is_left_when_this_program_is_killed() {
    for signal in ["-INT", "-KILL"] {
        let (folder, _) = script(&hanging());
        let mut run = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "faults::waits_for_its_end"])
            .env("PROGRAM_FOLDER", folder.path())
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        assert!(within(Duration::from_secs(20), || folder.path().join("ready").exists()));
        assert!(lives(folder.path(), "parent") && lives(folder.path(), "child"));
        let killed = Command::new("kill").args([signal, &run.id().to_string()]).status().unwrap();
        assert!(killed.success());
        run.wait().unwrap();
        for file in ["parent", "child"] {
            assert!(
                within(Duration::from_secs(5), || !lives(folder.path(), file)),
                "{signal}: {file}"
            );
        }
    }
}
