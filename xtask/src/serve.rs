//! `cargo xtask serve`: the built worker under plain workerd, in the foreground, as a self-hoster runs it.

use crate::http::Collector;
use crate::workerd::{Settings, Workerd};
use crate::{build, place};
use anyhow::{Context, Result, bail};
use signal_hook::consts::{SIGINT, SIGTERM};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Serves until it is told to end.
pub(crate) fn command(port: u16, data: Option<PathBuf>) -> Result<ExitCode> {
    let admin_key = std::env::var("PASSERBY_ADMIN_KEY").ok().filter(|key| !key.is_empty()).context(
        "PASSERBY_ADMIN_KEY is not set. It opens the dashboard and the API: choose a long random one, for example with \
         `openssl rand -hex 32`",
    )?;
    let ended = end_signals()?;
    build::all()?;
    let data = data.unwrap_or_else(|| place::root().join("data"));
    let demo_port = port.checked_add(1).context("the port after --port is needed too")?;
    let mut workerd = Workerd::start(&Settings {
        port,
        demo_port,
        data: &data,
        admin_key: &admin_key,
        client_ip_header: None,
        unlimited: false,
        preload: None,
    })?;
    Collector::on_port(port, &admin_key).wait_until_ready(Duration::from_secs(20))?;
    println!("Passerby answers on http://127.0.0.1:{port}/");
    wait(&mut workerd, &ended)
}

/// A flag that turns true when the process is asked to end.
pub(crate) fn end_signals() -> Result<Arc<AtomicBool>> {
    let ended = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&ended))?;
    }
    Ok(ended)
}

/// Waits for the end: asked for, or workerd's own.
pub(crate) fn wait(workerd: &mut Workerd, ended: &AtomicBool) -> Result<ExitCode> {
    while !ended.load(Ordering::Relaxed) {
        if workerd.has_ended() {
            bail!("workerd ended by itself");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    workerd.stop();
    Ok(ExitCode::SUCCESS)
}
