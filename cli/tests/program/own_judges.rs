//! Judges that are not ours: programs, and ONNX files.

use std::path::{Path, PathBuf};
use std::process::Command;

use pixel_debate_game::Transcript;
use serde_json::Value;

use crate::failure;
#[cfg(feature = "onnx")]
use crate::output;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// What the program prints for arguments of which one has blanks; it must succeed.
fn printed(arguments: &[&str], command: &str, input: &str) -> String {
    use std::io::Write;
    use std::process::Stdio;

    let mut child = Command::new(env!("CARGO_BIN_EXE_pixel-debate"))
        .args(arguments)
        .args(["--judge-command", command])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_program_judges_wherever_a_judge_is_named() {
    if Command::new("python3").arg("--version").output().is_err() {
        eprintln!("SKIPPED: there is no python3");
        return;
    }
    let judge = repository().join("examples/programs/judge.py");
    let command = format!("python3 '{}'", judge.display());
    let debate = [
        "play", "--image", "17", "--lie", "1", "--pixels", "4", "--honest", "greedy", "--liar",
        "greedy",
    ];
    let line = printed(&[&debate[..], &["--json"]].concat(), &command, "");
    let transcript: Transcript = line.parse().unwrap();
    assert_eq!(transcript.players.judge.as_deref(), Some("brightest"));
    let shown = printed(&debate, &command, "");
    assert!(shown.contains("judge  brightest, shown 4 pixels"), "{shown}");
    let question = r#"{"image": 17, "pixels": [[14, 9]]}"#;
    let answer: Value =
        serde_json::from_str(&printed(&["judge", "logits"], &command, question)).unwrap();
    assert_eq!(answer["logits"].as_array().unwrap().len(), 10);
}

#[test]
fn what_is_wrong_with_a_judge_is_said() {
    let (code, refusal) = failure("play --image 17 --judge-command no-such-program", "");
    assert_eq!(code, 1);
    assert!(
        refusal
            .starts_with("error: the program no-such-program: it cannot be started: No such file"),
        "{refusal}"
    );
    let (_, refusal) = failure("play --image 17 --judge-command '", "");
    assert!(refusal.contains("it must be a program and its arguments"), "{refusal}");
    let (_, refusal) = failure("judge accuracy --judge no-such.onnx", "");
    assert!(refusal.contains("no-such.onnx") && refusal.contains("No such file"), "{refusal}");
}

#[cfg(not(feature = "onnx"))]
#[test]
fn a_program_without_onnx_says_how_one_with_it_is_built() {
    let file = repository().join("onnx/tests/models/torch-script.onnx");
    let (code, refusal) = failure(&format!("judge accuracy --judge {}", file.display()), "");
    assert_eq!(code, 1);
    assert!(refusal.contains("is an ONNX file, which this program was built without"), "{refusal}");
    assert!(refusal.contains("--features onnx"), "{refusal}");
}

#[cfg(feature = "onnx")]
#[test]
fn an_onnx_file_judges_wherever_a_judge_is_named() {
    let file = repository().join("onnx/tests/models/torch-script.onnx");
    let judge = format!("--judge {}", file.display());
    let debate = "play --image 17 --lie 1 --pixels 4 --honest greedy --liar mcts:20";
    let line = output(&format!("{debate} --json {judge}"), "");
    let transcript: Transcript = line.parse().unwrap();
    assert_eq!(transcript.players.judge.as_deref(), Some("torch-script"));
    transcript.replay().unwrap();
    assert!(
        output(&format!("{debate} {judge}"), "").contains("judge  torch-script, shown 4 pixels")
    );
    let question = r#"{"image": 17, "pixels": []}"#;
    let answer: Value =
        serde_json::from_str(&output(&format!("judge logits {judge}"), question)).unwrap();
    let expected =
        std::fs::read_to_string(repository().join("onnx/tests/models/expected.json")).unwrap();
    let expected: Value = serde_json::from_str(&expected).unwrap();
    // The first of its sets is empty.
    let (ours, theirs) = (&answer["logits"], &expected["scores"]["torch-script.onnx"][0]);
    for label in 0..10 {
        let difference = ours[label].as_f64().unwrap() - theirs[label].as_f64().unwrap();
        assert!(difference.abs() < 1e-4, "{ours} {theirs}");
    }
    // Two pixels are solved by brute force.
    let solved = output(&format!("solve --image 17 --lie 1 --pixels 2 --json {judge}"), "");
    let solved: Value = serde_json::from_str(solved.lines().next().unwrap()).unwrap();
    assert_eq!(solved["certificate"]["judge"]["hash"].as_str().unwrap().len(), 64);

    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(&file, folder.path().join("mine.onnx")).unwrap();
    let experiment = "title = \"Mine\"\n[images]\ndataset = \"mnist\"\nrandom = 2\n[[grid]]\nname = \"mine\"\nprotocol = \
                      \"debate\"\npixels = 4\nlies = \"random\"\nhonest = \"greedy\"\nliar = \"random\"\njudge = \
                      \"mine.onnx\"\n";
    std::fs::write(folder.path().join("mine.toml"), experiment).unwrap();
    let (file, out) = (folder.path().join("mine.toml"), folder.path().join("out"));
    let run = format!("run {} --out {}", file.display(), out.display());
    output(&run, "");
    let manifest = std::fs::read_to_string(out.join("manifest.json")).unwrap();
    let manifest: Value = serde_json::from_str(&manifest).unwrap();
    let judge = &manifest["judges"][0];
    assert_eq!(
        (judge["name"].as_str(), judge["hash"].as_str().map(str::len)),
        (Some("mine"), Some(64))
    );
    assert_eq!(judge["provenance"]["input"], "n × 2 × 28 × 28, mask and value");
    // The same again finds all of it done, and another file does not go on with it.
    output(&run, "");
    let other = repository().join("onnx/tests/models/torch-dynamo.onnx");
    std::fs::copy(other, folder.path().join("mine.onnx")).unwrap();
    let (_, refusal) = failure(&run, "");
    assert!(refusal.contains("its judge mine is "), "{refusal}");
}
