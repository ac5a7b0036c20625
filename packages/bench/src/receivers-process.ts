// Plays all subscribers, in one process of its own.
import { createReceivers } from './receivers.ts';
import { serve } from './remote.ts';

const verbs = createReceivers();
export type ReceiversVerbs = typeof verbs;

serve(verbs);
