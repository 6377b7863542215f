/** A real OpenSSH server on loopback, for the user who runs the tests, where it is installed. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const SSHD = '/usr/sbin/sshd';
export const hasOpenSsh = existsSync(SSHD);
export const HOW_TO_GET_OPENSSH = 'no OpenSSH server: apt-get install openssh-server';

export interface OpenSsh {
  port: number;
  user: string;
  /** `SHA256:…` */
  hostKey: string;
  /** File of a private key that may log in. */
  clientKey: string;
  close(): void;
}

const freePort = (): Promise<number> =>
  new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => done(port));
    });
  });

export async function startOpenSsh(folder: string): Promise<OpenSsh> {
  const [host, client] = ['host-key', 'client-key'].map((name) => join(folder, name)) as [string, string];
  for (const file of [host, client]) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
  const authorized = join(folder, 'authorized');
  writeFileSync(authorized, readFileSync(`${client}.pub`), { mode: 0o600 });
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true }); // where it wants to be confined
  const port = await freePort();
  const config = join(folder, 'sshd_config');
  writeFileSync(
    config,
    [
      `ListenAddress 127.0.0.1:${port}`,
      `HostKey "${host}"`,
      `AuthorizedKeysFile "${authorized}"`,
      'PidFile none',
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'PermitRootLogin prohibit-password',
      'Subsystem sftp internal-sftp',
    ].join('\n'),
  );
  const server = spawn(SSHD, ['-D', '-e', '-f', config], { stdio: 'ignore' });
  for (let tries = 100; ; tries--) {
    const up = await new Promise<boolean>((done) => {
      const socket = connect(port, '127.0.0.1', () => done(true)).on('error', () => done(false));
      socket.once('connect', () => socket.destroy());
    });
    if (up) break;
    if (tries === 0) throw new Error('sshd did not start');
    await wait(50);
  }
  const fingerprint = execFileSync('ssh-keygen', ['-l', '-f', `${host}.pub`], { encoding: 'utf8' });
  return {
    ...{ port, user: userInfo().username, clientKey: client },
    hostKey: /SHA256:\S+/.exec(fingerprint)?.[0] ?? '',
    close: () => void server.kill(),
  };
}
