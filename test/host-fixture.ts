/** Real parts for tests: one PostgreSQL for the run (npm test starts it), a database and a host for a suite, a stand-in partner. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type BriteCoreSandbox, startSandbox } from '@ic-host/adapter-britecore/sandbox';
import pg from 'pg';
import { type HostStart, type RunningHost, startHost } from '../src/host.js';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../src/store/embedded-postgres.js';
import { databaseUpToDate, emptyDatabase } from './databases.js';
import { expectDescribed } from './described.js';

let postgres: EmbeddedPostgres | undefined;
let server: Promise<string> | undefined;
const folders: string[] = [];

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "ic-host test's "));
  folders.push(folder);
  return folder;
}

async function startServer(): Promise<string> {
  const shared = process.env.IC_HOST_TEST_DATABASE_URL;
  if (shared) return shared;
  postgres = await startEmbeddedPostgres(temporaryFolder(), { durable: false });
  return postgres.connectionString;
}

const serverUrl = (): Promise<string> => {
  server ??= startServer();
  return server;
};

/** Connection string of a new database, its tables up to date. */
export const newDatabase = async (): Promise<string> => databaseUpToDate(await serverUrl());

/** Connection string of a new database without any tables. */
export const newEmptyDatabase = async (): Promise<string> => emptyDatabase(await serverUrl());

after(async () => {
  await postgres?.stop();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers as an outsider would
  body: any;
  headers: Headers;
}

export class TestHost {
  private constructor(
    readonly host: RunningHost,
    readonly sandbox: BriteCoreSandbox,
    readonly databaseUrl: string,
  ) {}

  static async start(options: Partial<HostStart> = {}): Promise<TestHost> {
    const databaseUrl = options.databaseUrl ?? (await newDatabase());
    const host = await startHost({
      port: 0,
      host: '127.0.0.1',
      dataDir: temporaryFolder(),
      manifest: 'adapter.manifest.json',
      role: 'all',
      allowPrivateEgress: true,
      logLevel: 'silent',
      masterKey: 'of all hosts of a test',
      ...options,
      databaseUrl,
    });
    return new TestHost(host, await startSandbox(), databaseUrl);
  }

  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const json = body !== undefined && typeof body !== 'string';
    const response = await fetch(`${this.host.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.host.token}`,
        ...(json ? { 'content-type': 'application/json' } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body: json ? JSON.stringify(body) : (body as string) }),
    });
    const text = await response.text();
    const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '');
    const answer = { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers };
    // Every answer that any test reads is checked by the API's own description.
    if (isJson) expectDescribed(method, path, answer);
    return answer;
  }

  /** Makes a biller on the stand-in partner. */
  async biller(billerId = '1663', more: Record<string, unknown> = {}): Promise<Answer> {
    const { billerId: _, ...biller } = this.sandbox.biller;
    return this.call('PUT', `/v1/billers/${billerId}`, { ...biller, adapter: 'britecore', ...more });
  }

  payment(transactionId: string, more: Record<string, unknown> = {}): Record<string, unknown> {
    const { accountNumber, invoiceNumber } = this.sandbox.example;
    return {
      ...{ transactionId, accountNumber, invoiceNumber, amount: '15.00', paymentDate: '2026-11-24' },
      ...{ method: 'Visa', source: 'Web', maskedNumber: '4242', payerName: 'Jordan Example' },
      ...more,
    };
  }

  /** Asks until the answer fits. */
  async until(path: string, fits: (body: Answer['body']) => boolean, seconds = 15): Promise<Answer['body']> {
    const end = performance.now() + seconds * 1000;
    for (;;) {
      const { body } = await this.call('GET', path);
      if (fits(body)) return body;
      if (performance.now() > end) throw new Error(`still not after ${seconds} s: ${JSON.stringify(body)}`);
      await wait(30);
    }
  }

  /** The feed waits for whatever transaction is open on the server: another test's, too. */
  async feedHolds(count: number): Promise<void> {
    await this.until('/v1/changes?limit=1000', ({ changes }) => changes.length >= count, 60);
  }

  settled(path: string): Promise<Answer['body']> {
    return this.until(path, (body) => body.state !== 'queued' && body.state !== 'running');
  }

  async query(sql: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
    const client = new pg.Client(this.databaseUrl);
    await client.connect();
    try {
      return (await client.query(sql, values)).rows;
    } finally {
      await client.end();
    }
  }

  async close(): Promise<void> {
    await this.host.close();
    await this.sandbox.close();
  }
}
