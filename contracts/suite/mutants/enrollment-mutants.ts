/** Enrollments that are wrong. */
import { AdapterError, type AdapterManifest, type Enrollment, type EnrollmentKind } from '@ic-host/contracts';
import { AcmeEnrollments } from '../../template/src/enrollment-sink.js';
import { mutant } from './mutant.js';

const of = mutant('enrollment-sink');

/** Changes what is asked for. */
const setting = (change: (kind: EnrollmentKind, enrollment: Enrollment) => [EnrollmentKind, Enrollment]) =>
  class extends AcmeEnrollments {
    protected override set(kind: EnrollmentKind, enrollment: Enrollment, signal: AbortSignal) {
      return super.set(...change(kind, enrollment), signal);
    }
  };

class RefusalSwallowed extends AcmeEnrollments {
  protected override set(kind: EnrollmentKind, enrollment: Enrollment, signal: AbortSignal) {
    return super.set(kind, enrollment, signal).catch((error) => {
      if (AdapterError.is(error) && error.kind === 'rejected') return { partnerMessages: [] };
      throw error;
    });
  }
}
class RetriesItself extends AcmeEnrollments {
  protected override set(kind: EnrollmentKind, enrollment: Enrollment, signal: AbortSignal) {
    return super.set(kind, enrollment, signal).catch(() => super.set(kind, enrollment, signal));
  }
}
class Remembers extends AcmeEnrollments {
  private readonly last = new Map<string, boolean>();
  protected override set(kind: EnrollmentKind, enrollment: Enrollment, signal: AbortSignal) {
    this.last.set(`${kind} ${enrollment.accountNumber}`, enrollment.enabled);
    return super.set(kind, enrollment, signal);
  }
  override async readBack(kind: EnrollmentKind, accountNumber: string): Promise<boolean | undefined> {
    return this.last.get(`${kind} ${accountNumber}`) ?? false;
  }
}
class FailureIsOff extends AcmeEnrollments {
  override readBack(kind: EnrollmentKind, accountNumber: string, signal: AbortSignal) {
    return super.readBack(kind, accountNumber, signal).catch(() => false);
  }
}
class ReadsTheOther extends AcmeEnrollments {
  override readBack(_: EnrollmentKind, accountNumber: string, signal: AbortSignal) {
    return super.readBack('paperless', accountNumber, signal);
  }
}
class OneAtATime extends AcmeEnrollments {
  private wish: Enrollment | undefined;
  protected override async set(kind: EnrollmentKind, enrollment: Enrollment, signal: AbortSignal) {
    this.wish = enrollment;
    await new Promise((done) => setImmediate(done));
    return super.set(kind, this.wish, signal);
  }
}
class NoMessages extends AcmeEnrollments {
  protected override async set(kind: EnrollmentKind, enrollment: Enrollment, signal: AbortSignal) {
    await super.set(kind, enrollment, signal);
    return undefined as never;
  }
}
const withoutReadBack = (manifest: AdapterManifest): AdapterManifest => ({
  ...manifest,
  contracts: manifest.contracts.map((contract) =>
    contract.name === 'enrollment-sink' ? { ...contract, capabilities: [] } : contract,
  ),
});

export const enrollmentMutants = [
  of('always switches on', 'paperless-on-off autopay-on-off', {
    enrollments: (client) => new (setting((kind, wish) => [kind, { ...wish, enabled: true }]))(client),
  }),
  of('on and off the wrong way round', 'paperless-on-off', {
    enrollments: (client) => new (setting((kind, wish) => [kind, { ...wish, enabled: !wish.enabled }]))(client),
  }),
  of('autopay goes where paperless does', 'kinds-apart', {
    enrollments: (client) => new (setting((_, wish) => ['paperless', wish]))(client),
  }),
  of('trims the account number', 'accounts-apart', {
    enrollments: (client) =>
      new (setting((kind, wish) => [kind, { ...wish, accountNumber: wish.accountNumber.trim() }]))(client),
  }),
  of('swallows a refusal', 'rejected', { enrollments: (client) => new RefusalSwallowed(client) }),
  of('retries by itself', 'no-repeat-of-its-own', { enrollments: (client) => new RetriesItself(client) }),
  of('reads back what it remembers', 'read-back', { enrollments: (client) => new Remembers(client) }),
  of('can’t ask, so says off', 'read-back', { enrollments: (client) => new FailureIsOff(client) }),
  of('reads back the other kind', 'read-back', { enrollments: (client) => new ReadsTheOther(client) }),
  of('keeps the wish in a field', 'many-accounts', { enrollments: (client) => new OneAtATime(client) }),
  of('hands nothing back', 'answer', { enrollments: (client) => new NoMessages(client) }),
  of('claims less than it has', 'undeclared', {}, withoutReadBack),
];
