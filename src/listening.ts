/** Whether a host can listen where it is told to, and why not. */
import { once } from 'node:events';
import { createServer } from 'node:net';

interface Place {
  port: number;
  host: string;
}

/** Why nobody can listen there, in words. */
export function cannotListen({ port, host }: Place, error: unknown): Error {
  const no = `${host} is no address of this machine; choose another with --host`;
  const words: Record<string, string> = {
    EADDRINUSE: `port ${port} is taken; end what listens there, or choose another with --port (0 picks one)`,
    EACCES: `port ${port} may not be listened on by this user; choose one from 1024 on with --port`,
    ...{ EADDRNOTAVAIL: no, ENOTFOUND: no, EAI_AGAIN: no },
  };
  return new Error(words[(error as { code?: string }).code ?? ''] ?? (error as Error).message);
}

/** Before a database is made and started in vain. @throws Error in words */
export async function refuseDeafPort(place: Place): Promise<void> {
  const probe = createServer().listen(place.port, place.host);
  await once(probe, 'listening').catch((error) => {
    throw cannotListen(place, error);
  });
  await new Promise((done) => probe.close(done));
}
