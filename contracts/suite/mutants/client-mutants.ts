/** Clients that are wrong: what every contract of an adapter then does wrong. */
import { AdapterError } from '@ic-host/contracts';
import { partnerFault } from '@ic-host/contracts/kit';
import { type AxiosRequestConfig, type AxiosResponse, isAxiosError } from 'axios';
import { type AcmeCall, AcmeClient } from '../../template/src/acme-client.js';
import { type Given, mutant } from './mutant.js';

const of = mutant('rtdr-provider');
const ofWrites = mutant('payment-sink');

/** Changes what is sent. */
const sending = (change: (request: AxiosRequestConfig, client: { key: string }) => AxiosRequestConfig) =>
  class extends AcmeClient {
    protected override request(call: AcmeCall, signal: AbortSignal): AxiosRequestConfig {
      return change(super.request(call, signal), { key: this.settings.get('apiKey') ?? '' });
    }
  };
/** Changes what an error becomes. */
const failing = (change: (error: unknown, call: AcmeCall) => unknown) =>
  class extends AcmeClient {
    override async send<T>(call: AcmeCall, signal: AbortSignal): Promise<AxiosResponse<T>> {
      try {
        return await this.http.request<T>(this.request(call, signal));
      } catch (error) {
        throw this.refusal(error, call) ?? change(error, call);
      }
    }
  };
const statusOf = (error: unknown): number | undefined => (isAxiosError(error) ? error.response?.status : undefined);
const as = (kind: AdapterError['kind']) => (_: unknown, call: AcmeCall) =>
  new AdapterError(kind, `${call.operation}: failed`);

class LogsTheKey extends AcmeClient {
  constructor(private readonly given: Given) {
    super(given.http, given.settings);
  }
  override send<T>(call: AcmeCall, signal: AbortSignal): Promise<AxiosResponse<T>> {
    this.given.log.debug({ call, headers: this.request(call, signal).headers }, 'calling Acme');
    return super.send(call, signal);
  }
}
class OwnFetch extends AcmeClient {
  override async send<T>(call: AcmeCall, signal: AbortSignal): Promise<AxiosResponse<T>> {
    const { url, headers, params } = this.request(call, signal);
    const query = params ? `?${new URLSearchParams(params)}` : '';
    const answer = await fetch(`${url}${query}`, { headers: headers as Record<string, string>, signal });
    return { data: await answer.text() } as AxiosResponse<T>;
  }
}
class FollowsRedirects extends AcmeClient {
  override async send<T>(call: AcmeCall, signal: AbortSignal): Promise<AxiosResponse<T>> {
    try {
      return await this.http.request<T>(this.request(call, signal));
    } catch (error) {
      const location = isAxiosError(error) ? error.response?.headers.location : undefined;
      if (!location) throw this.refusal(error, call) ?? partnerFault(error, call.operation, call.effect);
      const request = { ...this.request(call, signal), url: location };
      return this.http.request<T>(request).catch((again) => {
        throw partnerFault(again, call.operation, call.effect);
      });
    }
  }
}
class NoJsonIsNothing extends AcmeClient {
  override json(call: AcmeCall, signal: AbortSignal): Promise<Record<string, unknown>> {
    return super.json(call, signal).catch((error) => {
      if (AdapterError.is(error) && error.code === 'not-json') return { id: 'id', pages: 1, invoices: [] };
      throw error;
    });
  }
}
class NoSettingNoMatter extends AcmeClient {
  protected override request(call: AcmeCall, signal: AbortSignal): AxiosRequestConfig {
    const settings = { ...this.settings, require: (key: string) => this.settings.get(key) ?? 'http://127.0.0.1' };
    return new (class extends AcmeClient {
      made = () => this.request(call, signal);
    })(this.http, settings).made();
  }
}
class BadMessage extends AcmeClient {
  protected override request(call: AcmeCall, signal: AbortSignal): AxiosRequestConfig {
    if (this.settings.get('apiKey') === undefined || this.settings.get('baseUrl') === undefined)
      throw new AdapterError('misconfigured', 'something is not set');
    return super.request(call, signal);
  }
}

