/**
 * One seed, one history: the delivery engine itself, on two simulated hosts with a simulated store, partner and clock,
 * under crashes, stalls, lost replies, lost, doubled and reordered jobs, clock jumps, backups that are restored, people who
 * decide, and a partner that misbehaves.
 */
import { AdapterError, type RepeatSafety } from '@ic-host/contracts';
import type { DeliveryWorld } from '../../src/deliveries/deliver.js';
import { conclude, DOUBT_MS, isEnrollment, isUnderWay, mayBeThere } from '../../src/deliveries/delivery-rules.js';
import type { Delivery } from '../../src/deliveries/delivery-store.js';
import { RENEW_EVERY_MS } from '../../src/deliveries/leases.js';
import type { DeliveryKind } from '../../src/store/tables.js';
import { SimulatedHost } from './simulated-host.js';
import { SimulatedPartner } from './simulated-partner.js';
import { type Caller, SimulatedStore } from './simulated-store.js';
import { chanceOf, SimulatedTime } from './simulated-time.js';

/** Ways to break the engine, which the simulation must find. */
export const MUTANTS = [
  'no-idempotency-key',
  'split-transaction',
  'no-late-toggle-rule',
  'no-doubt',
  'no-concurrency-limit',
  'no-reminders',
  'no-lease-age',
  'cancels-what-may-be-there',
  'cancels-what-a-restore-has-lost',
  'trusts-a-backup',
  'looks-for-nothing-new',
] as const;
export type Mutant = (typeof MUTANTS)[number];

const BILLER = '1';
const CONCURRENCY = 3;
const TROUBLE_MS = 300_000;
const HOURS = 3_600_000;
const PERSON_MS = 120_000;
/** Some long enough that others have taken a delivery up, and have found out how it stands. */
const STALLS_MS = [25_000, 25_000, 200_000];

export interface History {
  seed: number;
  steps: number;
  /** What broke, or undefined. */
  broken?: string;
  trace: string[];
}

class Broken extends Error {}

const MUTATED_RULES: Partial<Record<Mutant, typeof conclude>> = {
  'no-late-toggle-rule': (row, claimed, outcome, context) =>
    conclude({ ...row, version: claimed.version }, claimed, outcome, context),
  'no-doubt': (row, claimed, outcome, context) => {
    const { patch, ...rest } = conclude(row, claimed, outcome, context);
    return { ...rest, ...(patch ? { patch: { ...patch, doubtful_until: null } } : {}) };
  },
};

/** Of a database that was restored: what may have been done since, and nobody knows. */
const isDoubted = ({ kind, state }: Delivery): boolean =>
  !isEnrollment(kind) && (state === 'queued' || state === 'parked');

