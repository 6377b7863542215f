/** pg-boss with a handler that does nothing, as a process of its own: what a delivery engine on it can't be quicker than. */
import { PgBoss } from 'pg-boss';

const [connectionString = ''] = process.argv.slice(2);
export const PLAIN_QUEUE = 'bench-nothing';
/** As the host's own: so many jobs of one fetch, so many fetches under way, fetched again at once where there is more. */
const WORK = { batchSize: 50, localConcurrency: 10, burstWhenBatchFull: true, pollingIntervalSeconds: 0.5 };

const boss = new PgBoss({ connectionString, max: 8, schema: 'pgboss' });
boss.on('error', (error) => console.error(error));
await boss.start();
await boss.createQueue(PLAIN_QUEUE, { retryLimit: 10, expireInSeconds: 180, heartbeatSeconds: 10 });
const groupConcurrency = { default: 100, tiers: { '100': 100 } };
await boss.work(PLAIN_QUEUE, { ...WORK, groupConcurrency }, async () => undefined);
console.log('listening on postgres');
process.on('disconnect', () => process.exit());
