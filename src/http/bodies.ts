/** What the API takes, as decorated classes: the source of the checks and of /openapi.json. */

import type { PlainDate } from '@ic-host/contracts';
import { checkerOf, IsPlainDate, Payment } from '@ic-host/contracts';
import { plainToInstance } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsBoolean,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  Matches,
  Max,
  MaxLength,
  Min,
  type ValidationError,
  validateSync,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { SCOPES, type Scope } from '../access/access.js';
import type { BillerInput } from '../billers/billers.js';
import { holdsCardNumber } from '../card-numbers.js';
import { Problem } from '../problem.js';
import { isStorable } from '../store/storable-text.js';

/** What four bytes hold. */
const MOST_TYPE_ID = 2_147_483_647;

export class BillerBody implements BillerInput {
  @IsString() @IsNotEmpty() @MaxLength(200) name!: string;
  /** BillerGUID, as the invoice files carry it. */
  @IsString() @IsNotEmpty() @MaxLength(100) guid!: string;
  /** Id of a loaded adapter. */
  @IsString() @IsNotEmpty() adapter!: string;
  /** By advanced-setting id or by key; a secret may be `{ "env": "NAME" }` or `{ "file": "/path" }`. */
  @IsOptional() @IsObject() @JSONSchema({ additionalProperties: true }) settings?: Record<string, unknown>;
  @IsOptional() @IsBoolean() openBilling?: boolean;
  @IsOptional() @IsInt() @Min(0) @Max(MOST_TYPE_ID) invoiceTypeId?: number;
  @IsOptional() @IsString() @MaxLength(100) @JSONSchema({ type: ['string', 'null'] as never }) invoiceFormatGuid?:
    | string
    | null;
  @IsOptional() @IsObject() @JSONSchema({ additionalProperties: true }) options?: Record<string, unknown>;
}

/** A payment to deliver; the contract's own type. */
export class PaymentBody extends Payment {}

export class ReturnBody {
  /** The bank's return code. */
  @Matches(/^[A-Z][0-9]{2}$/, { message: 'code must be a return code such as R01' }) code!: string;
  @IsPlainDate() returnedOn!: PlainDate;
  @IsOptional() @IsBoolean() disableAutoPay?: boolean;
}

export class EnrollmentBody {
  @IsBoolean() enabled!: boolean;
}

/** What is compared with the partner. */
export class ReconcileBody {
  /** How many accounts, at random; all when left out. */
  @IsOptional() @IsInt() @Min(1) @Max(1_000_000) accounts?: number;
  /** Whether what is only late here is refreshed. */
  @IsOptional() @IsBoolean() repair?: boolean;
}

/** Why an operator does something. */
export class ReasonBody {
  @IsOptional() @IsString() @MaxLength(1000) reason?: string;
}

/** How a person who looked at the partner ends a delivery. */
export class SettleBody {
  @IsIn(['delivered', 'rejected']) state!: 'delivered' | 'rejected';
  @IsString() @IsNotEmpty() @MaxLength(1000) reason!: string;
  @IsOptional() @IsString() @IsNotEmpty() @MaxLength(200) confirmationNumber?: string;
}

/** What is done to many deliveries at once. */
export class BulkBody {
  @IsIn(['retry', 'cancel', 'settle']) action!: 'retry' | 'cancel' | 'settle';
  @IsUUID('all', { each: true }) @ArrayMinSize(1) @ArrayMaxSize(500) ids!: string[];
  @IsOptional() @IsString() @MaxLength(1000) reason?: string;
  /** For `settle`, with a reason. */
  @IsOptional() @IsIn(['delivered', 'rejected']) state?: 'delivered' | 'rejected';
}

/** A log-in of the console. */
export class LogInBody {
  /** The API's token. */
  @IsString() @IsNotEmpty() @MaxLength(500) token!: string;
}

