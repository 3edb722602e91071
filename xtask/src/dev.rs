//! `cargo xtask dev`: everything running on this machine, with something to look at.

use crate::http::Collector;
use crate::workerd::{Settings, Workerd};
use crate::{build, demo, place, serve};
use anyhow::{Context, Result};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;
use std::{env, fs};

/// The site of the demo pages that are served beside the collector.
const DEMO_PAGES: &str = "demo.localhost";

/// Builds, starts, fills and tells.
pub(crate) fn command(port: u16, data: Option<PathBuf>, empty: bool) -> Result<ExitCode> {
    let ended = serve::end_signals()?;
    build::all()?;
    let data = data.unwrap_or_else(|| place::root().join("data"));
    fs::create_dir_all(&data).with_context(|| format!("the folder {} cannot be made", data.display()))?;
    let admin_key = admin_key(&data)?;
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
    let collector = Collector::on_port(port, &admin_key);
    collector.wait_until_ready(Duration::from_secs(20))?;
    if !collector.has_site(DEMO_PAGES)? {
        let settings = json!({ "timezone": demo::local_time_zone(), "label": "The demo pages on this machine" });
        collector.put_site(DEMO_PAGES, &settings)?;
    }
    if !empty {
        demo::load(&collector)?;
    }
    println!();
    println!("  Dashboard   http://127.0.0.1:{port}/        admin key: {admin_key}");
    println!(
        "  Demo site   http://127.0.0.1:{demo_port}/        click around, then look at {DEMO_PAGES} in the dashboard"
    );
    println!("  Collector   http://127.0.0.1:{port}/e");
    println!();
    println!("  Data lies in {}. Ctrl-C ends; starting again keeps it.", data.display());
    serve::wait(&mut workerd, &ended)
}

/// The operator's key, else the one kept beside the data, else a new one.
fn admin_key(data: &Path) -> Result<String> {
    if let Some(key) = env::var("PASSERBY_ADMIN_KEY").ok().filter(|key| !key.is_empty()) {
        return Ok(key);
    }
    let file = data.join("admin-key");
    if let Ok(key) = fs::read_to_string(&file) {
        return Ok(key.trim().to_owned());
    }
    let random = fs::File::open("/dev/urandom").and_then(|mut source| {
        let mut bytes = [0; 16];
        std::io::Read::read_exact(&mut source, &mut bytes).map(|()| bytes)
    })?;
    let key = format!("{:032x}", u128::from_be_bytes(random));
    fs::write(&file, &key)?;
    Ok(key)
}
