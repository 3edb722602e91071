//! One run: a site is set up, visited, imported into and asked, while all kinds of things go wrong; then nothing goes wrong
//! any more, and all must have come out right.

use super::clients;
use super::model::DOMAIN;
use super::world::{Bug, Faults, World};
use crate::config::Config;
use crate::site_store::question::Question;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

const HOUR_MS: i64 = 3_600_000;

/// Moments around which it begins: days with another number of hours, a leap day, a turn of the year, any other.
const MOMENTS: [&str; 6] = [
    "2026-03-28T20:00:00Z",
    "2026-10-24T20:00:00Z",
    "2026-11-01T03:00:00Z",
    "2028-02-28T20:00:00Z",
    "2026-12-31T20:00:00Z",
    "2026-06-15T10:00:00Z",
];
const ZONES: [&str; 5] = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"];

/// Turns that a run may take at most; more means that somebody tries for ever.
const TURNS_MAX: u32 = 200_000;

/// Runs a seed. Gives what stands for all that happened.
///
/// # Errors
/// What did not hold.
pub fn run(seed: u64, bug: Option<Bug>, is_told: bool) -> Result<u64, String> {
    let begin: Timestamp = MOMENTS[(seed % MOMENTS.len() as u64) as usize].parse().unwrap();
    let world = World::begin(seed, begin.as_millisecond(), bug, is_told);
    let zone = world.chance(|chance| chance.pick(&ZONES));
    let mut settings = json!({ "timezone": zone, "goals": [{ "event": "signup" }] });
    if world.chance(|chance| chance.one_in(4)) {
        settings["retention_days"] = world.chance(|chance| chance.between(3, 5)).into();
    }
    world.model.borrow_mut().settings = settings;
    *world.object.config.borrow_mut() = Config {
        journal_events: world.chance(|chance| chance.between(3, 30)) as usize,
        group_window_ms: world.chance(|chance| chance.pick(&[0, 0, 50])),
        ..Config::default()
    };
    let ran = live(&world).and_then(|()| come_to_rest(&world));
    world.object.die(&world);
    world.end(0);
    ran.map(|()| world.trace())
}

fn faults(world: &World) -> Faults {
    let sometimes =
        |most: i64| world.chance(|chance| if chance.one_in(2) { chance.between(most / 8, most) as u64 } else { 0 });
    Faults {
        statement: sometimes(400),
        transaction: sometimes(80),
        commit: sometimes(160),
        alarm: sometimes(80),
        secret: sometimes(40),
        secret_write: sometimes(16),
        slow_secrets: sometimes(8) > 0,
        lost_answer: sometimes(32),
        twice: sometimes(24),
        death: sometimes(400),
        clock: sometimes(2_000),
    }
}

fn live(world: &Rc<World>) -> Result<(), String> {
    world.spawn_of(0, clients::set_up());
    turns(world, HOUR_MS)?;
    world.faults.set(faults(world));
    for _ in 0..world.chance(|chance| chance.between(8, 24)) {
        match world.chance(|chance| chance.below(16)) {
            0..8 => {
                let (sender, count) = world.chance(|chance| (chance.between(1, 5) as u32, chance.between(1, 5)));
                world.spawn_of(0, clients::visit(sender, count, world.chance(|chance| chance.one_in(3))));
            }
            8 => {
                let (lines, events) = clients::lines(world, world.chance(|chance| chance.between(1, 9)));
                let key = format!("import {}", world.unique());
                if world.chance(|chance| chance.one_in(3)) {
                    world.spawn_of(0, clients::import(key.clone(), lines.clone(), events.clone()));
                }
                world.spawn_of(0, clients::import(key, lines, events));
            }
            9 => world.spawn_of(0, clients::set_up()),
            10 => world.object.die(world),
            11 => turns(world, world.chance(|chance| chance.between(1, 26)) * HOUR_MS)?,
            12 => outage(world)?,
            13 => world.spawn_of(0, async {
                let _ = clients::compare_columns().await;
            }),
            _ => world.spawn_of(0, async {
                let _ = clients::compare().await;
            }),
        }
        let wait_ms = world.chance(|chance| match chance.below(4) {
            0 => 0,
            1 => chance.between(0, 100),
            2 => chance.between(0, 10_000),
            _ => chance.between(0, 2 * HOUR_MS),
        });
        turns(world, wait_ms)?;
        if world.fails(|faults| faults.clock.min(12)) {
            let step_ms = world.chance(|chance| if chance.one_in(2) { chance.between(0, 2 * HOUR_MS) } else { -2_000 });
            world.set_clock_off((world.clock_off_ms() + step_ms).clamp(-2_000, 4 * HOUR_MS));
        }
    }
    Ok(())
}

/// For hours no secret can be had, or written, or no statement is done.
fn outage(world: &World) -> Result<(), String> {
    let usual = world.faults.get();
    let outage = match world.chance(|chance| chance.below(3)) {
        0 => Faults { secret: 1, ..usual },
        1 => Faults { secret_write: 1, ..usual },
        _ => Faults { statement: 1, ..usual },
    };
    world.note(&format!("{outage:?}"));
    world.faults.set(outage);
    let done = turns(world, world.chance(|chance| chance.between(1, 50)) * HOUR_MS);
    world.faults.set(usual);
    done
}

