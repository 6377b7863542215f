/** Tokens that are in use and end soon, or did lately: whoever has one finds out by being refused. */
import { type Kysely, sql } from 'kysely';
import type { Tables } from '../store/tables.js';

export interface EndingToken {
  tokenId: string;
  name: string;
  expiresAt: Date;
}

/** Soon: within two weeks; lately: within one. In use: within thirty days. */
export async function endingTokens(db: Kysely<Tables>): Promise<EndingToken[]> {
  const { rows } = await sql<EndingToken>`
    select token_id as "tokenId", name, expires_at as "expiresAt" from api_tokens
    where revoked_at is null and expires_at between now() - interval '7 days' and now() + interval '14 days'
      and last_used_at > now() - interval '30 days'
    order by expires_at`.execute(db);
  return rows;
}

export const endingText = ({ tokenId, name, expiresAt }: EndingToken): string =>
  `the token "${name}" (${tokenId}) is in use, and is good until ${expiresAt.toISOString()}`;
