/** Speaks BriteCore's one way of calling: POST, the key in the body, an envelope in the answer. */
import { AdapterError, type AdapterSettings, PARTNER_HTTP, SETTINGS } from '@ic-host/contracts';
import { partnerFault } from '@ic-host/contracts/kit';
import type { AxiosInstance, AxiosResponse, ResponseType } from 'axios';
import { inject, injectable } from 'inversify';
import type { Envelope } from './wire-types.js';

/** The pairs of settings (endpoint and key) that operations go by. */
export type Endpoint = 'rtdr' | 'payments' | 'paperless' | 'autopay' | 'document' | 'returns';

export interface Operation {
  endpoint: Endpoint;
  /** `<area>/<operation>`, as in the URL. */
  path: string;
  effect: 'read' | 'write';
}

@injectable()
export class BriteCoreClient {
  /** By operation: the setting that its URL was made of, and the URL. */
  private readonly urls = new Map<Operation, { setting: string; url: string }>();

  constructor(
    @inject(PARTNER_HTTP) private readonly http: AxiosInstance,
    @inject(SETTINGS) private readonly settings: AdapterSettings,
  ) {}

  get isLegacy(): boolean {
    return this.settings.option('generation') === 'legacy';
  }

  /**
   * Calls an operation and opens its envelope.
   * @throws AdapterError `not-found` or `rejected` when `success` is false; the kinds of the transport otherwise
   */
  async call(operation: Operation, body: object, signal: AbortSignal): Promise<Envelope> {
    const response = await this.send<string>(operation, body, 'text', signal);
    return this.open(response.data, operation);
  }

  /** Sends without reading the answer's body. */
  async send<T>(operation: Operation, body: object, responseType: ResponseType, signal: AbortSignal) {
    const { endpoint, path, effect } = operation;
    const key = this.settings.get(`${endpoint}Key`) ?? this.settings.require('rtdrKey');
    const url = this.urlOf(operation);
    try {
      return (await this.http.post<T>(
        url,
        { ...body, api_key: key },
        { responseType, signal, transformResponse: [(data) => data], partnerCall: { operation: path, effect } },
      )) as AxiosResponse<T>;
    } catch (error) {
      throw partnerFault(error, path, effect);
    }
  }

  /** Opens an envelope's text. @throws AdapterError as {@link call} */
  open(text: string, { path }: Operation): Envelope {
    let answer: Record<string, unknown>;
    try {
      answer = JSON.parse(text);
    } catch {
      throw new AdapterError('malformed', `${path}: the answer is not JSON`, { code: 'not-json' });
    }
    if (typeof answer !== 'object' || answer === null || typeof answer.success !== 'boolean')
      throw new AdapterError('malformed', `${path}: the answer has no success`, { code: 'no-envelope' });
    const told = answer.messages ?? answer.message ?? [];
    const messages = (Array.isArray(told) ? told : [told]).filter((message) => message !== '').map(String);
    if (!answer.success)
      throw new AdapterError(
        messages.some((message) => /not found/i.test(message)) ? 'not-found' : 'rejected',
        `${path}: ${messages.join('; ') || 'the partner gave no reason'}`,
        { partnerMessages: messages },
      );
    return { success: true, messages, data: answer.data };
  }

  /**
   * A setting may hold the biller's domain, or the full URL of one operation: that operation then uses it as it is,
   * and the others on the same setting share its origin.
   */
  private urlOf(operation: Operation): string {
    const { endpoint, path } = operation;
    const setting = this.settings.get(`${endpoint}Url`) ?? this.settings.require('rtdrUrl');
    const known = this.urls.get(operation);
    if (known?.setting === setting) return known.url;
    if (!URL.canParse(setting))
      throw new AdapterError('misconfigured', `the setting ${endpoint}Url is not a URL`, { code: 'setting-not-a-url' });
    const url = new URL(setting);
    const name = path.slice(path.indexOf('/') + 1);
    const made = url.pathname.endsWith(`/${name}`) ? setting : `${url.origin}/api/v2/${path}`;
    this.urls.set(operation, { setting, url: made });
    return made;
  }
}
