/** What the host is started with that its features go by. */
import type { ServiceIdentifier } from 'inversify';

export interface HostOptions {
  allowPrivateEgress: boolean;
  egressProxy?: string | undefined;
  dataDir: string;
  /** Of the data directory, wherever it is mounted. */
  dataDirId: string;
}
export const HOST_OPTIONS: ServiceIdentifier<HostOptions> = Symbol('host-options');
