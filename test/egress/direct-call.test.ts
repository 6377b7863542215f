import { AxiosError, AxiosHeaders, type AxiosInstance, type AxiosRequestConfig, type AxiosResponse } from 'axios';
import axiosRetry from 'axios-retry';
import { expect } from 'chai';
import fc from 'fast-check';
import { axiosOver } from '../../src/egress/axios-surface.js';

/** What came of a call, and what was sent for it, each attempt by itself. */
interface Seen {
  sent: object[];
  outcome: object;
}

interface Answer {
  status: number;
  body: string;
}

/** A repeat has what is left of it: some milliseconds less. */
const nearly = (ms: number | undefined): number | undefined => ms && Math.ceil(ms / 1_000);

/** An instance over a partner that gives these answers, the last again and again. */
function over(answers: readonly Answer[], sent: object[]): AxiosInstance {
  const adapter = async (config: AxiosRequestConfig): Promise<AxiosResponse> => {
    const { method, url, data, timeout, responseType, partnerCall } = config;
    // As the way out does: of axios's own headers, some calls have this one.
    const headers = AxiosHeaders.from(config.headers as never)
      .setAccept('application/json, text/plain, */*', false)
      .toJSON();
    sent.push({ method, url, data, timeout: nearly(timeout), responseType, partnerCall: { ...partnerCall }, headers });
    const { status, body } = answers[Math.min(sent.length, answers.length) - 1] as Answer;
    const told = new AxiosHeaders({ 'content-type': 'application/json' });
    const response = { data: body, status, statusText: '', headers: told, config, request: null } as never;
    if (config.validateStatus && !config.validateStatus(status))
      throw new AxiosError(`HTTP ${status}`, 'ERR', config as never, null, response);
    return response;
  };
  return axiosOver(adapter, 5_000, (http) =>
    axiosRetry(http, { retries: 2, retryDelay: () => 0, retryCondition: ({ response }) => response?.status === 503 }),
  );
}

async function seen(config: AxiosRequestConfig, answers: readonly Answer[], change: (http: AxiosInstance) => void) {
  const sent: object[] = [];
  const http = over(answers, sent);
  change(http);
  const outcome = await http.request({ ...config }).then(
    ({ status, data, headers }) => ({ status, data, headers: { ...headers } }),
    ({ name, code, message, response, config }) => ({
      ...{ name, code, message, status: response?.status, data: response?.data },
      ...{ sent: config?.data, timeout: nearly(config?.timeout) },
    }),
  );
  return { sent, outcome } satisfies Seen;
}

/** A call that axios itself makes: it was given something more to do. */
const byAxios = (http: AxiosInstance): void => void http.interceptors.response.use();

