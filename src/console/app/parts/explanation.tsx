/** Why something is as it is: the sentence that matters first, then all that led to it, each with what the partner said. */
import { Text } from '@mantine/core';
import type { Schemas } from '../api.js';
import { instantText } from '../format.js';
import { Scroll } from './scroll.js';
import { Section } from './section.js';

type Explained = Schemas['Explanation'];

export function Explanation({ of: { summary, reasons, exchanges } }: { of: Explained }) {
  return (
    <Section title="Why">
      <Text fw={600} mb="xs">
        {summary}
      </Text>
      <ol className="reasons">
        {reasons.map(({ rule, says, field, value, at, exchange }) => (
          <li key={`${rule} ${field ?? ''} ${at ?? ''} ${says}`}>
            <Text fz="sm">{says}</Text>
            <Text fz="xs" c="dimmed" component="div">
              <span className="code">{rule}</span>
              {field ? (
                <>
                  {' '}
                  · <span className="code">{field}</span>
                  {value === undefined ? null : ` = ${value || '(empty)'}`}
                </>
              ) : null}
              {at ? (
                <>
                  {' '}
                  · <time dateTime={at}>{instantText(at)}</time>
                </>
              ) : null}
              {exchange === undefined || !exchanges[exchange] ? null : <Said exchange={exchanges[exchange]} />}
            </Text>
          </li>
        ))}
      </ol>
    </Section>
  );
}

function Said({ exchange: { operation, status, request, response, durationMs } }: { exchange: Schemas['Exchange'] }) {
  return (
    <details>
      <summary>
        what the partner said: {operation}, {status ?? 'no answer'}, {durationMs} ms
      </summary>
      <Scroll className="exchange" label={`What we sent to ${operation}`}>
        {request || '(nothing)'}
      </Scroll>
      <Scroll className="exchange" label={`What ${operation} answered`}>
        {response || '(nothing)'}
      </Scroll>
    </details>
  );
}
