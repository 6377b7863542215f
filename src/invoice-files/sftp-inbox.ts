/** An inbox on an SFTP server, whose key must be the one that was configured. */
import { createHash } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { posix } from 'node:path';
import type { Readable } from 'node:stream';
import SftpClient from 'ssh2-sftp-client';
import type { Inbox } from '../billers/inbox-option.js';
import { readReference } from '../billers/secret-reference.js';
import { hostGuard } from '../egress/host-guard.js';
import type { HostOptions } from '../host-options.js';
import { type InboxFile, type InboxFolder, nameBeside } from './inbox-folder.js';

const READY_MS = 15_000;
/** A server that says nothing for so long, while something is asked of it or read, is given up. */
const PATIENCE_MS = 60_000;

export class SftpInbox implements InboxFolder {
  private constructor(
    private readonly client: SftpClient,
    private readonly sock: Socket,
    private readonly folder: string,
    private readonly patienceMs: number,
  ) {}

  static async open(
    inbox: Inbox & { kind: 'sftp' },
    { allowPrivateEgress, dataDir }: Pick<HostOptions, 'allowPrivateEgress' | 'dataDir'>,
    patienceMs = PATIENCE_MS,
  ): Promise<SftpInbox> {
    const silent = (): void => undefined; // whatever it says is told by the call that it breaks, too
    const client = new SftpClient('inbox', { error: silent, end: silent, close: silent });
    const { host, port, user, password, privateKey, hostKey } = inbox;
    const guard = hostGuard(() => [host], allowPrivateEgress);
    guard.check(new URL(`https://${host.includes(':') ? `[${host}]` : host}/`));
    // Its host key is checked, as a certificate would be.
    const sock = connect({ host, port, lookup: guard.lookup['https:'] });
    try {
      await client.connect({
        ...{ sock, username: user, readyTimeout: READY_MS },
        ...(password ? { password: readReference(password, 'inbox.password', dataDir) } : {}),
        ...(privateKey ? { privateKey: `${readReference(privateKey, 'inbox.privateKey', dataDir)}\n` } : {}),
        hostVerifier: (key: Buffer) =>
          `SHA256:${createHash('sha256')
            .update(key)
            .digest('base64')
            .replace(/={1,2}$/, '')}` === hostKey,
      });
    } catch (error) {
      sock.destroy();
      throw error;
    }
    return new SftpInbox(client, sock, inbox.folder, patienceMs);
  }

  async list(): Promise<InboxFile[]> {
    const entries = await this.answered(this.client.list(this.folder));
    return entries
      .filter(({ type }) => type === '-')
      .map(({ name, size, modifyTime }) => ({ name, bytes: size, modifiedAt: modifyTime }));
  }

  async read(name: string): Promise<Readable> {
    const stream = this.client.createReadStream(posix.join(this.folder, name)) as unknown as Readable & {
      bytesRead: number;
    };
    let before = -1;
    const watch = setInterval(() => {
      if (stream.bytesRead === before) {
        stream.destroy(this.silence());
        this.sock.destroy(); // else the stream ends when the server says that it is closed
      }
      before = stream.bytesRead;
    }, this.patienceMs);
    return stream.once('close', () => clearInterval(watch));
  }

  async settle(name: string, into: 'done' | 'refused', report: string): Promise<void> {
    const folder = posix.join(this.folder, into);
    if (!(await this.answered(this.client.exists(folder)))) await this.answered(this.client.mkdir(folder));
    const taken = await this.answered(this.client.exists(posix.join(folder, name)));
    const target = posix.join(folder, taken ? nameBeside(name) : name);
    await this.answered(this.client.put(Buffer.from(report), `${target}.report.json`));
    await this.answered(this.client.rename(posix.join(this.folder, name), target));
  }

  async close(): Promise<void> {
    await this.answered(this.client.end());
  }

  private answered<T>(asked: Promise<T>): Promise<T> {
    return new Promise((done, fail) => {
      const patience = setTimeout(() => {
        fail(this.silence());
        this.sock.destroy();
      }, this.patienceMs);
      void asked.then(done, fail).finally(() => clearTimeout(patience));
    });
  }

  private silence(): Error {
    return new Error(`the server has said nothing for ${this.patienceMs / 1000} s`);
  }
}
