/** Builds the JSON Schemas by which the API's answers are described. */

export type Schema = Record<string, unknown>;

export const text = (description?: string, more: Schema = {}): Schema => ({
  type: 'string',
  ...(description ? { description } : {}),
  ...more,
});
export const integer = (description?: string): Schema => ({ type: 'integer', ...(description ? { description } : {}) });
export const flag = (description?: string): Schema => ({ type: 'boolean', ...(description ? { description } : {}) });
export const oneOf = (...values: readonly string[]): Schema => ({ type: 'string', enum: values });
export const listOf = (items: Schema): Schema => ({ type: 'array', items });
export const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });
/** Anything as the adapter or the partner has it. */
export const anything: Schema = {};
export const mapOf = (values: Schema): Schema => ({ type: 'object', additionalProperties: values });
export const money = text('A decimal, such as 115.00', { pattern: '^-?[0-9]+[.][0-9]{2}$' });
export const day = text(undefined, { format: 'date' });
export const instant = text(undefined, { format: 'date-time' });

/** Or null. */
export const nullable = (schema: Schema): Schema => {
  if (typeof schema.type !== 'string') return { anyOf: [schema, { type: 'null' }] };
  return {
    ...schema,
    type: [schema.type, 'null'],
    ...(Array.isArray(schema.enum) ? { enum: [...schema.enum, null] } : {}),
  };
};

/** All of these and no others; those whose name ends with `?` may be missing. */
export const record = (properties: Record<string, Schema>): Schema => {
  const entries = Object.entries(properties).map(([name, schema]) => [name.replace(/\?$/, ''), schema] as const);
  return {
    type: 'object',
    required: Object.keys(properties).filter((name) => !name.endsWith('?')),
    properties: Object.fromEntries(entries),
    additionalProperties: false,
  };
};
