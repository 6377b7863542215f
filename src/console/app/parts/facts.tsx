/** Facts with their names, side by side as far as there is room. */
import { SimpleGrid, Text } from '@mantine/core';
import type { ReactNode } from 'react';

export function Facts({ facts, columns = 4 }: { facts: readonly (readonly [string, ReactNode])[]; columns?: number }) {
  return (
    <SimpleGrid component="dl" cols={{ base: 2, sm: Math.min(3, columns), lg: columns }} spacing="md" m={0}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt className="fact-label">{name}</dt>
          <Text component="dd" m={0} fz="sm" style={{ overflowWrap: 'anywhere' }}>
            {value}
          </Text>
        </div>
      ))}
    </SimpleGrid>
  );
}
