//! The few requests that the commands make to the collector on this machine.

use anyhow::{Context, Result, bail};
use std::time::{Duration, Instant};

/// A collector and the key to it.
pub(crate) struct Collector {
    origin: String,
    key: String,
    agent: ureq::Agent,
}

impl Collector {
    /// A collector on this machine.
    pub(crate) fn on_port(port: u16, key: &str) -> Self {
        let origin = format!("http://127.0.0.1:{port}");
        Self { origin, key: key.into(), agent: agent(Duration::from_mins(2)) }
    }

    /// The same, with another time that an answer may take.
    pub(crate) fn with_patience(self, patience: Duration) -> Self {
        Self { agent: agent(patience), ..self }
    }

    /// Waits until it answers.
    pub(crate) fn wait_until_ready(&self, patience: Duration) -> Result<()> {
        let begun = Instant::now();
        loop {
            let answer = self.agent.get(format!("{}/healthz", self.origin)).call();
            if answer.is_ok_and(|answer| answer.status() == 200) {
                return Ok(());
            }
            if begun.elapsed() > patience {
                bail!("the collector did not answer within {} seconds", patience.as_secs());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Whether a site is set up.
    pub(crate) fn has_site(&self, domain: &str) -> Result<bool> {
        let request = self.agent.get(format!("{}/api/v1/sites/{domain}", self.origin));
        let answer = request.header("authorization", format!("Bearer {}", self.key)).call()?;
        Ok(answer.status() == 200)
    }

    /// Sets a site up.
    pub(crate) fn put_site(&self, domain: &str, settings: &serde_json::Value) -> Result<()> {
        let request = self.agent.put(format!("{}/api/v1/sites/{domain}", self.origin));
        self.send(request, "application/json", &settings.to_string()).map(|_| ())
    }

    /// Imports events, one JSON object a line; answers what the collector says of them.
    pub(crate) fn import(&self, domain: &str, lines: &str) -> Result<serde_json::Value> {
        let request = self.agent.post(format!("{}/api/v1/import?site={domain}", self.origin));
        let answer = self.send(request, "application/x-ndjson", lines)?;
        serde_json::from_str(&answer).context("the answer to an import is JSON")
    }

    /// Posts to a path; answers the body of the answer.
    pub(crate) fn post(&self, path: &str, kind: &str, body: &str) -> Result<String> {
        self.send(self.agent.post(format!("{}{path}", self.origin)), kind, body)
    }

    fn send(&self, request: ureq::RequestBuilder<ureq::typestate::WithBody>, kind: &str, body: &str) -> Result<String> {
        let request = request.header("authorization", format!("Bearer {}", self.key)).header("content-type", kind);
        let mut answer = request.send(body)?;
        let text = answer.body_mut().read_to_string()?;
        if !answer.status().is_success() {
            bail!("the collector answered {}: {text}", answer.status());
        }
        Ok(text)
    }
}

fn agent(patience: Duration) -> ureq::Agent {
    let config = ureq::Agent::config_builder().timeout_global(Some(patience)).http_status_as_error(false);
    config.build().into()
}
