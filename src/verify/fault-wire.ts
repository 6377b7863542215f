/** The wire between an adapter and its partner, for the contract suite: calls are seen, and fail on demand, for real. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { pathOf, type RecordedExchange } from '@ic-host/contracts';
import type { Wire, WireCall, WireFault } from '@ic-host/contracts/suite';
import type { buildConnector, Dispatcher } from 'undici';
import type { SentNote } from '../egress/sent-note.js';
import type { WireTap } from '../egress/way-out.js';

type Choose = (call: WireCall, index: number) => boolean;
type Handler = Dispatcher.DispatchHandler;

/** Whose call it is that is running now; `own` while the way out itself connects. */
const running = new AsyncLocalStorage<FaultWire | 'own'>();
const seeSocket = (message: unknown): void => {
  const wire = running.getStore();
  if (wire && wire !== 'own') wire.stray((message as { socket: Socket }).socket);
};

const FAULT_HEADER = 'x-suite-fault';
const broken = (): Error => Object.assign(new Error('the connection was broken off'), { code: 'UND_ERR_SOCKET' });

/** A server that does what a fault says, for each request that names one. */
export class FaultServer {
  private readonly faults = new Map<string, WireFault>();
  /** Of them, those that are asked for once. */
  private readonly once = new Set<string>();
  private count = 0;
  private readonly server: Server = createServer((request, response) => {
    const id = String(request.headers[FAULT_HEADER]);
    const fault = this.faults.get(id);
    if (this.once.delete(id)) this.faults.delete(id);
    request.resume().once('end', () => {
      if (fault?.kind === 'reset') request.socket.resetAndDestroy();
      if (fault?.kind === 'answer') response.writeHead(fault.status, fault.headers).end(fault.body);
    });
  });

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  static async start(): Promise<FaultServer> {
    const made = new FaultServer();
    subscribe('net.client.socket', seeSocket);
    await new Promise<void>((done) => made.server.listen(0, '127.0.0.1', done));
    return made;
  }

  /** @returns the header by which a request asks for the fault */
  add(fault: WireFault, once = false): string {
    const id = String(this.count++);
    if (once) this.once.add(id);
    this.faults.set(id, fault);
    return id;
  }

  async close(): Promise<void> {
    unsubscribe('net.client.socket', seeSocket);
    this.server.close();
    this.server.closeAllConnections();
  }
}

export class FaultWire implements Wire, WireTap {
  readonly firstPauseMs = 5;
  readonly calls: WireCall[] = [];
  readonly strayConnections: string[] = [];
  private readonly sockets = new Set<Socket>();
  private fault: { fault: WireFault; choose: Choose } | undefined;
  private hook: ((index: number) => Promise<void>) | undefined;
  /** By call: the answer it got, as the fault server keeps it. */
  private answers: Map<string, string> | undefined;
  private recorded: RecordedExchange[] | undefined;
  readonly unanswered: string[] = [];

  constructor(private readonly server: FaultServer) {}

  get openSockets(): number {
    return this.sockets.size;
  }

  fail(fault: WireFault, choose: Choose = () => true): void {
    this.fault = { fault, choose };
  }

  before(hook: (index: number) => Promise<void>): void {
    this.hook = hook;
  }

  repeatAnswers(): void {
    this.answers = new Map();
  }

  answerAs(exchanges: readonly RecordedExchange[]): void {
    this.recorded = [...exchanges];
    this.unanswered.length = 0;
  }

  clear(): void {
    this.calls.length = 0;
    this.fault = undefined;
    this.hook = undefined;
    this.recorded = undefined;
  }

  watch<T>(call: () => Promise<T>): Promise<T> {
    return running.run(this, call);
  }

  stray(socket: Socket): void {
    const place = this.strayConnections.push('a connection that was not made') - 1;
    socket.once('connect', () => {
      this.strayConnections[place] = `${socket.remoteAddress}:${socket.remotePort}`;
    });
    socket.once('error', () => undefined);
  }

  connector(connect: buildConnector.connector): buildConnector.connector {
    return (options, callback) =>
      running.run('own', () =>
        connect(options, (...result) => {
          const [, socket] = result;
          if (socket) {
            this.sockets.add(socket);
            socket.once('close', () => this.sockets.delete(socket));
          }
          callback(...result);
        }),
      );
  }

