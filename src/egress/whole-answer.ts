/**
 * A call whose answer is read whole. On undici's own handlers: its `request` makes a stream for each answer, which costs as
 * much as all the rest of a small one.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import type { CallTime } from './call-time.js';
import type { SentNote } from './sent-note.js';

export interface WholeAnswer {
  status: number;
  statusText: string;
  headers: IncomingHttpHeaders;
  bytes: Buffer;
}

/** @throws what undici throws; what `tooLarge` gives, when more bytes than `most` come; any error when its time ends */
export function wholeAnswer(
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions & { opaque: SentNote },
  limits: { time: CallTime; most: number; tooLarge: () => Error },
): Promise<WholeAnswer> {
  return new Promise((resolve, reject) => {
    const reader = new Reader(options.opaque, limits, resolve, reject);
    limits.time.onEnd(() => reader.end(new Error('the call ended')));
    dispatcher.dispatch(options, reader);
  });
}

class Reader implements Dispatcher.DispatchHandler {
  private controller: Dispatcher.DispatchController | undefined;
  private over: Error | undefined;
  private status = 0;
  private statusText = '';
  private headers: IncomingHttpHeaders = {};
  private readonly chunks: Buffer[] = [];
  private size = 0;

  constructor(
    private readonly note: SentNote,
    private readonly limits: { most: number; tooLarge: () => Error },
    private readonly resolve: (answer: WholeAnswer) => void,
    private readonly reject: (error: Error) => void,
  ) {}

  /** Breaks the call off: it may still wait for a connection, and is then broken off as it begins. */
  end(error: Error): void {
    this.over = error;
    this.controller?.abort(error);
    this.reject(error);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.over) controller.abort(this.over);
    else this.note.sent = true;
  }

  onResponseStart(
    _: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
    statusText = '',
  ): void {
    if (status < 200) return; // says only that an answer will come
    Object.assign(this, { status, headers, statusText });
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.size += chunk.length;
    if (this.size > this.limits.most) this.end(this.limits.tooLarge());
    else this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    const [first = EMPTY, ...others] = this.chunks;
    const bytes = others.length ? Buffer.concat(this.chunks, this.size) : first;
    const { status, statusText, headers } = this;
    // After all answers that have come by now were read: those who wait for them then go on together.
    setImmediate(this.resolve, { status, statusText, headers, bytes });
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.reject(error);
  }
}

const EMPTY = Buffer.alloc(0);
