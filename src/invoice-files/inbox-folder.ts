/** A folder that invoice files are dropped into: on this machine, or on an SFTP server. */
import { createReadStream } from 'node:fs';
import { access, mkdir, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

export interface InboxFile {
  name: string;
  bytes: number;
  /** Milliseconds since 1970. */
  modifiedAt: number;
}

export interface InboxFolder {
  /** Its files; what is in `done` and `refused` is not among them. */
  list(): Promise<InboxFile[]>;
  read(name: string): Promise<Readable>;
  /** Puts the report into the folder `done` or `refused` below, then moves the file there. */
  settle(name: string, into: 'done' | 'refused', report: string): Promise<void>;
  close(): Promise<void>;
}

/** Another name for a file whose own is taken. */
export const nameBeside = (name: string): string => `${name}.${new Date().toISOString().replace(/\D/g, '')}`;

export class LocalInbox implements InboxFolder {
  constructor(private readonly folder: string) {}

  async list(): Promise<InboxFile[]> {
    const entries = await readdir(this.folder, { withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    return (await Promise.all(files.map(({ name }) => this.file(name)))).filter((file) => file !== undefined);
  }

  /** Undefined where another host has moved it since it was listed. */
  private async file(name: string): Promise<InboxFile | undefined> {
    try {
      const { size, mtimeMs } = await stat(join(this.folder, name));
      return { name, bytes: size, modifiedAt: mtimeMs };
    } catch (error) {
      if ((error as { code?: string }).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  async read(name: string): Promise<Readable> {
    return createReadStream(join(this.folder, name));
  }

  async settle(name: string, into: 'done' | 'refused', report: string): Promise<void> {
    const folder = join(this.folder, into);
    await mkdir(folder, { recursive: true });
    const taken = await access(join(folder, name)).then(
      () => true,
      () => false,
    );
    const target = join(folder, taken ? nameBeside(name) : name);
    await writeFile(`${target}.report.json`, report);
    await rename(join(this.folder, name), target);
  }

  async close(): Promise<void> {
    // Nothing is held open.
  }
}
