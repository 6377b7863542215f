/** The API's description: linted, with an example of everything, and the typed client made from it. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { expect } from 'chai';
import { openApi } from '../../src/http/openapi.js';
import { createServer } from '../../src/http/server.js';
import { TestHost } from '../host-fixture.js';

interface Described {
  operationId: string;
  parameters: { name: string; example?: unknown }[];
  requestBody?: { content: Record<string, { example?: unknown }> };
  responses: Record<string, { content?: Record<string, { example?: unknown }> }>;
}

describe('/openapi.json', () => {
  const description = openApi() as { paths: Record<string, Record<string, Described>> };
  const operations = Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
  );

  it('passes the linter, its strictest rules included', async () => {
    const config = await createConfig({
      extends: ['recommended-strict'],
      rules: {
        'no-invalid-media-type-examples': 'error',
        'no-invalid-schema-examples': 'error',
        'operation-description': 'off',
        'no-unused-components': 'error',
        'operation-operationId-unique': 'error',
        'path-parameters-defined': 'error',
        // A host has no address of its own before it is set up; probes can't be wrong.
        'no-server-example.com': 'off',
        'operation-4xx-response': { severity: 'error', validateWebhooks: false } as never,
      },
    });
    const problems = await lintFromString({ source: JSON.stringify(description), absoluteRef: 'openapi.json', config });
    const open = /operation-4xx-response.*(healthz|readyz|session)/;
    const told = problems.map(
      ({ ruleId, message, location }) => `${ruleId}: ${message} at ${location.map(({ pointer }) => pointer).join()}`,
    );
    for (const problem of told.filter((line) => !open.test(line))) console.log(`      ${problem}`);
    expect(told.filter((line) => !open.test(line))).to.have.length(0);
  });

  it('has an example of every parameter, body and answer', () => {
    const lacking = operations.flatMap(({ operationId, parameters, requestBody, responses }) => [
      ...parameters.filter(({ example }) => example === undefined).map(({ name }) => `${operationId} ?${name}`),
      ...[requestBody, ...Object.values(responses)].flatMap((part) =>
        Object.entries(part?.content ?? {})
          .filter(([, { example }]) => example === undefined)
          .map(([media]) => `${operationId} ${media}`),
      ),
    ]);
    expect(lacking).to.deep.equal([]);
  });

  it('describes no route that is not there; answers of one that is not described fail every test that reads them', async () => {
    const host = await TestHost.start();
    try {
      const app = await createServer(host.host.container.get.bind(host.host.container));
      const missing = operations.filter(
        ({ path, method }) =>
          !app.hasRoute({ method: method.toUpperCase() as 'GET', url: path.replaceAll(/\{(\w+)\}/g, ':$1') }),
      );
      expect(missing.map(({ operationId }) => operationId)).to.deep.equal([]);
    } finally {
      await host.close();
    }
  });

  it('is what the typed client is made from: npm run docs makes it anew', async () => {
    const generator: string = resolve('client/generate.mjs');
    const { clientTypes } = await import(generator);
    expect(await clientTypes(description)).to.equal(readFileSync('client/src/schema.ts', 'utf8'));
  });
});
