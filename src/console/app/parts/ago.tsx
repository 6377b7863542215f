/** A time as "5m ago", that keeps up with the clock, and in full where one points at it. */
import { useEffect, useState } from 'react';
import { agoText, instantText } from '../format.js';

export function Ago({ at }: { at: string | null }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 10_000);
    return () => clearInterval(timer);
  }, []);
  if (!at) return <span>–</span>;
  return (
    <time dateTime={at} title={instantText(at)}>
      {agoText(at, now)}
    </time>
  );
}
