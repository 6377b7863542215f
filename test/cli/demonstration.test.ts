import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startSandbox } from '@ic-host/adapter-britecore/sandbox';
import { expect } from 'chai';
import { temporaryFolder } from '../host-fixture.js';

const run = promisify(execFile);

/** Starts the demonstration in a process of its own and reads what it prints. */
async function start(dataDir: string): Promise<{ child: ChildProcess; lines: string[] }> {
  const { IC_HOST_DATABASE_URL: _, IC_HOST_API_TOKEN: __, ...env } = process.env;
  const child = spawn(
    process.execPath,
    ['dist/src/main.js', 'start', '--sandbox', '--port', '0', '--data-dir', dataDir],
    {
      env: { ...env, IC_HOST_LOG_LEVEL: 'silent' },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let text = '';
  for await (const chunk of child.stdout ?? []) {
    text += chunk;
    if (/ic-host listening on .*\n/.test(text)) break;
  }
  return { child, lines: text.trim().split('\n') };
}

const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((done) => (child.exitCode === null ? child.once('exit', (code) => done(code)) : done(child.exitCode)));

describe('the demonstration', function () {
  this.timeout(120_000);
  it('serves, its three commands work when pasted, and a kill loses nothing', async () => {
    const folder = temporaryFolder();
    const dataDir = join(folder, 'data dir');
    const first = await start(dataDir);
    const commands = first.lines.filter((line) => line.startsWith('curl'));
    expect(commands).to.have.length(3);
    const paste = async (command = '') => (await run('sh', ['-c', command], { cwd: folder })).stdout;
    expect(JSON.parse(await paste(commands[0]))).to.deep.include({ accountNumber: 'FM4000264061', stale: false });
    const paid = JSON.parse(await paste(commands[1]));
    expect(paid).to.deep.include({ state: 'delivered', duplicate: false });
    expect(await paste(commands[2])).to.match(/^%PDF-/);
    expect(readFileSync(join(folder, 'invoice.pdf')).toString('latin1')).to.match(/%%EOF\s*$/);

    first.child.kill('SIGKILL');
    await ended(first.child);
    const second = await start(dataDir);
    const url = second.lines.at(-1)?.replace('ic-host listening on ', '');
    const token = readFileSync(join(dataDir, 'api-token'), 'utf8');
    const answer = await fetch(`${url}/v1/billers/1663/payments/${paid.transactionId}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(await answer.json()).to.include({ state: 'delivered', confirmationNumber: paid.confirmationNumber });
    second.child.kill('SIGTERM');
    expect(await ended(second.child)).to.equal(0);
  });

  it('its PostgreSQL killed after it: starts again by itself, nothing acknowledged is missing', async () => {
    const dataDir = join(temporaryFolder(), 'data');
    const first = await start(dataDir);
    const url = first.lines.at(-1)?.replace('ic-host listening on ', '');
    const headers = {
      authorization: `Bearer ${readFileSync(join(dataDir, 'api-token'), 'utf8')}`,
      'content-type': 'application/json',
    };
    const payment = {
      ...{ accountNumber: 'FM4000264061', invoiceNumber: 'f2fa7664-a055-4780-bf51-2b33f0889d42', amount: '1.00' },
      ...{
        paymentDate: '2026-11-24',
        method: 'Visa',
        source: 'Web',
        maskedNumber: '4242',
        payerName: 'Jordan Example',
      },
    };
    const accepted: string[] = [];
    const pay = async (id: string): Promise<void> => {
      const body = JSON.stringify({ ...payment, transactionId: id });
      const answer = await fetch(`${url}/v1/billers/1663/payments`, { method: 'POST', headers, body }).catch(
        () => null,
      );
      if (answer?.status === 202) accepted.push(id);
    };
    const paying = Promise.all(Array.from({ length: 40 }, (_, index) => pay(`k${index}`)));
    await pay('first');
    first.child.kill('SIGKILL');
    const pidFile = readdirSync(dataDir, { recursive: true, encoding: 'utf8' }).find((name) =>
      name.endsWith('postmaster.pid'),
    );
    process.kill(Number(readFileSync(join(dataDir, pidFile ?? ''), 'utf8').split('\n')[0]), 'SIGKILL');
    await Promise.all([ended(first.child), paying]);
    expect(accepted).to.not.deep.equal([]);

    const second = await start(dataDir);
    const again = second.lines.at(-1)?.replace('ic-host listening on ', '');
    for (const id of accepted) {
      const answer = await fetch(`${again}/v1/billers/1663/payments/${id}`, { headers });
      expect(answer.status, id).to.equal(200);
    }
    second.child.kill('SIGTERM');
    expect(await ended(second.child)).to.equal(0);
  });

  it('lists its adapters', async () => {
    const { stdout } = await run(process.execPath, ['dist/src/main.js', 'adapters', '--json']);
    expect(JSON.parse(stdout)[0]).to.include({ id: 'britecore', health: 'loaded' });
  });

  it('checks an invoice file without a host', async () => {
    const file = join(temporaryFolder(), '1663_11232026.JSON');
    const sandbox = await startSandbox();
    await sandbox.close();
    const parse = (text: string) => {
      writeFileSync(file, text);
      return run(process.execPath, ['dist/src/main.js', 'parse', file, '--json']).then(
        ({ stdout }) => ({ status: 0, report: JSON.parse(stdout) }),
        (error) => ({ status: error.code, report: JSON.parse(error.stdout) }),
      );
    };
    expect(await parse(sandbox.sampleFile.text)).to.deep.nested.include({
      status: 0,
      'report.state': 'ok',
      'report.setAside': 0,
    });
    expect(await parse(sandbox.sampleFile.text.slice(0, -3))).to.deep.nested.include({
      status: 1,
      'report.problem.code': 'truncated',
    });
  });
});
