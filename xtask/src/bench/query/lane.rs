//! The three that are asked: ours, DuckDB, and a Durable Object with a SQL row for each event.

use super::answer::{Answer, Question};
use crate::bench::process;
use crate::http::Collector;
use crate::workerd::{Settings, Workerd};
use crate::{place, setup};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// Names of the lanes.
pub(super) const OURS: &str = "ours";
pub(super) const DUCKDB: &str = "DuckDB";
pub(super) const MADE: &str = "DuckDB with visits";
pub(super) const OBJECT: &str = "SQL in the object";
/// The site's domain.
pub(super) const SITE: &str = "bench.example";
const PORT: u16 = 8900;
const OBJECT_PORT: u16 = 8901;
const KEY: &str = "bench";
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_mins(15);
const DATABASE: &str = "events.duckdb";
const OBJECT_MODULE: &str = "sql_object.mjs";
const CONFIG_FILE: &str = "bench-query.capnp";
/// The object with SQL.
const OBJECT_WORKER: &str = r#"
      modules = [(name = "sql_object.mjs", esModule = embed "sql_object.mjs")],
      compatibilityDate = "2026-04-01",
      bindings = [(name = "EVENTS", durableObjectNamespace = "Events")],
      durableObjectNamespaces = [(className = "Events", uniqueKey = "bench-sql-object", enableSql = true)],
      durableObjectStorage = (localDisk = "objects")"#;

/// One that takes events in and is asked.
pub(super) trait Lane {
    /// Its name in the table.
    fn name(&self) -> &'static str;
    /// Takes events in, the lines of an import; answers how long that took.
    fn load(&mut self, lines: &[u8]) -> Result<Duration>;
    /// Ends its process and starts another, which has touched no event yet.
    fn restart(&mut self) -> Result<()>;
    /// Ends its process.
    fn stop(&mut self);
    /// Asks, and answers how long that took.
    fn ask(&mut self, question: &Question) -> Result<(Duration, Answer)>;
    /// Memory that its process holds, in bytes.
    fn memory(&self) -> Result<u64>;
    /// What it keeps on disk, in bytes.
    fn disk(&self) -> u64;
}

/// A worker under workerd: ours, or the object with SQL. The other one's is not touched.
pub(super) struct Worker {
    is_ours: bool,
    data: PathBuf,
    server: Collector,
    process: Option<Workerd>,
}

impl Worker {
    /// Ours.
    pub(super) fn ours(data: &Path) -> Result<Self> {
        let mut worker = Self::new(true, data, PORT)?;
        worker.restart()?;
        worker.server.put_site(SITE, &json!({ "timezone": "UTC" }))?;
        worker.stop();
        Ok(worker)
    }

    /// The object with SQL.
    pub(super) fn sql_object(data: &Path) -> Result<Self> {
        Self::new(false, data, OBJECT_PORT)
    }

    fn new(is_ours: bool, data: &Path, port: u16) -> Result<Self> {
        let worker = place::dist().join("worker");
        fs::write(worker.join(CONFIG_FILE), super::super::with_another_worker(OBJECT_WORKER))?;
        fs::copy(place::root().join("xtask/bench").join(OBJECT_MODULE), worker.join(OBJECT_MODULE))?;
        let server = Collector::on_port(port, KEY).with_patience(PATIENCE);
        Ok(Self { is_ours, data: data.into(), server, process: None })
    }
}

impl Lane for Worker {
    fn name(&self) -> &'static str {
        if self.is_ours { OURS } else { OBJECT }
    }

    fn load(&mut self, lines: &[u8]) -> Result<Duration> {
        let lines = std::str::from_utf8(lines)?;
        let begun = Instant::now();
        if self.is_ours {
            let report = self.server.import(SITE, lines)?;
            let (received, accepted) = (report.get("received"), report.get("accepted"));
            if accepted != received || accepted.and_then(Value::as_u64) != Some(lines.lines().count() as u64) {
                bail!("not every event was accepted: {report}");
            }
        } else {
            self.server.post("/load", "application/x-ndjson", lines)?;
        }
        Ok(begun.elapsed())
    }

    fn restart(&mut self) -> Result<()> {
        self.stop();
        let settings = Settings {
            port: PORT,
            demo_port: OBJECT_PORT,
            data: &self.data,
            admin_key: KEY,
            client_ip_header: None,
            unlimited: true,
            preload: None,
        };
        self.process = Some(Workerd::start_configured(CONFIG_FILE, &settings)?);
        self.server.wait_until_ready(Duration::from_secs(20))
    }

    fn stop(&mut self) {
        self.process = None;
    }

    fn ask(&mut self, question: &Question) -> Result<(Duration, Answer)> {
        let (path, body) = if self.is_ours {
            ("/api/v2/query", question.for_ours(SITE)?.to_string())
        } else {
            ("/ask", question.for_peers().to_string())
        };
        let begun = Instant::now();
        let answer = self.server.post(path, "application/json", &body)?;
        let took = begun.elapsed();
        let answer = serde_json::from_str(&answer)?;
        Ok((took, if self.is_ours { Answer::of_ours(&answer)? } else { Answer::of_peer(&answer)? }))
    }

    fn memory(&self) -> Result<u64> {
        process::resident_bytes(self.process.as_ref().context("workerd is not running")?.id())
    }

    fn disk(&self) -> u64 {
        bytes_of(&self.data.join("objects").join(if self.is_ours { "passerby-site" } else { "bench-sql-object" }))
    }
}

