/** What whoever was let in may do, and for which billers. */
import { Problem } from '../problem.js';

/** Each holds those before it: `read` looks, `operate` moves money and mends, `configure` changes settings and tokens. */
export const SCOPES = ['read', 'operate', 'configure'] as const;
export type Scope = (typeof SCOPES)[number];

export interface Access {
  /** Name for the audit. */
  actor: string;
  scope: Scope;
  /** Null: all. */
  billers: readonly string[] | null;
  /** Null: the host's own token, which is kept outside the database. */
  tokenId: string | null;
}

export const holdsScope = (held: Scope, needed: Scope): boolean => SCOPES.indexOf(held) >= SCOPES.indexOf(needed);

export const reachesBiller = ({ billers }: Access, billerId: string): boolean =>
  billers === null || billers.includes(billerId);

/** @throws Problem 403 `biller-not-allowed` */
export function demandBiller(access: Access, billerId: string): void {
  if (!reachesBiller(access, billerId))
    throw new Problem(403, 'biller-not-allowed', `this token is not for the biller ${billerId}`);
}
