/** The host's log: one JSON object a line on standard error, so that standard output stays the user's. */
import type { ServiceIdentifier } from 'inversify';
import { destination, type Logger, pino } from 'pino';

export type Log = Logger;
export const LOG: ServiceIdentifier<Log> = Symbol('log');

export const createLog = (level: string): Log => pino({ level, base: null }, destination({ fd: 2, sync: false }));
