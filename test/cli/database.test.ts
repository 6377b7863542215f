/** The embedded database beside and without its host, with this Node in the place of PostgreSQL's own tools. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { runningEmbedded } from '../../src/store/embedded-postgres.js';
import { temporaryFolder } from '../host-fixture.js';

/** As psql would: by PGHOST, PGPORT and so on. */
const ask = (statement: string): string[] => [
  ...[process.execPath, '--input-type=module', '-e'],
  `import pg from 'pg'; const client = new pg.Client(); await client.connect();
   console.log(JSON.stringify((await client.query(${JSON.stringify(statement)})).rows)); await client.end();`,
];
const UNTIL_ITS_INPUT_ENDS = [process.execPath, '-e', 'console.log("runs"); process.stdin.resume()'];

describe('ic-host database', function () {
  this.timeout(60_000);
  const dataDir = temporaryFolder();
  const { IC_HOST_DATABASE_URL: _, ...env } = process.env;
  const begin = (args: string[], more = {}): ChildProcess =>
    spawn(process.execPath, ['dist/src/main.js', ...args], { env: { ...env, PGSSLMODE: 'require', ...more } });
  const run = async (args: string[], more = {}) => {
    const child = begin(args, more);
    const [out, err, [status]] = await Promise.all([
      ...[child.stdout, child.stderr].map((stream) => text(stream as NodeJS.ReadableStream)),
      once(child, 'exit'),
    ] as [Promise<string>, Promise<string>, Promise<[number]>]);
    return { out, err, status };
  };
  const database = (...program: string[]) => run(['database', '--data-dir', dataDir, '--', ...program]);

  it('runs a program on it, and then ends it', async () => {
    expect(await database(...ask('create table kept as select 42 as n'))).to.include({ status: 0, out: '[]\n' });
    expect(await database(...ask('select n from kept'))).to.include({ status: 0, out: '[{"n":42}]\n' });
    expect(runningEmbedded(dataDir)).to.equal(undefined);
  });

  it('ends as the program does, and says where there is none', async () => {
    expect((await database(process.execPath, '-e', 'process.exit(7)')).status).to.equal(7);
    const { status, err } = await database('no-such-program');
    expect([status, err]).to.deep.equal([1, 'ic-host: there is no program no-such-program here\n']);
    expect(runningEmbedded(dataDir)).to.equal(undefined);
  });

  it('uses one that runs, and leaves it; no host begins on one that will end', async () => {
    const first = begin(['database', '--data-dir', dataDir, '--', ...UNTIL_ITS_INPUT_ENDS]);
    await once(first.stdout as NodeJS.ReadableStream, 'data');
    expect(await database(...ask('select n from kept'))).to.include({ status: 0 });
    expect(runningEmbedded(dataDir)).to.be.a('string');
    const host = await run(['start', '--port', '0', '--data-dir', dataDir]);
    expect(host.status).to.equal(1);
    expect(host.err).to.include('is in use by another host');
    first.stdin?.end();
    expect(await once(first, 'exit')).to.deep.equal([0, null]);
  });

  it('of another version of PostgreSQL is left as it is, and that is said', async () => {
    writeFileSync(join(dataDir, 'postgres/data/PG_VERSION'), '17\n');
    const { status, err } = await run(['start', '--port', '0', '--data-dir', dataDir]);
    expect(status).to.equal(1);
    expect(err).to.include('was initialized by PostgreSQL version 17, which is not compatible with this version');
    expect(err).to.include('docs/operating.md');
  });

  it('is for the embedded one alone', async () => {
    const { status, err } = await run(['database', '--', 'psql'], { IC_HOST_DATABASE_URL: 'postgres://u:p@h/d' });
    expect([status, err]).to.deep.equal([
      1,
      'ic-host: IC_HOST_DATABASE_URL is set: that database is reached without this command\n',
    ]);
  });
});
