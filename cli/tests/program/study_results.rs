//! `pixel-debate study serve`, and then `export` and `report`: what participants said over the sockets is in the tables.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use crate::{failure, output, program};

const STUDY: &str = r#"
name = "small"
title = "Two judge two"
seed = 5577006791947779410
[[conditions]]
name = "alone"
kind = "alone"
pixels = 4
[images]
number = 2
[assignment]
participants = 2
items = 2
[asks]
confidence = true
[[after]]
name = "remarks"
kind = "text"
required = false
[consent]
version = "1"
[recruits]
parameters = ["PROLIFIC_PID"]
completion_code = "DONE-4711"
[bonus]
least = 10
most = 200
currency = "GBP"
[languages]
en = "english.toml"
"#;

const TEXTS: &str = r#"
title = "Digits"
consent = "You agree."
instructions = "Look."
thanks = "Thank you."
[conditions]
alone = "The pixels are chosen by chance."
[questions.remarks]
text = "Remarks?"
"#;

const RESEARCHER: &str = "the-researchers-token";

struct Server {
    child: Child,
    address: String,
    /// Open till the end: it has more to say than where the study is.
    _said: BufReader<ChildStdout>,
}

impl Server {
    fn start(folder: &Path) -> Self {
        let mut command = program("study serve --listen 127.0.0.1:0");
        command.arg(folder).env("PIXEL_DEBATE_RESEARCHER_TOKEN", RESEARCHER);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        said.read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("The study is at http://");
        let address = address.unwrap_or_else(|| panic!("{line:?}")).to_owned();
        Self { child, address, _said: said }
    }

