/** Speaks Tryton's JSON-RPC: the log-in, the session, its way of saying no. */
import { AdapterError, type AdapterSettings, PARTNER_HTTP, SETTINGS } from '@ic-host/contracts';
import { partnerFault, SharedSession } from '@ic-host/contracts/kit';
import { type AxiosInstance, isAxiosError } from 'axios';
import { inject, injectable } from 'inversify';

/** What the user's settings at the partner say (company, language); the last parameter of every call. */
type Context = Record<string, unknown>;

interface Session {
  authorization: string;
  context: Context;
}

export interface TrytonCall {
  /** What the call is called in logs, limits and the record of exchanges. */
  operation: string;
  /** `write` where it changes the ledger or a party. */
  effect: 'read' | 'write';
  /** Such as `model.party.party.search_read`. */
  method: string;
  /** Without the context. */
  params: readonly unknown[];
  /** Beside what the session's context holds. */
  context?: Context;
}

export type Fields = Record<string, unknown>;
/** `[field, operator, value]`, joined by and. */
export type Domain = readonly (readonly [field: string, operator: string, value: unknown])[];

@injectable()
export class TrytonClient {
  private readonly sessions = new SharedSession<Session>((signal) => this.logIn(signal));

  constructor(
    @inject(PARTNER_HTTP) private readonly http: AxiosInstance,
    @inject(SETTINGS) private readonly settings: AdapterSettings,
  ) {}

  /** Records of a model that a domain picks, with these fields (`lines.credit`: of related records, too). */
  async read(model: string, domain: Domain, fields: readonly string[], signal: AbortSignal): Promise<Fields[]> {
    const method = `model.${model}.search_read`;
    const call: TrytonCall = { operation: method, effect: 'read', method, params: [domain, 0, null, null, fields] };
    const found = await this.call(call, signal);
    if (Array.isArray(found) && found.every((item) => typeof item === 'object' && item !== null)) return found;
    throw new AdapterError('malformed', `${method}: the answer is no list of records`, { code: 'no-records' });
  }

  /** Goes through a wizard's one step that matters, on these records. */
  async wizard(
    name: string,
    step: { effect: 'read' | 'write'; state: string; data: Fields; model: string; ids: readonly number[] },
    signal: AbortSignal,
    context: Context = {},
  ): Promise<void> {
    const method = `wizard.${name}`;
    // Making a form changes nothing that anyone keeps: it may be made twice.
    const create: TrytonCall = {
      operation: `${method}.create`,
      effect: 'read',
      method: `${method}.create`,
      params: [],
    };
    const [form] = asList(await this.call(create, signal), create.operation);
    const { effect, state, data, model, ids } = step;
    const active = { active_model: model, active_id: ids[0], active_ids: ids };
    const execute = { operation: `${method}.${state}`, method: `${method}.execute`, params: [form, data, state] };
    await this.call({ ...execute, effect, context: { ...context, ...active } }, signal);
  }

  /** @throws AdapterError of the kind that fits what went wrong */
  async call(call: TrytonCall, signal: AbortSignal): Promise<unknown> {
    const session = await this.sessions.get(signal);
    try {
      return await this.send(call, session, signal);
    } catch (error) {
      if (!isAxiosError(error) || error.response?.status !== 401)
        throw partnerFault(error, call.operation, call.effect);
      // A session that has run out; a call that is refused so was not made.
      this.sessions.drop(session);
    }
    const fresh = await this.sessions.get(signal);
    return this.send(call, fresh, signal).catch((error) => {
      throw partnerFault(error, call.operation, call.effect);
    });
  }

  private async send(call: TrytonCall, { authorization, context }: Session, signal: AbortSignal): Promise<unknown> {
    const { method, params, operation, effect } = call;
    const { data } = await this.http.request<string>({
      ...this.request(method, [...params, { ...context, ...call.context }], signal),
      headers: { 'content-type': 'application/json', authorization },
      partnerCall: { operation, effect },
    });
    return resultOf(data, operation, effect);
  }

