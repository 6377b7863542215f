/** The API's tokens: random values known here by their hash, each with what it may do and for whom. */
import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { inject, injectable, type ServiceIdentifier } from 'inversify';
import { type Selectable, sql } from 'kysely';
import { Problem } from '../problem.js';
import { audit } from '../store/audit.js';
import { DATABASE, type Database } from '../store/database.js';
import type { ApiTokensTable } from '../store/tables.js';
import { type Access, holdsScope, reachesBiller, type Scope } from './access.js';

/** The host's own token, from its environment or its data directory: what every other one is made with at first. */
export const OWN_TOKEN: ServiceIdentifier<string> = Symbol('own-token');
const OWN_ACTOR = 'api-token';

/** So that a token that got into a repository or a log is recognised by what looks for such things. */
const PREFIX = 'ich';
const FORM = /^ich_([0-9a-f]{12})_[A-Za-z0-9_-]{43}$/;
const FRESH_MS = 1_000;
/** A token that was right within this time is still looked at where too many wrong ones came from. */
const KNOWN_MS = 3_600_000;
const MOST_KNOWN = 10_000;

export interface TokenWish {
  name: string;
  scope: Scope;
  billers?: string[] | undefined;
  expiresInDays?: number | undefined;
}

export type TokenView = ReturnType<typeof view>;

/** Of a random value: nothing can be guessed from it. */
export const hashOf = (value: string): Buffer => hash('sha256', value, 'buffer');
const keyOf = (token: string): string => hash('sha256', token, 'base64');

const view = (row: Selectable<ApiTokensTable>) => ({
  tokenId: row.token_id,
  name: row.name,
  scope: row.scope,
  billers: row.billers,
  madeBy: row.made_by,
  createdAt: row.created_at.toISOString(),
  expiresAt: row.expires_at?.toISOString() ?? null,
  lastUsedAt: row.last_used_at?.toISOString() ?? null,
  revokedAt: row.revoked_at?.toISOString() ?? null,
});

const accessOf = (row: Selectable<ApiTokensTable>): Access => ({
  ...{ actor: `${row.name} (${row.token_id})`, scope: row.scope, billers: row.billers, tokenId: row.token_id },
});

@injectable()
export class Tokens {
  private readonly own: Buffer;
  /** By hash: what was right lately. A token that is revoked on another host is refused a second later here. */
  private readonly known = new Map<string, { access: Access; freshUntil: number; knownUntil: number }>();

  constructor(
    @inject(DATABASE) private readonly database: Database,
    @inject(OWN_TOKEN) own: string,
  ) {
    this.own = hashOf(own);
  }

  /** What a token may do that was right a moment ago; of others nothing is said. */
  fresh(token: string): Access | undefined {
    const held = this.known.get(keyOf(token));
    return held && held.freshUntil > performance.now() ? held.access : undefined;
  }

  /**
   * Looks for a token that is not {@link fresh}.
   * @returns what it may do; undefined where no such token is, or is any more
   * @param knownOnly says no, without looking, to all that were not right within the last hour
   */
  async find(token: string, knownOnly = false): Promise<Access | undefined> {
    const hashed = hashOf(token);
    const key = keyOf(token);
    const now = performance.now();
    if (knownOnly && !((this.known.get(key)?.knownUntil ?? 0) > now)) return undefined;
    const access = timingSafeEqual(hashed, this.own)
      ? { actor: OWN_ACTOR, scope: 'configure' as const, billers: null, tokenId: null }
      : await this.held(token, hashed);
    if (!access) {
      this.known.delete(key);
      return undefined;
    }
    if (this.known.size >= MOST_KNOWN) this.known.clear();
    this.known.set(key, { access, freshUntil: now + FRESH_MS, knownUntil: now + KNOWN_MS });
    return access;
  }

  private async held(token: string, hash: Buffer): Promise<Access | undefined> {
    const tokenId = FORM.exec(token)?.[1];
    if (!tokenId) return undefined;
    const row = await this.row(tokenId);
    if (!row || !timingSafeEqual(hash, Buffer.from(row.secret_hash, 'hex')) || this.isOver(row)) return undefined;
    await this.used(row);
    return accessOf(row);
  }

