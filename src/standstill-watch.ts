/** The thread of its own that looks whether the host's still beats. */
import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';

const { beats, everyMs, looks } = workerData as { beats: Int32Array; everyMs: number; looks: number };
let [seen, still] = [Atomics.load(beats, 0), 0];

setInterval(() => {
  const now = Atomics.load(beats, 0);
  still = now === seen ? still + 1 : 0;
  seen = now;
  if (still < looks) return;
  // Straight to the terminal: the log's own thread of work is the one that stands still.
  const line = {
    level: 60,
    time: Date.now(),
    ms: still * everyMs,
    msg: 'the host stood still, and ends: an adapter may hold it',
  };
  writeSync(2, `${JSON.stringify(line)}\n`);
  process.kill(process.pid, 'SIGKILL');
}, everyMs);
