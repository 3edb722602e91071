//! Puts modules, pages and configuration together as they are served.

use super::design;
use super::module::{self, Module};
use super::packages::Package;
use crate::{place, words};
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// A file of the dist folder.
pub(super) struct Built {
    /// What the table and the budgets call it.
    pub(super) name: String,
    /// Where it lies below the dist folder, with the hash of its content where it has one.
    pub(super) path: String,
    pub(super) bytes: Vec<u8>,
    /// Whether its bytes are of interest.
    pub(super) listed: bool,
}

impl Built {
    pub(super) fn plain(name: &str, bytes: Vec<u8>) -> Self {
        Self { name: name.into(), path: name.into(), bytes, listed: true }
    }

    pub(super) fn unlisted(path: String, bytes: Vec<u8>) -> Self {
        Self { name: path.clone(), path, bytes, listed: false }
    }

    /// A file that may be cached for ever: its name changes with its content.
    pub(super) fn hashed(name: &str, bytes: Vec<u8>) -> Self {
        let hash = blake3::hash(&bytes).to_hex();
        let short = hash.get(..6).unwrap_or_default();
        let path = match name.rsplit_once('.') {
            Some((stem, ending)) => format!("{stem}.{short}.{ending}"),
            None => format!("{name}.{short}"),
        };
        Self { name: name.into(), path, bytes, listed: true }
    }

    /// The path as the assets are addressed.
    pub(super) fn address(&self) -> &str {
        self.path.strip_prefix("assets").unwrap_or(&self.path)
    }
}

/// The collector: its module, the one that it loads when needed, its entry, and the configuration of workerd.
pub(super) fn worker(package: &Package, parquet: &Package) -> Result<Vec<Built>> {
    let module = module::build("edge-worker", package)?;
    let parquet = module::build("export-wasm", parquet)?;
    // workerd is as new as the lock says, and the glue imports the module in the newest way.
    let flags = ["--target=esnext".into(), parquet.alias];
    let entry = module::bundle(&package.entry, Some(&module), &flags)?;
    let mut files = vec![
        Built::plain("worker/index.mjs", entry),
        Built::plain("worker/index_bg.wasm", module.wasm),
        Built::plain("worker/parquet_bg.wasm", parquet.wasm),
        Built::unlisted("worker/workerd.capnp".into(), read("edge-worker/workerd.capnp")?),
        Built::unlisted("worker/demo.mjs".into(), read("edge-worker/js/demo.mjs")?),
    ];
    files.extend(folder("www/demo", "demo")?);
    Ok(files)
}

/// The tracker: the loader that pages name, the module that it loads, and the parts that only some pages need.
pub(super) fn tracker(package: &Package) -> Result<Vec<Built>> {
    let module = module::build("tracker", package)?;
    let part = |name: &str| -> Result<Built> {
        let script = module::bundle(&format!("tracker/js/{name}.js"), None, &[])?;
        Ok(Built::hashed(&format!("assets/p/{name}.js"), module::squeezed(script)?))
    };
    let wasm = Built::hashed("assets/p/tracker.wasm", module.wasm);
    let parts = [
        ("TWIN", part("twin")?),
        ("COMPONENTS", part("components")?),
        ("REQUESTS", part("requests")?),
        ("KEPT", part("kept")?),
        ("INSPECT", part("inspect")?),
    ];
    let beside = |file: &Built| file.address().replace("/p/", "./");
    let mut flags = vec![define("__TRACKER_WASM__", &beside(&wasm))];
    for (name, file) in &parts {
        flags.push(define(&format!("__TRACKER_{name}__"), &beside(file)));
        flags.push(format!("--external:{}", beside(file)));
    }
    let script = module::squeezed(module::bundle(&package.entry, None, &flags)?)?;
    let script = Built::hashed("assets/p/tracker.js", script);
    // Pages load it as an ordinary script.
    let flags = ["--format=iife".into(), define("__TRACKER_JS__", script.address().trim_start_matches('/'))];
    let loader = module::squeezed(module::bundle("tracker/js/p.js", None, &flags)?)?;
    let loader = Built::plain("assets/p.js", loader);
    Ok([loader, script, wasm].into_iter().chain(parts.into_iter().map(|(_, file)| file)).collect())
}

