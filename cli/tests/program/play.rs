//! `pixel-debate play`.

use pixel_debate_game::{Role, Transcript};

use crate::{failure, output, program};

#[test]
fn the_transcript_replays() {
    let arguments =
        "play --image 17 --pixels 4 --lie 8 --first liar --honest mcts:20 --liar greedy";
    let line = output(&format!("{arguments} --seed 3 --json"), "");
    assert_eq!(line.lines().count(), 1);
    let transcript: Transcript = line.parse().unwrap();
    let debate = transcript.replay().unwrap();
    assert_eq!((debate.label(), debate.claims().liar), (7, Some(8)));
    assert_eq!((debate.rules().pixels, debate.rules().first), (4, Role::Liar));
    assert!(debate.outcome().is_some());
    let names = transcript.players;
    assert_eq!(names.honest.as_deref(), Some("mcts:20"));
    assert_eq!(names.liar.as_deref(), Some("greedy"));
    assert_eq!(names.judge.as_deref(), Some("judge-4"));
    assert_eq!(output(&format!("{arguments} --seed 3 --json"), ""), line);
    assert_ne!(output(&format!("{arguments} --seed 4 --json"), ""), line);
}

#[test]
fn without_a_lie_there_is_no_precommit() {
    let line = output("play --image 17 --pixels 4 --honest greedy --liar greedy --json", "");
    let debate = line.parse::<Transcript>().unwrap().replay().unwrap();
    assert!(!debate.rules().precommit);
    assert_eq!(debate.claims().liar, None);
}

#[test]
fn the_debate_is_shown_in_plain_characters_to_whatever_is_no_terminal() {
    let arguments = "play --image 17 --lie 8 --first liar --honest greedy --liar random";
    let shown = output(arguments, "");
    let json = output(&format!("{arguments} --json"), "");
    let debate = json.parse::<Transcript>().unwrap().replay().unwrap();
    assert!(!shown.contains('\x1b'));
    assert!(shown.starts_with("Image 17 of mnist-test: a 7.\n"));
    assert!(shown.contains("██"));
    for (number, reveal) in (1..).zip(debate.evidence()) {
        let role = debate.rules().role_of(reveal.by);
        let (pixel, value) = (reveal.pixel.to_string(), reveal.value);
        let line = format!("{number:>3} {role:<6} {pixel:<9}{value:>5}");
        assert!(shown.contains(&line), "{shown}\n{line}");
    }
    let winner = debate.outcome().unwrap().winner;
    assert!(shown.ends_with(&format!(": the {winner} debater wins.\n")), "{shown}");
}

#[test]
fn in_colour_two_rows_of_pixels_are_one_of_half_blocks() {
    let arguments = "play --image 17 --lie 8 --honest random --liar random";
    let forced = program(arguments).env("CLICOLOR_FORCE", "1").output().unwrap();
    let shown = String::from_utf8(forced.stdout).unwrap();
    let rows: Vec<_> = shown.lines().map(|line| line.matches('▀').count()).collect();
    let image = rows.iter().filter(|blocks| **blocks == 28).count();
    let both_views = rows.iter().filter(|blocks| **blocks == 2 * 28).count();
    assert_eq!((image, both_views), (14, 14), "{shown}");
    let refused = program(arguments).env("NO_COLOR", "1").output().unwrap();
    assert!(!String::from_utf8(refused.stdout).unwrap().contains('\x1b'));
}

#[test]
fn without_precommit_all_logits_are_shown() {
    let shown = output("play --image 17 --honest random --liar random", "");
    let marked = shown.lines().filter(|line| line.contains('*')).collect::<Vec<_>>();
    assert_eq!(marked.len(), 1 + 6, "{shown}");
    for line in marked {
        let logits = line.split_whitespace().rev().take(10);
        assert!(
            logits.map(|logit| logit.trim_start_matches('*')).all(|l| l.parse::<f32>().is_ok())
        );
    }
}

#[test]
fn the_picture_is_a_png() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("debate.png");
    let arguments = "play --image 17 --lie 8 --honest random --liar random --json --png";
    output(&format!("{arguments} {}", file.display()), "");
    let picture = image::open(&file).unwrap();
    assert!(picture.width() > 2 * 28 * 20 && picture.height() > 28 * 20);
    let (code, line) = failure(&format!("{arguments} missing/debate.png"), "");
    assert_eq!(code, 1);
    assert!(line.starts_with("error: the picture missing/debate.png: "), "{line}");
}

#[test]
fn a_consultant_reveals_all_pixels_alone() {
    let arguments = "play --image 17 --pixels 4 --lie 8 --first liar --alone --honest random --liar exact --json";
    let line = output(arguments, "");
    let debate = line.parse::<Transcript>().unwrap().replay().unwrap();
    assert!(debate.evidence().iter().all(|reveal| debate.rules().role_of(reveal.by) == Role::Liar));
    assert_eq!(
        debate.outcome().unwrap().winner,
        Role::Liar,
        "four pixels that make an 8 of it exist"
    );
}
