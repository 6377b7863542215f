/** Processor time of processes, from Linux' /proc. */
import { readdirSync, readFileSync } from 'node:fs';

const TICK_MS = 10;

const statOf = (pid: number | string): string[] => {
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
};
const msOf = (stat: string[]): number => (Number(stat[11]) + Number(stat[12])) * TICK_MS;

/** Of one process, in milliseconds, user and system. */
export const processorMs = (pid: number): number => msOf(statOf(pid));

/** Of a PostgreSQL server and all its processes; those that have ended count by their parent. */
export function postgresMs(postmaster: number): number {
  let total = processorMs(postmaster) + (Number(statOf(postmaster)[13]) + Number(statOf(postmaster)[14])) * TICK_MS;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
    try {
      const stat = statOf(pid);
      if (Number(stat[1]) === postmaster) total += msOf(stat);
    } catch {
      // it ended meanwhile
    }
  return total;
}
