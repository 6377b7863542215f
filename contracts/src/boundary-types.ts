/** The decorators boundary types are made of, and the checks compiled from them. */
import 'reflect-metadata';
import { _, Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { Transform, Type } from 'class-transformer';
import {
  getMetadataStorage,
  IsArray,
  IsNotEmpty,
  IsString,
  Matches,
  MaxLength,
  ValidateBy,
  ValidateNested,
  type ValidationOptions,
} from 'class-validator';
import { targetConstructorToSchema } from 'class-validator-jsonschema';
import { Money } from './money.js';
import { PlainDate } from './plain-date.js';

// biome-ignore lint/suspicious/noExplicitAny: any class can be a boundary type
type Class<T> = new (...args: any[]) => T;

const readAs =
  <T>(is: (value: unknown) => value is T, parse: (text: string) => T) =>
  ({ value }: { value: unknown }): unknown => {
    if (typeof value !== 'string' || is(value)) return value;
    try {
      return parse(value);
    } catch {
      return value; // left as it is, for the validator to name
    }
  };

/** A {@link Money}; on the wire a decimal string such as `"115.00"`. */
export function IsMoney(options?: ValidationOptions): PropertyDecorator {
  const validate = ValidateBy(
    {
      name: 'isMoney',
      validator: {
        validate: (value) => Money.is(value),
        defaultMessage: () => '$property must be a decimal string with at most two decimals',
      },
    },
    options,
  );
  const transform = Transform(readAs(Money.is, Money.parse), { toClassOnly: true });
  return (target, key) => {
    validate(target, key);
    transform(target, key);
  };
}

/** A {@link PlainDate}; on the wire `"YYYY-MM-DD"`. */
export function IsPlainDate(options?: ValidationOptions): PropertyDecorator {
  const validate = ValidateBy(
    {
      name: 'isPlainDate',
      validator: {
        validate: (value) => PlainDate.is(value),
        defaultMessage: () => '$property must be a real calendar date, YYYY-MM-DD',
      },
    },
    options,
  );
  const transform = Transform(readAs(PlainDate.is, PlainDate.parse), { toClassOnly: true });
  return (target, key) => {
    validate(target, key);
    transform(target, key);
  };
}

/**
 * What an account, an invoice or a payment is called: any text, but `.` and `..`, which no escaping keeps from making another
 * address of the one that they stand in.
 * @param most length, in UTF-16 units
 */
export function IsIdentifier(most: number): PropertyDecorator {
  const notDots = Matches(/^$|[^.]|[.]{3}/, { message: '$property must be neither . nor ..' });
  return (target, key) => {
    for (const rule of [IsString(), IsNotEmpty(), MaxLength(most), notDots]) rule(target, key as string);
  };
}

const nestedTypes = new Map<Class<unknown>, Map<string, { type: () => Class<unknown>; isList: boolean }>>();

const nested =
  (type: () => Class<unknown>, isList: boolean): PropertyDecorator =>
  (target, key) => {
    if (isList) IsArray()(target, key as string);
    ValidateNested({ each: isList })(target, key as string);
    Type(type as unknown as () => () => void)(target, key as string);
    const owner = target.constructor as Class<unknown>;
    const known = nestedTypes.get(owner) ?? new Map();
    nestedTypes.set(owner, known.set(String(key), { type, isList }));
  };

/** Another boundary type, checked by its own decorators. */
export const IsPart = (type: () => Class<unknown>): PropertyDecorator => nested(type, false);

/** A list of another boundary type, each element checked by its own decorators. */
export const IsListOf = (type: () => Class<unknown>): PropertyDecorator => nested(type, true);

const storage = getMetadataStorage();

type Schema = { properties?: Record<string, unknown>; additionalProperties?: false };
type Converters = Record<string, Record<string, unknown>>;

interface Form {
  /** What stands for types of our own. */
  values: Converters;
  counted?: typeof UNITS;
  /** Fields that the type doesn't name are refused. */
  closed?: boolean | undefined;
}

function schemaOf(type: Class<unknown>, form: Form): Schema {
  const additionalConverters = {
    ...Object.fromEntries(
      Object.entries({ ...form.values, nestedValidation: {} }).map(([name, schema]) => [name, () => schema]),
    ),
    ...form.counted,
  };
  const schema: Schema = targetConstructorToSchema(type, {
    classValidatorMetadataStorage: storage,
    additionalConverters,
  }) as Schema;
  for (const [key, { type: partType, isList }] of nestedTypes.get(type) ?? []) {
    const part = schemaOf(partType(), form);
    schema.properties = { ...schema.properties, [key]: isList ? { type: 'array', items: part } : part };
  }
  return form.closed ? { ...schema, additionalProperties: false } : schema;
}

const WIRE_VALUES: Converters = {
  isMoney: { type: 'string', pattern: '^-?[0-9]{1,13}([.][0-9]{1,2})?$' },
  isPlainDate: { type: 'string', pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$', format: 'date' },
};

/**
 * JSON Schema of the wire form of a boundary type: money and dates as strings.
 * @param closed whether fields that the type doesn't name are refused, also in its parts
 */
export const wireSchema = (type: Class<unknown>, { closed }: { closed?: boolean } = {}): Record<string, unknown> => ({
  ...schemaOf(type, { values: WIRE_VALUES, closed }),
});

/** Lengths of texts, in UTF-16 units: counting characters would take a fifth of a record's whole check. */
const UNITS = {
  maxLength: ({ constraints }: { constraints: unknown[] }) => ({ maxUnits: constraints[0] }),
  isNotEmpty: () => ({ minUnits: 1 }),
};

const VALUES: Converters = { isMoney: { valueType: 'money' }, isPlainDate: { valueType: 'plain-date' } };

const ajv = new Ajv({ allErrors: false, strict: false, validateFormats: false });
ajv.addKeyword({
  keyword: 'valueType',
  validate: (type: string, value: unknown) => (type === 'money' ? Money.is(value) : PlainDate.is(value)),
});
ajv.addKeyword({
  keyword: 'maxUnits',
  type: 'string',
  schemaType: 'number',
  code: (context) => context.fail(_`${context.data}.length > ${context.schemaCode}`),
});
ajv.addKeyword({
  keyword: 'minUnits',
  type: 'string',
  schemaType: 'number',
  code: (context) => context.fail(_`${context.data}.length < ${context.schemaCode}`),
});

/** The first thing wrong with a value: where, and in words. */
export interface Fault {
  /** Name of the field, dotted for nested ones; empty for the value itself. */
  field: string;
  /** Stable code: `missing`, `wrong-type`, `too-long`, `not-allowed`, `unknown-field`, `wrong-value`. */
  code: string;
  message: string;
}

function faultOf(error: ErrorObject): Fault {
  const at = error.instancePath.slice(1).replaceAll('/', '.');
  switch (error.keyword) {
    case 'required':
      return {
        field: [at, error.params.missingProperty].filter(Boolean).join('.'),
        code: 'missing',
        message: 'is required',
      };
    case 'type':
    case 'valueType':
      return { field: at, code: 'wrong-type', message: `must be ${error.params.type ?? error.schema}` };
    case 'maxUnits':
      return { field: at, code: 'too-long', message: `must have at most ${error.schema} characters` };
    case 'minUnits':
      return { field: at, code: 'missing', message: 'must not be empty' };
    case 'additionalProperties':
      return {
        field: [at, error.params.additionalProperty].filter(Boolean).join('.'),
        code: 'unknown-field',
        message: 'is no field of this',
      };
    case 'enum':
      return { field: at, code: 'not-allowed', message: `must be one of ${error.params.allowedValues.join(', ')}` };
    default:
      return { field: at, code: 'wrong-value', message: error.message ?? 'is wrong' };
  }
}

const compiled = {
  open: new Map<Class<unknown>, ValidateFunction>(),
  closed: new Map<Class<unknown>, ValidateFunction>(),
};

/**
 * A check for instances of a boundary type, compiled once from its decorators. Undefined means nothing is wrong.
 * Roughly thirty times the speed of class-validator's own walk, which is why hot paths use it.
 * @param closed whether fields that the type doesn't name are refused, also in its parts
 */
export function checkerOf<T>(type: Class<T>, { closed }: { closed?: boolean } = {}): (value: T) => Fault | undefined {
  const known = closed ? compiled.closed : compiled.open;
  let validate = known.get(type);
  if (!validate) {
    validate = ajv.compile(schemaOf(type, { values: VALUES, counted: UNITS, closed }));
    known.set(type, validate);
  }
  const check = validate;
  return (value) => (check(value) ? undefined : faultOf((check.errors as ErrorObject[])[0] as ErrorObject));
}
