//! What the kernel knows of a process.

use anyhow::{Context, Result};
use std::fs;

/// Processor time that a process has used, in seconds.
pub(super) fn cpu_seconds(process: u32) -> Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).context("processor time is read from /proc")?;
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    // utime and stime are the fields 14 and 15 of the line, in hundredths of a second.
    Ok((ticks(11) + ticks(12)) / 100.0)
}

/// Memory that a process holds, in bytes.
pub(super) fn resident_bytes(process: u32) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).context("memory is read from /proc")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no line of resident memory")?;
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kilobytes * 1_024)
}
