/** Something the caller must be told, as an RFC 9457 problem: status, stable code, one sentence. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    /** Stable, in kebab-case. */
    readonly code: string,
    message: string,
    /** Further members, such as `errors`. */
    readonly more: Record<string, unknown> = {},
  ) {
    super(message);
    this.name = 'Problem';
  }

  toJSON(): Record<string, unknown> {
    const { status, code, message: detail, more } = this;
    return { type: 'about:blank', title: code.replaceAll('-', ' '), status, code, detail, ...more };
  }
}
