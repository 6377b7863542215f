/** Asks for a reason before something is done to deliveries or a biller; what was asked is written to the audit. */
import { Button, Group, Modal, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ProblemNote } from './problem-note.js';

export interface Ask {
  title: string;
  /** What will happen, in a sentence. */
  explain: string;
  button: string;
  /** A reason must be given. */
  needsReason?: boolean;
  /** A confirmation number may be given. */
  takesNumber?: boolean;
  danger?: boolean;
  act: (given: { reason: string | undefined; confirmationNumber: string | undefined }) => Promise<unknown>;
}

export function ReasonDialog({ ask, close }: { ask: Ask | null; close: () => void }) {
  return (
    <Modal
      opened={ask !== null}
      onClose={close}
      title={ask?.title}
      centered
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {ask ? <Body ask={ask} close={close} /> : null}
    </Modal>
  );
}

function Body({ ask, close }: { ask: Ask; close: () => void }) {
  const [reason, setReason] = useState('');
  const [number, setNumber] = useState('');
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await ask.act({ reason: reason.trim() || undefined, confirmationNumber: number.trim() || undefined });
      close();
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text fz="sm">{ask.explain}</Text>
        {ask.takesNumber ? (
          <TextInput
            label="Confirmation number"
            description="The partner’s number, where you found it there"
            value={number}
            onChange={(event) => setNumber(event.currentTarget.value)}
          />
        ) : null}
        <Textarea
          label="Reason"
          description={ask.needsReason ? 'Kept in the audit' : 'Kept in the audit; may be left empty'}
          required={ask.needsReason ?? false}
          autosize
          minRows={2}
          maxLength={1000}
          data-autofocus
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {error ? <ProblemNote error={error} /> : null}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            Back
          </Button>
          <Button type="submit" loading={busy} color={ask.danger ? 'red.9' : 'lake'}>
            {ask.button}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