/// Lets so much time pass.
pub fn turns(world: &World, wait_ms: i64) -> Result<(), String> {
    let until_ms = world.now_ms() + wait_ms;
    for _ in 0..TURNS_MAX {
        if let Some(failure) = world.failure() {
            return Err(failure);
        }
        if !world.step(until_ms) {
            return Ok(());
        }
    }
    Err(format!("{TURNS_MAX} turns are not enough"))
}

/// Nothing goes wrong any more: everybody gets an answer, and what the object then has is what was sent.
fn come_to_rest(world: &Rc<World>) -> Result<(), String> {
    world.faults.set(Faults::default());
    world.note("nothing goes wrong any more");
    while world.has_clients() {
        turns(world, HOUR_MS)?;
    }
    if world.chance(|chance| chance.one_in(2)) {
        world.object.die(world);
    }
    compare_all(world)?;
    turns(world, 4 * 24 * HOUR_MS)?;
    clients::check_salts(world);
    compare_all(world)?;
    check_window(world)?;
    check_what_is_left(world)?;
    check_deletion(world)
}

/// With the next visit the ids of days that are over the window are forgotten.
fn check_window(world: &Rc<World>) -> Result<(), String> {
    world.object.die(world);
    world.spawn_of(0, clients::visit(1, 1, false));
    turns(world, HOUR_MS)?;
    let days = world.object.disk.tables().into_iter().filter(|table| table.starts_with("ids_")).count();
    if days == 1 { Ok(()) } else { Err(format!("after four days there are ids of {days} days")) }
}

/// A site that is deleted leaves nothing, also where that goes wrong at first.
fn check_deletion(world: &Rc<World>) -> Result<(), String> {
    world.faults.set(Faults { slow_secrets: true, secret: 4, commit: 8, death: 40, ..Faults::default() });
    world.spawn_of(0, clients::delete());
    turns(world, HOUR_MS)?;
    world.faults.set(Faults::default());
    while world.has_clients() {
        turns(world, HOUR_MS)?;
    }
    turns(world, 2 * 24 * HOUR_MS)?;
    let (tables, secrets) = (world.object.disk.tables(), world.object.secrets.borrow().len());
    if tables.is_empty() && secrets == 0 {
        return Ok(());
    }
    Err(format!("of a site that was deleted there are {secrets} secrets left and the tables {tables:?}"))
}

fn compare_all(world: &Rc<World>) -> Result<(), String> {
    let told = Rc::new(Cell::new(0));
    for _ in 0..3 {
        let told = Rc::clone(&told);
        world.spawn_of(0, async move {
            if clients::compare().await && clients::compare_columns().await {
                told.set(told.get() + 1);
            }
        });
    }
    turns(world, HOUR_MS)?;
    if told.get() == 3 { Ok(()) } else { Err("a question was not answered though nothing went wrong".to_owned()) }
}

/// The events on disk are those of the export; nothing is damaged; the outcomes are those of what was sent.
fn check_what_is_left(world: &Rc<World>) -> Result<(), String> {
    let exported = Rc::new(Cell::new(None));
    let (given, object) = (Rc::clone(&exported), Rc::clone(world));
    world.spawn_of(0, async move {
        let calling = object.object.call(&object, |site| async move {
            site.load_record()?;
            site.forget_old_events().await?;
            let (mut all, mut from_s) = (Vec::new(), Some(i64::MIN));
            while let Some(begin_s) = from_s {
                let piece = site.export(begin_s, i64::MIN).await?;
                all.extend(piece.events);
                from_s = piece.next_s;
            }
            let now_s = super::platform::clock_ms().div_euclid(1000);
            Ok::<_, worker::Error>((all, super::world::world().model.borrow().keep_from_s(now_s)))
        });
        given.set(calling.await.ok().and_then(worker::Result::ok));
    });
    let damage = Rc::new(Cell::new(Value::Null));
    let given = Rc::clone(&damage);
    world.spawn_of(0, async move { given.set(clients::ask(Question::Damage).await.unwrap_or_default()) });
    turns(world, HOUR_MS)?;
    let (exported, keep_from_s) = exported.take().ok_or("there is no export")?;
    let mut left: BTreeMap<usize, u32> = BTreeMap::new();
    for event in &exported {
        *left.entry(super::model::number(event)).or_default() += 1;
    }
    let model = world.model.borrow();
    let accepted = world.object.disk.accepted();
    let kept = accepted.iter().filter(|event| event.time.0 >= keep_from_s);
    let kept: BTreeMap<usize, u32> = kept.map(|event| (super::model::number(event), 1)).collect();
    if left != kept {
        return Err(format!("the export of {DOMAIN} has {left:?} and should have {kept:?}"));
    }
    if damage.take()["body"]["segments"] != 0 {
        return Err("segments are damaged".to_owned());
    }
    let (_, received) = world.object.disk.counted();
    if !(model.answered..=model.sent).contains(&received) {
        return Err(format!("{received} events have outcomes, of {} to {}", model.answered, model.sent));
    }
    match world.object.disk.integrity().as_str() {
        "ok" => Ok(()),
        found => Err(found.to_owned()),
    }
}
