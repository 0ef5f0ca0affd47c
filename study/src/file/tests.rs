use proptest::prelude::*;

use super::*;

/// A study that uses every field.
const WHOLE: &str = r#"
name = "whole"
title = "Everything"
about = "A study with every field."
seed = 5577006791947779410
dataset = "mnist"
judge = "shipped"
language = "en"

[[conditions]]
name = "debate"
kind = "debate"
pixels = 6
precommit = true
legal = "nonzero"
lies = "strongest"
order = "blocks"
first = "honest"
honest = "mcts:100"
liar = "greedy"
live = true
seconds = 5

[[conditions]]
name = "adviser"
kind = "consultancy"
pixels = 4
lies = 3
side = "open"
honest = "greedy"

[[conditions]]
name = "alone"
kind = "alone"
pixels = 6
precommit = false

[images]
classes = [1, 7]
proven_for = "debate"
examine = 100

[[tiers]]
name = "easy"
number = 3
winner = "honest"
plan = [1, 2]
margin = [0.5, 20]

[[tiers]]
name = "hard"
number = 3
winner = "liar"

[assignment]
participants = 9
items = 4
practice = 1
checks = 2
check_pixels = 90
checks_needed = 1
repeats = 0.25
flips = 0.0
apart = 2
balance_sides = true
balance_answers = false
idle_minutes = 30

[asks]
belief = "end"
confidence = true
explanation = "optional"
reason = true
feedback = "end"

[times]
limit = 120
warning = 20
reveal_ms = 500

[[before]]
name = "age"
kind = "choice"
options = ["under-18", "older"]
screen_out = ["under-18"]

[[before]]
name = "trust"
kind = "scale"
from = 0
to = 7
required = false

[[after]]
name = "remarks"
kind = "text"
longest = 500

[consent]
version = "2026-01"

[bonus]
least = 50
most = 200
currency = "GBP"

[recruits]
parameters = ["PROLIFIC_PID", "STUDY_ID"]
required = true
completion_code = "C1"
screen_out_code = "C2"

[languages]
en = "texts/english.toml"
de = "texts/german.toml"

[privacy]
keep_days = 365
pseudonyms = true
"#;

fn refusal(from: &str, to: &str) -> String {
    assert_eq!(WHOLE.matches(from).count(), 1, "{from}");
    let refused = Study::from_toml(&WHOLE.replace(from, to));
    refused.expect_err(&format!("{from} -> {to}")).to_string()
}

#[test]
fn all_that_a_file_says_is_read() {
    let study = Study::from_toml(WHOLE).unwrap();
    assert_eq!((study.images_in_all(), study.cells(), study.judgments_of_a_cell()), (6, 18, 2));
    assert_eq!((study.repeats(), study.flips(), study.presentations()), (1, 0, 8));
    assert_eq!(study.proven_for().unwrap().name, "debate");
    assert_eq!(study.conditions[1].lies, Some(Lies::Label(3)));
    assert_eq!(study.conditions[2].lies, None);
    let Play::Consultancy { honest, liar, live, .. } = study.conditions[1].play else { panic!() };
    assert_eq!((honest, live), (liar, None));
    assert_eq!(study.images.tiers[0].margin, Some([0.5, 20.0]));
    assert_eq!(study.secrets.screen_out_code.as_deref(), Some("C2"));
}

