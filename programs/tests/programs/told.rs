//! What programs are told, and how their answers are read.

use pixel_debate_agents::Clock;
use pixel_debate_game::{Debate, Debater, Role, Rules, Seat};
use pixel_debate_judge::Indifferent;
use pixel_debate_play::{Answer, Asked, Judging};
use pixel_debate_programs::{Answers, ProgramDebater, ProgramJudge, ProgramSpec};

use crate::{READY, image, said, script, set};

/// Keeps all that it is told, and answers that of each of two sets.
const KEEPS: &str = r#"
while read -r line; do
    printf '%s\n' "$line" >> told
    case $line in
        *hello*) echo '{"protocol": 1, "name": "mine", "version": "1", "labels": 3}' ;;
        *'"id":1,'*) echo '{"id": 1, "scores": [[0, 1, 2], [3.5, -4, 5e0]]}' ;;
        *) echo '{"id": 2, "scores": [[6, 7, 8]]}' ;;
    esac
done
"#;

#[test]
fn a_judge_is_told_revealed_pixels_and_nothing_else() {
    let (folder, spec) = script(KEEPS);
    let judge = ProgramJudge::start(ProgramSpec { batch: 2, ..spec }).unwrap();
    assert_eq!(
        (judge.name(), judge.version(), judge.answers()),
        ("mine", "1", Answers::Undeclared)
    );
    // In whatever order they are asked about, and though one is asked about twice.
    let [one, two, three] = [set([(3, 0), (1, 0)]), set([(3, 2)]), set([])];
    let answers = said(&judge, &[two.clone(), one.clone(), two, three]).unwrap();
    let rows = [[6.0, 7.0, 8.0], [3.5, -4.0, 5.0], [6.0, 7.0, 8.0], [0.0, 1.0, 2.0]];
    assert_eq!(answers, rows);
    drop(judge);
    let told = std::fs::read_to_string(folder.path().join("told")).unwrap();
    assert_eq!(
        told.lines().collect::<Vec<_>>(),
        [
            r#"{"type":"hello","protocol":1,"part":"judge"}"#,
            r#"{"type":"judge","id":1,"width":28,"height":28,"sets":[[],[[1,0,2],[3,0,4]]]}"#,
            r#"{"type":"judge","id":2,"width":28,"height":28,"sets":[[[3,2,60]]]}"#,
        ]
    );
}

#[test]
fn probabilities_are_taken_for_their_logarithms() {
    let hello = READY.replace("3}", "3, \"answers\": \"probabilities\"}");
    let (_folder, spec) = script(&format!(
        "{hello}\nread -r hello\nread -r line\necho '{{\"id\": 1, \"scores\": [[0.5, 0, 1]]}}'\n\
         read -r line\necho '{{\"id\": 2, \"scores\": [[0.5, 0.5, 1.5]]}}'\n"
    ));
    let judge = ProgramJudge::start(spec).unwrap();
    let answers = said(&judge, &[set([])]).unwrap();
    assert_eq!(answers, [[0.5_f32.ln(), 1e-30_f64.ln() as f32, 0.0]]);
    let refusal = said(&judge, &[set([])]).unwrap_err();
    assert!(
        refusal.contains("label 2 of set 0 is 1.5: it declares that it answers probabilities"),
        "{refusal}"
    );
}

#[test]
fn a_debater_is_told_its_view_and_a_seed() {
    let (folder, spec) = script(
        r#"read -r hello
           echo '{"protocol": 1, "name": "mine", "version": "1"}'
           read -r line
           printf '%s\n' "$line" > told
           echo '{"id": 1, "pixel": [5, 6]}'
           read -r line
           echo '{"id": 2, "error": "I have \"no\" idea"}'
           read -r line
           echo '{"id": 3, "pixel": [5, 256]}'
           read -r line"#,
    );
    let debater = ProgramDebater::start(spec).unwrap();
    let rules = Rules::paper(2, true, Role::Liar);
    let debate = Debate::new(rules, image(), 7, Some(1), 10).unwrap();
    let view = debate.view(Seat::Debater(Debater::First));
    let mut player = debater.player(17);
    assert!(!player.asks_judge());
    let mut answer = || {
        let clock = Clock::unlimited();
        player
            .answer(Asked { view: &view, evaluator: &mut Indifferent, clock })
            .map_err(|why| why.to_string())
    };
    let Ok(Answer::Reveal(choice)) = answer() else { panic!("no reveal") };
    assert_eq!((choice.pixel.x, choice.pixel.y), (5, 6));
    let told = std::fs::read_to_string(folder.path().join("told")).unwrap();
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["seed"], 17);
    // As the server tells it.
    assert_eq!(told["view"], serde_json::to_value(&view).unwrap());
    let refusal = answer().unwrap_err();
    assert_eq!(refusal, "the program sh judge.sh: it answers that it cannot: `I have \"no\" idea`");
    // The same process goes on.
    let refusal = answer().unwrap_err();
    assert!(refusal.contains("{\"id\": 3, \"pixel\": [x, y]}"), "{refusal}");
    assert!(
        refusal.contains("`{\"id\": 3, \"pixel\": [5, 256]}`: invalid value: integer `256`"),
        "{refusal}"
    );
}
