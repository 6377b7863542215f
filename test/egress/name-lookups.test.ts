import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { type SinonFakeTimers, useFakeTimers } from 'sinon';
import { hostGuard } from '../../src/egress/host-guard.js';
import { NameLookups } from '../../src/egress/name-lookups.js';
import { newDatabase, temporaryFolder } from '../host-fixture.js';
import { spawnHost } from '../host-process.js';

const SLOW_MS = 1_000;
const DEAD_MS = 10_000;

describe('looking partners’ names up', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => clock.restore());

  /** A resolver that answers at once, but for names in a zone that it gets no answers for, which it says much later. */
  function given() {
    const resolver = { asked: [] as string[], isDead: true, deadMs: DEAD_MS, code: 'EAI_AGAIN', address: '192.0.2.7' };
    const names = new NameLookups(
      async (name) => {
        resolver.asked.push(name);
        if (!name.endsWith('.dead.example') || !resolver.isDead) return [{ address: resolver.address, family: 4 }];
        await new Promise((done) => setTimeout(done, resolver.deadMs));
        throw Object.assign(new Error(`getaddrinfo ${resolver.code}`), { code: resolver.code });
      },
      { all: 4, slow: 1 },
    );
    /** What is found of each after so long; undefined where nothing is yet. */
    const found = async (ms: number, ...wanted: string[]): Promise<(string | undefined)[]> => {
      const told: (string | undefined)[] = wanted.map(() => undefined);
      for (const [index, name] of wanted.entries())
        names.find(name).then(
          ([first]) => (told[index] = first?.address),
          (error) => (told[index] = error.code),
        );
      await clock.tickAsync(ms);
      return told;
    };
    return { resolver, names, found };
  }
  const DEAD = Array.from({ length: 4 }, (_, index) => `b${index}.dead.example`);

  it('a name is asked for once at a time, however many wait for it, and then anew', async () => {
    const { resolver, found } = given();
    expect(await found(1, ...Array(20).fill('a.example'))).to.deep.equal(Array(20).fill('192.0.2.7'));
    expect(resolver.asked).to.deep.equal(['a.example']);
    await found(1, 'a.example');
    expect(resolver.asked).to.have.length(2);
  });

  it('names of a zone that doesn’t answer hold no others up: once that is known, they go one by one, and last', async () => {
    const { resolver, found } = given();
    expect(await found(DEAD_MS, ...DEAD)).to.deep.equal(Array(4).fill('EAI_AGAIN'));
    resolver.asked.length = 0;
    const [unanswered, ...others] = await found(1, ...DEAD, 'new.example', 'other.example');
    expect(resolver.asked).to.deep.equal(['b0.dead.example', 'new.example', 'other.example']);
    expect([unanswered, ...others.slice(-2)]).to.deep.equal([undefined, '192.0.2.7', '192.0.2.7']);
    await clock.tickAsync(DEAD_MS);
    expect(resolver.asked.slice(3)).to.deep.equal(['b1.dead.example']);
  });

  it('where the resolver no longer answers, what it said last is taken: after a while, then at once, until it answers', async () => {
    const { resolver, found } = given();
    resolver.isDead = false;
    await found(1, 'b.dead.example');
    resolver.isDead = true;
    expect(await found(SLOW_MS - 1, 'b.dead.example')).to.deep.equal([undefined]);
    expect(await found(1, 'b.dead.example')).to.deep.equal([undefined]);
    expect(await found(1, 'b.dead.example')).to.deep.equal(['192.0.2.7']);
    await clock.tickAsync(DEAD_MS);
    Object.assign(resolver, { isDead: false, address: '192.0.2.8' });
    await found(1, 'b.dead.example');
    expect(await found(1, 'b.dead.example')).to.deep.equal(['192.0.2.8']);
  });

  it('for a day: who has moved by then is not looked for where it was', async () => {
    const { resolver, found } = given();
    resolver.isDead = false;
    await found(1, 'b.dead.example');
    resolver.isDead = true;
    await found(DEAD_MS, 'b.dead.example');
    await clock.tickAsync(24 * 3_600_000);
    expect(await found(DEAD_MS, 'b.dead.example')).to.deep.equal(['EAI_AGAIN']);
  });

  it('where it fails, too; but “no such name” is an answer', async () => {
    const { resolver, found } = given();
    resolver.isDead = false;
    await found(1, 'b.dead.example');
    Object.assign(resolver, { isDead: true, deadMs: 5 });
    expect(await found(10, 'b.dead.example')).to.deep.equal(['192.0.2.7']);
    resolver.code = 'ENOTFOUND';
    await found(10, 'b.dead.example'); // it was slow, so that the answer is for the next
    expect(await found(10, 'b.dead.example')).to.deep.equal(['ENOTFOUND']);
  });

  it('the guard looks at what was said last as it does at what is said now', async () => {
    const { resolver, names, found } = given();
    Object.assign(resolver, { isDead: false, address: '10.0.0.1' });
    await found(1, 'b.dead.example');
    resolver.isDead = true;
    for (const [allowPrivate, expected] of [
      [false, 'EGRESS_REFUSED'],
      [true, '10.0.0.1'],
    ] as const) {
      const { lookup } = hostGuard(() => ['b.dead.example'], allowPrivate, names);
      let told: unknown;
      lookup['https:']('b.dead.example', {}, (error, address) => (told = error ? error.code : address));
      await clock.tickAsync(SLOW_MS);
      expect(told).to.equal(expected);
    }
  });
});

describe('a host that looks names up', () => {
  it('a host has threads enough for it', async function () {
    this.timeout(30_000);
    if (process.platform !== 'linux') return this.skip(); // elsewhere a process's threads have no names
    const host = await spawnHost(temporaryFolder(), { IC_HOST_DATABASE_URL: await newDatabase() });
    const tasks = `/proc/${host.child.pid}/task`;
    const threads = readdirSync(tasks).map((id) => readFileSync(`${tasks}/${id}/comm`, 'utf8').trim());
    expect(threads.filter((name) => name === 'libuv-worker')).to.have.length(32);
    host.child.kill('SIGTERM');
    await host.exited;
  });
});
