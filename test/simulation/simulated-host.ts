/** A host of a simulated history: the engine itself, in lives that crashes and ends divide, and that stalls interrupt. */
import { Deliver, type DeliveryWorld } from '../../src/deliveries/deliver.js';
import { Leases } from '../../src/deliveries/leases.js';
import { Reminders } from '../../src/deliveries/reminders.js';
import type { Caller } from './simulated-store.js';
import type { SimulatedTime } from './simulated-time.js';

/** What a host that is told to end has, to write down how what was under way ended. */
const STOP_MS = 2_500;

export class SimulatedHost implements Caller {
  private life = 0;
  private up = true;
  private sleepsUntil = 0;
  deliver!: Deliver;
  leases!: Leases;
  reminders!: Reminders;
  caller!: Caller;

  constructor(
    private readonly time: SimulatedTime,
    private readonly world: (caller: Caller) => DeliveryWorld,
  ) {
    this.boot();
  }

  alive = (): boolean => this.up;
  awakeAt = (): number => this.sleepsUntil;
  sleep(ms: number): void {
    this.sleepsUntil = this.time.now + ms;
  }
  crash(downMs: number): void {
    this.up = false;
    this.life++;
    this.time.after(downMs, () => {
      this.up = true;
      this.boot();
    });
  }
  /** In order, as at a SIGTERM: it takes no more work, breaks off what is under way, and has a moment to write it down. */
  stop(downMs: number): void {
    const { life } = this;
    this.deliver.stop();
    this.time.after(STOP_MS, () => this.up && this.life === life && this.crash(downMs));
  }
  private boot(): void {
    const life = this.life;
    // What an earlier life waited for never comes back to this one.
    this.caller = { alive: () => this.up && this.life === life, awakeAt: () => this.sleepsUntil };
    const world = this.world(this.caller);
    this.leases = new Leases(world.store, () => this.time.now, world.random);
    this.deliver = new Deliver(world, this.leases);
    this.reminders = new Reminders(world.store, () => undefined);
  }
}
