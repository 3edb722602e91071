//! The object as the platform runs it: it begins with its first call, may die after any turn, lets nothing out before it
//! is on disk, and is woken by its alarm, late and more often than asked for.

use super::disk::Disk;
use super::platform::{Secrets, Storage};
use super::world::{Bug, World, world};
use crate::config::Config;
use crate::site_store::archive::Archive;
use crate::site_store::{Site, simulation};
use futures_channel::oneshot;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;
use std::rc::Rc;

/// How often the platform tries an alarm again that failed.
const TRIES: u32 = 6;

type Leaving = Box<dyn FnOnce()>;

/// One object: what is on disk, and what lives.
pub struct Object {
    /// Its database.
    pub disk: Rc<Disk>,
    /// Its secrets, which are none of the database's.
    pub secrets: RefCell<BTreeMap<String, Vec<u8>>>,
    /// Its settings.
    pub config: RefCell<Config>,
    living: RefCell<Option<(u64, Rc<Site>)>>,
    /// Answers that leave once all is on disk.
    leaving: RefCell<Vec<Leaving>>,
    /// Whether all has to be on disk after this turn.
    held_back: Cell<bool>,
    alarm: Cell<Option<i64>>,
    durable_alarm: Cell<Option<i64>>,
    late_ms: Cell<i64>,
    ringing: Cell<bool>,
    tries: Cell<u32>,
}

impl Object {
    /// An object that nobody has called.
    pub fn new() -> Self {
        Self {
            disk: Rc::new(Disk::new()),
            secrets: RefCell::default(),
            config: RefCell::default(),
            living: RefCell::default(),
            leaving: RefCell::default(),
            held_back: Cell::default(),
            alarm: Cell::default(),
            durable_alarm: Cell::default(),
            late_ms: Cell::default(),
            ringing: Cell::default(),
            tries: Cell::default(),
        }
    }

    /// Calls the object. Nothing is answered where it dies before its answer has left.
    pub fn call<T: 'static, F: Future<Output = T> + 'static>(
        &self,
        world: &World,
        act: impl FnOnce(Rc<Site>) -> F,
    ) -> oneshot::Receiver<T> {
        let (life, site) = self.living(world);
        let (sender, receiver) = oneshot::channel();
        let acting = act(site);
        world.spawn_of(life, async move {
            let answer = acting.await;
            let leave = move || drop(sender.send(answer));
            simulation::world::world().object.leaving.borrow_mut().push(Box::new(leave));
        });
        receiver
    }

    fn living(&self, world: &World) -> (u64, Rc<Site>) {
        let mut living = self.living.borrow_mut();
        let (life, site) = living.get_or_insert_with(|| {
            world.note("the object begins");
            let storage = Storage::new(Rc::clone(&self.disk));
            let archive = Archive::new(None, "object".to_owned());
            (world.unique(), Rc::new(Site::new(storage, Secrets, archive, &self.config.borrow())))
        });
        (*life, Rc::clone(site))
    }

    /// What was written must be on disk before anything else happens.
    pub fn hold_back(&self) {
        self.held_back.set(true);
    }

    /// After a turn: what leaves does so once all is on disk; else that may take another while.
    pub fn end_turn(&self, world: &World) {
        if world.fails(|faults| faults.death) {
            return self.die(world);
        }
        let leaving = self.leaving.take();
        let must_be_on_disk = !leaving.is_empty() && world.bug != Some(Bug::AnswersBeforeTheCommit);
        let must_be_on_disk = self.held_back.take() || must_be_on_disk;
        if (must_be_on_disk || world.chance(|chance| chance.one_in(2))) && !self.write(world) {
            return;
        }
        for leave in leaving {
            leave();
        }
    }

    /// Puts what was written on disk.
    pub fn settle(&self, world: &World) {
        self.write(world);
    }

    /// False where that failed: the object's memory is thrown away then.
    fn write(&self, world: &World) -> bool {
        if self.disk.is_in_turn() && world.fails(|faults| faults.commit) {
            world.note("the commit fails");
            self.die(world);
            return false;
        }
        // That an alarm rang is written down with what it did.
        if !(self.ringing.get() && self.alarm.get().is_none()) {
            self.durable_alarm.set(self.alarm.get());
        }
        let written = self.disk.commit();
        super::model::on_disk(world, &written);
        true
    }

    /// Ends the life: memory, calls and what is not on disk are lost.
    pub fn die(&self, world: &World) {
        let Some((life, site)) = self.living.take() else { return };
        world.note("the object dies");
        drop(self.leaving.take());
        self.held_back.set(false);
        world.end(life);
        drop(site);
        self.disk.lose();
        self.ringing.set(false);
        self.alarm.set(self.durable_alarm.get());
    }

    /// When the alarm is set to.
    pub fn alarm(&self) -> Option<i64> {
        self.alarm.get()
    }

    /// Sets the alarm.
    pub fn set_alarm(&self, at_ms: Option<i64>) {
        self.alarm.set(at_ms);
        self.late_ms.set(world().chance(|chance| if chance.one_in(4) { chance.between(0, 600_000) } else { 0 }));
    }

    /// When the alarm rings, in the world's time.
    pub fn alarm_due_ms(&self, world: &World) -> Option<i64> {
        let at_ms = self.alarm.get().filter(|_| !self.ringing.get())?;
        Some((at_ms - world.clock_off_ms() + self.late_ms.get()).max(world.now_ms()))
    }

    /// Rings: mostly once, at times twice at once or several times over.
    pub fn ring(&self, world: &World) {
        world.note("the alarm rings");
        self.ringing.set(true);
        self.alarm.set(None);
        let times = world.chance(|chance| if chance.one_in(4) { chance.between(2, 7) } else { 1 });
        if world.chance(|chance| chance.one_in(8)) {
            drop(self.call(world, |site| async move { drop(site.on_alarm().await) }));
        }
        drop(self.call(world, move |site| async move {
            let mut done = Ok(());
            for _ in 0..times {
                done = site.on_alarm().await;
            }
            simulation::world::world().object.has_rung(done.is_ok());
        }));
    }

    fn has_rung(&self, is_done: bool) {
        self.ringing.set(false);
        let tries = if is_done { 0 } else { self.tries.get() + 1 };
        self.tries.set(tries % TRIES);
        if !is_done && tries < TRIES && self.alarm.get().is_none() {
            self.alarm.set(Some(world().clock_ms() + (2_000 << tries)));
        }
    }
}
