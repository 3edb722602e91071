//! A world of one thread: its tasks take turns by chance, its time passes when nobody has anything to do, and all that
//! happens is written into a trace, which is the same for the same seed.

use super::chance::Chance;
use super::model::Model;
use super::object::Object;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

thread_local!(static WORLD: RefCell<Option<Rc<World>>> = const { RefCell::new(None) });

/// How often each thing goes wrong: once in so many times, or never where that is zero.
#[derive(Clone, Copy, Debug, Default)]
pub struct Faults {
    /// A statement of the database.
    pub statement: u64,
    /// The end of a transaction, which is taken back then.
    pub transaction: u64,
    /// A commit, after which the platform throws the object's memory away.
    pub commit: u64,
    /// Setting, reading or deleting an alarm.
    pub alarm: u64,
    /// A call of the place for secrets, before or after it had its effect.
    pub secret: u64,
    /// Writing a secret, which is not there then.
    pub secret_write: u64,
    /// Whether that place may take seconds.
    pub slow_secrets: bool,
    /// An answer that is lost on its way.
    pub lost_answer: u64,
    /// A request that is delivered twice.
    pub twice: u64,
    /// Turns after which the process dies.
    pub death: u64,
    /// Turns after which the clock is set: ahead by hours, or back by seconds.
    pub clock: u64,
}

/// A bug that is planted on purpose, to prove that the simulation finds its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// Answers leave before what they answer is on disk.
    AnswersBeforeTheCommit,
    /// An error within a transaction leaves what was written before it.
    TransactionsKeepHalves,
    /// A counter is written outside of the transaction that it belongs to.
    OutcomesOutsideOfTheTransaction,
    /// Of the ids that were counted one is forgotten with a restart.
    ForgetsAnId,
    /// Writing the journal down as segments leaves it as it was.
    JournalIsNotEmptied,
    /// A segment is inserted without its bytes.
    SegmentWithoutBytes,
    /// A secret is said to be written before it is.
    SecretsAreWrittenLater,
    /// Secrets cannot be deleted, and nobody says so.
    SecretsAreNotDeleted,
    /// Progress of imports is not written.
    ImportsForgetProgress,
    /// Nonces are not written.
    NoncesAreNotWritten,
    /// What was counted in a segment stays when somebody leaves it.
    RollupsStay,
}

struct Task {
    /// The life of the object that it ends with; 0 where it is no object's.
    life: u64,
    future: Pin<Box<dyn Future<Output = ()>>>,
}

struct Wakeful {
    task: u64,
    woken: Arc<Mutex<Vec<u64>>>,
}

impl Wake for Wakeful {
    fn wake(self: Arc<Self>) {
        let mut woken = self.woken.lock().unwrap();
        if !woken.contains(&self.task) {
            woken.push(self.task);
        }
    }
}

/// All there is.
pub struct World {
    chance: RefCell<Chance>,
    now_ms: Cell<i64>,
    /// How far the object's clock is off, in milliseconds.
    clock_off_ms: Cell<i64>,
    tasks: RefCell<BTreeMap<u64, Task>>,
    woken: Arc<Mutex<Vec<u64>>>,
    timers: RefCell<BTreeMap<(i64, u64), Waker>>,
    last_number: Cell<u64>,
    /// Whose turn it is.
    life: Cell<u64>,
    /// What goes wrong at present.
    pub faults: Cell<Faults>,
    /// What was planted.
    pub bug: Option<Bug>,
    trace: Cell<u64>,
    is_told: bool,
    failure: RefCell<Option<String>>,
    /// The one object.
    pub object: Object,
    /// What must be true of it.
    pub model: RefCell<Model>,
}

/// The world of this thread.
pub fn world() -> Rc<World> {
    WORLD.with_borrow(|world| Rc::clone(world.as_ref().expect("a simulation runs")))
}

impl World {
    /// Makes this thread's world begin at a moment, in milliseconds since 1970.
    pub fn begin(seed: u64, now_ms: i64, bug: Option<Bug>, is_told: bool) -> Rc<Self> {
        let world = Rc::new(Self {
            chance: RefCell::new(Chance::of(seed)),
            now_ms: Cell::new(now_ms),
            clock_off_ms: Cell::default(),
            tasks: RefCell::default(),
            woken: Arc::default(),
            timers: RefCell::default(),
            last_number: Cell::default(),
            life: Cell::default(),
            faults: Cell::default(),
            bug,
            trace: Cell::new(0xcbf2_9ce4_8422_2325),
            is_told,
            failure: RefCell::default(),
            object: Object::new(),
            model: RefCell::default(),
        });
        WORLD.set(Some(Rc::clone(&world)));
        world
    }

    /// Asks chance.
    pub fn chance<T>(&self, ask: impl FnOnce(&mut Chance) -> T) -> T {
        ask(&mut self.chance.borrow_mut())
    }

