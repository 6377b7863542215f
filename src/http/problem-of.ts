/** What whoever asked is told of an error: a problem as it is, a bad request by its code, and of a fault of ours what to do. */
import type { FastifyError } from 'fastify';
import { Problem } from '../problem.js';
import { isDatabaseGone } from '../store/database-gone.js';

const BAD_REQUESTS: Record<string, [number, string]> = {
  FST_ERR_CTP_BODY_TOO_LARGE: [413, 'body-too-large'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [415, 'unsupported-media-type'],
  FST_ERR_CTP_INVALID_JSON_BODY: [400, 'malformed-json'],
  FST_ERR_CTP_EMPTY_JSON_BODY: [400, 'malformed-json'],
};
/** No room on the disk of the data directory, for its user, or on the database's. */
const DISK_FULL = new Set(['ENOSPC', 'EDQUOT', '53100']);

export function problemOf(error: FastifyError): Problem {
  if (error instanceof Problem) return error;
  const [status, code] =
    BAD_REQUESTS[error.code] ??
    (error instanceof SyntaxError ? [400, 'malformed-json'] : [error.statusCode ?? 500, 'bad-request']);
  if (status < 500) return new Problem(status, code, error.message);
  if (isDatabaseGone(error))
    return new Problem(
      503,
      'database-unavailable',
      'the database does not answer; whether this was done is not known: ask again',
      { retryAfterSeconds: 1 },
    );
  if (DISK_FULL.has(error.code)) return new Problem(507, 'disk-full', 'no room is left here; nothing of this was kept');
  return new Problem(500, 'internal-error', 'something went wrong here; the log says what');
}