/** @param mutant breaks the engine on purpose */
export async function simulate(seed: number, mutant?: Mutant): Promise<History> {
  const chance = chanceOf(seed);
  const time = new SimulatedTime();
  const trace: string[] = [];
  const say = (line: string): void => void trace.push(`${(time.now / 1000).toFixed(3)} ${line}`);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(chance() * list.length)] as T;
  const repeatSafety: RepeatSafety = pick(['idempotent', 'idempotent', 'findable', 'unsafe']);
  const partner = new SimulatedPartner(time, chance, repeatSafety, mutant === 'no-idempotency-key');

  // Jobs that a transaction doesn't make with their reason are lost by crashes: by them alone, and nobody looks for them.
  const isSplit = mutant === 'split-transaction';

  const runJob = (id: string): void => {
    const awake = hosts.filter((host) => host.alive() && host.awakeAt() <= time.now);
    if (awake.length === 0) {
      time.after(1_000, () => runJob(id));
      return;
    }
    const host = pick(awake);
    const { caller } = host;
    let done = false;
    host.deliver.deliver(id).then(
      () => {
        done = true;
      },
      () => {
        done = true;
        if (caller.alive()) time.after(1_000, () => runJob(id)); // as pg-boss retries a failed job
      },
    );
    // As pg-boss hands on a job whose worker's heartbeat ended.
    const watch = (): void => {
      if (done) return;
      if (!caller.alive()) time.after(10_000, () => runJob(id));
      else time.after(15_000, watch);
    };
    time.after(15_000, watch);
  };
  let restoredTo = Number.POSITIVE_INFINITY;
  let restoredAt: Date | undefined;
  const queue = {
    push: (id: string, at: number): void => {
      // Who confirms a value that is delivered has this one job.
      if (!isSplit && time.now < TROUBLE_MS && store.rows.get(id)?.state === 'queued' && chance() < 0.02) {
        say(`a job of ${id} is lost`);
        return;
      }
      const late = () => at - time.now + chance() * (chance() < 0.1 ? 5_000 : 50);
      time.after(late(), () => runJob(id));
      if (chance() < 0.05) time.after(late(), () => runJob(id)); // at least once
    },
  };
  const store = new SimulatedStore(
    time,
    chance,
    queue,
    isSplit,
    mutant === 'no-concurrency-limit' ? 1_000 : CONCURRENCY,
  );
  const world = (caller: Caller): DeliveryWorld => ({
    store: store.seenBy(caller),
    partner: async () => ({
      paymentSink: async () => partner.paymentSink(caller),
      enrollmentSink: async () => partner.enrollmentSink(caller),
      maxAgeMs: 72 * HOURS,
    }),
    restoredAt: () => (mutant === 'looks-for-nothing-new' ? undefined : restoredAt),
    now: () => (mutant === 'no-lease-age' ? new Date(0) : store.clock),
    after: (ms, work) => {
      let isOff = false;
      time.after(ms, () => caller.alive() && !isOff && work());
      return () => {
        isOff = true;
      };
    },
    random: chance,
    tell: (news, { id }) => say(`${id}: ${news}`),
    failedUnexpectedly: (error) => new AdapterError('unknown-outcome', String(error), { code: 'adapter-failed' }),
    ...(mutant && MUTATED_RULES[mutant] ? { rules: { conclude: MUTATED_RULES[mutant] } } : {}),
  });
  const hosts = [new SimulatedHost(time, world), new SimulatedHost(time, world)];

  // What was asked for, and by whom answered with 202.
  const accepted = new Map<string, Record<string, unknown>>();
  const wishes = new Map<string, { enabled: boolean; at: number }>();
  const wish = (kind: DeliveryKind, key: string, request: Record<string, unknown>): void => {
    const id = `${kind} ${key}`;
    const held = store.rows.get(id);
    const now = store.clock;
    const fresh = {
      attempts: 0,
      version: 1,
      lease_token: null,
      lease_until: null,
      doubtful_until: null,
      accepted_by: null,
    };
    store.insert({
      ...{ id, biller_id: BILLER, kind, key, ...fresh, ...held, state: 'queued' as const, request, result: {} },
      ...(held ? { version: held.version + 1 } : {}),
      ...{ next_attempt_at: null, created_at: now, updated_at: now },
    });
    say(`${id}: accepted ${JSON.stringify(request)}`);
    const job = (): void => queue.push(id, time.now);
    const host = pick(hosts).caller;
    if (mutant === 'split-transaction') time.after(20, () => host.alive() && job());
    else job();
  };
  const payments = 3 + Math.floor(chance() * 5);
  for (let index = 0; index < payments; index++) {
    const key = `t${index}`;
    if (chance() < 0.1) partner.refused.add(key);
    const request = { transactionId: key, amount: '1.00', paymentDate: '2026-11-24' };
    time.after(chance() * TROUBLE_MS * 0.6, () => {
      accepted.set(key, request);
      wish('payment', key, request);
      if (chance() < 0.3)
        time.after(chance() * 60_000, () => {
          // Of a payment that a restore has lost none is accepted.
          if (store.rows.has(`payment ${key}`)) wish('return', key, { code: 'R01', returnedOn: '2026-11-25' });
        });
    });
  }
  for (let index = 0; index < 6; index++) {
    const kind = pick(['paperless', 'autopay'] as const);
    const account = pick(['a', 'b']);
    time.after(chance() * TROUBLE_MS * 0.6, () => {
      const enabled = chance() < 0.5;
      wishes.set(`${kind} ${account}`, { enabled, at: time.now });
      wish(kind, account, { enabled });
    });
  }

  // Trouble: crashes, ends, stalls, clock jumps, lost replies, people, a backup, a refused key.
  store.loseReply = () => time.now < TROUBLE_MS && chance() < 0.01;
  const trouble = (times: number, run: () => void): void => {
    for (let count = 0; count < times; count++) time.after(chance() * TROUBLE_MS, run);
  };
  trouble(Math.floor(chance() * 5), () => {
    const host = pick(hosts);
    if (!host.alive()) return;
    say(`host ${hosts.indexOf(host)} crashes`);
    host.crash(500 + chance() * 20_000);
  });
  trouble(Math.floor(chance() * 2), () => {
    const host = pick(hosts);
    if (!host.alive()) return;
    say(`host ${hosts.indexOf(host)} is told to end`);
    host.stop(500 + chance() * 5_000);
  });
  const stall = (): void => {
    const host = pick(hosts);
    const ms = chance() * pick(STALLS_MS);
    say(`host ${hosts.indexOf(host)} stalls for ${Math.round(ms)} ms`);
    host.sleep(ms);
  };
  trouble(Math.floor(chance() * 3), stall);
  trouble(Math.floor(chance() * 2), () => {
    const ms = -30_000 + chance() * 40_000;
    say(`the store's clock jumps by ${Math.round(ms)} ms`);
    store.clockOffset += ms;
  });
  // A person gives up what waits, where the rules let them.
  trouble(Math.floor(chance() * 4), () => {
    const waiting = [...store.rows.values()].filter(
      (row) => !isEnrollment(row.kind) && (row.state === 'queued' || row.state === 'parked'),
    );
    const row = waiting.length ? pick(waiting) : undefined;
    const isBlind = mutant === 'cancels-what-may-be-there';
    const knownRestore = mutant === 'cancels-what-a-restore-has-lost' ? undefined : restoredAt;
    if (!row || isUnderWay(row, store.clock) || (mayBeThere(row, knownRestore) && !isBlind)) return;
    say(`a person cancels ${row.id}`);
    store.insert({ ...row, state: 'cancelled', next_attempt_at: null });
  });
  // The database is restored from a backup: hosts and partner have gone on since.
  trouble(chance() < 0.25 ? 1 : 0, () => {
    say('a backup is made');
    const madeAt = time.now;
    const restore = store.backup();
    time.after(chance() * (TROUBLE_MS - madeAt), () => {
      say('the backup is restored');
      restore();
      restoredTo = madeAt;
      restoredAt = store.clock;
      // What was accepted since is not in it: the portal hands it over once more, but where nobody could tell.
      if (repeatSafety !== 'unsafe')
        for (const [key, request] of accepted)
          if (!store.rows.has(`payment ${key}`)) time.after(chance() * 60_000, () => wish('payment', key, request));
      // What DatabaseHistory does then, and Reminders.
      for (const row of store.rows.values()) {
        const doubted =
          isDoubted(row) && mutant !== 'trusts-a-backup' ? { doubtful_until: new Date(+store.clock + DOUBT_MS) } : {};
        const confirmed = isEnrollment(row.kind) && row.state === 'delivered' && row.doubtful_until;
        const unsure = confirmed
          ? { state: 'queued' as const, next_attempt_at: row.doubtful_until, doubtful_until: null }
          : {};
        store.insert({ ...row, ...doubted, ...unsure });
        if (store.rows.get(row.id)?.state === 'queued') queue.push(row.id, time.now);
      }
    });
  });
  trouble(chance() < 0.2 ? 1 : 0, () => {
    say('the partner refuses our key');
    partner.lockedOutUntil = time.now + chance() * 120_000;
  });
  time.after(TROUBLE_MS, () => {
    partner.misbehaves = false;
    partner.lockedOutUntil = 0;
    say('the trouble is over');
  });

  // What each host does again and again goes on while a row needs it; between, nothing would happen in it.
  const repeatedly = (
    ms: number,
    work: (host: SimulatedHost) => Promise<void>,
    isNeededBy: (row: Delivery) => boolean,
  ) => {
    let isUnderWay = false;
    const next = (): void => {
      if (isUnderWay) return;
      isUnderWay = true;
      time.after(ms, () => {
        isUnderWay = false;
        for (const host of hosts) if (host.alive() && host.awakeAt() <= time.now) work(host).catch(() => undefined);
        if ([...store.rows.values()].some(isNeededBy)) next();
      });
    };
    return (row: Delivery): void => {
      if (isNeededBy(row)) next();
    };
  };
  const beat = repeatedly(
    RENEW_EVERY_MS,
    ({ leases }) => leases.beat(),
    (row) => row.lease_until !== null,
  );
  const reminds = !isSplit && mutant !== 'no-reminders';
  const remind = repeatedly(
    60_000,
    ({ reminders }) => reminders.remind(),
    ({ state }) => reminds && state === 'queued',
  );

  // Checked after every step, on whatever it changed.
  const check = (row: Delivery): void => {
    const applied = partner.ledger.get(row.id) ?? 0;
    if (row.state === 'delivered' && !isEnrollment(row.kind) && applied === 0)
      throw new Broken(`${row.id} is called delivered, and is not on the ledger`);
    if ((row.state === 'rejected' || row.state === 'cancelled') && applied > 0)
      throw new Broken(`${row.id} is called ${row.state}, and is on the ledger`);
    if (store.leased(BILLER) > CONCURRENCY) throw new Broken('more are under way than the biller allows');
  };
  // A person looks at the partner when it can't be working on what is parked any more, and does what is right.
  const looks = (id: string): void => {
    const row = store.rows.get(id);
    if (row?.state !== 'parked' || isUnderWay(row, store.clock)) return;
    const fresh = { version: row.version + 1, next_attempt_at: null, doubtful_until: null };
    const result = { confirmationNumber: 'found' };
    const isThere = (partner.ledger.get(id) ?? 0) > 0;
    say(`a person ${isThere ? 'finds' : 'sends again'} ${id}`);
    if (isThere) store.insert({ ...row, ...fresh, state: 'delivered', result });
    else {
      store.insert({ ...row, ...fresh, state: 'queued', created_at: store.clock });
      queue.push(id, time.now);
    }
  };
  const changed: Delivery[] = [];
  store.changed = (row) => {
    changed.push(row);
    if (row.state === 'parked' && chance() < 0.3) time.after(PERSON_MS, () => looks(row.id));
    // Between a claim and what is sent by it: by chance alone, one history of ten thousand would have that.
    if (row.lease_until && time.now < TROUBLE_MS && chance() < 0.02) stall();
    beat(row);
    remind(row);
  };

  let steps = 0;
  try {
    while (await time.step(TROUBLE_MS + 80 * HOURS)) {
      steps++;
      for (const row of changed.splice(0)) {
        say(
          `${row.id}: ${row.state}, version ${row.version}, attempts ${row.attempts}${row.lease_until ? ', leased' : ''}`,
        );
        check(row);
      }
      for (const [id, times] of partner.ledger)
        if (times > 1) throw new Broken(`${id} is on the ledger ${times} times`);
    }
    for (const row of store.rows.values()) {
      check(row);
      const attempts = store.attempts.get(row.id) ?? [];
      if (row.state === 'queued') throw new Broken(`${row.id} is stuck`);
      if (isEnrollment(row.kind)) {
        if (row.state !== 'delivered') throw new Broken(`${row.id} ended ${row.state}`);
        const { enabled, at } = wishes.get(row.id) ?? { enabled: undefined, at: 0 };
        // A wish that a restore has lost is the portal's to make again.
        if (at < restoredTo && partner.enrollments.get(row.id) !== enabled)
          throw new Broken(`${row.id} is ${partner.enrollments.get(row.id)} at the partner, wished ${enabled}`);
      } else if (row.state === 'parked') {
        const unknown = attempts.some(({ outcome }) => outcome === 'unknown-outcome' || outcome === 'malformed');
        const isOfBackup = restoredTo < Number.POSITIVE_INFINITY; // what was attempted is not told in it
        const mayPark =
          (isOfBackup && row.kind === 'return') ||
          ((repeatSafety !== 'idempotent' || row.kind === 'return') && unknown) ||
          attempts.some(({ code }) => code === 'payment-not-returnable') ||
          attempts.slice(-5).every(({ code }) => code === 'worker-lost');
        if (!mayPark) throw new Broken(`${row.id} is parked after ${attempts.map(({ outcome }) => outcome)}`);
      }
    }
    return { seed, steps, trace };
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    return { seed, steps, trace, broken: error.message };
  }
}

/** Side by side: between two steps of one the event loop would have a whole turn for nothing. */
const AT_ONCE = 8;

/** The first of so many seeds that finds something wrong; undefined when none does. */
export async function firstBroken(seeds: number, mutant?: Mutant, from = 1): Promise<History | undefined> {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0; // errors are made by the thousand; `--seed` shows where one came from
  try {
    for (let seed = from; seed < from + seeds; seed += AT_ONCE) {
      const count = Math.min(AT_ONCE, from + seeds - seed);
      const histories = await Promise.all(Array.from({ length: count }, (_, index) => simulate(seed + index, mutant)));
      const broken = histories.find((history) => history.broken);
      if (broken) return broken;
    }
    return undefined;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
