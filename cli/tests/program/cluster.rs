//! `pixel-debate run --nats`, `worker` and `workers`: processes that are killed, and what is left of
//! their work.

#[path = "../../../cluster/tests/cluster/nats.rs"]
mod nats;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::run::{Place, assert_same, contents, shards};
use crate::{failure, output, program};
use nats::{Nats, free_port};

/// A process that does not outlive its test.
struct Process(Child);

impl Process {
    fn start(arguments: &str) -> Self {
        Self(program(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }

    fn worker(nats: &str, more: &str) -> Self {
        Self::start(&format!("worker --nats {nats} --threads 1 {more}"))
    }

    fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    /// Waits for its end; whether it was a success.
    #[track_caller]
    fn succeeds(&mut self) -> bool {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.0.try_wait().unwrap() {
                return status.success();
            }
            assert!(begun.elapsed() < Duration::from_mins(3), "it does not end");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn workers_and_coordinator_are_killed_at_random_and_nothing_is_lost() {
    let Some(nats) = Nats::start("") else { return };
    let place = Place::new();
    let local = place.run("local", "");
    let url = nats.url();
    let command = place.arguments("spread", &format!("--nats {url} --lease 1 --tries 50"));
    let mut coordinator = Process::start(&command);
    let mut workers: Vec<Process> = (0..3).map(|_| Process::worker(&url, "")).collect();
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let (mut killed, mut frozen) = (0, Vec::new());
    while coordinator.0.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(rng.random_range(50..600)));
        if coordinator.0.try_wait().unwrap().is_some() {
            break;
        }
        if rng.random_ratio(1, 4) && shards(&place.out("spread")).len() > 1 {
            coordinator.kill();
            coordinator = Process::start(&command);
        } else {
            let victim = rng.random_range(0..workers.len());
            // Stopped, or killed.
            if rng.random_ratio(1, 3) {
                frozen.push(std::mem::replace(&mut workers[victim], Process::worker(&url, "")));
                signal(frozen.last().unwrap(), "STOP");
            } else {
                workers[victim].kill();
                workers[victim] = Process::worker(&url, "");
            }
        }
        killed += 1;
        // So that it comes to an end on a slow machine.
        std::thread::sleep(Duration::from_millis(300 * killed));
    }
    assert!(coordinator.succeeds());
    assert!(killed > 2, "the run was too short to be disturbed");
    assert_same(&contents(&place.out("spread")), &local);
}

#[test]
fn a_nats_cluster_loses_a_node_in_the_middle_of_a_run() {
    let ports: [(u16, u16); 3] = std::array::from_fn(|_| (free_port(), free_port()));
    let routes: Vec<String> =
        ports.iter().map(|(_, route)| format!("nats://127.0.0.1:{route}")).collect();
    let node = |number: usize| {
        let (client, route) = ports[number];
        let config = format!(
            "server_name: node{number}\n\
             cluster {{ name: lab, listen: \"127.0.0.1:{route}\", routes: [{}] }}",
            routes.join(", ")
        );
        Nats::start_at(client, &config)
    };
    let Some(mut nodes) = (0..3).map(node).collect::<Option<Vec<_>>>() else { return };
    let urls = nodes.iter().map(Nats::url).collect::<Vec<_>>().join(",");
    let place = Place::new();
    let local = place.run("local", "");
    let _workers = [Process::worker(&urls, ""), Process::worker(&urls, "")];
    let command = place.arguments("spread", &format!("--nats {urls} --replicas 3 --lease 2"));
    // The nodes may not have met yet.
    let mut coordinator = Process::start(&command);
    let begun = Instant::now();
    while shards(&place.out("spread")).len() < 3 {
        assert!(begun.elapsed() < Duration::from_mins(1), "the run does not get on");
        if coordinator.0.try_wait().unwrap().is_some() {
            std::thread::sleep(Duration::from_millis(300));
            coordinator = Process::start(&command);
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    nodes[0].kill();
    assert!(coordinator.0.try_wait().unwrap().is_none(), "the run was over too soon");
    assert!(coordinator.succeeds());
    assert_same(&contents(&place.out("spread")), &local);
}

#[test]
fn workers_are_listed_and_measured_and_give_back_what_they_are_at() {
    let Some(nats) = Nats::start("") else { return };
    let url = nats.url();
    let none = output(&format!("workers --nats {url} --wait 1"), "");
    assert!(none.contains("0 workers with 0 threads"), "{none}");
    let metrics = free_port();
    let mut worker = Process::worker(&url, &format!("--name bench --metrics 127.0.0.1:{metrics}"));
    let place = Place::new();
    let mut coordinator = Process::start(&place.arguments("out", &format!("--nats {url}")));
    let begun = Instant::now();
    let listed = loop {
        assert!(begun.elapsed() < Duration::from_mins(1), "the worker does nothing");
        let json = output(&format!("workers --nats {url} --wait 1 --json"), "");
        let workers: serde_json::Value = serde_json::from_str(&json).unwrap();
        if workers[0]["done"].as_u64().is_some_and(|done| done > 0) {
            break output(&format!("workers --nats {url} --wait 1"), "");
        }
    };
    assert!(listed.contains("bench ") && listed.contains("1 workers with 1 threads"), "{listed}");
    let page = get(metrics);
    for line in [
        "pixel_debate_worker_threads 1",
        "# TYPE pixel_debate_worker_shards counter",
        "pixel_debate_worker_shard_seconds_count",
        "pixel_debate_worker_speed ",
    ] {
        assert!(page.contains(line), "{line}: {page}");
    }
    // A request to terminate is followed in good order.
    signal(&worker, "TERM");
    assert!(worker.succeeds());
    let mut last = Process::worker(&url, "--idle 5");
    assert!(coordinator.succeeds());
    assert!(last.succeeds());
    assert_same(&contents(&place.out("out")), &place.run("local", ""));
}

fn signal(process: &Process, name: &str) {
    let arguments = [format!("-{name}"), process.0.id().to_string()];
    assert!(Command::new("kill").args(arguments).status().unwrap().success());
}

fn get(port: u16) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    write!(stream, "GET /metrics HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n").unwrap();
    let mut page = String::new();
    stream.read_to_string(&mut page).unwrap();
    page
}

#[test]
fn what_is_wrong_with_the_way_in_is_said() {
    let Some(nats) = Nats::start(r#"authorization { token: "open sesame" }"#) else { return };
    let url = nats.url();
    let (code, error) = failure(&format!("workers --nats {url}"), "");
    assert_eq!(code, 1);
    assert!(error.contains("refuses a client that proves nothing"), "{error}");
    let place = Place::new();
    let command = place.arguments("out", &format!("--nats {url}"));
    let with_token = |token: &str| {
        let mut command = program(&command);
        let mut child = command
            .env("PIXEL_DEBATE_NATS_TOKEN", token)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        if token == "wrong" {
            BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
        }
        (Process(child), line)
    };
    let (mut coordinator, error) = with_token("wrong");
    assert!(!coordinator.succeeds());
    assert!(error.contains("refuses this token"), "{error}");
    let (mut coordinator, _) = with_token("open sesame");
    let secret = place.out("token");
    std::fs::write(&secret, "open sesame\n").unwrap();
    let _worker = Process::worker(&url, &format!("--nats-token-file {}", secret.display()));
    assert!(coordinator.succeeds());
    assert!(Path::new(&place.out("out")).join("debates.parquet").exists());
    drop(nats);
    let (_, error) = failure(&format!("workers --nats {url}"), "");
    assert!(error.starts_with("error: no NATS server can be reached at 127.0.0.1:"), "{error}");
    for (arguments, wanted) in [
        ("workers --nats ftp://host", "\"ftp://host\" is no NATS server's URL ("),
        ("workers --nats host --nats-token-file missing", "missing cannot be read: No such file"),
        ("workers --nats host --nats-user lab", "PIXEL_DEBATE_NATS_PASSWORD: is needed, or"),
    ] {
        let (code, error) = failure(arguments, "");
        assert_eq!(code, 1, "{error}");
        assert!(error.contains(wanted), "{error}");
    }
}
