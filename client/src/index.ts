/** The typed client of an ic-host, for programs and pages alike: the paths, bodies and answers are the host's own. */
import createFetchClient, { type Client, type ClientOptions } from 'openapi-fetch';
import type { components, paths } from './schema.js';

export type { paths };
export type Schemas = components['schemas'];
export type HostClient = Client<paths>;

export interface HostClientOptions extends Pick<ClientOptions, 'fetch' | 'headers'> {
  /** Such as `https://host.example.com`; in a page of the host itself it may be left out. */
  baseUrl?: string;
  /** The API's token; a page that is logged in has a cookie instead. */
  token?: string;
}

/** @example await answerOf(createClient({ baseUrl, token }).GET('/v1/billers/{billerId}', { params: { path: { billerId } } })) */
export function createClient({ baseUrl = '', token, headers, ...options }: HostClientOptions = {}): HostClient {
  return createFetchClient<paths>({
    baseUrl,
    ...options,
    headers: { ...(headers as Record<string, string>), ...(token ? { authorization: `Bearer ${token}` } : {}) },
  });
}

/** A problem that the host told (RFC 9457). */
export class HostProblem extends Error {
  /** HTTP status; 0 where no answer came. */
  readonly status: number;
  /** Stable, in kebab-case; `no-answer` where none came. */
  readonly code: string;
  /** What is wrong with each field, where the host named them. */
  readonly errors: { field: string; code: string; message: string }[];
  readonly partnerMessages: string[];
  /** Why, where that was asked for. */
  readonly explanation: Schemas['Explanation'] | undefined;

  constructor(problem: Partial<Schemas['Problem']> & { status: number }) {
    super(problem.detail ?? `the host answered with status ${problem.status}`);
    this.name = 'HostProblem';
    this.status = problem.status;
    this.code = problem.code ?? `http-${problem.status}`;
    this.errors = problem.errors ?? [];
    this.partnerMessages = problem.partnerMessages ?? [];
    this.explanation = problem.explanation;
  }
}

interface Called<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/** The answer of a call. @throws HostProblem */
export async function answerOf<Data>(call: Promise<Called<Data>>): Promise<Data> {
  let called: Called<Data>;
  try {
    called = await call;
  } catch (error) {
    const cause = (error as { cause?: { code?: string; message?: string } }).cause;
    const detail = `the host does not answer: ${cause?.code ?? cause?.message ?? (error as Error).message}`;
    throw new HostProblem({ status: 0, code: 'no-answer', detail });
  }
  const { data, error, response } = called;
  if (response.ok) return data as Data;
  throw new HostProblem({ ...(typeof error === 'object' ? error : {}), status: response.status });
}
