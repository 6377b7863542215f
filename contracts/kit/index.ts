/** Small runtime helpers an adapter author would otherwise write again. */
export * from './json-array-reader.js';
export * from './partner-fault.js';
export * from './read-pages.js';
