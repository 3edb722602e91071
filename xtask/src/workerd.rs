//! workerd with the configuration that ships, on a folder of data.

use crate::place;
use anyhow::{Context, Result, bail};
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// Variables of the operator's that reach the worker.
const PASSED_ON: [&str; 10] = [
    "PASSERBY_SECRET",
    "PASSERBY_TEST",
    "PASSERBY_COUNTRY_HEADER",
    "PASSERBY_CLIENT_IP_HEADER",
    "PASSERBY_GROUP_WINDOW_MS",
    "PASSERBY_JOURNAL_EVENTS",
    "PASSERBY_SHARDS",
    "PASSERBY_CLIENT_EVENTS_PER_SECOND",
    "PASSERBY_SITE_EVENTS_PER_SECOND",
    "PASSERBY_COALESCE",
];
/// How long requests in flight may take to end before the process is killed.
const GRACE: Duration = Duration::from_secs(5);

/// What to start.
pub(crate) struct Settings<'a> {
    pub(crate) port: u16,
    pub(crate) demo_port: u16,
    pub(crate) data: &'a Path,
    pub(crate) admin_key: &'a str,
    /// The header that names a request's sender, where it is not its connection.
    pub(crate) client_ip_header: Option<&'a str>,
    /// Whether events may come as fast as they are sent: measurements ask what can be taken, not what may be sent.
    pub(crate) unlimited: bool,
    /// A library that is loaded before libc.
    pub(crate) preload: Option<&'a Path>,
}

/// A running workerd, ended when dropped.
pub(crate) struct Workerd {
    process: Child,
}

impl Workerd {
    /// Starts the configuration that ships; the ports must be free.
    pub(crate) fn start(settings: &Settings) -> Result<Self> {
        Self::start_configured("workerd.capnp", settings)
    }

    /// Starts another configuration beside the one that ships, with the same sockets and folders.
    pub(crate) fn start_configured(config: &str, settings: &Settings) -> Result<Self> {
        for port in [settings.port, settings.demo_port] {
            if TcpListener::bind(("127.0.0.1", port)).is_err() {
                bail!("port {port} is in use; choose another with --port");
            }
        }
        let folder = |name: &str| -> Result<PathBuf> {
            let path = settings.data.join(name);
            fs::create_dir_all(&path).with_context(|| format!("the folder {} cannot be made", path.display()))?;
            Ok(fs::canonicalize(path)?)
        };
        let dist = fs::canonicalize(place::dist())?;
        let mut command = Command::new(program());
        command
            .arg("serve")
            .arg(dist.join("worker").join(config))
            .arg(format!("--socket-addr=http=127.0.0.1:{}", settings.port))
            .arg(format!("--socket-addr=demo=127.0.0.1:{}", settings.demo_port))
            .arg(format!("--directory-path=objects={}", folder("objects")?.display()))
            .arg(format!("--directory-path=salts={}", folder("salts")?.display()))
            .arg(format!("--directory-path=archive={}", folder("archive")?.display()))
            .arg(format!("--directory-path=assets={}", dist.join("assets").display()))
            .arg(format!("--directory-path=demo-files={}", dist.join("demo").display()))
            .env_clear()
            .env("PASSERBY_ADMIN_KEY", settings.admin_key)
            .env("PASSERBY_COLLECTOR", format!("http://127.0.0.1:{}", settings.port));
        for name in PASSED_ON {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        if settings.unlimited {
            command.env("PASSERBY_CLIENT_EVENTS_PER_SECOND", "0").env("PASSERBY_SITE_EVENTS_PER_SECOND", "0");
        }
        if let Some(library) = settings.preload {
            command.env("LD_PRELOAD", library);
        }
        if let Some(header) = settings.client_ip_header {
            command.env("PASSERBY_CLIENT_IP_HEADER", header);
        }
        Ok(Self { process: command.spawn().context("workerd could not be started")? })
    }

    /// The process's number.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Whether it has ended by itself.
    pub(crate) fn has_ended(&mut self) -> bool {
        !matches!(self.process.try_wait(), Ok(None))
    }

    /// Asks it to end, and ends it if it does not.
    pub(crate) fn stop(&mut self) {
        let _ = Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status();
        let begun = Instant::now();
        while begun.elapsed() < GRACE {
            if self.has_ended() {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Workerd {
    fn drop(&mut self) {
        if !self.has_ended() {
            self.stop();
        }
    }
}

/// The binary itself: the npm package's launcher is a script that would not pass signals on.
pub(crate) fn program() -> PathBuf {
    let named = std::env::var_os("PASSERBY_WORKERD").map(PathBuf::from);
    let platform = match (std::env::consts::OS, std::env::consts::ARCH) {
        ("macos", "aarch64") => "darwin-arm64",
        ("macos", _) => "darwin-64",
        (_, "aarch64") => "linux-arm64",
        _ => "linux-64",
    };
    named.unwrap_or_else(|| {
        place::root().join("node_modules/@cloudflare").join(format!("workerd-{platform}")).join("bin/workerd")
    })
}
