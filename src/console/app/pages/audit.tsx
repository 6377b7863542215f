/** Who did what, and why. */
import { useSearch } from '@tanstack/react-router';
import { AuditEntries } from '../parts/audit-entries.js';
import { PageHead } from '../parts/page-head.js';

export function AuditPage() {
  const { subject } = useSearch({ from: '/shell/audit' });
  return (
    <>
      <PageHead
        title="Audit"
        about={subject ? `What was done to ${subject}, newest first.` : 'What was done, newest first.'}
      />
      <div className="paper">
        <AuditEntries subject={subject} />
      </div>
    </>
  );
}