    fn post(&self, path: &str, token: Option<&str>, body: &Value) -> Value {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let key = token.map_or(String::new(), |token| format!("Authorization: Bearer {token}\r\n"));
        let body = body.to_string();
        write!(
            stream,
            "POST /api/study/{path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n{key}\r\n{body}",
            self.address,
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        // What comes in parts fits into one here, between its length and the last part's.
        let chunked = head.to_lowercase().contains("chunked");
        let body = if chunked { body.lines().nth(1).unwrap() } else { body };
        assert!(head.starts_with("HTTP/1.1 200") || head.starts_with("HTTP/1.1 201"), "{answer}");
        serde_json::from_str(body).unwrap()
    }

    /// Goes from the consent to the end, always for the first answer, and 80 % sure.
    fn take_part(&self, person: &str) {
        let joined = self.post(
            "participants",
            None,
            &json!({"parameters": {"PROLIFIC_PID": person}, "language": "en"}),
        );
        let token = joined["token"].as_str().unwrap().to_owned();
        let mut sheet = joined["sheet"].clone();
        for _ in 0..100 {
            let screen = &sheet["screen"];
            let first = &screen["answers"][0][0];
            let mut said = match screen["type"].as_str().unwrap() {
                "consent" => json!({"type": "agree", "version": "1"}),
                "questions" => json!({"type": "questions", "answers": {"remarks": "=1+1"}}),
                "instructions" | "feedback" => json!({"type": "continue"}),
                "item" => match screen["asks"]["what"].as_str().unwrap() {
                    "next" => json!({"type": "next"}),
                    "belief" => json!({"type": "belief", "label": first, "probability": 0.8}),
                    "verdict" => json!({"type": "verdict", "label": first, "confidence": 0.8}),
                    other => panic!("{other}"),
                },
                "stopped" => return,
                other => panic!("{other}"),
            };
            said["step"] = sheet["step"].clone();
            sheet = self.post("me", Some(&token), &said);
        }
        panic!("there is no end to it: {sheet}");
    }

    /// What has come of the study so far, which is a look at it.
    fn hand_out(&self) -> Value {
        let body = json!({"type": "results", "identify": false});
        self.post("export", Some(RESEARCHER), &body)
    }

    fn stop(mut self) {
        let told = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        assert!(told.unwrap().success() && self.child.wait().unwrap().success());
    }
}

/// What a command says that is given the researcher's token.
fn output_as_researcher(command: &str) -> String {
    let mut asked = program(command);
    let said = asked.env("PIXEL_DEBATE_RESEARCHER_TOKEN", RESEARCHER).output().unwrap();
    assert!(said.status.success(), "{command}: {}", String::from_utf8_lossy(&said.stderr));
    String::from_utf8(said.stdout).unwrap()
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A folder that is there already is refused before the server is asked, who would note that somebody looked.
fn a_folder_that_is_there_is_no_look(server: &Server, asked: &dyn Fn(&str) -> String) {
    let looks = || server.hand_out()["results"]["peeks"].as_array().unwrap().len();
    let before = looks();
    for command in ["export", "report", "payments"] {
        let (code, error) = failure(&asked(command), "");
        assert!(code == 1 && error.contains("nothing is written over"), "{error}");
    }
    assert_eq!(looks(), before + 1);
}

#[test]
fn what_participants_said_is_exported_and_reported() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    fs::write(at("small.toml"), STUDY).unwrap();
    fs::write(at("english.toml"), TEXTS).unwrap();
    let frozen = at("frozen");
    output(&format!("study freeze {} --out {frozen}", at("small.toml")), "");
    let (code, error) = failure(&format!("study export {frozen} --out {}", at("nothing")), "");
    assert!(code == 1 && error.contains("study.db"), "{error}");

    let server = Server::start(Path::new(&frozen));
    server.take_part("5f01");
    let (code, error) = failure(&format!("study export {frozen} --out {}", at("early")), "");
    assert!(code == 1 && error.contains("is in use by another process"), "{error}");
    assert!(error.contains("--server http://ADDRESS:PORT"), "{error}");
    let asked = |command: &str, options: &str, out: &str| {
        let url = format!("http://{}", server.address);
        format!("study {command} {frozen} --server {url} {options} --out {}", at(out))
    };
    let said = output_as_researcher(&asked("export", "", "early"));
    assert!(said.ends_with(": 2 judgments by 1 participants, of whom 1 count\n"), "{said}");
    assert!(!fs::read_to_string(at("early/participants.csv")).unwrap().contains("5f01"));
    assert!(!Path::new(&at("early/bonuses.csv")).exists());
    output_as_researcher(&asked("report", "", "early-report"));
    let said = output_as_researcher(&asked("payments", "", "week-1"));
    assert!(said.contains("1 to approve\n1 bonuses of "), "{said}");
    let week_1 = fs::read_to_string(at("week-1/bonuses.csv")).unwrap();
    let bonus = week_1.strip_prefix("5f01,").unwrap().trim_end();
    assert!(bonus.len() == 4 && bonus.parse::<f64>().unwrap() > 0.0, "{week_1}");
    let submissions = fs::read_to_string(at("week-1/submissions.csv")).unwrap();
    assert!(submissions.contains("5f01,") && submissions.contains(",DONE-4711,"), "{submissions}");
    let (code, error) = failure(&asked("export", "", "nothing"), "");
    assert!(code == 1 && error.contains("--researcher-token-file FILE"), "{error}");
    fs::write(at("wrong-token"), "another-researchers-token").unwrap();
    let options = format!("--researcher-token-file {}", at("wrong-token"));
    let (code, error) = failure(&asked("export", &options, "nothing"), "");
    assert!(code == 1 && error.contains("this is for the researcher"), "{error}");

    a_folder_that_is_there_is_no_look(&server, &|command| asked(command, "", "week-1"));

    server.take_part("5f02");
    let options = format!("--paid {}", at("week-1/bonuses.csv"));
    let said = output_as_researcher(&asked("payments", &options, "week-2"));
    assert!(said.contains("2 to approve\n1 bonuses of "), "{said}");
    assert!(fs::read_to_string(at("week-2/bonuses.csv")).unwrap().starts_with("5f02,"));
    let saved = server.hand_out();
    fs::write(at("saved.json"), saved.to_string()).unwrap();
    server.stop();
    output(
        &format!("study report {frozen} --saved {} --out {}", at("saved.json"), at("saved")),
        "",
    );
    let (code, error) = failure(
        &format!("study payments {frozen} --saved {} --out {}", at("saved.json"), at("nothing")),
        "",
    );
    assert!(code == 1 && error.contains("save it with their links"), "{error}");
    let (code, error) = failure(
        &format!("study export {frozen} --saved {} --out {}", at("english.toml"), at("nothing")),
        "",
    );
    assert!(code == 1 && error.contains("that the researcher's page has saved"), "{error}");

    let said = output(&format!("study export {frozen} --out {}", at("export")), "");
    assert_eq!(said, format!("{}: 4 judgments by 2 participants, of whom 2 count\n", at("export")));
    let judgments = fs::read_to_string(at("export/judgments.csv")).unwrap();
    // Of 80 % that was said of either answer there is nothing else.
    let beliefs = fs::read_to_string(at("export/beliefs.csv")).unwrap();
    let mut lines = beliefs.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let names = lines.next().unwrap();
    let belief = names.iter().position(|name| *name == "belief").unwrap();
    let beliefs: Vec<&str> = lines.map(|line| line[belief]).collect();
    assert!(
        beliefs.len() == 16 && beliefs.iter().all(|one| ["0.8", "0.2"].contains(one)),
        "{beliefs:?}"
    );
    assert_eq!(judgments.lines().count(), 5);
    assert!(!fs::read_to_string(at("export/participants.csv")).unwrap().contains("5f01"));
    let answers = fs::read_to_string(at("export/answers.csv")).unwrap();
    assert_eq!(answers.matches(",'=1+1").count(), 2, "{answers}");
    let (_, error) = failure(&format!("study export {frozen} --out {}", at("export")), "");
    assert!(error.contains("is there already: nothing is written over"), "{error}");
    output(&format!("study export {frozen} --identify --out {}", at("named")), "");
    assert!(fs::read_to_string(at("named/participants.csv")).unwrap().contains("5f01"));

    let said = output(&format!("study report {frozen} --out {}", at("report")), "");
    assert!(
        said.starts_with("2 of 2 participants are through and count, with 4 judgments\n"),
        "{said}"
    );
    let report: Value =
        serde_json::from_str(&fs::read_to_string(at("report/report.json")).unwrap()).unwrap();
    // Four judgments with a belief of 80 % in the first answer, whichever was right.
    let right = judgments.lines().skip(1).filter(|line| line.contains(",verdict,")).count();
    assert_eq!((right, &report["groups"][0]["ended"]), (4, &json!([4, 0, 0, 0])));
    assert_eq!(report["flow"]["ended"], true);
    // Both places were filled when the last was saved.
    let looks: Vec<&str> = report["flow"]["peeks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|look| look["what"].as_str().unwrap())
        .collect();
    assert_eq!(looks, ["results", "results", "payments", "results", "results"]);
    assert!(Path::new(&at("report/figures/course.svg")).exists());
}
