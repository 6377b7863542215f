/**
 * An adapter without code: the calls of a JSON partner, and how its answers become the contracts' types, as expressions
 * in JSONata. It is what a manifest's `entry` names when that is a JSON file.
 */
import { IsListOf } from '@ic-host/contracts';
import { IsIn, IsNotEmpty, IsObject, IsOptional, IsString, Matches } from 'class-validator';

/**
 * One of the partner's operations. Its expressions see `$request` (what the host asks for), `$page`, the answers of the
 * steps before it by their names, and the functions `$setting(key)`, `$require(key)` and `$option(key)`.
 */
export class DeclaredCall {
  /** The partner's own name of it, as exchanges and errors show it. */
  @IsString() @IsNotEmpty() name!: string;
  @IsIn(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) method!: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Whether it changes something at the partner: such a call is never repeated by the way out. */
  @IsIn(['read', 'write']) effect!: 'read' | 'write';
  @IsString() @IsNotEmpty() url!: string;
  /** What is sent as JSON; nothing when left out. */
  @IsOptional() @IsString() body?: string;
  /** Names and values. */
  @IsOptional() @IsString() headers?: string;
  /** On the answer: whether it has the form that this partner answers in; whatever when left out. */
  @IsOptional() @IsString() valid?: string;
  /** On the answer: whether the partner did it; true when left out. */
  @IsOptional() @IsString() success?: string;
  /** On an answer that is no success: `rejected` or `not-found`; `rejected` when left out. */
  @IsOptional() @IsString() failure?: string;
  /** On the answer: what the partner says, in its own words. */
  @IsOptional() @IsString() messages?: string;
}

/**
 * A call of a look-up. Its answer is known to what follows by the step's name, as `$name`. It is made as soon as the steps
 * that its call speaks of have ended; those that speak of none go out together.
 */
export class DeclaredStep {
  @Matches(/^[a-z][A-Za-z0-9]*$/, { message: 'as must be camelCase' }) as!: string;
  /** Key of a call. */
  @IsString() @IsNotEmpty() call!: string;
  /** On the first page's answer: how many pages there are. The others are then asked for together. */
  @IsOptional() @IsString() pages?: string;
  /** On each page's answer: its items, which `$name` then holds, all of them. */
  @IsOptional() @IsString() items?: string;
}

export class DeclaredLookUp {
  @IsListOf(() => DeclaredStep) steps!: DeclaredStep[];
  /** On nothing: the snapshot; amounts and dates as the partner writes them. `complete` is true when every page agreed. */
  @IsString() @IsNotEmpty() snapshot!: string;
}

export class DeclaredEnrollments {
  /** Keys of calls. */
  @IsString() @IsNotEmpty() setPaperless!: string;
  @IsString() @IsNotEmpty() setAutopay!: string;
  /** Key of the call that reads what is held of a kind, and on its answer whether it is on. */
  @IsOptional() @IsObject() readBack?: Partial<Record<'paperless' | 'autopay', { call: string; enabled: string }>>;
}

export class DeclaredAdapter {
  @IsOptional() @IsString() $schema?: string;
  /** By a key of your own. */
  @IsObject() calls!: Record<string, DeclaredCall>;
  @IsOptional() lookUp?: DeclaredLookUp;
  @IsOptional() enrollments?: DeclaredEnrollments;
}
