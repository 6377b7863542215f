/** The one thing an adapter author imports. */
export * from './adapter.js';
export * from './adapter-error.js';
export * from './adapter-manifest.js';
export * from './boundary-types.js';
export * from './document-provider.js';
export * from './enrollment-sink.js';
export * from './invoice-file-parser.js';
export * from './money.js';
export * from './payment-sink.js';
export * from './plain-date.js';
export * from './recorded-call.js';
export * from './rtdr-provider.js';
export * from './sandbox.js';
