/** What an adapter says of itself, as data: adapter.manifest.json beside its package.json. */
import {
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsNumber,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
} from 'class-validator';
import { IsListOf, IsPart } from './boundary-types.js';

/** The version of the host's side of the contracts; an adapter's `hostApi` range must hold it. */
export const HOST_API_VERSION = '1.0.0';

export const CONTRACT_NAMES = [
  'rtdr-provider',
  'payment-sink',
  'enrollment-sink',
  'document-provider',
  'invoice-file-parser',
] as const;
export type ContractName = (typeof CONTRACT_NAMES)[number];

export class ManifestContract {
  @IsIn(CONTRACT_NAMES) name!: ContractName;
  /** The contract's version the adapter is written to. */
  @IsIn(['1']) version!: string;
  /** Optional capabilities: `returns`, `find` (payment-sink), `read-back` (enrollment-sink). */
  @IsOptional() @IsArray() @IsIn(['returns', 'find', 'read-back'], { each: true }) capabilities?: string[];
}

/** One setting or option of a biller on this adapter; the console builds its form from these. */
export class ManifestSetting {
  @Matches(/^[a-z][A-Za-z0-9]*$/, { message: 'key must be camelCase' }) key!: string;
  @IsString() @IsNotEmpty() title!: string;
  /** The biller's advanced-setting id in the portal, such as `8`. */
  @IsOptional() @IsString() settingId?: string;
  @IsIn(['text', 'url', 'number', 'boolean', 'choice']) type!: 'text' | 'url' | 'number' | 'boolean' | 'choice';
  /** Of a `choice`, which has at least one. */
  @IsOptional() @IsArray() @IsString({ each: true }) choices?: string[];
  @IsOptional() @IsBoolean() required?: boolean;
  @IsOptional() @IsBoolean() secret?: boolean;
  /** Of its type; a secret has none. */
  @IsOptional() default?: string | number | boolean;
  @IsOptional() @IsString() description?: string;
}

export class ManifestLimits {
  /** Calls a second to one biller's partner. */
  @IsOptional() @IsNumber() @Min(0.1) @Max(10_000) requestsPerSecond?: number;
  /** Calls at once to one biller's partner. */
  @IsOptional() @IsInt() @Min(1) @Max(1_000) concurrency?: number;
  /** Whole time of one call, in milliseconds. */
  @IsOptional() @IsInt() @Min(10) @Max(600_000) timeoutMs?: number;
  /** Largest answer read, in bytes; documents and files excepted. */
  @IsOptional() @IsInt() @Min(1_000) maxResponseBytes?: number;
}

export class AdapterManifest {
  /** Where the JSON Schema of this file is, for editors. */
  @IsOptional() @IsString() $schema?: string;
  /** What billers name the adapter by. */
  @Matches(/^[a-z][a-z0-9-]*$/, { message: 'id must be lower-case words joined by hyphens' }) id!: string;
  @IsString() @IsNotEmpty() name!: string;
  @IsString() @IsNotEmpty() version!: string;
  /** Semver range of the host API it works with. */
  @IsString() @IsNotEmpty() hostApi!: string;
  /** The module to load, relative to the manifest. */
  @IsString() @IsNotEmpty() entry!: string;
  @IsListOf(() => ManifestContract) contracts!: ManifestContract[];
  @IsListOf(() => ManifestSetting) settings!: ManifestSetting[];
  @IsOptional() @IsListOf(() => ManifestSetting) options?: ManifestSetting[];
  /** Hosts it may reach: `api.example.com`, `*.example.com`, or `setting:<key>` for the host of a URL setting. */
  @IsArray() @IsString({ each: true }) egress!: string[];
  @IsOptional() @IsPart(() => ManifestLimits) limits?: ManifestLimits;
  /** Module that serves a stand-in partner, relative to the manifest. */
  @IsOptional() @IsString() sandbox?: string;
  /** Module that tells the contract suite what it needs to know, relative to the manifest. */
  @IsOptional() @IsString() contractConfig?: string;
}

/** One adapter of the host's list. */
export class HostAdapter {
  /** A folder (`./plugins/britecore`) or the name of an npm package. */
  @IsString() @IsNotEmpty() source!: string;
  /** What its files must be, as `ic-host adapters --pin` prints it; another is not loaded. */
  @IsOptional()
  @Matches(/^sha256-[A-Za-z0-9+/]{43}=$/, { message: 'integrity must be as `ic-host adapters --pin` prints it' })
  integrity?: string;
  /** It runs in a thread of its own, with no environment, no files and no network but the host's way out. */
  @IsOptional() @IsBoolean() isolated?: boolean;
  /** Of its thread; 256 when left out. */
  @IsOptional() @IsInt() @Min(32) @Max(8192) memoryMb?: number;
}

/** The host's own list of adapters. */
export class HostManifest {
  @IsOptional() @IsString() $schema?: string;
  @IsIn(['1']) hostApi!: '1';
  /** Each as an object, or as its source alone. */
  @IsListOf(() => HostAdapter) adapters!: HostAdapter[];
}