describe('a call that does not go through axios', () => {
  const text = fc.constantFrom('', 'a', 'é"\\', '0');
  const json = fc.oneof(
    fc.dictionary(fc.constantFrom('a', 'b', 'toJSON', '__proto__'), fc.oneof(text, fc.integer(), fc.constant(null)), {
      noNullPrototype: true,
    }),
    fc.array(fc.integer(), { maxLength: 2 }),
  );
  const odd = fc.constantFrom<unknown>('', 'text', 5, new URLSearchParams('a=b'), Object.create(null), new Date(0));
  /** Mostly something, sometimes what is undefined, seldom what only axios knows of. */
  const some = <T>(of: fc.Arbitrary<T>, seldom?: fc.Arbitrary<unknown>) =>
    fc.oneof(
      { arbitrary: of as fc.Arbitrary<unknown>, weight: 12 },
      { arbitrary: seldom ?? fc.constant(undefined), weight: 1 },
    );
  const headers = fc.dictionary(fc.constantFrom('X-A', 'x-a', 'Accept', 'Authorization'), fc.constantFrom('a', 'b/c'));
  const more = {
    headers: some(
      headers,
      fc.constantFrom(
        { 'content-type': 'a/b' },
        ...[null, undefined, false, 5, ['a', 'b']].map((value) => ({ 'X-A': value })),
        new AxiosHeaders({ 'X-A': 'a' }),
      ),
    ),
    timeout: some(fc.constantFrom(0, 60_000)),
    responseType: some(fc.constantFrom('text', 'json', 'arraybuffer')),
    partnerCall: some(fc.constant({ operation: 'o', effect: 'read' })),
    validateStatus: some(
      fc.constantFrom(
        null,
        () => true,
        (status: number) => status < 400,
      ),
    ),
    transformResponse: some(fc.constantFrom([(data: unknown) => data], (data: string) => `read ${data}`)),
  };
  const url = fc.constantFrom('http://p/x', 'http://p/x?a=b');
  const call = fc
    .tuple(
      fc.oneof(
        fc.record({ url, method: fc.constantFrom('post', 'PUT', 'patch'), data: some(json, odd) }),
        fc.record({ url, method: fc.constantFrom('get', 'GET', 'delete', 'head') }),
        fc.record({
          url,
          method: fc.constantFrom('get', 'delete', 'post'),
          data: fc.oneof(odd, json, fc.constant(undefined)),
        }),
      ),
      fc.record(more, { requiredKeys: [] }),
      some(fc.constant({}), fc.constantFrom({ baseURL: 'http://q' }, { params: { c: 'd' } })),
    )
    .map((parts) => Object.assign({}, ...parts) as AxiosRequestConfig);
  const answers = fc.array(
    fc.record({ status: fc.constantFrom(200, 404, 503), body: fc.constantFrom('{"a":1}', 'no JSON', '') }),
    { minLength: 1, maxLength: 4 },
  );

  it('is sent, answered, repeated and refused just as axios would', async () => {
    await fc.assert(
      fc.asyncProperty(call, answers, async (config, told) => {
        expect(await seen(config, told, () => undefined)).to.deep.equal(await seen(config, told, byAxios));
      }),
      { numRuns: 3_000 },
    );
  });

  const directly = async (change: (http: AxiosInstance) => void, config: AxiosRequestConfig = {}) => {
    let frames = '';
    const http = axiosOver(
      async (config) => {
        frames = String(new Error().stack);
        return { data: '', status: 200, statusText: '', headers: new AxiosHeaders(), config, request: null } as never;
      },
      5_000,
      (made) => axiosRetry(made, {}),
    );
    change(http);
    await http.post('http://p/x', { a: 1 }, config);
    return !frames.includes('dispatchRequest');
  };

  it('rejects what can’t be JSON', async () => {
    const around: { self?: unknown } = {};
    around.self = around;
    const error = await over([{ status: 200, body: '' }], [])
      .post('http://p/x', around)
      .catch((caught) => caught);
    expect(error).to.be.instanceOf(TypeError);
  });

  it('is what adapters mostly make', async () => {
    expect(await directly(() => undefined)).to.equal(true);
    expect(await directly(() => undefined, { timeout: 10, headers: { 'x-a': 'b' }, responseType: 'text' })).to.equal(
      true,
    );
  });

  for (const [what, change] of Object.entries<(http: AxiosInstance) => void>({
    'an interceptor of requests': (http) => http.interceptors.request.use((config) => config),
    'an interceptor of answers': (http) => http.interceptors.response.use((answer) => answer),
    'no repeats any more': (http) => http.interceptors.response.clear(),
    'an interceptor that is taken out': (http) => http.interceptors.request.eject(0),
    'a base of URLs': (http) => Object.assign(http.defaults, { baseURL: 'http://q' }),
    'a header of all calls': (http) => Object.assign(http.defaults.headers.common, { 'x-a': 'b' }),
    'another way to read answers': (http) => Object.assign(http.defaults, { transformResponse: [] }),
  }))
    it(`is axios's where it was given ${what}`, async () => expect(await directly(change)).to.equal(false));
});
