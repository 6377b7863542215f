/** An invoice's PDF inside the page; it is fetched first, so that a refusal is told in words. */
import { Anchor } from '@mantine/core';
import { useEffect, useState } from 'react';
import { answerOf, api } from '../api.js';
import { ProblemNote } from './problem-note.js';

export function Pdf({ billerId, invoiceNumber }: { billerId: string; invoiceNumber: string }) {
  const [url, setUrl] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    let made: string | null = null;
    let gone = false;
    const params = { path: { billerId, invoiceNumber } };
    answerOf(api.GET('/v1/billers/{billerId}/invoices/{invoiceNumber}/document', { params, parseAs: 'blob' }))
      .then((blob) => {
        if (gone) return;
        made = URL.createObjectURL(blob as unknown as Blob);
        setUrl(made);
      })
      .catch(setError);
    return () => {
      gone = true;
      if (made) URL.revokeObjectURL(made);
    };
  }, [billerId, invoiceNumber]);
  if (error) return <ProblemNote error={error} />;
  if (!url) return <p role="status">The partner is asked for it …</p>;
  return (
    <>
      <iframe className="pdf" src={url} title={`Invoice ${invoiceNumber}`} />
      <Anchor href={url} download={`${invoiceNumber}.pdf`} fz="sm">
        Download
      </Anchor>
    </>
  );
}
