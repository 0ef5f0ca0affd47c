//! `pixel-debate study serve`, and then `export` and `report`: what participants said over the sockets is in the tables.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

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
}

impl Server {
    fn start(folder: &Path) -> Self {
        let mut command = program("study serve --listen 127.0.0.1:0");
        command.arg(folder).env("PIXEL_DEBATE_RESEARCHER_TOKEN", RESEARCHER);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("The study is at http://");
        let address = address.unwrap_or_else(|| panic!("{line:?}")).to_owned();
        Self { child, address }
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

    fn stop(mut self) {
        let told = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        assert!(told.unwrap().success() && self.child.wait().unwrap().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
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
    server.take_part("5f02");
    server.stop();

    let said = output(&format!("study export {frozen} --out {}", at("export")), "");
    assert_eq!(said, format!("{}: 4 judgments by 2 participants, of whom 2 count\n", at("export")));
    let judgments = fs::read_to_string(at("export/judgments.csv")).unwrap();
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
    assert!(Path::new(&at("report/figures/course.svg")).exists());
}
