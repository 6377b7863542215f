/**
 * A call as adapters mostly make it, JSON or nothing in its body, without what axios does for all the others it could be:
 * that is a fifth of what a whole look-up costs a host. What may differ from it goes through axios; so does each repeat.
 */
import { type Axios, type AxiosAdapter, AxiosHeaders, type AxiosRequestConfig, type AxiosResponse } from 'axios';

/** As axios hands it on. */
type Config = { [Key in keyof AxiosRequestConfig]: AxiosRequestConfig[Key] | undefined } & {
  caller: AxiosRequestConfig['signal'];
};
type Repeat = (error: unknown) => Promise<AxiosResponse>;
type Transform = (this: unknown, data: unknown, headers: AxiosHeaders, status?: number) => unknown;
interface Handler {
  fulfilled: ((value: Config) => Config) | null;
  rejected: Repeat | null;
}
interface Manager {
  /** One interceptor after the other; null where one was taken out again. */
  handlers: (Handler | null)[];
}

/** What a call may say. */
const KNOWN: ReadonlySet<string> = new Set([
  ...['url', 'method', 'data', 'headers', 'signal', 'timeout', 'responseType', 'partnerCall'],
  ...['transformResponse', 'validateStatus'],
]);
const WITH_BODY: ReadonlySet<string> = new Set(['post', 'put', 'patch']);

/**
 * @param client with its one pair of interceptors, those of axios-retry; what is added to it, or changed of its defaults,
 * later is axios's to do
 * @returns the call's answer; undefined where it must go through axios
 */
export function directCalls(client: Axios, adapter: AxiosAdapter) {
  const { defaults } = client;
  const { request, response } = client.interceptors as unknown as { request: Manager; response: Manager };
  const [retry, repeat] = [request.handlers?.[0]?.fulfilled, response.handlers?.[0]?.rejected];
  const { transformRequest, transformResponse, validateStatus } = defaults;
  const count = countOf(defaults);
  const isUntouched = (): boolean =>
    request.handlers.length === 1 &&
    response.handlers.length === 1 &&
    request.handlers[0]?.fulfilled === retry &&
    response.handlers[0]?.rejected === repeat &&
    defaults.transformRequest === transformRequest &&
    defaults.transformResponse === transformResponse &&
    defaults.validateStatus === validateStatus &&
    defaults.adapter === adapter &&
    countOf(defaults) === count;

  const send = async (config: Config, repeat: Repeat): Promise<AxiosResponse> => {
    const started = performance.now();
    try {
      let answer: AxiosResponse;
      try {
        answer = await adapter(config as never);
      } catch (error) {
        const refused = (error as { response?: AxiosResponse }).response;
        if (refused) transformed(refused, config, started);
        throw error;
      }
      return transformed(answer, config, started);
    } catch (error) {
      return repeat(error);
    }
  };

  return (given: AxiosRequestConfig): Promise<AxiosResponse> | undefined => {
    if (!repeat || !retry || typeof given.url !== 'string' || !isKnown(given) || !isUntouched()) return undefined;
    const method = (given.method ?? 'get').toLowerCase();
    const body = bodyOf(method, given.data, given.headers);
    if (!body) return undefined;
    // One form for all calls, whatever each of them says.
    const config: Config = {
      ...{ adapter, transformRequest, allowAbsoluteUrls: true, url: given.url, method },
      timeout: given.timeout ?? defaults.timeout,
      transformResponse: given.transformResponse ?? transformResponse,
      validateStatus: given.validateStatus === undefined ? validateStatus : given.validateStatus,
      responseType: given.responseType,
      partnerCall: given.partnerCall,
      data: body.text,
      headers: body.headers,
      caller: given.signal,
    };
    return send(retry(config), repeat);
  };
}

/** What was said, as whoever called reads it. */
function transformed(response: AxiosResponse & { duration?: number }, config: Config, started: number): AxiosResponse {
  response.duration = Math.round(performance.now() - started);
  const transforms = config.transformResponse as Transform | Transform[] | undefined;
  for (const one of Array.isArray(transforms) ? transforms : transforms ? [transforms] : [])
    response.data = one.call(config, response.data, response.headers as AxiosHeaders, response.status);
  return response;
}

function countOf(config: object): number {
  let count = 0;
  for (const _ in config) count++;
  return count;
}

/** What is given as undefined means one thing here and another there. */
function isKnown(config: AxiosRequestConfig): boolean {
  for (const key in config)
    if (!KNOWN.has(key) || (config[key as keyof AxiosRequestConfig] === undefined && key !== 'data')) return false;
  return true;
}

/** @returns undefined where it is for axios to say */
function bodyOf(
  method: string,
  data: unknown,
  given: AxiosRequestConfig['headers'],
): { text: string | undefined; headers: AxiosHeaders } | undefined {
  const withBody = WITH_BODY.has(method);
  if (withBody ? !isPlain(data) : data !== undefined) return undefined;
  const headers = new AxiosHeaders();
  if (given) {
    if (!isPlain(given)) return undefined;
    headers.set(given as Record<string, string>);
    if (headers.has('content-type')) return undefined;
  }
  if (withBody) headers['Content-Type'] = 'application/json';
  return { text: withBody ? JSON.stringify(data) : undefined, headers };
}

const PLAIN: ReadonlySet<unknown> = new Set([Object.prototype, Array.prototype]);
export const isPlain = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && PLAIN.has(Object.getPrototypeOf(value));
