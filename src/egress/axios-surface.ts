/** The axios API as adapters call it, over our own sending. */
import axios, { Axios, type AxiosAdapter, AxiosHeaders, type AxiosInstance, type AxiosRequestConfig } from 'axios';
import { directCalls, isPlain } from './direct-call.js';

/** An answer's headers as undici reads them: lower case, no two of one name. axios would make sure of it four times. */
export class ParsedHeaders extends AxiosHeaders {
  override normalize(): this {
    return this;
  }
}

/**
 * axios copies its defaults and what a call is given, level by level, for every call: a third of what a call costs. So of
 * the defaults it has only those that this way out goes by, and of a call nothing that has levels.
 * @param retry adds axios-retry
 */
export function axiosOver(adapter: AxiosAdapter, timeout: number, retry: (http: AxiosInstance) => void): AxiosInstance {
  const { headers, transformRequest, transformResponse, validateStatus } = axios.create().defaults;
  const defaults: AxiosRequestConfig = { adapter, timeout, transformRequest, transformResponse, validateStatus };
  // Headers of every call are seen, and copied, once somebody has asked for them to add one.
  Object.defineProperty(defaults, 'headers', {
    configurable: true,
    get() {
      Object.defineProperty(defaults, 'headers', { value: headers, enumerable: true, writable: true });
      return headers;
    },
  });
  const client = new Axios(defaults);
  const send = client.request.bind(client);
  let direct: ReturnType<typeof directCalls> = () => undefined;
  const request = (config: AxiosRequestConfig) => {
    try {
      return direct(config) ?? send(withoutLevels(config));
    } catch (error) {
      return Promise.reject(error); // what can't be JSON
    }
  };
  const http = (first: string | AxiosRequestConfig, config?: AxiosRequestConfig) =>
    request(typeof first === 'string' ? { ...config, url: first } : first);
  for (const method of ['get', 'delete', 'head', 'options'] as const)
    client[method] = ((url: string, config?: AxiosRequestConfig) => request({ ...config, method, url })) as never;
  for (const method of ['post', 'put', 'patch'] as const)
    client[method] = ((url: string, data?: unknown, config?: AxiosRequestConfig) =>
      request({ ...config, method, url, data })) as never;
  for (const method of ['getUri', 'postForm', 'putForm', 'patchForm'] as const)
    client[method] = client[method].bind(client) as never;
  client.request = http as never;
  const create = (config?: AxiosRequestConfig) => axios.create({ timeout, ...config, adapter });
  const made = Object.assign(http, client, { create }) as AxiosInstance;
  retry(made);
  direct = directCalls(client, adapter);
  return made;
}

/** What axios takes for no plain object it hands on as it is. */
class Declared {}
const AS_JSON = [
  (data: unknown, headers: AxiosHeaders) => {
    headers.setContentType('application/json', false);
    return data;
  },
];

/**
 * Whoever may give the call up. Kept from axios, which takes any end of a call that was given up for "cancelled": a call
 * that was never sent, and an answer that was there already, would be of unknown outcome.
 */
export const callerOf = (config: AxiosRequestConfig & { caller?: AbortSignal }): AbortSignal | undefined =>
  config.caller ?? (config.signal as AbortSignal | undefined);

function withoutLevels({ signal, ...config }: AxiosRequestConfig): AxiosRequestConfig {
  const { data, headers = {}, partnerCall, transformRequest } = config;
  const isJson =
    isPlain(data) && !transformRequest && !Object.keys(headers).some((name) => /^content-type$/i.test(name));
  return {
    ...config,
    ...(signal ? { caller: signal } : {}),
    ...(partnerCall ? { partnerCall: Object.assign(new Declared(), partnerCall) } : {}),
    ...(isJson ? { data: JSON.stringify(data), transformRequest: AS_JSON as never } : {}),
  };
}
