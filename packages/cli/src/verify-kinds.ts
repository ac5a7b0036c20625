import { type Finding, findingKinds, noteKinds } from '@relay/journal';

const alarmKinds = ['no-alarm', 'alarm-for-nothing'] as const;

export type Kind = Finding['kind'] | (typeof alarmKinds)[number];

/** Something that is amiss in the books, or worth a note. */
export interface Amiss extends Omit<Finding, 'kind'> {
  readonly kind: Kind;
}

/** What each kind is, in a few words; docs/ledger.md has the others. */
export const meanings: Readonly<Record<Kind, string>> = {
  difference: 'the sums miss deliveries, or count them too often',
  'no-cursor': 'the cursor is gone, its books are there',
  'no-books': 'the books are gone, the cursor is there',
  unsettled: 'read, and neither pending, open nor over',
  untold: 'some of these are lost, and nobody can tell which',
  'no-body': 'to be delivered, and the message is gone',
  stranded: 'pending, and nobody carries it',
  'no-alarm': 'open and due, and no alarm will ring',
  'held-for-fewer': 'a body that would go too early',
  'unread-missing': 'messages gone before everybody had read them',
  'repeated-ordinal': 'an ordinal that is given out twice',
  'empty-letter': 'a dead letter without its message',
  orphan: 'a cursor that relay.yaml does not name',
  'left-over': 'books that relay.yaml does not name',
  'held-for-more': 'a body that would stay too long',
  'read-missing': 'messages gone that everybody had read',
  'alarm-for-nothing': 'an alarm of what is not open any more',
};

export const kinds: readonly Kind[] = [...findingKinds, ...noteKinds, ...alarmKinds];

const notes: ReadonlySet<Kind> = new Set<Kind>([...noteKinds, 'alarm-for-nothing']);

/** A note costs nobody a message. */
export function isNote({ kind }: Amiss): boolean {
  return notes.has(kind);
}

/** It is in the books, which an audit can mend; alarms are the retries' own. */
export function isFinding(amiss: Amiss): amiss is Finding {
  return !alarmKinds.some((kind) => kind === amiss.kind);
}
