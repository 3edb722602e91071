//! What `site_store::platform` names, of a simulated world.

use super::disk::Disk;
use super::world::{Bug, world};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;
use worker::{Error, Result, SqlStorageValue};

/// Writes an error into the trace.
macro_rules! console_error {
    ($($argument:tt)*) => {
        $crate::site_store::simulation::world::world().note(&format!($($argument)*))
    };
}
pub(crate) use console_error;

/// The object's clock, in milliseconds since 1970.
pub fn clock_ms() -> i64 {
    world().clock_ms()
}

/// Bytes that follow from the seed.
pub fn random_bytes<const N: usize>() -> [u8; N] {
    std::array::from_fn(|_| world().chance(super::chance::Chance::number) as u8)
}

/// Begins a task that ends with the object's life.
pub fn spawn_local(future: impl Future<Output = ()> + 'static) {
    world().spawn(future);
}

/// Runs `body` as one transaction: an error takes every statement back.
pub fn transaction(storage: &Storage, body: impl FnMut() -> Result<()>) -> Result<()> {
    storage.disk.transaction(body)
}

/// A timer.
pub struct Delay {
    wait: Duration,
    at_ms: Option<i64>,
}

impl From<Duration> for Delay {
    fn from(wait: Duration) -> Self {
        Self { wait, at_ms: None }
    }
}

impl Future for Delay {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let world = world();
        match self.at_ms {
            Some(at_ms) if world.now_ms() >= at_ms => Poll::Ready(()),
            at_ms => {
                let at_ms = at_ms.unwrap_or_else(|| world.now_ms() + self.wait.as_millis() as i64);
                self.at_ms = Some(at_ms);
                world.wake_at(at_ms, context.waker().clone());
                Poll::Pending
            }
        }
    }
}

/// Lets others have a turn.
async fn pause() {
    let mut is_back = false;
    poll_fn(|context| {
        if std::mem::replace(&mut is_back, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// A database as the object calls it.
#[derive(Clone)]
pub struct SqlStorage {
    disk: Rc<Disk>,
}

impl SqlStorage {
    /// Runs a statement.
    pub fn exec(&self, statement: &str, values: impl Into<Option<Vec<SqlStorageValue>>>) -> Result<Rows> {
        self.disk.run(statement, values.into().unwrap_or_default()).map(Rows)
    }
}

/// What a statement found.
pub struct Rows(Vec<Vec<SqlStorageValue>>);

impl Rows {
    /// The rows, one after the other.
    pub fn raw(self) -> impl Iterator<Item = Result<Vec<SqlStorageValue>>> {
        self.0.into_iter().map(Ok)
    }
}

/// The database and the alarm.
pub struct Storage {
    disk: Rc<Disk>,
}

impl Storage {
    /// Those of the world's object.
    pub fn new(disk: Rc<Disk>) -> Self {
        Self { disk }
    }

    /// The database.
    pub fn sql(&self) -> SqlStorage {
        SqlStorage { disk: Rc::clone(&self.disk) }
    }

    /// When the alarm is set to, in milliseconds since 1970.
    pub async fn get_alarm(&self) -> Result<Option<i64>> {
        alarm_call().await?;
        Ok(world().object.alarm())
    }

    /// Sets the alarm.
    pub async fn set_alarm(&self, wait: Duration) -> Result<()> {
        let at_ms = clock_ms() + wait.as_millis() as i64;
        alarm_call().await?;
        world().note(&format!("the alarm is set to {at_ms}"));
        world().object.set_alarm(Some(at_ms));
        Ok(())
    }

    /// Takes the alarm back.
    pub async fn delete_alarm(&self) -> Result<()> {
        alarm_call().await?;
        world().object.set_alarm(None);
        Ok(())
    }

    /// Takes everything away.
    pub async fn delete_all(&self) -> Result<()> {
        pause().await;
        self.disk.delete_all();
        Ok(())
    }
}

async fn alarm_call() -> Result<()> {
    pause().await;
    if world().fails(|faults| faults.alarm) { Err(Error::RustError("no alarm".to_owned())) } else { Ok(()) }
}

/// The place for secrets.
pub struct Secrets;

impl Secrets {
    /// Reads a secret.
    pub async fn read(&self, name: &str) -> Result<Option<Vec<u8>>> {
        self.call(|| world().object.secrets.borrow().get(name).cloned()).await
    }

    /// Writes a secret.
    pub async fn write(&self, name: &str, secret: &[u8], _life_seconds: Option<u64>) -> Result<()> {
        let (name, secret) = (name.to_owned(), secret.to_vec());
        let write = move || {
            world().note(&format!("the secret {name} is written"));
            world().object.secrets.borrow_mut().insert(name, secret);
        };
        if world().bug == Some(Bug::SecretsAreWrittenLater) {
            spawn_local(async move {
                Delay::from(Duration::from_mins(1)).await;
                write();
            });
            return Ok(());
        }
        if world().fails(|faults| faults.secret_write) {
            pause().await;
            return Err(Error::RustError("no place for a secret".to_owned()));
        }
        self.call(write).await
    }

    /// The names of all secrets.
    pub async fn names(&self) -> Result<Vec<String>> {
        self.call(|| world().object.secrets.borrow().keys().cloned().collect()).await
    }

    /// Deletes a secret.
    pub async fn delete(&self, name: &str) -> Result<()> {
        self.call(|| {
            if world().bug != Some(Bug::SecretsAreNotDeleted) {
                world().note(&format!("the secret {name} is deleted"));
                world().object.secrets.borrow_mut().remove(name);
            }
        })
        .await
    }

    /// A call leaves the object, so what was written before is on disk first; it has its effect some time later.
    async fn call<T>(&self, act: impl FnOnce() -> T) -> Result<T> {
        let world = world();
        world.object.hold_back();
        let is_slow = world.faults.get().slow_secrets;
        let is_slow = is_slow && world.chance(|chance| chance.one_in(3));
        let wait_ms = world.chance(|chance| chance.between(0, if is_slow { 5_000 } else { 5 }));
        Delay::from(Duration::from_millis(wait_ms as u64)).await;
        let failed = || Err(Error::RustError("the place for secrets failed".to_owned()));
        if world.fails(|faults| faults.secret) {
            return failed();
        }
        let done = act();
        pause().await;
        if world.fails(|faults| faults.secret) { failed() } else { Ok(done) }
    }
}