/** A token to make. */
export class TokenBody {
  /** Who or what will use it; stands in the audit. */
  @IsString() @IsNotEmpty() @MaxLength(100) name!: string;
  @IsIn(SCOPES) scope!: Scope;
  /** Left out: all billers. */
  @IsOptional() @IsString({ each: true }) @ArrayMinSize(1) @ArrayMaxSize(1000) billers?: string[];
  /** Left out: until it is revoked. */
  @IsOptional() @IsInt() @Min(1) @Max(3650) expiresInDays?: number;
}

const CODES: Record<string, string> = {
  isMoney: 'not-an-amount',
  isPlainDate: 'not-a-date',
  isNotEmpty: 'missing',
};

/** A field that is missing breaks all of its rules, and is told once. */
const explain = (errors: ValidationError[]) =>
  errors.flatMap(({ property: field, value, constraints = {} }) => {
    const { whitelistValidation, ...rules } = constraints;
    if (whitelistValidation !== undefined) return [{ field, code: 'unknown-field', message: whitelistValidation }];
    if (value === undefined) return [{ field, code: 'missing', message: `${field} is required` }];
    return Object.entries(rules).map(([rule, message]) => ({ field, code: CODES[rule] ?? 'wrong-value', message }));
  });

/** Of the body that comes by the thousand: says of nearly all, in a tenth of the time, that nothing is wrong. */
const checkPayment = checkerOf(PaymentBody, { closed: true });

/** All of its rules are compiled, so that what this lets pass breaks none; what is wrong is for all rules to say. */
const isSoundPayment = (body: object): boolean => body instanceof PaymentBody && checkPayment(body) === undefined;

/** @throws Problem 422 `invalid-request` with every fault, or `card-number` */
export function readBody<T extends object>(type: new () => T, value: unknown): T {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Problem(422, 'invalid-request', 'the body must be a JSON object', { errors: [] });
  checkTexts(value);
  const body = plainToInstance(type, value);
  const errors = isSoundPayment(body)
    ? []
    : explain(validateSync(body, { whitelist: true, forbidNonWhitelisted: true }));
  if (body instanceof Payment && errors.length === 0 && !body.amount.isPositive)
    errors.push({ field: 'amount', code: 'not-positive', message: 'amount must be more than zero' });
  if (errors.length) throw new Problem(422, 'invalid-request', errors[0]?.message ?? '', { errors });
  return body;
}

/** The reason in a body that may be left out. @throws Problem as {@link readBody} */
export const reasonOf = (body: unknown): string | undefined => (body ? readBody(ReasonBody, body).reason : undefined);

const DEEPEST = 20;
/** Names that mean something to the language itself. */
const NOT_NAMES = new Set([...Object.getOwnPropertyNames(Object.prototype), 'prototype']);

/** Checks every name and text of a body. @throws Problem 422 `card-number` or `invalid-request` */
function checkTexts(value: unknown, field = '', depth = 0): void {
  const refuse = (code: string, message: string): never => {
    throw new Problem(422, 'invalid-request', message, { errors: [{ field, code, message }] });
  };
  if (typeof value === 'object' && value !== null) {
    if (depth > DEEPEST) refuse('too-deep', `the body is nested more than ${DEEPEST} deep`);
    for (const [key, inner] of Object.entries(value)) {
      if (NOT_NAMES.has(key)) refuse('unknown-field', `${key} is no name of a field`);
      checkText('a name', key);
      checkTexts(inner, field ? `${field}.${key}` : key, depth + 1);
    }
    return;
  }
  if (typeof value === 'string' || typeof value === 'number') checkText(field, String(value));
}

/**
 * No field holds a card number, not even by mistake, nor what no database can hold as text.
 * @throws Problem 422 `card-number` or `invalid-request`
 */
export function checkText(field: string, text: string): void {
  if (!isStorable(text))
    throw new Problem(422, 'invalid-request', `${field} holds a character that is none`, {
      errors: [{ field, code: 'not-text', message: 'must hold neither NUL nor half of a surrogate pair' }],
    });
  if (holdsCardNumber(text))
    throw new Problem(422, 'card-number', `${field} looks like a full card number; nothing was stored`, {
      errors: [{ field, code: 'card-number', message: 'must not hold a card number' }],
    });
}
