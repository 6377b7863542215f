/**
 * Seals secrets at rest with AES-256-GCM. A secret is sealed by a data key, a data key is wrapped by the master key,
 * which is kept outside the database: so the master key is changed without touching a secret, and the other way round.
 */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import type { ServiceIdentifier } from 'inversify';
import { type Kysely, sql, type Transaction } from 'kysely';
import { audit } from '../store/audit.js';
import type { Tables } from '../store/tables.js';

export const SECRET_BOX: ServiceIdentifier<SecretBox> = Symbol('secret-box');

const FORM = /^v1\.([0-9a-f]{12})\.(.+)$/;

function sealWith(key: Buffer, plain: Buffer, context: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64');
}

/** @throws Error when the key or context is another, or the value was changed */
function openWith(key: Buffer, sealed: string, context: string): Buffer {
  const bytes = Buffer.from(sealed, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12), { authTagLength: 16 });
  decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(12, 28));
  return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]);
}

const derive = (masterKey: string, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', masterKey, '', `ic-host ${purpose}`, 32));

/** Tells master keys apart, and tells nothing of them. */
const masterId = (masterKey: string): string => derive(masterKey, 'master id').toString('hex', 0, 8);

const wrap = (dataKey: Buffer, keyId: string, masterKey: string): string =>
  sealWith(derive(masterKey, 'wrapping key'), dataKey, keyId);

export class SecretBox {
  private readonly keys = new Map<string, Buffer>();

  /** @param masterKey any text of high entropy, read anew where keys have come that it doesn't open */
  constructor(
    private readonly db: Kysely<Tables>,
    private readonly masterKey: () => string,
  ) {}

  /** Makes the first data key. @throws Error in words where the keys were wrapped by another master key */
  async start(): Promise<void> {
    await this.db.transaction().execute(async (trx) => {
      await lockKeys(trx);
      const { n } = await trx
        .selectFrom('data_keys')
        .select(({ fn }) => fn.countAll<number>().as('n'))
        .executeTakeFirstOrThrow();
      if (n === 0) await addDataKey(trx, this.masterKey());
    });
    await this.load();
    if (this.keys.size === 0)
      throw new Error(
        'the secrets in this database are sealed under another master key: give this host the IC_HOST_MASTER_KEY (or the DATA_DIR/master-key) that the others have',
      );
  }

  private async load(db: Kysely<Tables> = this.db): Promise<void> {
    const masterKey = this.masterKey();
    const rows = await db.selectFrom('data_keys').selectAll().where('master_id', '=', masterId(masterKey)).execute();
    for (const { key_id, wrapped } of rows)
      this.keys.set(key_id, openWith(derive(masterKey, 'wrapping key'), wrapped, key_id));
  }

  /** Must have been called before sealed values that another host may have sealed are opened. */
  async prepare(sealed: readonly string[], db: Kysely<Tables>): Promise<void> {
    const keyIds = sealed.flatMap((text) => FORM.exec(text)?.[1] ?? []);
    if (keyIds.some((keyId) => !this.keys.has(keyId))) await this.load(db);
  }

  /**
   * What seals with the newest data key; good within this transaction.
   * @returns seals a text; its context says what the secret belongs to, and it opens under the same context only
   */
  async sealer(trx: Transaction<Tables>): Promise<(plain: string, context: string) => string> {
    const { key_id: keyId } = await trx
      .selectFrom('data_keys')
      .select('key_id')
      .orderBy('created_at', 'desc')
      .limit(1)
      .forShare()
      .executeTakeFirstOrThrow();
    if (!this.keys.has(keyId)) await this.load(trx);
    const key = this.keys.get(keyId);
    if (!key) throw new Error('the newest data key can’t be opened with this host’s master key');
    return (plain, context) => `v1.${keyId}.${sealWith(key, Buffer.from(plain), context)}`;
  }

  /** @throws Error when the key or context is another, or the value was changed */
  open(sealed: string, context: string): string {
    const [, keyId, text] = FORM.exec(sealed) ?? [];
    if (keyId === undefined || text === undefined)
      // Of a version before there were data keys.
      return openWith(createHash('sha256').update(this.masterKey()).digest(), sealed, context).toString('utf8');
    const key = this.keys.get(keyId);
    if (!key) throw new Error(`the data key ${keyId} is not known here`);
    return openWith(key, text, context).toString('utf8');
  }

  /**
   * Makes a new data key and seals every secret of every biller anew. The key before it is kept until the next
   * rotation: another host may be reading what it sealed.
   * @returns how many secrets
   * @throws Error in words while the master key is being changed: hosts with the other one could not open the new key
   */
  async rotateDataKey(actor: string): Promise<number> {
    return this.db.transaction().execute(async (trx) => {
      await lockKeys(trx);
      const before = await trx
        .selectFrom('data_keys')
        .select(['key_id', 'master_id'])
        .orderBy('created_at', 'desc')
        .execute();
      if (new Set(before.map(({ master_id }) => master_id)).size > 1)
        throw new Error('the master key is being changed: end that first (ic-host keys forget-masters)');
      await addDataKey(trx, this.masterKey());
      const seal = await this.sealer(trx);
      const billers = await trx.selectFrom('billers').select(['biller_id', 'settings']).forNoKeyUpdate().execute();
      let count = 0;
      for (const { biller_id, settings } of billers) {
        const anew = { ...settings };
        for (const [key, value] of Object.entries(settings)) {
          const sealed = (value as { sealed?: string }).sealed;
          if (typeof sealed !== 'string') continue;
          const context = `${biller_id}/${key}`;
          anew[key] = { sealed: seal(this.open(sealed, context), context) };
          count++;
        }
        await trx
          .updateTable('billers')
          .set({ settings: JSON.stringify(anew) })
          .where('biller_id', '=', biller_id)
          .execute();
      }
      const older = before.map(({ key_id }) => key_id).slice(1);
      if (older.length) await trx.deleteFrom('data_keys').where('key_id', 'in', older).execute();
      await audit(trx, { actor, action: 'keys.rotate', subject: 'data key', details: { secrets: count } });
      return count;
    });
  }

  /** From now on a host with this master key opens the data keys, too. */
  async addMasterKey(masterKey: string, actor: string): Promise<void> {
    await this.db.transaction().execute(async (trx) => {
      await lockKeys(trx);
      await this.load(trx);
      const rows = await trx.selectFrom('data_keys').selectAll().execute();
      for (const row of new Map(rows.map((each) => [each.key_id, each])).values()) {
        const key = this.keys.get(row.key_id);
        if (!key) throw new Error(`the data key ${row.key_id} can’t be opened with this host’s master key`);
        const wrapped = wrap(key, row.key_id, masterKey);
        await trx
          .insertInto('data_keys')
          .values({ ...row, master_id: masterId(masterKey), wrapped })
          .onConflict((conflict) => conflict.doNothing())
          .execute();
      }
      await audit(trx, { actor, action: 'keys.add-master', subject: masterId(masterKey) });
    });
  }

  /** From now on this master key alone opens the data keys. @throws Error where it does not open all of them */
  async forgetOtherMasterKeys(masterKey: string, actor: string): Promise<void> {
    await this.db.transaction().execute(async (trx) => {
      await lockKeys(trx);
      const rows = await trx.selectFrom('data_keys').select(['key_id', 'master_id']).execute();
      const own = rows.filter(({ master_id }) => master_id === masterId(masterKey)).map(({ key_id }) => key_id);
      if (rows.some(({ key_id }) => !own.includes(key_id)))
        throw new Error('this master key does not open every data key: add it first');
      await trx.deleteFrom('data_keys').where('master_id', '<>', masterId(masterKey)).execute();
      await audit(trx, { actor, action: 'keys.forget-masters', subject: masterId(masterKey) });
    });
  }
}

/** Nobody seals or makes keys meanwhile. */
const lockKeys = (trx: Transaction<Tables>) => sql`lock table data_keys in exclusive mode`.execute(trx);

async function addDataKey(trx: Transaction<Tables>, masterKey: string): Promise<void> {
  const keyId = randomBytes(6).toString('hex');
  const wrapped = wrap(randomBytes(32), keyId, masterKey);
  // It is the newest, whatever the clock says.
  const created_at = sql<Date>`(select greatest(now(), max(created_at) + interval '1 ms') from data_keys)`;
  await trx
    .insertInto('data_keys')
    .values({ key_id: keyId, master_id: masterId(masterKey), wrapped, created_at })
    .execute();
}
