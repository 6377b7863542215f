/** A host as a process of its own, with billers on a stand-in partner, for benches. */
import { join } from 'node:path';
import { type HostProcess, spawnHost } from '../test/host-process.js';

export const TOKEN = 'of the bench';
export const AUTHORIZED = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
/** A partner without limits of its own: what is measured is the host. */
export const UNLIMITED = { concurrency: 100, requestsPerSecond: 100_000 };

export function startHost(folder: string, databaseUrl: string, ...more: string[]): Promise<HostProcess> {
  const env = {
    ...{ IC_HOST_DATABASE_URL: databaseUrl, IC_HOST_API_TOKEN: TOKEN, IC_HOST_LOG_LEVEL: 'error' },
    IC_HOST_REQUESTS_PER_SECOND: '1000000',
  };
  return spawnHost(join(folder, `host ${Math.random().toString(36).slice(2)}`), env, ...more);
}

export async function putBiller(host: string, billerId: string, partner: string, options: object = UNLIMITED) {
  const biller = { name: billerId, guid: billerId, adapter: 'britecore', settings: { '8': partner, '10': 'key' } };
  const answer = await fetch(`${host}/v1/billers/${billerId}`, {
    ...{ method: 'PUT', headers: AUTHORIZED, body: JSON.stringify({ ...biller, options }) },
  });
  if (!answer.ok) throw new Error(`${billerId}: ${answer.status} ${await answer.text()}`);
}
