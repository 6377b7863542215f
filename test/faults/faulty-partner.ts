/** Partners that fail in every way a wire can: each a real server on loopback, or an address where none is. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';

export interface FaultyPartner {
  url: string;
  /** Requests that reached it, and requests that reached the place it redirects to. */
  reached: { itself: number; elsewhere: number };
  close(): Promise<void>;
}

export const RETRY_AFTER_S = 7;
const LARGE_BODY_MB = 100;

const listen = async (server: Server): Promise<number> => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return (server.address() as AddressInfo).port;
};

type Answer = (request: IncomingMessage, response: ServerResponse, reached: FaultyPartner['reached']) => unknown;

const status = (code: number, headers: Record<string, string> = {}): Answer => {
  return (_, response) => response.writeHead(code, headers).end('a fault');
};
const body = (text: string, type = 'application/json'): Answer => {
  return (_, response) => response.writeHead(200, { 'content-type': type }).end(text);
};

/** A megabyte at a time, as fast as it is read, until the reader has enough. */
async function large(response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json' });
  const parts = function* () {
    yield '{"success":true,"messages":["';
    for (let sent = 0; sent < LARGE_BODY_MB; sent++) yield 'x'.repeat(1 << 20);
    yield '"],"data":{}}';
  };
  await pipeline(Readable.from(parts()), response).catch(() => undefined); // the reader had enough
}

/** What a good partner says, a byte at a time. */
const dripFrom =
  (good: string): Answer =>
  async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const answer = await fetch(`${good}${request.url}`, { method: 'POST', body: Buffer.concat(chunks) });
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
    for (const byte of Buffer.from(await answer.arrayBuffer())) {
      response.write(Buffer.of(byte));
      if (byte === 0x2c) await wait(1); // at every comma, so that the bytes do leave one by one
    }
    response.end();
  };

const ANSWERS = {
  reset: (request) => request.socket.resetAndDestroy(),
  'time-out after the body was sent': () => undefined,
  ...{ '400': status(400), '401': status(401), '403': status(403), '404': status(404), '409': status(409) },
  '429': status(429),
  '429 with Retry-After': status(429, { 'retry-after': String(RETRY_AFTER_S) }),
  ...{ '500': status(500), '502': status(502), '503': status(503) },
  'HTML with 200': body('<h1>Maintenance</h1>', 'text/html'),
  'empty body': body(''),
  'truncated JSON': body('{"success":true,"messages":[],"data":{"'),
  'cut off in the body': (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '500' });
    response.write('{"success":true,', () => response.destroy());
  },
  'success missing': body('{"messages":[],"data":{}}'),
  '100 MB body': (_, response) => large(response),
} satisfies Record<string, Answer>;

export const FAULTS = [
  'DNS failure',
  'refused',
  'TLS error',
  'time-out before the body was sent',
  'redirect to another host',
  'byte-by-byte body',
  ...(Object.keys(ANSWERS) as (keyof typeof ANSWERS)[]),
] as const;
export type Fault = (typeof FAULTS)[number];

/** @param good URL of a partner that answers well */
export async function startFaultyPartner(fault: Fault, good: string): Promise<FaultyPartner> {
  const reached = { itself: 0, elsewhere: 0 };
  const nothing = async (): Promise<void> => undefined;
  if (fault === 'DNS failure') return { url: 'http://no-such-partner.invalid', reached, close: nothing };

  const elsewhere = createServer((_, response) => {
    reached.elsewhere++;
    response.end('{"success":true,"messages":[],"data":{}}');
  });
  const answer: Answer =
    fault === 'byte-by-byte body'
      ? dripFrom(good)
      : fault === 'redirect to another host'
        ? status(302, { location: `http://127.0.0.1:${await listen(elsewhere)}/` })
        : (ANSWERS[fault as keyof typeof ANSWERS] ?? status(500));
  // One that takes a connection and says nothing lets a TLS handshake wait for ever.
  const mute = fault === 'time-out before the body was sent';
  const server = mute
    ? createTcpServer((socket) => socket.on('error', () => undefined))
    : createServer((request, response) => {
        reached.itself++;
        void answer(request, response, reached);
      });
  const open = new Set<{ destroy(): void }>();
  server.on('connection', (socket) => open.add(socket));
  // A port that was closed may be given to the next that listens: on this one nothing does.
  const port = fault === 'refused' ? 1 : await listen(server);
  const close = async (): Promise<void> => {
    for (const item of [server, elsewhere]) item.close();
    for (const socket of open) socket.destroy();
  };
  const scheme = mute || fault === 'TLS error' ? 'https' : 'http';
  return { url: `${scheme}://127.0.0.1:${port}`, reached, close };
}
