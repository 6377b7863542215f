/** Small runtime helpers an adapter author would otherwise write again. */
export * from './json-array-reader.js';
export { refuseDocument } from './json-frame.js';
export * from './json-record-reader.js';
export * from './partner-fault.js';
export * from './read-lines.js';
export * from './read-pages.js';
export * from './shared-session.js';