  intercept: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) => {
    const note = (options as { opaque?: SentNote }).opaque;
    const index = this.calls.push({
      operation: note?.operation ?? options.path,
      effect: note?.effect,
      method: options.method,
      url: `${options.origin}${options.path}`,
      headers: JSON.stringify(options.headers ?? {}),
      body: typeof options.body === 'string' ? options.body : '',
    });
    const call = this.calls[index - 1] as WireCall;
    if (this.recorded) return this.spoil(this.recordedAnswer(this.recorded, call), dispatch, options, handler);
    const { fault } = this.fault?.choose(call, index - 1) ? this.fault : {};
    const send = () =>
      fault
        ? this.spoil(fault, dispatch, options, handler)
        : this.answers
          ? this.repeat(this.answers, call, dispatch, options, handler)
          : dispatch(options, handler);
    if (!this.hook) return send();
    this.hook(index - 1).then(send, (error) => handler.onResponseError?.(undefined as never, error));
    return true;
  };

  private recordedAnswer(left: RecordedExchange[], { method, url, body }: WireCall): WireFault {
    const isPath = (exchange: RecordedExchange) => pathOf(exchange.url) === pathOf(url);
    const same = left.findIndex((exchange) => exchange.request === body && isPath(exchange));
    const index = same < 0 ? left.findIndex(isPath) : same;
    const [exchange] = index < 0 ? [] : left.splice(index, 1);
    if (!exchange) this.unanswered.push(`${method} ${pathOf(url)}`);
    else if (exchange.status === null) return { kind: 'reset' };
    const { status, response } = exchange ?? { status: 501, response: '' };
    return { kind: 'answer', status: status ?? 0, headers: { 'content-type': 'application/json' }, body: response };
  }

  private repeat(
    answers: Map<string, string>,
    { method, url, body }: WireCall,
    dispatch: Dispatcher.Dispatch,
    options: Dispatcher.DispatchOptions,
    handler: Handler,
  ) {
    const key = `${method} ${url} ${body}`;
    const known = answers.get(key);
    if (known === undefined)
      return dispatch(
        options,
        remembering(handler, (answer) => answers.set(key, this.server.add(answer))),
      );
    const headers = { ...(options.headers as Record<string, string>), [FAULT_HEADER]: known };
    return dispatch({ ...options, origin: this.server.origin, headers }, handler);
  }

  private spoil(
    fault: WireFault,
    dispatch: Dispatcher.Dispatch,
    options: Dispatcher.DispatchOptions,
    handler: Handler,
  ) {
    switch (fault.kind) {
      case 'refused':
        return dispatch({ ...options, origin: 'http://127.0.0.1:1' }, handler);
      case 'answer-lost':
        return dispatch(options, answerLost(handler));
      case 'cut-off':
        return dispatch(options, cutOff(handler));
      case 'truncate':
        return dispatch(options, truncated(handler));
      default: {
        const headers = {
          ...(options.headers as Record<string, string>),
          [FAULT_HEADER]: this.server.add(fault, true),
        };
        return dispatch({ ...options, origin: this.server.origin, headers }, handler);
      }
    }
  }
}

/** Hands an answer on, and keeps it. */
function remembering(handler: Handler, keep: (answer: WireFault & { kind: 'answer' }) => void): Handler {
  const chunks: Buffer[] = [];
  let status = 0;
  let headers: Record<string, string> = {};
  return {
    onRequestStart: (...args) => handler.onRequestStart?.(...args),
    onResponseStart: (controller, code, all, text) => {
      status = code;
      const { 'content-length': _, 'transfer-encoding': __, connection: ___, ...rest } = all;
      headers = rest as Record<string, string>;
      handler.onResponseStart?.(controller, code, all, text);
    },
    onResponseData: (controller, chunk) => {
      chunks.push(Buffer.from(chunk));
      handler.onResponseData?.(controller, chunk);
    },
    onResponseEnd: (controller, trailers) => {
      keep({ kind: 'answer', status, headers, body: Buffer.concat(chunks).toString('utf8') });
      handler.onResponseEnd?.(controller, trailers);
    },
    onResponseError: (...args) => handler.onResponseError?.(...args),
  };
}

const answerLost = (handler: Handler): Handler => ({
  onRequestStart: (...args) => handler.onRequestStart?.(...args),
  onResponseStart: () => undefined,
  onResponseData: () => undefined,
  onResponseEnd: (controller) => handler.onResponseError?.(controller, broken()),
  onResponseError: (...args) => handler.onResponseError?.(...args),
});

const CUT_AFTER_MS = 20;

/** Half of what comes first, time to read it, and then nothing any more. */
function cutOff(handler: Handler): Handler {
  let ended = false;
  return {
    onRequestStart: (...args) => handler.onRequestStart?.(...args),
    onResponseStart: (...args) => handler.onResponseStart?.(...args),
    onResponseData: (controller, chunk) => {
      if (ended) return;
      ended = true;
      handler.onResponseData?.(controller, chunk.subarray(0, chunk.length / 2));
      setTimeout(() => {
        handler.onResponseError?.(controller, broken());
        controller.abort(broken());
      }, CUT_AFTER_MS);
    },
    onResponseEnd: (controller) => {
      if (!ended) handler.onResponseError?.(controller, broken());
    },
    onResponseError: (...args) => {
      if (!ended) handler.onResponseError?.(...args);
    },
  };
}

function truncated(handler: Handler): Handler {
  const chunks: Buffer[] = [];
  let begin: Parameters<NonNullable<Handler['onResponseStart']>> | undefined;
  return {
    onRequestStart: (...args) => handler.onRequestStart?.(...args),
    onResponseStart: (...args) => {
      begin = args;
    },
    onResponseData: (_, chunk) => void chunks.push(Buffer.from(chunk)),
    onResponseEnd: (controller, trailers) => {
      const bytes = Buffer.concat(chunks);
      if (begin) {
        const [, status, { 'content-length': _, ...headers }, text] = begin;
        handler.onResponseStart?.(controller, status, headers, text);
      }
      handler.onResponseData?.(controller, bytes.subarray(0, bytes.length / 2));
      handler.onResponseEnd?.(controller, trailers);
    },
    onResponseError: (...args) => handler.onResponseError?.(...args),
  };
}