#[test]
fn what_is_shown_of_a_study_has_no_secret_in_it() {
    let study = Study::from_toml(WHOLE).unwrap();
    let json = serde_json::to_string(&study).unwrap();
    for secret in ["5577006791947779410", "\"C1\"", "\"C2\"", "seed"] {
        assert!(!json.contains(secret), "{secret}");
    }
    let read: Study = serde_json::from_str(&json).unwrap();
    assert_eq!(Study { secrets: study.secrets.clone(), ..read }, study);
    let secrets = serde_json::to_string(&study.secrets).unwrap();
    assert!(secrets.contains(r#""seed":"5577006791947779410""#), "{secrets}");
    assert_eq!(serde_json::from_str::<Secrets>(&secrets).unwrap(), study.secrets);
    assert!(serde_json::from_str::<Secrets>(&secrets.replace("\"55", "\"+55")).is_err());
}

#[test]
fn what_is_not_said_has_its_default() {
    let study = Study::from_toml(
        "name = \"a\"\ntitle = \"A\"\nseed = 1\n[[conditions]]\nname = \"alone\"\nkind = \"alone\"\npixels = 4\n\
         [images]\nnumber = 4\n[assignment]\nparticipants = 2\nitems = 2\n[consent]\nversion = \"1\"\n\
         [languages]\nen = \"en.toml\"\n",
    )
    .unwrap();
    assert_eq!((&*study.dataset, &*study.judge, &*study.language), ("mnist", "shipped", "en"));
    assert!(study.conditions[0].precommit && study.conditions[0].lies == Some(Lies::Random));
    let Assignment { practice, checks, check_pixels, checks_needed, apart, idle_minutes, .. } =
        study.assignment;
    assert_eq!(
        (practice, checks, check_pixels, checks_needed, apart, idle_minutes),
        (0, 0, 100, 0, 3, 120)
    );
    assert_eq!(
        (study.asks.belief, study.asks.reason, study.asks.feedback),
        (Belief::Each, true, Feedback::Never)
    );
    assert_eq!(study.times, Times { limit: None, warning: None, reveal_ms: 0 });
    assert!(study.bonus.is_none() && !study.recruits.required && study.privacy.pseudonyms);
    assert!(study.privacy.keep_days.is_none() && !study.is_proven());
}

/// For each field a value that it may not have, and how the refusal ends.
const WRONG: &[(&str, &str, &str)] = &[
    (
        "name = \"whole\"",
        "name = \"a b\"",
        "it must be a name of 1 to 40 letters, digits, `-` and `_` that begins with a letter",
    ),
    (
        "title = \"Everything\"",
        "title = \" \"",
        "it must be text in quotes, 1 to 200 characters and not blank",
    ),
    (
        "about = \"A study with every field.\"",
        "about = 3",
        "it must be text in quotes, 1 to 4000 characters and not blank",
    ),
    (
        "seed = 5577006791947779410",
        "seed = -1",
        "it must be a whole number from 0 to 9223372036854775807",
    ),
    (
        "dataset = \"mnist\"",
        "dataset = \"\"",
        "it must be text in quotes, 1 to 200 characters and not blank",
    ),
    (
        "judge = \"shipped\"",
        "judge = 6",
        "it must be text in quotes, 1 to 200 characters and not blank",
    ),
    (
        "language = \"en\"",
        "language = 1",
        "it must be a name of 1 to 40 letters, digits, `-` and `_` that begins with a letter",
    ),
    (
        "name = \"debate\"",
        "name = \"\"",
        "it must be a name of 1 to 40 letters, digits, `-` and `_` that begins with a letter",
    ),
    ("kind = \"debate\"", "kind = \"talk\"", r#"it must be "debate", "consultancy" or "alone""#),
    (
        "pixels = 6\nprecommit = true",
        "pixels = 1\nprecommit = true",
        "it must be a whole number from 2 to 128",
    ),
    ("pixels = 4", "pixels = 129", "it must be a whole number from 1 to 128"),
    ("precommit = true", "precommit = \"yes\"", "it must be true or false"),
    ("legal = \"nonzero\"", "legal = \"all\"", r#"it must be "nonzero" or "any""#),
    ("lies = 3", "lies = 255", r#"it must be "random", "strongest" or a label from 0 to 254"#),
    ("order = \"blocks\"", "order = \"alone\"", r#"it must be "alternating" or "blocks""#),
    ("first = \"honest\"", "first = \"both\"", r#"it must be "honest", "liar" or "balanced""#),
    (
        "honest = \"mcts:100\"",
        "honest = \"mcts\"",
        "after which `:margin`, `:graph` or `:margin:graph` may follow",
    ),
    ("liar = \"greedy\"", "liar = \"mcts:0\"", "may follow; or `same`, the honest debater's agent"),
    ("live = true", "live = 1", "it must be true or false"),
    ("seconds = 5", "seconds = 0", "it must be a whole number from 1 to 3600"),
    ("side = \"open\"", "side = \"both\"", r#"it must be "honest", "liar", "balanced" or "open""#),
    ("classes = [1, 7]", "classes = [1, 1]", "it must be a list of different labels from 0 to 254"),
    (
        "proven_for = \"debate\"",
        "proven_for = 1",
        "it must be a name of 1 to 40 letters, digits, `-` and `_` that begins with a letter",
    ),
    ("examine = 100", "examine = 0", "it must be a whole number from 1 to 1000000"),
    (
        "name = \"easy\"",
        "name = \"1\"",
        "it must be a name of 1 to 40 letters, digits, `-` and `_` that begins with a letter",
    ),
    (
        "number = 3\nwinner = \"honest\"",
        "number = 0\nwinner = \"honest\"",
        "it must be a whole number from 1 to 10000",
    ),
    ("winner = \"honest\"", "winner = \"judge\"", r#"it must be "honest" or "liar""#),
    (
        "plan = [1, 2]",
        "plan = [2, 1]",
        "it must be a list [A, B] of two whole numbers from 0 to 128, A not above B",
    ),
    (
        "margin = [0.5, 20]",
        "margin = [0.5]",
        "it must be a list [A, B] of two numbers from 0 to 1000, A not above B",
    ),
    ("participants = 9", "participants = 10001", "it must be a whole number from 1 to 10000"),
    ("items = 4", "items = 201", "it must be a whole number from 1 to 200"),
    ("practice = 1", "practice = 21", "it must be a whole number from 0 to 20"),
    ("checks = 2", "checks = 21", "it must be a whole number from 0 to 20"),
    ("check_pixels = 90", "check_pixels = 0", "it must be a whole number from 1 to 128"),
    ("checks_needed = 1", "checks_needed = 21", "it must be a whole number from 0 to 20"),
    ("repeats = 0.25", "repeats = 1.5", "it must be a number from 0 to 1"),
    ("flips = 0.0", "flips = \"all\"", "it must be a number from 0 to 1"),
    ("apart = 2", "apart = 101", "it must be a whole number from 1 to 100"),
    ("balance_sides = true", "balance_sides = 2", "it must be true or false"),
    ("balance_answers = false", "balance_answers = []", "it must be true or false"),
    ("idle_minutes = 30", "idle_minutes = 4", "it must be a whole number from 5 to 10080"),
    ("belief = \"end\"", "belief = \"often\"", r#"it must be "each", "end" or "never""#),
    ("confidence = true", "confidence = 1", "it must be true or false"),
    (
        "explanation = \"optional\"",
        "explanation = true",
        r#"it must be "never", "optional" or "required""#,
    ),
    ("reason = true", "reason = 0", "it must be true or false"),
    ("feedback = \"end\"", "feedback = \"once\"", r#"it must be "item", "end" or "never""#),
    ("limit = 120", "limit = 4", "it must be a whole number from 5 to 3600"),
    ("warning = 20", "warning = 0", "it must be a whole number from 1 to 600"),
    ("reveal_ms = 500", "reveal_ms = 60001", "it must be a whole number from 0 to 60000"),
    (
        "name = \"age\"",
        "name = \"your age\"",
        "it must be a name of 1 to 40 letters, digits, `-` and `_` that begins with a letter",
    ),
    ("kind = \"text\"", "kind = \"number\"", r#"it must be "choice", "scale" or "text""#),
    (
        "options = [\"under-18\", \"older\"]",
        "options = [\"18-\", \"older\"]",
        "it must be a name of 1 to 40 letters, digits, `-` and `_` that begins with a letter",
    ),
    (
        "screen_out = [\"under-18\"]",
        "screen_out = [1]",
        "it must be a name of 1 to 40 letters, digits, `-` and `_` that begins with a letter",
    ),
    ("from = 0", "from = 11", "it must be a whole number from 0 to 10"),
    ("to = 7", "to = 101", "it must be a whole number from 1 to 100"),
    ("required = false", "required = \"no\"", "it must be true or false"),
    ("longest = 500", "longest = 10001", "it must be a whole number from 1 to 10000"),
    (
        "version = \"2026-01\"",
        "version = 1",
        "it must be text in quotes, 1 to 60 characters and not blank",
    ),
    ("least = 50", "least = -1", "it must be a whole number from 0 to 100000"),
    ("most = 200", "most = 0", "it must be a whole number from 1 to 100000"),
    (
        "currency = \"GBP\"",
        "currency = \"£\"",
        "it must be three capital letters, \"EUR\" for example",
    ),
    (
        "parameters = [\"PROLIFIC_PID\", \"STUDY_ID\"]",
        "parameters = [\"STUDY ID\"]",
        "it must be 1 to 64 letters, digits, `-` and `_`",
    ),
    ("required = true", "required = 1", "it must be true or false"),
    (
        "completion_code = \"C1\"",
        "completion_code = \"\"",
        "it must be text in quotes, 1 to 64 characters and not blank",
    ),
    (
        "screen_out_code = \"C2\"",
        "screen_out_code = 2",
        "it must be text in quotes, 1 to 64 characters and not blank",
    ),
    (
        "de = \"texts/german.toml\"",
        "de = \"../german.toml\"",
        "with `/` between them, 200 characters at most",
    ),
    (
        "de = \"texts/german.toml\"",
        "de = \"study.toml\"",
        "with `/` between them, 200 characters at most",
    ),
    ("keep_days = 365", "keep_days = 0", "it must be a whole number from 1 to 36500"),
    ("pseudonyms = true", "pseudonyms = 1", "it must be true or false"),
];

#[test]
fn every_field_is_refused_by_name_with_what_is_allowed() {
    let mut tried = std::collections::BTreeSet::new();
    for (from, to, wanted) in WRONG {
        let refused = refusal(from, to);
        let line = 1 + WHOLE[..WHOLE.find(from).unwrap()].matches('\n').count();
        let field = to.split(" = ").next().unwrap();
        assert!(refused.starts_with(&format!("line {line}: `{field}` is ")), "{to}: {refused}");
        assert!(refused.ends_with(wanted), "{to}: {refused}");
        tried.insert(field);
    }
    // No field of the file is left out here.
    let fields = WHOLE.lines().filter_map(|line| line.split_once(" = ").map(|(field, _)| field));
    for field in fields.filter(|field| *field != "en") {
        assert!(tried.contains(field), "{field}");
    }
}

#[test]
fn what_a_table_does_not_have_is_unknown() {
    for (from, to, wanted) in [
        ("seed =", "seeds =", "unknown field `seeds`: the file has `name`, `title`, "),
        (
            "order = \"blocks\"",
            "side = \"open\"",
            "unknown field `side`: a condition of kind \"debate\" has `name`, ",
        ),
        (
            "side = \"open\"",
            "first = \"liar\"",
            "unknown field `first`: a condition of kind \"consultancy\" has ",
        ),
        (
            "precommit = false",
            "honest = \"greedy\"",
            "unknown field `honest`: a condition of kind \"alone\" has ",
        ),
        ("classes =", "class =", "unknown field `class`: [images] has `number`, "),
        ("plan =", "plans =", "unknown field `plans`: [[tiers]] has "),
        ("items = 4", "item = 4", "unknown field `item`: [assignment] has "),
        ("confidence =", "sure =", "unknown field `sure`: [asks] has "),
        ("reveal_ms =", "pace =", "unknown field `pace`: [times] has "),
        ("screen_out =", "to =", "unknown field `to`: a question of kind \"choice\" has "),
        ("longest =", "shortest =", "unknown field `shortest`: [[after]] has "),
        (
            "version = \"2026-01\"",
            "text = \"I agree\"",
            "unknown field `text`: [consent] has `version`",
        ),
        ("least =", "min =", "unknown field `min`: [bonus] has "),
        ("completion_code =", "code =", "unknown field `code`: [recruits] has "),
        ("keep_days =", "days =", "unknown field `days`: [privacy] has "),
    ] {
        let refused = refusal(from, to);
        assert!(refused.contains(wanted), "{to}: {refused}");
    }
}

#[test]
fn what_must_be_there_is_missed_by_name() {
    for (gone, wanted) in [
        ("name = \"whole\"", "the file has no `name`, which must be a name of"),
        ("title = \"Everything\"", "the file has no `title`"),
        ("seed = 5577006791947779410", "the file has no `seed`, which must be a whole number"),
        ("kind = \"debate\"", "[[conditions]] has no `kind`"),
        ("honest = \"mcts:100\"", "a condition of kind \"debate\" has no `honest`"),
        ("side = \"open\"", "a condition of kind \"consultancy\" has no `side`"),
        ("pixels = 4", "a condition of kind \"consultancy\" has no `pixels`"),
        ("participants = 9", "[assignment] has no `participants`"),
        ("items = 4", "[assignment] has no `items`"),
        ("to = 7", "a question of kind \"scale\" has no `to`"),
        ("version = \"2026-01\"", "[consent] has no `version`"),
        ("[consent]\nversion = \"2026-01\"", "the file has no [consent]"),
        ("most = 200", "[bonus] has no `most`"),
        ("currency = \"GBP\"", "[bonus] has no `currency`"),
        (
            "en = \"texts/english.toml\"\nde = \"texts/german.toml\"",
            "[languages] has 0: it must have 1 to 32",
        ),
        ("language = \"en\"", "there are several [languages]: `language` must say which"),
    ] {
        let refused = refusal(gone, "");
        assert!(refused.contains(wanted), "{gone}: {refused}");
    }
}

/// What can be said alone and not together, and what the refusal has.
const TOGETHER: &[(&str, &str, &str)] = &[
    (
        "name = \"adviser\"",
        "name = \"Debate\"",
        "line 25: `name` is \"Debate\", as another of the study is called",
    ),
    ("name = \"hard\"", "name = \"easy\"", "`name` is \"easy\", as another of the study is called"),
    (
        "name = \"remarks\"",
        "name = \"trust\"",
        "`name` is \"trust\", as another of the study is called",
    ),
    (
        "pixels = 6\nprecommit = false",
        "pixels = 6\nprecommit = false\nlies = \"random\"",
        "`lies` needs `precommit = true`",
    ),
    ("live = true", "live = false", "`seconds` needs `live = true`"),
    (
        "proven_for = \"debate\"",
        "proven_for = \"alone\"",
        "it must name a condition of kind \"debate\", of which there is debate",
    ),
    ("lies = \"strongest\"", "lies = \"random\"\nnumber = 1", "unknown field `number`"),
    (
        "classes = [1, 7]",
        "number = 3",
        "`number` of [images] and [[tiers]]: where there are tiers, each says how many",
    ),
    (
        "winner = \"liar\"",
        "",
        "tier \"hard\" takes every image: it must have `winner`, `plan` or `margin`",
    ),
    (
        "items = 4",
        "items = 7",
        "`items` is 7: it must be a whole number from 1 to 6, for nobody judges one of the 6 images twice",
    ),
    ("participants = 9", "participants = 10", "it must be a multiple of 9: 9 or 18"),
    (
        "repeats = 0.25",
        "repeats = 0.3",
        "`repeats` is 0.3, which is 1.20 of 4 items: it must be a whole number of them, 0.2500 (1 of 4) or 0.5000 (2 of 4)",
    ),
    (
        "repeats = 0.25",
        "repeats = 1",
        "`repeats` and `flips` are 4 items together: it must be 2 at most, for of 4 items the last `apart`, 2, come \
         too late to come again",
    ),
    (
        "flips = 0.0",
        "flips = 0.25",
        "`flips` is 0.25, and no participant need have an item with two sides: it must be 0, or more conditions have \
         `first = \"balanced\"` or `side = \"balanced\"`, or there are more `items`",
    ),
    ("apart = 2", "apart = 4", "`apart` is 4, and there are 4 items: it must be less"),
    (
        "checks_needed = 1",
        "checks_needed = 3",
        "`checks_needed` is 3: it must be a whole number from 0 to 2",
    ),
    (
        "belief = \"end\"",
        "belief = \"never\"",
        "`reason` is true: it must be false where `belief` is \"never\"",
    ),
    (
        "belief = \"end\"\nconfidence = true\nexplanation = \"optional\"\nreason = true",
        "belief = \"never\"",
        "[bonus] is paid by beliefs",
    ),
    ("limit = 120", "", "`warning` needs `limit`"),
    (
        "warning = 20",
        "warning = 120",
        "`warning` is 120: it must be a whole number from 1 to 119, below `limit`",
    ),
    (
        "options = [\"under-18\", \"older\"]",
        "options = [\"under-18\"]",
        "`options` has 1: it must have 2 to 20",
    ),
    (
        "options = [\"under-18\", \"older\"]",
        "options = [\"under-18\", \"under-18\"]",
        "`options` has \"under-18\" twice",
    ),
    (
        "screen_out = [\"under-18\"]",
        "screen_out = [\"younger\"]",
        "`screen_out` has \"younger\": it must have names of `options`: under-18, older",
    ),
    (
        "screen_out = [\"under-18\"]",
        "screen_out = [\"under-18\", \"older\"]",
        "nobody could take part",
    ),
    (
        "from = 0\nto = 7",
        "from = 7\nto = 7",
        "`to` is 7: it must be a whole number from 8 to 100, above `from`",
    ),
    (
        "most = 200",
        "most = 50",
        "`most` is 50: it must be a whole number from 51 to 100000, above `least`",
    ),
    ("\"STUDY_ID\"]", "\"PROLIFIC_PID\"]", "`parameters` has \"PROLIFIC_PID\" twice"),
    (
        "parameters = [\"PROLIFIC_PID\", \"STUDY_ID\"]",
        "",
        "`required` is true: it must be false where `parameters` names none",
    ),
    (
        "screen_out_code = \"C2\"",
        "screen_out_code = \"C1\"",
        "`screen_out_code` is the `completion_code`",
    ),
    (
        "language = \"en\"",
        "language = \"fr\"",
        "`language` is \"fr\": it must be one of [languages]: de, en",
    ),
    (
        "de = \"texts/german.toml\"",
        "de = \"texts/english.toml\"",
        "[languages] has \"texts/english.toml\" twice",
    ),
    (
        "de = \"texts/german.toml\"",
        "German = \"texts/german.toml\"",
        "[languages] has \"German\": a language is two or three small letters",
    ),
];

#[test]
fn what_does_not_go_together_is_refused() {
    for (from, to, wanted) in TOGETHER {
        let refused = refusal(from, to);
        assert!(refused.contains(wanted), "{to}: {refused}");
    }
    let no_tiers = |lies: &str| {
        let start = WHOLE.find("[[tiers]]").unwrap();
        let end = WHOLE.find("[assignment]").unwrap();
        let text = WHOLE.replace(&WHOLE[start..end], "").replace("\"strongest\"", lies);
        Study::from_toml(&text).unwrap_err().to_string()
    };
    assert!(
        no_tiers("\"random\"").contains("the study has no images: `number` in [images] must be")
    );
    let many = "[[tiers]]\nname = \"more\"\nnumber = 1\nwinner = \"liar\"\n".repeat(13);
    let refused = Study::from_toml(&format!("{WHOLE}{many}")).unwrap_err().to_string();
    assert!(refused.contains("there are 15 tables [[tiers]]: 12 at most"), "{refused}");
    let refused = Study::from_toml(&"#".repeat(Study::MOST_BYTES + 1)).unwrap_err().to_string();
    assert_eq!(refused, "the file has 1048577 bytes: a study's has 1048576 at most");
}

#[test]
fn the_page_tells_of_every_field() {
    let page = include_str!("../../../docs/studies.md");
    let fields = WHOLE.lines().filter_map(|line| line.split_once(" = ").map(|(field, _)| field));
    for field in fields.filter(|field| *field != "de") {
        assert!(page.contains(&format!("`{field}`")), "{field}");
    }
    let tables = WHOLE.lines().filter(|line| line.starts_with('['));
    for table in tables {
        assert!(page.contains(&format!("`{table}`")), "{table}");
    }
}

/// What is allocated: numbers that matter to it, of 40 images.
#[derive(Debug, Clone)]
struct Numbers {
    participants: u64,
    items: u64,
    /// Whether either side begins, in each condition.
    balanced: Vec<bool>,
    tiers: Vec<u64>,
    again: [u64; 2],
    apart: u64,
}

fn allocated(numbers: &Numbers) -> String {
    use std::fmt::Write;

    let Numbers { participants, items, balanced, tiers, again: [repeats, flips], apart } = numbers;
    let mut text = "name = \"a\"\ntitle = \"A\"\nseed = 1\n".to_owned();
    for (at, balanced) in balanced.iter().enumerate() {
        let first = if *balanced { "balanced" } else { "liar" };
        write!(
            text,
            "[[conditions]]\nname = \"c{at}\"\nkind = \"debate\"\npixels = 4\nhonest = \"greedy\"\nfirst = \"{first}\"\n"
        )
        .unwrap();
    }
    match &tiers[..] {
        [] => text.push_str("[images]\nnumber = 40\n"),
        tiers => (0..).zip(tiers).for_each(|(at, number): (u32, _)| {
            write!(text, "[[tiers]]\nname = \"t{at}\"\nnumber = {number}\nwinner = \"liar\"\n")
                .unwrap();
        }),
    }
    let share = |count: &u64| *count as f64 / *items as f64;
    write!(
        text,
        "[assignment]\nparticipants = {participants}\nitems = {items}\npractice = 20\nchecks = 20\n\
         repeats = {:.4}\nflips = {:.4}\napart = {apart}\n\
         [consent]\nversion = \"1\"\n[languages]\nen = \"en.toml\"\n",
        share(repeats),
        share(flips)
    )
    .unwrap();
    text
}

#[test]
fn items_that_come_again_from_the_other_side_are_of_two_sides_and_early_enough() {
    let balanced = vec![true, true, false];
    let numbers =
        Numbers { participants: 40, items: 12, balanced, tiers: vec![], again: [1, 4], apart: 3 };
    let study = Study::from_toml(&allocated(&numbers)).unwrap();
    assert_eq!(study.request().one_sided, [2]);
    let refused = Study::from_toml(&allocated(&Numbers { again: [1, 5], ..numbers.clone() }));
    assert_eq!(
        refused.unwrap_err().to_string(),
        "line 30: `repeats` and `flips` are 6 items together: it must be 5 at most, for of the 12 items of a \
         participant 8 at least are in conditions with two sides, and `apart`, 3, of these may come too late to \
         come again with the sides changed"
    );
    // Without any from the other side it does not matter.
    assert!(Study::from_toml(&allocated(&Numbers { again: [6, 0], ..numbers })).is_ok());
}

proptest! {
    /// Whatever numbers are refused, the ones that are named instead are not, and every cell is filled.
    #[test]
    fn the_nearest_numbers_that_are_named_do(participants in 1_u64..300, items in 1_u64..20, images in 20_u64..60) {
        let text = |participants: u64| format!(
            "name = \"a\"\ntitle = \"A\"\nseed = 1\n[[conditions]]\nname = \"a\"\nkind = \"alone\"\npixels = 4\n\
             [[conditions]]\nname = \"b\"\nkind = \"alone\"\npixels = 6\n\
             [images]\nnumber = {images}\n[assignment]\nparticipants = {participants}\nitems = {items}\n\
             [consent]\nversion = \"1\"\n[languages]\nen = \"en.toml\"\n"
        );
        match Study::from_toml(&text(participants)) {
            Ok(study) => prop_assert_eq!(
                study.judgments_of_a_cell() * study.cells(), participants * items
            ),
            Err(refusal) => {
                let refusal = refusal.to_string();
                let (_, nearest) = refusal.rsplit_once(": ").unwrap();
                for number in nearest.split(" or ") {
                    let number: u64 = number.parse().unwrap();
                    prop_assert!(Study::from_toml(&text(number)).is_ok(), "{number}");
                }
            }
        }
    }

    /// No text makes the reading panic.
    #[test]
    fn no_altered_file_makes_the_reading_panic(at in 0..WHOLE.len(), byte in 0_u8..128) {
        let mut text = WHOLE.as_bytes().to_vec();
        text[at] = byte;
        let text = String::from_utf8(text).unwrap();
        let _ = Study::from_toml(&text).map_err(|refusal| refusal.to_string());
    }

    /// Whatever is read can be allocated, and what is refused is refused by field and line.
    #[test]
    fn what_is_read_can_be_allocated(
        participants in prop_oneof![1_u64..40, Just(40_u64), Just(120), Just(10_000)],
        items in prop_oneof![1_u64..41, Just(10_u64), Just(40)],
        balanced in prop::collection::vec(any::<bool>(), 1..4),
        tiers in prop_oneof![Just(vec![]), Just(vec![24, 16]), prop::collection::vec(1_u64..9, 1..12)],
        repeats in 0_u64..12, flips in 0_u64..12, apart in 1_u64..12,
    ) {
        let again = [repeats.min(items), flips.min(items)];
        let numbers = Numbers { participants, items, balanced, tiers, again, apart };
        match Study::from_toml(&allocated(&numbers)) {
            Ok(study) => {
                let request = study.request();
                prop_assert_eq!(request.check(), Ok(()));
                prop_assert_eq!(u64::from(request.repeats + request.flipped), again[0] + again[1]);
                // The largest take seconds.
                if participants * items < 5000 {
                    let allocation = crate::allocation::Allocation::of(&request).unwrap();
                    let length = allocation.slot(0).unwrap().len() as u64;
                    prop_assert_eq!(length, study.presentations());
                }
            }
            Err(refusal) => {
                let refusal = refusal.to_string();
                prop_assert!(refusal.starts_with("line ") && refusal.contains(": `"), "{refusal}");
            }
        }
    }
}
