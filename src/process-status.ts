/** What the machine says of a process. */
import { readFileSync } from 'node:fs';

export interface ProcessStatus {
  name: string;
  /** One letter, as in ps: `Z` has ended, and whoever should take note of it hasn't. */
  state: string;
  ppid: number;
}

/** Undefined where there is no such process, or no /proc. */
export function statusOf(pid: number | string): ProcessStatus | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [begin, end] = [stat.indexOf('('), stat.lastIndexOf(')')]; // around its name, which may hold anything
    const [state = '', ppid] = stat.slice(end + 2).split(' ');
    return { name: stat.slice(begin + 1, end), state, ppid: Number(ppid) };
  } catch {
    return undefined;
  }
}