export const clientMutants = [
  of('ignores the abort', 'abort', {
    client: ({ http, settings }) => new (sending(({ signal: _, ...request }) => request))(http, settings),
  }),
  of('a time-out of its own, longer than the host’s', 'time-out', {
    client: ({ http, settings }) => new (sending((request) => ({ ...request, timeout: 60_000 })))(http, settings),
  }),
  of('logs the key', 'secrets', { client: (given) => new LogsTheKey(given) }),
  of('puts the key into the URL', 'secrets', {
    client: ({ http, settings }) =>
      new (sending((request, { key }) => ({ ...request, params: { ...request.params, key } })))(http, settings),
  }),
  of('hands on the error of the client with the request in it', 'secrets', {
    client: ({ http, settings }) =>
      new (failing((error, { operation }) => new AdapterError('unavailable', operation, { cause: error })))(
        http,
        settings,
      ),
  }),
  of('puts the answer of the partner into the message', 'secrets', {
    client: ({ http, settings }) =>
      new (failing((error, { operation }) => {
        const answer = isAxiosError(error) ? String(error.response?.data ?? '') : '';
        return new AdapterError('unavailable', `${operation}: ${answer}`);
      }))(http, settings),
  }),
  of('uses fetch instead of the way out', 'one-way-out', {
    client: ({ http, settings }) => new OwnFetch(http, settings),
  }),
  of('does not say whether a call reads or writes', 'one-way-out', {
    client: ({ http, settings }) => new (sending(({ partnerCall: _, ...request }) => request))(http, settings),
  }),
  of('follows redirects', 'fault-redirect', { client: ({ http, settings }) => new FollowsRedirects(http, settings) }),
  of('an outage is an unknown account', 'fault-http-500 fault-refused', {
    client: ({ http, settings }) => new (failing(as('not-found')))(http, settings),
  }),
  of('a refused key is an outage', 'fault-http-401', {
    client: ({ http, settings }) =>
      new (failing((error, call) =>
        statusOf(error) === 401 ? as('unavailable')(error, call) : partnerFault(error, call.operation, call.effect),
      ))(http, settings),
  }),
  of('an outage is a wrong setting', 'fault-reset fault-http-503', {
    client: ({ http, settings }) => new (failing(as('misconfigured')))(http, settings),
  }),
  of('throws plain errors', 'fault-refused', {
    client: ({ http, settings }) => new (failing((error) => new Error(String(error))))(http, settings),
  }),
  of('does not hand on Retry-After', 'fault-http-429', {
    client: ({ http, settings }) =>
      new (failing((error, { operation, effect }) => {
        const { kind, message } = partnerFault(error, operation, effect);
        return new AdapterError(kind, message);
      }))(http, settings),
  }),
  of('an answer that is no JSON is an empty one', 'fault-html fault-empty', {
    client: ({ http, settings }) => new NoJsonIsNothing(http, settings),
  }),
  of('does without a setting that is missing', 'settings', {
    client: ({ http, settings }) => new NoSettingNoMatter(http, settings),
  }),
  of('does not say which setting is missing', 'settings', {
    client: ({ http, settings }) => new BadMessage(http, settings),
  }),
  ofWrites('an unknown outcome is an outage', 'lost-answer fault-reset', {
    client: ({ http, settings }) =>
      new (failing((error, { operation }) => partnerFault(error, operation, 'read')))(http, settings),
  }),
  ofWrites('an unknown outcome is a refusal', 'lost-answer fault-answer-lost', {
    client: ({ http, settings }) => new (failing(as('rejected')))(http, settings),
  }),
  ofWrites('a refused connection is an unknown outcome', 'fault-refused', {
    client: ({ http, settings }) => new (failing(as('unknown-outcome')))(http, settings),
  }),
  ofWrites('says of a write that it reads', 'one-way-out', {
    client: ({ http, settings }) =>
      new (sending((request) => ({ ...request, partnerCall: { operation: 'pay', effect: 'read' } })))(http, settings),
  }),
  ofWrites('loses the partner’s reason', 'rejected', {
    client: ({ http, settings }) =>
      new (class extends AcmeClient {
        protected override refusal(error: unknown, call: AcmeCall): AdapterError | undefined {
          const refused = super.refusal(error, call);
          return refused && new AdapterError(refused.kind, 'the partner said no');
        }
      })(http, settings),
  }),
];