    /// Whether a thing goes wrong that does so once in so many times.
    pub fn fails(&self, of: impl Fn(&Faults) -> u64) -> bool {
        let times = of(&self.faults.get());
        self.chance(|chance| chance.one_in(times))
    }

    /// The present, in milliseconds since 1970.
    pub fn now_ms(&self) -> i64 {
        self.now_ms.get()
    }

    /// What the object's clock says.
    pub fn clock_ms(&self) -> i64 {
        self.now_ms.get() + self.clock_off_ms.get()
    }

    /// How far that is off.
    pub fn clock_off_ms(&self) -> i64 {
        self.clock_off_ms.get()
    }

    /// Sets the object's clock.
    pub fn set_clock_off(&self, off_ms: i64) {
        self.note(&format!("the clock is off by {off_ms} ms"));
        self.clock_off_ms.set(off_ms);
    }

    /// A number that no other call got.
    pub fn unique(&self) -> u64 {
        self.last_number.set(self.last_number.get() + 1);
        self.last_number.get()
    }

    /// Writes into the trace (FNV-1a of all that was written).
    pub fn note(&self, what: &str) {
        let mut hash = self.trace.get();
        for byte in what.bytes().chain(self.now_ms().to_le_bytes()) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        self.trace.set(hash);
        if self.is_told {
            println!("{} {what}", self.now_ms());
        }
    }

    /// What stands for the trace.
    pub fn trace(&self) -> u64 {
        self.trace.get()
    }

    /// Something does not hold that must.
    pub fn fail(&self, why: String) {
        self.note(&why);
        self.failure.borrow_mut().get_or_insert(why);
    }

    /// What did not hold first.
    pub fn failure(&self) -> Option<String> {
        self.failure.borrow().clone()
    }

    /// Begins a task of whoever's turn it is.
    pub fn spawn(&self, future: impl Future<Output = ()> + 'static) {
        self.spawn_of(self.life.get(), future);
    }

    /// Begins a task that ends with a life of the object.
    pub fn spawn_of(&self, life: u64, future: impl Future<Output = ()> + 'static) {
        let number = self.unique();
        self.tasks.borrow_mut().insert(number, Task { life, future: Box::pin(future) });
        self.woken.lock().unwrap().push(number);
    }

    /// Ends all tasks of a life.
    pub fn end(&self, life: u64) {
        let mut tasks = self.tasks.borrow_mut();
        let ended: Vec<u64> = tasks.iter().filter(|(_, task)| task.life == life).map(|(number, _)| *number).collect();
        let ended: Vec<Task> = ended.into_iter().filter_map(|number| tasks.remove(&number)).collect();
        drop(tasks);
        drop(ended);
    }

    /// Whether any task is left that is no object's.
    pub fn has_clients(&self) -> bool {
        self.tasks.borrow().values().any(|task| task.life == 0)
    }

    /// Wakes whoever waits once a moment has come.
    pub fn wake_at(&self, at_ms: i64, waker: Waker) {
        self.timers.borrow_mut().insert((at_ms, self.unique()), waker);
    }

    /// Gives one task its turn, or lets time pass until somebody has something to do, at most until a moment. False where
    /// nothing is left to do until then.
    pub fn step(&self, until_ms: i64) -> bool {
        let next = {
            let mut woken = self.woken.lock().unwrap();
            let tasks = self.tasks.borrow();
            woken.retain(|number| tasks.contains_key(number));
            let count = woken.len() as u64;
            (count > 0).then(|| woken.swap_remove(self.chance(|chance| chance.below(count)) as usize))
        };
        match next {
            Some(number) => self.take_turn(number),
            None => return self.pass_time(until_ms),
        }
        true
    }

    fn take_turn(&self, number: u64) {
        let task = self.tasks.borrow_mut().remove(&number);
        let Some(mut task) = task else { return };
        let waker = Waker::from(Arc::new(Wakeful { task: number, woken: Arc::clone(&self.woken) }));
        self.life.set(task.life);
        let polled = task.future.as_mut().poll(&mut Context::from_waker(&waker));
        self.life.set(0);
        let life = task.life;
        match polled {
            Poll::Pending => drop(self.tasks.borrow_mut().insert(number, task)),
            Poll::Ready(()) => drop(task),
        }
        if life != 0 {
            self.object.end_turn(self);
        }
    }

    fn pass_time(&self, until_ms: i64) -> bool {
        // Time enough for the platform to write what it had only promised itself.
        self.object.settle(self);
        let timer = self.timers.borrow().keys().next().map(|(at_ms, _)| *at_ms);
        let alarm = self.object.alarm_due_ms(self);
        let Some(at_ms) = timer.into_iter().chain(alarm).min().filter(|at_ms| *at_ms <= until_ms) else {
            self.now_ms.set(self.now_ms().max(until_ms));
            return false;
        };
        self.now_ms.set(self.now_ms().max(at_ms));
        if alarm == Some(at_ms) {
            self.object.ring(self);
        } else if let Some((_, waker)) = self.timers.borrow_mut().pop_first() {
            waker.wake();
        }
        true
    }
}
