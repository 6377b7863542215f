/** Calls a second of one partner: the host's way out beside raw undici, and beside axios with axios-retry. */
import { Agent as HttpAgent } from 'node:http';
import { trace } from '@opentelemetry/api';
import axios from 'axios';
import axiosRetry from 'axios-retry';
import { Agent } from 'undici';
import { createWayOut } from '../src/egress/partner-http.js';
import { redactorOf } from '../src/egress/redaction.js';
import { DEFAULT_LIMITS } from '../src/egress/way-out.js';
import { rate, serve } from './load.js';
import { type Figure, interleaved, ratios } from './results.js';

const [AT_ONCE, CALLS, ROUNDS] = [32, 6_000, 7];
const PATH = '/api/v2/policies/retrieve_policy';

export async function wayOut(): Promise<Figure[]> {
  const partner = await serve('stand-in-partner.js');
  const url = partner.url + PATH;
  const body = { policy_number: 'p1-1', api_key: 'key' };
  const agent = new Agent({ connections: AT_ONCE, pipelining: 1 });
  const own = createWayOut({
    ...{ billerId: 'bench', adapterId: 'britecore', hosts: () => ['127.0.0.1'], allowPrivate: true },
    ...{ limits: { ...DEFAULT_LIMITS, concurrency: AT_ONCE }, pace: async () => undefined },
    ...{ redact: redactorOf(['key of the bench']), tracer: trace.getTracer('bench') },
  });
  const stock = axios.create({ httpAgent: new HttpAgent({ keepAlive: true, maxSockets: AT_ONCE }) });
  axiosRetry(stock, { retries: 2 });
  const contender = (name: string, call: () => Promise<unknown>) => ({ name, run: () => rate(CALLS, AT_ONCE, call) });
  const [raw, ours, usual] = await interleaved(ROUNDS, [
    contender('undici', async () => {
      const { body: answer } = await agent.request({
        ...{ origin: partner.url, path: PATH, method: 'POST', headers: { 'content-type': 'application/json' } },
        body: JSON.stringify(body),
      });
      return JSON.parse(await answer.text());
    }),
    contender('the way out', () =>
      own.http.post(url, body, { partnerCall: { operation: 'policies/retrieve_policy', effect: 'read' } }),
    ),
    contender('axios', () => stock.post(url, body)),
  ]);
  await Promise.all([own.close(), agent.close()]);
  partner.stop();
  const section = 'Way out';
  return [
    { section, name: 'calls a second by undici', values: raw ?? [] },
    { section, name: 'the way out, by undici', values: ratios(ours, raw), wanted: { least: 0.45 } },
    { section, name: 'the way out, by axios + axios-retry', values: ratios(ours, usual), wanted: { least: 2 } },
  ];
}
