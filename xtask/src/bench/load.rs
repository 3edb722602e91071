//! A closed-loop load: so many connections, each sending its next request when the last is answered.

use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// What a load saw.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    pub(super) requests: u64,
    pub(super) elapsed: Duration,
    /// Time of each request, in microseconds, sorted.
    pub(super) latencies_us: Vec<u64>,
}

impl Seen {
    /// Requests a second.
    pub(super) fn rate(&self) -> f64 {
        self.requests as f64 / self.elapsed.as_secs_f64()
    }

    /// The latency that a share of the requests stays under, in milliseconds.
    pub(super) fn latency_ms(&self, share: f64) -> f64 {
        let at = (self.latencies_us.len() as f64 * share) as usize;
        self.latencies_us.get(at.min(self.latencies_us.len().saturating_sub(1))).map_or(0.0, |us| *us as f64 / 1000.0)
    }
}

/// So many addresses belong to one load, that no two loads have a sender in common.
const SENDERS: u64 = 200_000;

/// Loads `path` on a port of this machine for a time; `body` makes the body of the n-th request, and the header `sender`
/// gives each an address of its own, which no load with another number has.
pub(super) fn run(
    port: u16,
    path: &str,
    sender: &str,
    load: u64,
    connections: usize,
    time: Duration,
    body: &(dyn Fn(u64) -> Vec<u8> + Sync),
) -> Result<Seen> {
    let next = AtomicU64::new(0);
    let begun = Instant::now();
    let seen: Result<Vec<Vec<u64>>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..connections)
            .map(|_| {
                scope.spawn(|| -> Result<Vec<u64>> {
                    let mut connection = Connection::open(port)?;
                    let mut latencies = Vec::new();
                    while begun.elapsed() < time {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        let [.., high, middle, low] = (load * SENDERS + number % SENDERS).to_be_bytes();
                        let (body, header) = (body(number), format!("{sender}: 10.{high}.{middle}.{low}"));
                        let sent = Instant::now();
                        let status = connection.post(path, &header, &body)?;
                        if !(200..300).contains(&status) {
                            bail!("a request was answered {status}");
                        }
                        latencies.push(sent.elapsed().as_micros() as u64);
                    }
                    Ok(latencies)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| bail!("a load thread broke"))).collect()
    });
    let mut latencies_us = seen?.concat();
    latencies_us.sort_unstable();
    Ok(Seen { requests: latencies_us.len() as u64, elapsed: begun.elapsed(), latencies_us })
}

/// A kept-alive HTTP/1.1 connection. A client library would cost more processor time than the worker under test.
struct Connection {
    stream: BufReader<TcpStream>,
}

impl Connection {
    fn open(port: u16) -> Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        Ok(Self { stream: BufReader::new(stream) })
    }

    fn post(&mut self, path: &str, header: &str, body: &[u8]) -> Result<u16> {
        let mut request = format!(
            "POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n{header}\r\ncontent-type: text/plain\r\ncontent-length: {}\r\n\
             user-agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n\r\n",
            body.len()
        )
        .into_bytes();
        request.extend_from_slice(body);
        self.stream.get_mut().write_all(&request)?;
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let status = line.split(' ').nth(1).and_then(|code| code.parse().ok()).context("no status line")?;
        let (mut length, mut chunked) = (0, false);
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            let header = line.trim().to_ascii_lowercase();
            if header.is_empty() {
                break;
            }
            if let Some(value) = header.strip_prefix("content-length:") {
                length = value.trim().parse()?;
            }
            chunked |= header == "transfer-encoding: chunked";
        }
        while chunked {
            line.clear();
            self.stream.read_line(&mut line)?;
            let chunk = usize::from_str_radix(line.trim(), 16)?;
            self.skip(chunk + 2)?;
            chunked = chunk > 0;
        }
        self.skip(length)?;
        Ok(status)
    }

    fn skip(&mut self, bytes: usize) -> Result<()> {
        std::io::copy(&mut (&mut self.stream).take(bytes as u64), &mut std::io::sink())?;
        Ok(())
    }
}
