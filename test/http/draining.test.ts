import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { startSandbox } from '@ic-host/adapter-britecore/sandbox';
import { expect } from 'chai';
import { Agent } from 'undici';
import { newDatabase, temporaryFolder } from '../host-fixture.js';
import { type HostProcess, spawnHost } from '../host-process.js';

describe('SIGTERM with clients that keep their connections', function () {
  this.timeout(60_000);
  const spawn = async (drainSeconds: string): Promise<HostProcess> =>
    spawnHost(temporaryFolder(), {
      ...{ IC_HOST_DATABASE_URL: await newDatabase(), IC_HOST_API_TOKEN: 't', IC_HOST_MASTER_KEY: 'm' },
      ...{ IC_HOST_LOG_LEVEL: 'fatal', IC_HOST_DRAIN_SECONDS: drainSeconds },
    });

  it('answers them still, each for the last time on its connection, says that it isn’t ready, and ends', async () => {
    const host = await spawn('2');
    const clients = new Agent({ connections: 4 });
    const ask = async (path: string) => {
      const { statusCode, headers, body } = await clients.request({
        ...{ origin: host.url, path, method: 'GET', headers: { authorization: 'Bearer t' } },
      });
      return { status: statusCode, connection: headers.connection, body: (await body.json()) as object };
    };
    for (const path of ['/v1/billers', '/readyz'])
      expect(await ask(path)).to.include({ status: 200, connection: 'keep-alive' });
    let isOver = false;
    const ended = host.exited.then((status) => {
      isOver = true;
      return status;
    });
    host.child.kill('SIGTERM');
    const failed: unknown[] = [];
    let draining = 0;
    for (; ; await wait(25)) {
      const answers = await Promise.all(Array.from({ length: 8 }, () => ask('/v1/billers').catch((error) => error)));
      const ready = await ask('/readyz').catch(() => undefined);
      if (isOver || ready === undefined) break; // by now a balancer has heard that it is not ready
      failed.push(...answers.filter((answer) => answer.status !== 200));
      if (ready.status === 503) {
        draining++;
        expect(ready.body).to.include({ status: 'not ready', draining: true });
        expect(ready.connection).to.equal('close');
      }
    }
    expect(draining).to.be.above(3);
    expect(failed).to.deep.equal([]);
    expect(await ended).to.equal(0);
    await clients.destroy();
  });

  it('answers what comes while it ends, on a connection that still waits for an answer', async () => {
    const host = await spawn('0');
    const sandbox = await startSandbox();
    const { billerId, ...biller } = sandbox.biller;
    await fetch(`${host.url}/v1/billers/${billerId}`, {
      ...{ method: 'PUT', headers: { authorization: 'Bearer t', 'content-type': 'application/json' } },
      body: JSON.stringify({ ...biller, adapter: 'britecore' }),
    });
    sandbox.fault({ operation: '*', kind: 'delay', delayMs: 1_500, times: 10 });
    const socket = connect({ port: Number(new URL(host.url).port), host: '127.0.0.1' }).setEncoding('utf8');
    const ask = (method: string, path: string) =>
      socket.write(`${method} ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer t\r\n\r\n`);
    let text = '';
    socket.on('data', (part) => {
      text += part;
    });
    ask('POST', `/v1/billers/${billerId}/accounts/FM4000264061/refresh`);
    while (sandbox.calls.length === 0) await wait(10);
    host.child.kill('SIGINT');
    await wait(500);
    ask('GET', '/v1/billers');
    await new Promise((closed) => socket.once('close', closed));
    const answers = text.split(/(?=HTTP\/1\.1 )/);
    expect(answers.map((answer) => answer.slice(9, 12))).to.deep.equal(['200', '200']);
    expect(answers[1]).to.match(/^connection: close\r$/im);
    expect(await host.exited).to.equal(0);
    await sandbox.close();
  });

  it('ends at once when it is told twice, or by SIGINT', async () => {
    for (const signals of [['SIGTERM', 'SIGTERM'], ['SIGINT']] as const) {
      const host = await spawn('3600');
      const draining = async () =>
        ((await (await fetch(`${host.url}/readyz`)).json()) as { draining: boolean }).draining;
      const [first, second] = signals;
      host.child.kill(first);
      if (second) {
        host.child.kill(second); // so soon, it is the same once more
        while (!(await draining()));
        await wait(600);
        expect(await draining()).to.equal(true);
        host.child.kill(second);
      }
      expect(await host.exited, signals.join()).to.equal(0);
    }
  });
});
