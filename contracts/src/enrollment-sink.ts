/** EnrollmentSink, version 1: tells a partner whether an account wants paper, and pays by itself. */
import { IsBoolean } from 'class-validator';
import { IsIdentifier } from './boundary-types.js';

export const ENROLLMENT_SINK_VERSION = '1';

export const ENROLLMENT_KINDS = ['paperless', 'autopay'] as const;
export type EnrollmentKind = (typeof ENROLLMENT_KINDS)[number];

/** The state an account is to be in; setting it twice is the same as once. */
export class Enrollment {
  @IsIdentifier(200) accountNumber!: string;
  @IsBoolean() enabled!: boolean;
}

export interface EnrollmentSink {
  /** @throws AdapterError `rejected` when the partner says no. @example await sink.setPaperless({ accountNumber, enabled: true }, signal) */
  setPaperless(enrollment: Enrollment, signal: AbortSignal): Promise<{ partnerMessages: string[] }>;
  /** @throws AdapterError as {@link setPaperless} */
  setAutopay(enrollment: Enrollment, signal: AbortSignal): Promise<{ partnerMessages: string[] }>;
  /**
   * Capability `read-back`: what the partner holds now; undefined for a kind it can't be asked about. Reading only.
   */
  readBack?(kind: EnrollmentKind, accountNumber: string, signal: AbortSignal): Promise<boolean | undefined>;
}