  /** What a log-in with this token may do now. */
  async ofSession(tokenId: string | null): Promise<Access | undefined> {
    if (tokenId === null) return { actor: 'console', scope: 'configure', billers: null, tokenId: null };
    const row = await this.row(tokenId);
    if (!row || this.isOver(row)) return undefined;
    await this.used(row);
    return accessOf(row);
  }

  private isOver(row: Selectable<ApiTokensTable>): boolean {
    return row.revoked_at !== null || (row.expires_at !== null && row.expires_at <= this.database.clock.now());
  }

  private row(tokenId: string) {
    return this.database.db.selectFrom('api_tokens').selectAll().where('token_id', '=', tokenId).executeTakeFirst();
  }

  /** Told to the minute: a write with every request would cost more than it tells. */
  private async used({ token_id, last_used_at }: Selectable<ApiTokensTable>): Promise<void> {
    if (last_used_at && +last_used_at > +this.database.clock.now() - 60_000) return;
    await this.database.db
      .updateTable('api_tokens')
      .set({ last_used_at: sql`now()` })
      .where('token_id', '=', token_id)
      .execute();
  }

  /**
   * @returns the token itself, too: it is shown this once and kept nowhere
   * @throws Problem 403 `more-than-own` where it could do more than who makes it, 422 `biller-not-found`
   */
  async make(wish: TokenWish, by: Access): Promise<TokenView & { token: string }> {
    const billers = wish.billers ?? null;
    const isMore = billers === null ? by.billers !== null : billers.some((billerId) => !reachesBiller(by, billerId));
    if (isMore || !holdsScope(by.scope, wish.scope))
      throw new Problem(403, 'more-than-own', 'a token can’t be made that may do more than the one it is made with');
    const tokenId = randomBytes(6).toString('hex');
    const token = `${PREFIX}_${tokenId}_${randomBytes(32).toString('base64url')}`;
    const expires = wish.expiresInDays ? new Date(+this.database.clock.now() + wish.expiresInDays * 86_400_000) : null;
    const row = await this.database.db.transaction().execute(async (trx) => {
      const known = billers
        ? await trx.selectFrom('billers').select('biller_id').where('biller_id', 'in', billers).execute()
        : [];
      const unknown = billers?.find((billerId) => !known.some(({ biller_id }) => biller_id === billerId));
      if (unknown !== undefined) throw new Problem(422, 'biller-not-found', `no biller ${unknown}`);
      const details = { name: wish.name, scope: wish.scope, billers, expiresAt: expires?.toISOString() ?? null };
      await audit(trx, { actor: by.actor, action: 'token.make', subject: tokenId, details });
      return trx
        .insertInto('api_tokens')
        .values({
          ...{ token_id: tokenId, name: wish.name, secret_hash: hashOf(token).toString('hex'), scope: wish.scope },
          ...{ billers, made_by: by.actor, expires_at: expires },
        })
        .returningAll()
        .executeTakeFirstOrThrow();
    });
    return { ...view(row), token };
  }

  async list(): Promise<TokenView[]> {
    const rows = await this.database.db.selectFrom('api_tokens').selectAll().orderBy('created_at').execute();
    return rows.map(view);
  }

  /** Ends a token, and the log-ins made with it. @throws Problem 404 `token-not-found` */
  async revoke(tokenId: string, actor: string): Promise<TokenView> {
    const row = await this.database.db.transaction().execute(async (trx) => {
      const row = await trx
        .updateTable('api_tokens')
        .set({ revoked_at: sql`coalesce(revoked_at, now())` })
        .where('token_id', '=', tokenId)
        .returningAll()
        .executeTakeFirst();
      if (!row) throw new Problem(404, 'token-not-found', `no token ${tokenId}`);
      await trx.deleteFrom('sessions').where('token_id', '=', tokenId).execute();
      await audit(trx, { actor, action: 'token.revoke', subject: tokenId, details: { name: row.name } });
      return row;
    });
    for (const [key, { access }] of this.known) if (access.tokenId === tokenId) this.known.delete(key);
    return view(row);
  }
}
