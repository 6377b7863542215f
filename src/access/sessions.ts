/** The console's log-ins: a random value in a cookie, known here by its hash, for a working day or as long as their token. */
import { randomBytes } from 'node:crypto';
import { inject, injectable } from 'inversify';
import { sql } from 'kysely';
import { audit } from '../store/audit.js';
import { DATABASE, type Database } from '../store/database.js';
import type { Access } from './access.js';
import { hashOf, OWN_TOKEN, Tokens } from './tokens.js';

const HOURS = 12;
/** Unused for so long, it is over. */
const IDLE_MS = 3_600_000;

export interface Session {
  access: Access;
  expiresAt: Date;
}

@injectable()
export class Sessions {
  constructor(
    @inject(DATABASE) private readonly database: Database,
    @inject(Tokens) private readonly tokens: Tokens,
    @inject(OWN_TOKEN) private readonly own: string,
  ) {}

  /** @returns what the cookie is to hold; it is kept nowhere else */
  async open(access: Access, address: string): Promise<{ value: string; expiresAt: Date }> {
    const value = randomBytes(32).toString('base64url');
    const now = this.database.clock.now();
    const expiresAt = new Date(+now + HOURS * 3_600_000);
    await this.database.db.transaction().execute(async (trx) => {
      await trx.deleteFrom('sessions').where('expires_at', '<', now).execute();
      await trx
        .insertInto('sessions')
        .values({
          token_hash: this.keyOf(value, access.tokenId === null),
          token_id: access.tokenId,
          expires_at: expiresAt,
        })
        .execute();
      await audit(trx, { actor: access.actor, action: 'session.open', subject: 'console', details: { address } });
    });
    return { value, expiresAt };
  }

  /** What it may do is what the token it was opened with may do now. */
  async find(value: string): Promise<Session | undefined> {
    const now = this.database.clock.now();
    const row = await this.database.db
      .selectFrom('sessions')
      .selectAll()
      .where('token_hash', 'in', this.keysOf(value))
      .where('expires_at', '>', now)
      .where('last_used_at', '>', new Date(+now - IDLE_MS))
      .executeTakeFirst();
    const access = row && (await this.tokens.ofSession(row.token_id));
    if (!row || !access) return undefined;
    if (+row.last_used_at < +now - 60_000)
      await this.database.db
        .updateTable('sessions')
        .set({ last_used_at: sql`now()` })
        .where('token_hash', '=', row.token_hash)
        .execute();
    return { access, expiresAt: row.expires_at };
  }

  async close(value: string): Promise<void> {
    await this.database.db.deleteFrom('sessions').where('token_hash', 'in', this.keysOf(value)).execute();
  }

  /** The host's own token has no row to be revoked: a log-in with it is known by both, and over when the token is another. */
  private keyOf(value: string, isOwn: boolean): string {
    return hashOf(isOwn ? `${value} ${this.own}` : value).toString('hex');
  }

  private keysOf(value: string): string[] {
    return [this.keyOf(value, true), this.keyOf(value, false)];
  }
}
