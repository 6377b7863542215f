/** The console's log-ins: a random value in a cookie, known here by its hash, for a working day. */
import { createHash, randomBytes } from 'node:crypto';
import { inject, injectable } from 'inversify';
import { DATABASE, type Database } from '../store/database.js';

const HOURS = 12;

export interface Session {
  actor: string;
  expiresAt: Date;
}

const hashOf = (value: string): string => createHash('sha256').update(value).digest('hex');

@injectable()
export class Sessions {
  constructor(@inject(DATABASE) private readonly database: Database) {}

  /** @returns what the cookie is to hold; it is kept nowhere else */
  async open(actor: string): Promise<Session & { value: string }> {
    const value = randomBytes(32).toString('base64url');
    const expiresAt = new Date(Date.now() + HOURS * 3_600_000);
    await this.database.db.deleteFrom('sessions').where('expires_at', '<', new Date()).execute();
    await this.database.db
      .insertInto('sessions')
      .values({ token_hash: hashOf(value), actor, expires_at: expiresAt })
      .execute();
    return { value, actor, expiresAt };
  }

  async find(value: string): Promise<Session | undefined> {
    const row = await this.database.db
      .selectFrom('sessions')
      .selectAll()
      .where('token_hash', '=', hashOf(value))
      .where('expires_at', '>', new Date())
      .executeTakeFirst();
    return row && { actor: row.actor, expiresAt: row.expires_at };
  }

  async close(value: string): Promise<void> {
    await this.database.db.deleteFrom('sessions').where('token_hash', '=', hashOf(value)).execute();
  }
}