/// DuckDB in a process of its own.
pub(super) struct DuckDb {
    python: PathBuf,
    folder: PathBuf,
    process: Option<Python>,
    /// Whether it makes tables of visits before the first question, out of which it answers them all.
    with_visits: bool,
    /// Whether these tables are there and hold all events.
    made: bool,
}

struct Python {
    process: Child,
    said: ChildStdin,
    heard: BufReader<ChildStdout>,
}

impl Drop for DuckDb {
    fn drop(&mut self) {
        self.stop();
    }
}

impl DuckDb {
    /// With its database in a folder.
    pub(super) fn new(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder)?;
        Ok(Self { python: setup::python()?, folder: folder.into(), process: None, with_visits: false, made: false })
    }

    /// Another with a copy of the database, which makes tables of visits once for all questions.
    pub(super) fn with_visits(&self, folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder)?;
        fs::copy(self.folder.join(DATABASE), folder.join(DATABASE))?;
        let python = self.python.clone();
        Ok(Self { python, folder: folder.into(), process: None, with_visits: true, made: false })
    }

    fn tell(&mut self, message: &Value) -> Result<String> {
        let python = self.process.as_mut().context("DuckDB is not running")?;
        writeln!(python.said, "{message}")?;
        let mut line = String::new();
        if python.heard.read_line(&mut line)? == 0 {
            bail!("DuckDB ended");
        }
        Ok(line)
    }
}

impl Lane for DuckDb {
    fn name(&self) -> &'static str {
        if self.with_visits { MADE } else { DUCKDB }
    }

    fn load(&mut self, lines: &[u8]) -> Result<Duration> {
        let file = self.folder.join("events.ndjson");
        fs::write(&file, lines)?;
        let begun = Instant::now();
        self.tell(&json!({ "load": file }))?;
        let took = begun.elapsed();
        self.made = false;
        fs::remove_file(&file)?;
        Ok(took)
    }

    fn restart(&mut self) -> Result<()> {
        self.stop();
        // -B: no compiled files beside the sources.
        let mut command = Command::new(&self.python);
        command.arg("-B").arg(place::root().join("xtask/bench/duckdb_lane.py")).arg(self.folder.join(DATABASE));
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let (said, heard) = (process.stdin.take().context("no input")?, process.stdout.take().context("no output")?);
        self.process = Some(Python { process, said, heard: BufReader::new(heard) });
        // Answered when Python is up and the database open.
        self.tell(&json!({ "ready": true }))?;
        Ok(())
    }

    fn stop(&mut self) {
        if let Some(mut python) = self.process.take() {
            self.made = false;
            // At the end of its input it ends in good order.
            drop(python.said);
            let _ = python.process.wait();
        }
    }

    fn ask(&mut self, question: &Question) -> Result<(Duration, Answer)> {
        let message = json!({ "ask": question.for_peers(), "prepared": self.with_visits });
        let begun = Instant::now();
        if self.with_visits && !self.made {
            self.tell(&json!({ "prepare": true }))?;
            self.made = true;
        }
        let answer = self.tell(&message)?;
        let took = begun.elapsed();
        Ok((took, Answer::of_peer(&serde_json::from_str(&answer)?)?))
    }

    fn memory(&self) -> Result<u64> {
        process::resident_bytes(self.process.as_ref().context("DuckDB is not running")?.process.id())
    }

    fn disk(&self) -> u64 {
        bytes_of(&self.folder)
    }
}

/// Bytes of all files of a folder.
fn bytes_of(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    entries
        .flatten()
        .map(|entry| match entry.metadata() {
            Ok(of) if of.is_dir() => bytes_of(&entry.path()),
            Ok(of) => of.len(),
            Err(_) => 0,
        })
        .sum()
}