  private async logIn(signal: AbortSignal): Promise<Session> {
    const user = this.settings.require('user');
    const password = this.settings.require('password');
    const operation = 'common.db.login';
    const told = await this.http
      .request<string>({
        ...this.request(operation, [user, { password }, 'en'], signal),
        headers: { 'content-type': 'application/json' },
        // The answer is a key of its own.
        partnerCall: { operation, effect: 'read', confidential: true },
      })
      .catch((error) => {
        throw partnerFault(error, operation, 'read');
      });
    const [id, key] = asList(resultOf(told.data, operation, 'read'), operation);
    if (!Number.isInteger(id) || typeof key !== 'string')
      throw new AdapterError('malformed', `${operation}: no session in the answer`, { code: 'no-session' });
    const authorization = `Session ${Buffer.from(`${user}:${id}:${key}`).toString('base64')}`;
    const preferences = 'model.res.user.get_preferences';
    const call: TrytonCall = { operation: preferences, effect: 'read', method: preferences, params: [true] };
    const context = await this.send(call, { authorization, context: {} }, signal).catch((error) => {
      throw partnerFault(error, preferences, 'read');
    });
    return { authorization, context: { ...(context as Context), language: 'en' } };
  }

  private request(method: string, params: unknown[], signal: AbortSignal) {
    const url = `${this.settings.require('baseUrl').replace(/\/$/, '')}/`;
    const keep = [(data: unknown) => data];
    const body = JSON.stringify({ id: 1, method, params });
    return { method: 'POST', url, data: body, signal, responseType: 'text', transformResponse: keep } as const;
  }
}

/** What a JSON-RPC answer holds. Tryton says no with HTTP 200, by the name of an exception of its own. */
function resultOf(text: string, operation: string, effect: 'read' | 'write'): unknown {
  let answer: { id?: unknown; result?: unknown; error?: unknown };
  try {
    answer = JSON.parse(text);
  } catch {
    throw new AdapterError('malformed', `${operation}: the answer is not JSON`, { code: 'not-json' });
  }
  if (typeof answer === 'object' && answer !== null && answer.id === 1) {
    if (Array.isArray(answer.error)) throw refusal(answer.error, operation, effect);
    if ('result' in answer) return answer.result;
  }
  throw new AdapterError('malformed', `${operation}: the answer is no result`, { code: 'no-result' });
}

/** Tryton's words, in the language of the log-in. */
const ONE_JOURNAL = 'only one journal per period';

function refusal([name, said]: unknown[], operation: string, effect: 'read' | 'write'): AdapterError {
  const partnerMessages = [said].flat(2).filter((part): part is string => typeof part === 'string' && part !== '');
  // Of two that are the first of a month at once, one loses; undone, it may be made again.
  if (partnerMessages.some((message) => message.includes(ONE_JOURNAL)))
    return new AdapterError('unavailable', `${operation}: ${partnerMessages[0]}`, { code: 'changed-meanwhile' });
  if (name === 'UserError' || name === 'UserWarning')
    return new AdapterError('rejected', `${operation}: ${partnerMessages[0] ?? name}`, { partnerMessages });
  // Someone else wrote the record first: this call was undone.
  if (name === 'ConcurrencyException')
    return new AdapterError('unavailable', `${operation}: the record was changed meanwhile`, {
      code: 'changed-meanwhile',
    });
  // The rest are faults of the server, with a trace that says much and is nobody's business.
  const kind = effect === 'write' ? 'unknown-outcome' : 'unavailable';
  return new AdapterError(kind, `${operation}: Tryton failed: ${String(name)}`, { code: 'server-fault' });
}

function asList(value: unknown, operation: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw new AdapterError('malformed', `${operation}: the answer is no list`, { code: 'no-list' });
}
