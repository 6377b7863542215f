/** Speaks Acme's API: its address, its key, its way of saying no. */
import { AdapterError, type AdapterSettings, PARTNER_HTTP, SETTINGS } from '@ic-host/contracts';
import { partnerFault } from '@ic-host/contracts/kit';
import { type AxiosInstance, type AxiosRequestConfig, type AxiosResponse, isAxiosError } from 'axios';
import { inject, injectable } from 'inversify';

export interface AcmeCall {
  /** What the call is called in logs, limits and the record of exchanges. */
  operation: string;
  /** `write` where it changes something at the partner: then the host alone decides over a repeat. */
  effect: 'read' | 'write';
  method: 'GET' | 'POST' | 'PUT';
  /** Parts of the path; each is escaped. */
  path: string[];
  query?: Record<string, string>;
  body?: object;
  responseType?: 'text' | 'stream';
}

@injectable()
export class AcmeClient {
  constructor(
    @inject(PARTNER_HTTP) protected readonly http: AxiosInstance,
    @inject(SETTINGS) protected readonly settings: AdapterSettings,
  ) {}

  /**
   * Calls and reads the JSON that comes back.
   * @throws AdapterError of the kind that fits what went wrong
   */
  async json(call: AcmeCall, signal: AbortSignal): Promise<Record<string, unknown>> {
    const { data } = await this.send<string>(call, signal);
    let answer: unknown;
    try {
      answer = JSON.parse(data);
    } catch {
      throw new AdapterError('malformed', `${call.operation}: the answer is not JSON`, { code: 'not-json' });
    }
    if (typeof answer !== 'object' || answer === null || Array.isArray(answer))
      throw new AdapterError('malformed', `${call.operation}: the answer is no object`, { code: 'not-an-object' });
    return answer as Record<string, unknown>;
  }

  async send<T>(call: AcmeCall, signal: AbortSignal): Promise<AxiosResponse<T>> {
    try {
      return await this.http.request<T>(this.request(call, signal));
    } catch (error) {
      throw this.refusal(error, call) ?? partnerFault(error, call.operation, call.effect);
    }
  }

  protected request(call: AcmeCall, signal: AbortSignal): AxiosRequestConfig {
    const base = this.settings.require('baseUrl').replace(/\/$/, '');
    // FILL IN: how this partner wants its key. A header holds ASCII only, so it is escaped here.
    const headers = { 'x-api-key': encodeURIComponent(this.settings.require('apiKey')) };
    return {
      ...{ method: call.method, url: `${base}/${call.path.map(encodeURIComponent).join('/')}`, headers, signal },
      ...(call.query ? { params: call.query } : {}),
      ...(call.body ? { data: call.body } : {}),
      responseType: call.responseType ?? 'text',
      transformResponse: [(data) => data],
      partnerCall: { operation: call.operation, effect: call.effect },
    };
  }

  /** FILL IN: how this partner says no. Acme answers 404 or 422 with `{ "error": "…" }`. */
  protected refusal(error: unknown, { operation }: AcmeCall): AdapterError | undefined {
    if (!isAxiosError(error) || (error.response?.status !== 404 && error.response?.status !== 422)) return undefined;
    try {
      const { error: reason } = JSON.parse(String(error.response.data)) as { error?: unknown };
      if (typeof reason !== 'string') return undefined;
      const kind = error.response.status === 404 ? 'not-found' : 'rejected';
      return new AdapterError(kind, `${operation}: ${reason}`, { partnerMessages: [reason] });
    } catch {
      return undefined;
    }
  }
}

/** @throws AdapterError `malformed` where `read` can't make sense of a field */
export function fieldOf<T>(source: unknown, name: string, read: (value: string) => T): T {
  const value = (source as Record<string, unknown> | null)?.[name];
  try {
    if (typeof value === 'string') return read(value);
  } catch {
    // said below
  }
  throw new AdapterError('malformed', `${name} makes no sense in the answer`, { code: `malformed-${name}` });
}