/// The dashboard: page, styles, its module, and one for each view but the overview.
pub(super) fn dashboard(package: &Package, views: &Package) -> Result<Vec<Built>> {
    let module: Module = module::build("dashboard-wasm", package)?;
    let wasm = Built::hashed("assets/app/dashboard.wasm", module.wasm.clone());
    let mut parts = Vec::new();
    let mut addresses = Vec::new();
    for (name, module) in module::build_programs("dashboard-views", views)? {
        let wasm = Built::hashed(&format!("assets/app/view/{name}.wasm"), module.wasm.clone());
        let flags = [define("__VIEW_WASM__", wasm.address())];
        // A module that is no view has an entry of its own.
        let own = format!("www/dashboard/{name}.js");
        let entry = if place::root().join(&own).exists() { &own } else { &views.entry };
        let script = module::bundle(entry, Some(&module), &flags)?;
        let script = Built::hashed(&format!("assets/app/view/{name}.js"), script);
        addresses.push((name, script.address().to_owned()));
        parts.extend([wasm, script]);
    }
    // Files of what is shown are made by a script alone.
    let export = Built::hashed("assets/app/view/export.js", module::bundle("www/dashboard/export.js", None, &[])?);
    addresses.push(("export".to_owned(), export.address().to_owned()));
    parts.push(export);
    let table: serde_json::Map<String, serde_json::Value> =
        addresses.into_iter().map(|(name, address)| (name, address.into())).collect();
    let flags = [
        define("__DASHBOARD_WASM__", wasm.address()),
        format!("--define:__DASHBOARD_VIEWS__={}", serde_json::Value::from(table)),
    ];
    let script = module::bundle(&package.entry, Some(&module), &flags)?;
    let script = Built::hashed("assets/app/dashboard.js", script);
    let style = Built::hashed("assets/app/dashboard.css", module::bundle("www/dashboard/style.css", None, &[])?);
    let mut page = String::from_utf8(read("www/dashboard/index.html")?).context("index.html is text")?;
    for (name, file) in [("__DASHBOARD_JS__", &script), ("__DASHBOARD_WASM__", &wasm), ("__DASHBOARD_CSS__", &style)] {
        page = page.replace(name, file.address());
    }
    let words = words::catalogues()?
        .into_iter()
        .map(|(tag, catalogue)| Built::hashed(&format!("assets/app/words/{tag}.txt"), catalogue.into_bytes()));
    let words: Vec<Built> = words.collect();
    // The edge makes their addresses of their names.
    let names = words.iter().filter_map(|file| file.address().rsplit('/').next()?.strip_suffix(".txt"));
    page = page.replace("__DASHBOARD_WORDS__", &names.collect::<Vec<_>>().join(" "));
    let mut files = Vec::from(design::page(&style)?);
    files.extend([Built::plain("assets/index.html", page.into_bytes()), style, script, wasm]);
    files.push(Built::plain("assets/app/regions.json", read("views/data/regions.json")?));
    files.extend(parts);
    files.extend(words);
    Ok(files)
}

pub(super) fn define(name: &str, value: &str) -> String {
    format!("--define:{name}=\"{value}\"")
}

pub(super) fn read(path: &str) -> Result<Vec<u8>> {
    fs::read(place::root().join(path)).with_context(|| format!("{path} is missing"))
}

pub(super) fn folder(from: &str, to: &str) -> Result<Vec<Built>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(place::root().join(from)).with_context(|| format!("{from} is missing"))?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let (from, to) = (format!("{from}/{name}"), format!("{to}/{name}"));
        if entry.path().is_dir() {
            files.extend(folder(&from, &to)?);
        } else {
            files.push(Built::unlisted(to, fs::read(entry.path())?));
        }
    }
    Ok(files)
}

/// Makes the dist folder hold exactly these files.
pub(super) fn write(dist: &Path, files: &[Built]) -> Result<()> {
    let _ = fs::remove_dir_all(dist);
    for file in files {
        let path: PathBuf = dist.join(&file.path);
        fs::create_dir_all(path.parent().unwrap_or(dist))?;
        fs::write(&path, &file.bytes)?;
    }
    Ok(())
}
